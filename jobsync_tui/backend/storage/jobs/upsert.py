"""Jobs into the cache, many at once: what is new goes in, what changed is replaced, what is the same is only seen again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from ...core.canonical import storable
from ...core.models import Job, SyncStatus
from ...database import Db, Dialect
from ..outcomes.outcomes import forget
from ..search.textindex import text_index
from . import codec
from .sources import Source, note_change
from .statements import Insertion, many
from .sync_state import left_by_syncs, settle, standing
from .tables import IntegrationRow, JobRecord, PayloadRow, SightingRow

NONE: Mapping[str, str] = MappingProxyType({})

_SEEN = "ON CONFLICT (key) DO UPDATE SET at = excluded.at"
_SIGHTINGS = ("key", "listing", "at", "digest", "own_id")
_READ_SINGLY = Insertion("sightings", _SIGHTINGS, _SEEN)
_LISTED = Insertion("sightings", _SIGHTINGS, f"{_SEEN}, listing = excluded.listing, digest = excluded.digest, own_id = excluded.own_id")
_LETTERS = Insertion(
    "letters", ("source", "letter", "jobs"), "ON CONFLICT (source, letter) DO UPDATE SET jobs = letters.jobs + excluded.jobs"
)
_SEEN_FIRST = Insertion("sightings", _SIGHTINGS)
_JOBS = Insertion("jobs", ("key", "source", "sync_status", "gone", "last_synced", *codec.COLUMNS))
_PAYLOADS = Insertion("payloads", ("key", "body"))
_DETAILS = Insertion("job_details", ("key", *codec.DETAILS))


@dataclass(frozen=True, slots=True)
class Upserted:
    """What a batch did: how many jobs the listing had not held before, and how many were new, different, and back after being gone."""

    seen: int
    added: int
    changed: int
    returned: int


class _Known(NamedTuple):
    """A job that the cache has already."""

    key: int
    gone: bool
    sync_status: str
    search: str
    listing: int
    digest: bytes


class _New(NamedTuple):
    """A job that the cache does not have."""

    key: int
    job: Job
    body: str
    digest: bytes
    own_id: str | None


class _Different(NamedTuple):
    """A job that the cache has otherwise."""

    was: _Known
    job: Job
    body: str


@dataclass(slots=True)
class _Batch:
    """What is to be written for the jobs of one transaction. ``sightings`` are keys of known jobs with the listing's digest and own id."""

    added: list[_New] = field(default_factory=list)
    changed: list[_Different] = field(default_factory=list)
    returned: list[_Known] = field(default_factory=list)
    sightings: list[tuple[int, bytes, str | None]] = field(default_factory=list)
    repeated: int = 0


def upsert(
    db: Db,
    dialect: Dialect,
    source: Source,
    jobs: Sequence[Job],
    *,
    listing: int,
    now: int,
    own_ids: Mapping[str, str] = NONE,
) -> Upserted:
    """Write a batch.

    Args:
        db: In a write transaction.
        dialect: Of ``db``.
        source: The integration of every job.
        jobs: Of jobs with the same id the last counts.
        listing: Id of the listing that gave them; 0 for jobs that were read singly.
        now: Milliseconds; when the ATS answered.
        own_ids: By ATS job id, the ids that a service in front of the ATS gives the jobs itself.
    """
    unique = {storable(job.id): job for job in jobs}
    if not unique:
        return Upserted(0, 0, 0, 0)
    batch = _sort(db, dialect, source, unique, listing=listing, own_ids=own_ids)
    writer = _Writer(db, dialect, source)
    writer.add(batch.added, [(new.key, listing, now, new.digest, new.own_id) for new in batch.added])
    writer.change(batch.changed)
    writer.bring_back(batch.returned)
    (_LISTED if listing else _READ_SINGLY).run(db, dialect, [(key, listing, now, *said) for key, *said in batch.sightings])
    writer.finish()
    return Upserted(len(unique) - batch.repeated, len(batch.added), len(batch.changed), len(batch.returned))


def _sort(db: Db, dialect: Dialect, source: Source, jobs: dict[str, Job], *, listing: int, own_ids: Mapping[str, str]) -> _Batch:
    """Tell new, different and unchanged jobs apart."""
    batch = _Batch()
    known = _known(db, dialect, source, list(jobs))
    jobs = _whole(db, jobs, known)
    number = source.last_number
    for job_id, job in jobs.items():
        encoded = codec.encode(job)
        digest = codec.digest(encoded) if listing else b""
        own_id = own_ids.get(job.id) if own_ids else None
        found = known.get(job_id)
        if found is None:
            number += 1
            batch.added.append(_New(source.low + number, job, encoded.decode(), digest, own_id))
        else:
            batch.sightings.append((found.key, digest, own_id))
            batch.repeated += listing != 0 and found.listing == listing
            if found.gone:
                batch.returned.append(found)
            if not listing or digest != found.digest:
                _compare(db, batch, found, job, encoded.decode())
    return batch


def _whole(db: Db, jobs: dict[str, Job], known: Mapping[str, _Known]) -> dict[str, Job]:
    """Return the jobs, those that could be read in part only with what the cache knows of the rest."""
    partly = {job_id: job for job_id, job in jobs.items() if job.unread}
    return {**jobs, **{job_id: job.beside(_stored(db, known.get(job_id))) for job_id, job in partly.items()}} if partly else jobs


