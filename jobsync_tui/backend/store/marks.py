"""How a job stands towards the target: what the sync recorded, and what the cache makes of it.

The sync says ``synced``; whether the job changed since, or is gone from the ATS, the cache sees for itself. Both are kept, so that a job
that comes back, or whose change is taken back, has its former standing again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ..canonical import canonical, parse_object
from ..database import Db, Dialect
from ..models import Job, SyncMark, SyncStatus
from . import codec
from .sources import note_change
from .tables import JobRecord, MarkRow, PayloadRow
from .verdicts import forget_standing

Digests: TypeAlias = Mapping[str, str]
"""A digest of each source field of a job, as it was when a sync last confirmed it."""


def put_mark(db: Db, key: int, mark: SyncMark, source: Job | None) -> None:
    """Record what a sync left, and let the job's standing follow from it. ``source`` is the job as it was synced."""
    values = {
        MarkRow.key: key,
        MarkRow.status: mark.sync_status.value,
        MarkRow.last_synced: codec.milliseconds(mark.last_synced),
        MarkRow.target_id: mark.target_id,
        MarkRow.written: canonical(mark.written),
        MarkRow.source: canonical(_digests(db, key, mark, source)),
    }
    kept = [column for column in values if column is not MarkRow.key]
    MarkRow.insert(values).on_conflict(conflict_target=[MarkRow.key], preserve=kept).execute(db)
    gone: bool = JobRecord.select(JobRecord.gone).where(JobRecord.key == key).scalar(db)
    settle(db, key, gone=bool(gone))
    note_change(db)


def get_mark(db: Db, key: int) -> SyncMark | None:
    """Return what the last sync of the job recorded, or None where there was none."""
    query = MarkRow.select(MarkRow.status, MarkRow.last_synced, MarkRow.target_id, MarkRow.written).where(MarkRow.key == key)
    for status, last_synced, target_id, written in query.tuples().execute(db):
        return SyncMark(
            sync_status=SyncStatus(status), last_synced=codec.moment(last_synced), target_id=target_id, written=parse_object(written)
        )
    return None


def settle(db: Db, key: int, *, gone: bool) -> None:
    """Write the standing of one job anew, from its mark, its present state and whether it is gone."""
    mark = get_mark(db, key)
    if gone:
        status = SyncStatus.GONE.value
    elif mark is None:
        status = SyncStatus.NEVER.value
    else:
        status = standing(_former(db, key), mark.sync_status.value, _stored(db, key))
    values = {
        JobRecord.gone: gone,
        JobRecord.sync_status: status,
        JobRecord.last_synced: codec.milliseconds(mark.last_synced) if mark else 0,
    }
    JobRecord.update(values).where(JobRecord.key == key).execute(db)
    forget_standing(db, JobRecord.key == key)


def standing(synced: Digests | None, status: str, job: Job) -> str:
    """Return the standing of a job that is in the ATS, given its last standing and the source fields as they were synced."""
    if status not in {SyncStatus.SYNCED.value, SyncStatus.CHANGED.value} or not synced:
        return status
    return (SyncStatus.CHANGED if codec.source_changed(synced, job) else SyncStatus.SYNCED).value


def synced_digests(db: Db, dialect: Dialect, keys: Sequence[int]) -> dict[int, Digests]:
    """Return the digests of the source fields as they were synced, by key, for the jobs that have been."""
    query = MarkRow.select(MarkRow.key, MarkRow.source).where(dialect.any_of(MarkRow.key, keys))
    return {key: _load(source) for key, source in query.tuples().execute(db)}


def _digests(db: Db, key: int, mark: SyncMark, source: Job | None) -> Digests:
    """Return the digests to keep: a sync that confirmed the job gives new ones, anything else leaves the former."""
    if mark.sync_status is SyncStatus.SYNCED:
        return codec.source_digests(source or _stored(db, key))
    return _former(db, key)


def _former(db: Db, key: int) -> Digests:
    text: str | None = MarkRow.select(MarkRow.source).where(MarkRow.key == key).scalar(db)
    return _load(text) if text else {}


def _load(text: str) -> Digests:
    return {name: str(value) for name, value in parse_object(text).items()}


def _stored(db: Db, key: int) -> Job:
    body: str = PayloadRow.select(PayloadRow.body).where(PayloadRow.key == key).scalar(db)
    return codec.plain(body)
