"""Jobs into the cache, many at once: what is new goes in, what changed is replaced, what is the same is only seen again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..canonical import storable
from ..database import Db, Dialect
from ..models import Job, SyncStatus
from . import codec
from .marks import settle, standing, synced_digests
from .sources import Source, note_change
from .tables import IntegrationRow, JobRecord, PayloadRow, VerdictRow
from .textindex import text_index

_SIGHT = "INSERT INTO sightings (key, listing, at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at"
_IN_LISTING = ", listing = excluded.listing"
_LETTERS = (
    "INSERT INTO letters (source, letter, jobs) VALUES (?, ?, ?) "
    "ON CONFLICT (source, letter) DO UPDATE SET jobs = letters.jobs + excluded.jobs"
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """What a batch did: how many jobs it held, and how many were new, different, and back after being gone."""

    seen: int
    added: int
    changed: int
    returned: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A job that the cache has already."""

    key: int
    gone: bool
    sync_status: str
    search: str
    listed: bytes


@dataclass(slots=True)
class _Batch:
    """What is to be written for the jobs of one transaction."""

    added: list[tuple[int, Job, str, bytes]] = field(default_factory=list)
    changed: list[tuple[_Known, Job, str, bytes]] = field(default_factory=list)
    relisted: list[tuple[bytes, int]] = field(default_factory=list)
    returned: list[_Known] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


def upsert(db: Db, dialect: Dialect, source: Source, jobs: Sequence[Job], *, listing: int, now: int) -> Upserted:
    """Write a batch.

    Args:
        db: In a write transaction.
        dialect: Of ``db``.
        source: The integration of every job.
        jobs: Of jobs with the same id the last counts.
        listing: Id of the listing that gave them; 0 for jobs that were read singly.
        now: Milliseconds; when the ATS answered.
    """
    unique = {storable(job.id): job for job in jobs}
    if not unique:
        return Upserted(0, 0, 0, 0)
    batch = _sort(db, dialect, source, unique, listed=listing != 0)
    writer = _Writer(db, dialect, source)
    writer.add(batch.added)
    writer.change(batch.changed)
    writer.bring_back(batch.returned)
    many(db, dialect, "UPDATE payloads SET listed = ? WHERE key = ?", batch.relisted)
    many(
        db,
        dialect,
        _SIGHT + _IN_LISTING if listing else _SIGHT,
        [(key, listing, now) for key in batch.keys],
    )
    writer.finish()
    return Upserted(len(unique), len(batch.added), len(batch.changed), len(batch.returned))


def _sort(db: Db, dialect: Dialect, source: Source, jobs: dict[str, Job], *, listed: bool) -> _Batch:
    """Tell new, different and unchanged jobs apart."""
    batch = _Batch()
    known = _known(db, dialect, source, list(jobs))
    number = source.last_number
    for job_id, job in jobs.items():
        body = codec.encode(job)
        mark = codec.digest(body) if listed else b""
        found = known.get(job_id)
        if found is None:
            number += 1
            key = source.low + number
            batch.added.append((key, job, body, mark))
        else:
            key = found.key
            if found.gone:
                batch.returned.append(found)
            if not listed or mark != found.listed:
                _compare(db, batch, found, job, body=body, mark=mark or found.listed)
        batch.keys.append(key)
    return batch


def _compare(db: Db, batch: _Batch, found: _Known, job: Job, *, body: str, mark: bytes) -> None:
    """Sort a job whose listing differs from the last one, or that was read singly.

    What a listing leaves out is no change: fields that were loaded singly stay while the rest is the same.
    """
    stored: str = PayloadRow.select(PayloadRow.body).where(PayloadRow.key == found.key).scalar(db)
    if body != stored and job.not_loaded:
        body = codec.encode(codec.with_loaded(job, codec.plain(stored)))
    if body == stored:
        batch.relisted.append((mark, found.key))
    else:
        batch.changed.append((found, job, codec.encode(job), mark))


def _known(db: Db, dialect: Dialect, source: Source, ids: list[str]) -> dict[str, _Known]:
    if not source.last_number:
        return {}
    query = (
        JobRecord.select(JobRecord.id, JobRecord.key, JobRecord.gone, JobRecord.sync_status, JobRecord.search, PayloadRow.listed)
        .join(PayloadRow, on=PayloadRow.key == JobRecord.key)
        .where((JobRecord.source == source.number) & dialect.any_of(JobRecord.id, ids))
    )
    return {row[0]: _Known(row[1], bool(row[2]), row[3], row[4], bytes(row[5])) for row in query.tuples().execute(db)}


