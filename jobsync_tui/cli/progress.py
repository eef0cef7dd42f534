"""Progress on standard error, one line that is written over; where standard error is no terminal, only what is waited for is said."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from ..backend.core.models import RefreshProgress
from ..backend.core.text import clean, counted
from .tables import fit

SAID_EVERY = 60.0
"""Seconds between two lines about waiting where there is no terminal: a log should say it, and not fill with it."""


class ProgressLine:
    """A line that shows how far something is, while it runs."""

    def __init__(self) -> None:
        self._shown = False
        self._said_at = float("-inf")
        self._wanted = sys.stderr.isatty()

    def show(self, words: str) -> None:
        """Write ``words`` over what the line showed before."""
        if self._wanted:
            columns = shutil.get_terminal_size().columns
            sys.stderr.write(f"\r\x1b[K{fit(clean(words), columns - 1)}")
            sys.stderr.flush()
            self._shown = True

    def refresh(self, progress: RefreshProgress) -> None:
        """Show how far a refresh is."""
        seen = counted(progress.seen, "job") if progress.total is None else f"{progress.seen:,} of {counted(progress.total, 'job')}"
        waiting = f"  {progress.waiting}" if progress.waiting else ""
        self.show(f"{progress.integration}: {seen}{waiting}")

    def waits(self, waits_for: str) -> None:
        """Show what a request waits for; nothing for an empty text, which says that it is over."""
        if waits_for and not self._wanted:
            self._say(waits_for)
        elif waits_for:
            self.show(waits_for)
        else:
            self.clear()

    def _say(self, waits_for: str) -> None:
        now = monotonic()
        if now - self._said_at >= SAID_EVERY:
            self._said_at = now
            sys.stderr.write(f"waiting: {clean(waits_for)}\n")
            sys.stderr.flush()

    def planned(self, done: int, total: int) -> None:
        """Show how many jobs are planned."""
        self.show(f"planned {done:,} of {total:,}")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """Give a progress line that is gone afterwards, whatever happens."""
    line = ProgressLine()
    try:
        yield line
    finally:
        line.clear()
