"""How a job stands towards the target: what the sync recorded, and what the cache makes of it.

The sync says ``synced``; whether the job changed since, or is gone from the ATS, the cache sees for itself. Both are kept, so that a job
that comes back, or whose change is taken back, has its former standing again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ...core.canonical import canonical, parse_object, storable
from ...core.models import Job, SyncState, SyncStatus
from ...database import Db, Dialect
from ..outcomes.outcomes import forget_standing_of
from . import codec
from .sources import note_change
from .statements import first, run
from .tables import MarkRow

Digests: TypeAlias = Mapping[str, str]
"""A digest of each source field of a job, as it was when a sync last confirmed it."""

Left: TypeAlias = tuple[str, Digests]
"""How a sync or an undo left a job standing, and the source fields of that time."""

_PUT = (
    "INSERT INTO sync_marks (key, status, last_synced, target_id, written, kept, source) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key)"
    " DO UPDATE SET status = excluded.status, last_synced = excluded.last_synced, target_id = excluded.target_id,"
    " written = excluded.written, kept = excluded.kept, source = excluded.source"
)
_GET = "SELECT status, last_synced, target_id, written, kept FROM sync_marks WHERE key = ?"
_LAST_SYNCED = "SELECT last_synced FROM sync_marks WHERE key = ?"
_SOURCE = "SELECT source FROM sync_marks WHERE key = ?"
_GONE = "SELECT gone FROM jobs WHERE key = ?"
_STAND = "UPDATE jobs SET gone = ?, sync_status = ?, last_synced = ? WHERE key = ?"
_CAN_CHANGE = frozenset({SyncStatus.SYNCED, SyncStatus.CHANGED, SyncStatus.UNDONE})
_BODY = "SELECT body FROM payloads WHERE key = ?"


def put_mark(db: Db, key: int, mark: SyncState, source: Job | None) -> None:
    """Record what a sync left, and let the job's standing follow from it. ``source`` is the job as it was synced.

    A mark that was put back after an attempt that wrote nothing carries the last sync's time: what was synced stays what it was then.
    """
    digests = canonical(_digests(db, key, mark, source))
    last_synced = codec.milliseconds(mark.last_synced)
    target_id = None if mark.target_id is None else storable(mark.target_id)
    run(db, _PUT, key, mark.sync_status.value, last_synced, target_id, canonical(mark.written), canonical(mark.kept), digests)
    (gone,) = first(db, _GONE, key) or (False,)
    settle(db, key, gone=bool(gone))
    note_change(db)


def get_mark(db: Db, key: int) -> SyncState | None:
    """Return what the last sync of the job recorded, or None where there was none."""
    found = first(db, _GET, key)
    if found is None:
        return None
    status, last_synced, target_id, written, kept = found
    return SyncState(
        sync_status=SyncStatus(status),
        last_synced=codec.moment(last_synced),
        target_id=target_id,
        written=parse_object(written),
        kept=parse_object(kept),
    )


def settle(db: Db, key: int, *, gone: bool) -> None:
    """Write the standing of one job anew, from its mark, its present state and whether it is gone."""
    mark = get_mark(db, key)
    if gone:
        status = SyncStatus.GONE.value
    elif mark is None:
        status = SyncStatus.NEVER.value
    elif mark.sync_status in _CAN_CHANGE:
        status = standing((mark.sync_status.value, _former(db, key)), _stored(db, key))
    else:
        status = mark.sync_status.value
    run(db, _STAND, gone, status, codec.milliseconds(mark.last_synced) if mark else 0, key)
    forget_standing_of(db, key)


def standing(left: Left, job: Job) -> str:
    """Return the standing of a job that is in the ATS, given what its last sync or undo left."""
    status, source = left
    if status not in _CAN_CHANGE or not source:
        return status
    if codec.source_changed(source, job):
        return SyncStatus.CHANGED.value
    return status if status == SyncStatus.UNDONE else SyncStatus.SYNCED.value


def left_by_syncs(db: Db, dialect: Dialect, keys: Sequence[int]) -> dict[int, Left]:
    """Return what the last sync or undo left of jobs, by key, for those that had one."""
    query = MarkRow.select(MarkRow.key, MarkRow.status, MarkRow.source).where(dialect.any_of(MarkRow.key, keys))
    return {key: (status, parse_digests(source)) for key, status, source in query.tuples().execute(db)}


def _digests(db: Db, key: int, mark: SyncState, source: Job | None) -> Digests:
    """Return the digests to keep: a sync that confirmed the job gives new ones, anything else leaves the former.

    So does an undo, since what counts is what changes from then on; but not where that is another job than the one that was synced.
    """
    if mark.sync_status is SyncStatus.UNDONE and source is not None:
        former = _former(db, key)
        return former if former and codec.is_another(former, source) else codec.source_digests(source)
    if mark.sync_status is not SyncStatus.SYNCED:
        return _former(db, key)
    if source is None:
        (last_synced,) = first(db, _LAST_SYNCED, key) or (0,)
        if last_synced == codec.milliseconds(mark.last_synced):
            return _former(db, key)
    return codec.source_digests(source or _stored(db, key))


def _former(db: Db, key: int) -> Digests:
    found = first(db, _SOURCE, key)
    return parse_digests(found[0]) if found is not None and found[0] else {}


def parse_digests(text: str) -> Digests:
    """Return the digests that a mark keeps as text."""
    return {name: str(value) for name, value in parse_object(text).items()}


def _stored(db: Db, key: int) -> Job:
    found = first(db, _BODY, key)
    assert found is not None, "a job that is cached has its payload"  # noqa: S101
    return codec.plain(found[0])