class _Writer:
    """Writes rows with the driver's own bulk call, which is four times as fast as building inserts of many rows."""

    def __init__(self, db: Db, dialect: Dialect, source: Source) -> None:
        self._db = db
        self._dialect = dialect
        self._source = source
        self._index = text_index(dialect)
        self._letters: Counter[str] = Counter()
        self._added = 0
        self._touched = False

    def add(self, added: Sequence[tuple[int, Job, str, bytes]]) -> None:
        """Insert jobs that the cache did not have."""
        self._added = len(added)
        names = ("key", "source", "sync_status", "gone", "last_synced", *codec.COLUMNS)
        fixed = (self._source.number, SyncStatus.NEVER.value, False, 0)
        records = [(key, *fixed, *codec.columns(job)) for key, job, _, _ in added]
        many(self._db, self._dialect, _insert("jobs", names), records)
        many(self._db, self._dialect, _insert("payloads", ("key", "body", "listed")), [(key, body, mark) for key, _, body, mark in added])
        many(
            self._db,
            self._dialect,
            _insert("job_details", ("key", *codec.DETAILS)),
            [(key, *codec.details(job)) for key, job, _, _ in added],
        )
        self._take_in([(record[0], record[-1]) for record in records])

    def change(self, changed: Sequence[tuple[_Known, Job, str, bytes]]) -> None:
        """Replace jobs that are different now; a synced one whose source fields differ becomes ``changed``."""
        if not changed:
            return
        self._touched = True
        synced = synced_digests(self._db, self._dialect, [found.key for found, _, _, _ in changed])
        records = [codec.columns(job) for _, job, _, _ in changed]
        keys = [found.key for found, _, _, _ in changed]
        self._take_out(
            [(found.key, found.search) for (found, _, _, _), record in zip(changed, records, strict=True) if found.search != record[-1]]
        )
        many(
            self._db,
            self._dialect,
            _update("jobs", ("sync_status", *codec.COLUMNS)),
            [
                (standing(synced.get(found.key), found.sync_status, job), *record, found.key)
                for (found, job, _, _), record in zip(changed, records, strict=True)
            ],
        )
        many(
            self._db, self._dialect, _update("payloads", ("body", "listed")), [(body, mark, found.key) for found, _, body, mark in changed]
        )
        many(
            self._db,
            self._dialect,
            _update("job_details", codec.DETAILS),
            [(*codec.details(job), found.key) for found, job, _, _ in changed],
        )
        self._take_in(
            [(found.key, record[-1]) for (found, _, _, _), record in zip(changed, records, strict=True) if found.search != record[-1]]
        )
        VerdictRow.delete().where(self._dialect.any_of(VerdictRow.key, keys)).execute(self._db)

    def bring_back(self, returned: Sequence[_Known]) -> None:
        """Give jobs that were gone their former standing."""
        for found in returned:
            self._touched = True
            settle(self._db, found.key, gone=False)

    def finish(self) -> None:
        """Write the totals of the batch."""
        many(
            self._db,
            self._dialect,
            _LETTERS,
            [(self._source.number, letter, jobs) for letter, jobs in self._letters.items() if jobs],
        )
        if self._added:
            change = {
                IntegrationRow.jobs: IntegrationRow.jobs + self._added,
                IntegrationRow.last_number: IntegrationRow.last_number + self._added,
            }
            IntegrationRow.update(change).where(IntegrationRow.number == self._source.number).execute(self._db)
        if self._added or self._touched:
            note_change(self._db)

    def _take_in(self, entries: list[tuple[int, str]]) -> None:
        self._index.add(self._db, entries)
        for _, text in entries:
            self._letters.update(set(text))

    def _take_out(self, entries: list[tuple[int, str]]) -> None:
        self._index.remove(self._db, entries)
        for _, text in entries:
            self._letters.subtract(set(text))


def many(db: Db, dialect: Dialect, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one statement, its parameters written ``?``, for each row."""
    if rows:
        db.cursor().executemany(sql.replace("?", dialect.placeholder), rows)


def _insert(table: str, names: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - the names are this package\'s own


def _update(table: str, names: Sequence[str]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE key = ?"  # noqa: S608 - the names are this package\'s own