def _stored(db: Db, found: _Known | None) -> Job | None:
    if found is None:
        return None
    body: str = PayloadRow.select(PayloadRow.body).where(PayloadRow.key == found.key).scalar(db)
    return codec.plain(body)


def _compare(db: Db, batch: _Batch, found: _Known, job: Job, body: str) -> None:
    """Sort a job whose listing differs from the last one, or that was read singly.

    What a listing leaves out is no change: fields that were loaded singly stay while the rest is the same.
    """
    stored: str = PayloadRow.select(PayloadRow.body).where(PayloadRow.key == found.key).scalar(db)
    if body != stored and job.not_loaded and codec.encode(codec.with_loaded(job, codec.plain(stored))).decode() == stored:
        return
    if body != stored:
        batch.changed.append(_Different(found, job, body))


def _known(db: Db, dialect: Dialect, source: Source, ids: list[str]) -> dict[str, _Known]:
    if not source.last_number:
        return {}
    query = (
        JobRecord.select(
            JobRecord.id, JobRecord.key, JobRecord.gone, JobRecord.sync_status, JobRecord.search, SightingRow.listing, SightingRow.digest
        )
        .join(SightingRow, on=SightingRow.key == JobRecord.key)
        .where((JobRecord.source == source.number) & dialect.any_of(JobRecord.id, ids))
    )
    return {row[0]: _Known(row[1], bool(row[2]), row[3], row[4], row[5], bytes(row[6])) for row in query.tuples().execute(db)}


class _Writer:
    """Writes the rows of a batch, table by table."""

    def __init__(self, db: Db, dialect: Dialect, source: Source) -> None:
        self._db = db
        self._dialect = dialect
        self._source = source
        self._index = text_index(dialect)
        self._letters: Counter[str] = Counter()
        self._added = 0
        self._touched = False

    def add(self, added: Sequence[_New], sightings: Sequence[tuple[int, int, int, bytes, str | None]]) -> None:
        """Insert jobs that the cache did not have."""
        self._added = len(added)
        fixed = (self._source.number, SyncStatus.NEVER.value, False, 0)
        records = [(new.key, *fixed, *codec.columns(new.job)) for new in added]
        self._insert(_JOBS, records)
        self._insert(_PAYLOADS, [(new.key, new.body) for new in added])
        self._insert(_DETAILS, [(new.key, *codec.details(new.job)) for new in added])
        self._insert(_SEEN_FIRST, sightings)
        self._take_in([(record[0], record[-1]) for record in records])

    def change(self, changed: Sequence[_Different]) -> None:
        """Replace jobs that are different now; a synced one whose source fields differ becomes ``changed``."""
        if not changed:
            return
        self._touched = True
        keys = [different.was.key for different in changed]
        left = left_by_syncs(self._db, self._dialect, keys)
        statuses = [
            standing(left[each.was.key], each.job) if each.was.key in left and not each.was.gone else each.was.sync_status
            for each in changed
        ]
        records = [codec.columns(each.job) for each in changed]
        renamed = [(each.was, record[-1]) for each, record in zip(changed, records, strict=True) if each.was.search != record[-1]]
        # The text index holds no text of its own: it must be told the old one before the row changes.
        self._take_out([(was.key, was.search) for was, _ in renamed])
        rows = [(status, *record, key) for status, record, key in zip(statuses, records, keys, strict=True)]
        self._many(_update("jobs", ("sync_status", *codec.COLUMNS)), rows)
        self._many(_update("payloads", ("body",)), [(each.body, each.was.key) for each in changed])
        self._many(_update("job_details", codec.DETAILS), [(*codec.details(each.job), each.was.key) for each in changed])
        self._take_in([(was.key, text) for was, text in renamed])
        forget(self._db, self._dialect, keys)

    def bring_back(self, returned: Sequence[_Known]) -> None:
        """Give jobs that were gone their former standing."""
        for found in returned:
            self._touched = True
            settle(self._db, found.key, gone=False)

    def finish(self) -> None:
        """Write the totals of the batch."""
        self._insert(_LETTERS, [(self._source.number, letter, jobs) for letter, jobs in self._letters.items() if jobs])
        if self._added:
            more = {column: column + self._added for column in (IntegrationRow.jobs, IntegrationRow.last_number)}
            IntegrationRow.update(more).where(IntegrationRow.number == self._source.number).execute(self._db)
        if self._added or self._touched:
            note_change(self._db)

    def _many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        many(self._db, self._dialect, sql, rows)

    def _insert(self, insertion: Insertion, rows: Sequence[tuple[Any, ...]]) -> None:
        insertion.run(self._db, self._dialect, rows)

    def _take_in(self, entries: list[tuple[int, str]]) -> None:
        self._index.add(self._db, entries)
        self._letters.update(_letters(entries))

    def _take_out(self, entries: list[tuple[int, str]]) -> None:
        self._index.remove(self._db, entries)
        self._letters.subtract(_letters(entries))


def _letters(entries: Iterable[tuple[int, str]]) -> Iterable[str]:
    """Give each character of each search text, once a text."""
    return chain.from_iterable(set(text) for _, text in entries)


def _update(table: str, names: Sequence[str]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE key = ?"  # noqa: S608 - the names are this package\'s own
