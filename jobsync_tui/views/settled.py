"""The result of a sync whose answer was lost, once a look-up has said what became of it."""

from __future__ import annotations

from dataclasses import replace

from ..backend.models import Failure, Outcome, SyncResult
from .subject import Subject

_WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED})


def settled(result: SyncResult, outcome: Outcome, subject: Subject) -> SyncResult:
    """Return the result as it stands now.

    Args:
        result: Whose outcome was unknown.
        outcome: What the look-up says.
        subject: Read afterwards: its record holds why.
    """
    entry = next((each for each in subject.past if each.operation_id == result.operation_id), None)
    written = outcome in _WRITTEN
    cause = entry.cause if entry is not None and entry.cause else "the write did not arrive"
    return replace(
        result,
        outcome=outcome,
        written=written,
        error=None if written else Failure("not_arrived", f"Failed to sync job: {cause}", "Plan the sync again; nothing is sent twice."),
        synced_at=entry.ended_at if written and entry is not None else None,
        settles_at=None,
        target_id=subject.cached.target_id if subject.cached is not None and written else result.target_id,
    )
