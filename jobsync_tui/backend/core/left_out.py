"""Values that an ATS gave in a form that cannot be used: left out, and counted for whoever listens.

A value of another type costs its field, never the job; but somebody should hear of it, however deep below it happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .models import LeftOut

MOST_KINDS = 50
"""Fields that are told apart; an ATS that finds more ways to be wrong is said to be wrong once more."""
FURTHER = "further fields"


class LeftOutTally:
    """Counts what was left out, by field and by what was wrong with it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], LeftOut] = {}

    def add(self, found: LeftOut) -> None:
        """Count one more of the kind; its job is the example of the first."""
        key = (found.field, found.reason)
        known = self._found.get(key)
        if known is None and len(self._found) >= MOST_KINDS:
            key = (FURTHER, "of another type")
            known = self._found.get(key)
        self._found[key] = LeftOut(*key, found.count + (known.count if known else 0), *_first(known or found))

    def counts(self) -> tuple[LeftOut, ...]:
        """Return what was counted so far, the most frequent first."""
        return tuple(sorted(self._found.values(), key=lambda each: (-each.count, each.field, each.reason)))


def _first(found: LeftOut) -> tuple[str | None, str | None]:
    return found.job_id, found.example


_listener: ContextVar[LeftOutTally | None] = ContextVar("jobsync_left_out", default=None)


@contextmanager
def tallied() -> Iterator[LeftOutTally]:
    """Count what is left out by the code that runs inside, and by tasks begun inside."""
    tally = LeftOutTally()
    token = _listener.set(tally)
    try:
        yield tally
    finally:
        _listener.reset(token)


def cannot_be_read(field: str, reason: str) -> None:
    """Count a field as one that no job has now, for the reason given; without effect where nobody listens."""
    tally = _listener.get()
    if tally is not None:
        tally.add(LeftOut(field, reason, 0))


def leave_out(field: str, reason: str, job_id: str | None = None, *, example: str | None = None) -> None:
    """Count a value of ``field`` as left out, for the reason that stands behind "it is"; without effect where nobody listens.

    ``example`` is its text and its place, where a person could find it by them.
    """
    tally = _listener.get()
    if tally is not None:
        tally.add(LeftOut(field, reason, 1, job_id, example))
