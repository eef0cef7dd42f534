"""Telling how far a refresh is, a few times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from ..core.models import RefreshMode, RefreshProgress
from ..storage.jobs.listing import ListingState

PROGRESS_EVERY = 0.25
"""Seconds between two words of progress, so that a slow line is not kept busy with them."""

Progress = Callable[[RefreshProgress], None]


class Reporter:
    """Passes progress on, a few times a second."""

    def __init__(self, state: ListingState, listener: Progress | None) -> None:
        self.mode = RefreshMode.FULL if state.full else RefreshMode.INCREMENTAL
        self._progress = RefreshProgress(state.integration, self.mode, state.seen)
        self._listener = listener
        self._told = float("-inf")

    def seen(self, jobs: int, total: int | None) -> None:
        """Note how far it is; nothing is waited for any more."""
        self._tell(replace(self._progress, seen=jobs, total=total, waiting=None))

    def waiting(self, words: str) -> None:
        """Note what is waited for."""
        self._tell(replace(self._progress, waiting=words))

    def done(self) -> None:
        """Tell the end, whenever the last word was."""
        self._told = float("-inf")
        self._tell(replace(self._progress, waiting=None))

    def _tell(self, progress: RefreshProgress) -> None:
        self._progress = progress
        now = monotonic()
        if self._listener is not None and now - self._told >= PROGRESS_EVERY:
            self._told = now
            self._listener(progress)
