"""What a job's mark becomes at the end of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ..core.canonical import same
from ..core.models import JsonValue, SyncState, SyncStatus
from ..storage.ledger.journal import Operation
from .plan import Proposal


def done_mark(operation: Operation, mark: SyncState, target_id: str, now: datetime, kept: Mapping[str, JsonValue]) -> SyncState:
    """Return the mark after an operation that is in the target. Only a sync moves ``last_synced``.

    After an undo the target is not as the rules want it, and stays so until a person or the source says otherwise; an adopted job is still
    to be synced; a rename of its integration leaves the job standing as it was.

    Args:
        operation: What was written.
        mark: As it was before.
        target_id: The job of the target that it landed on.
        now: The present moment.
        kept: What the target made of those fields of the operation that it keeps otherwise.
    """
    if operation.action == "rename":
        return replace(_as_before(mark), target_id=mark.target_id or target_id)
    written = operation.written
    if operation.action == "undo":
        # What it put back is what the target had made of an earlier wish.
        kept = {**{name: value for name, value in operation.after.items() if not same(value, written.get(name))}, **kept}
    kept = still_kept(operation, mark, kept)
    if operation.action == "undo":
        return SyncState(sync_status=SyncStatus.UNDONE, last_synced=mark.last_synced, target_id=target_id, written=written, kept=kept)
    if operation.action == "adopt":
        return SyncState(sync_status=SyncStatus.NEVER, last_synced=mark.last_synced, target_id=target_id, written={})
    return SyncState(sync_status=SyncStatus.SYNCED, last_synced=now, target_id=target_id, written=written, kept=kept)


def still_kept(operation: Operation, mark: SyncState, kept: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what the target keeps otherwise of all that the mark records once the operation is done.

    Of the fields that the operation left alone, what is known from before holds on.
    """
    untouched = {
        name: value
        for name, value in mark.kept.items()
        if name not in operation.after and same(mark.written.get(name), operation.written.get(name))
    }
    return {name: value for name, value in {**untouched, **kept}.items() if name in operation.written}


def failed_mark(
    action: str,
    mark: SyncState,
    *,
    target_id: str | None = None,
    written: Mapping[str, JsonValue] | None = None,
    kept: Mapping[str, JsonValue] | None = None,
) -> SyncState:
    """Return the mark after a failure; what it says of earlier syncs stays, unless the failure came after the write.

    An undo, an adoption or a rename that failed leaves the job standing as its last sync left it.
    """
    mark = replace(mark, sync_status=SyncStatus.FAILED) if action == "sync" else _as_before(mark)
    if target_id is not None:
        mark = replace(mark, target_id=target_id)
    return mark if written is None else replace(mark, written=written, kept=kept or {})


def unchanged_mark(action: str, proposal: Proposal, now: datetime) -> SyncState:
    """Return the mark after an attempt that found nothing to change: it is as good as one that wrote."""
    if action == "rename":
        return replace(proposal.side.mark, target_id=proposal.side.mark.target_id or proposal.plan.target_id)
    status = SyncStatus.NEVER if action == "adopt" else SyncStatus.SYNCED
    last_synced = proposal.side.mark.last_synced if action == "adopt" else now
    kept = {each.field: each.kept for each in proposal.plan.kept}
    return SyncState(sync_status=status, last_synced=last_synced, target_id=proposal.plan.target_id, written=proposal.written, kept=kept)


def _as_before(mark: SyncState) -> SyncState:
    """Return the mark without the operation that was under way: as the last sync left it."""
    if mark.sync_status not in {SyncStatus.SYNCING, SyncStatus.UNKNOWN}:
        return mark
    return replace(mark, sync_status=SyncStatus.NEVER if mark.last_synced is None else SyncStatus.SYNCED)
