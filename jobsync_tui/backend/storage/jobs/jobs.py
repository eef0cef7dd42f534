"""The cache of jobs: what refreshes fill, screens and commands read, and syncs mark."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

import peewee

from ...core import clock
from ...core.canonical import storable
from ...core.errors import StorageError
from ...core.models import (
    CachedJob,
    EvaluationPolicy,
    Job,
    JobKey,
    JobPage,
    JobRow,
    RejectedRow,
    Sort,
    SortField,
    SyncState,
)
from ...database import Database, Db
from ..ledger.process import ProcessIdentity
from ..outcomes.outcomes import policy_key
from ..search.executor import ROW_COLUMNS, QueryExecutor
from ..search.ordering import create_order, has_order
from ..search.query import Query
from ..search.query_cache import QueryCache
from . import codec, links, listing, sources
from . import sync_state as marks
from .links import LinkedJob
from .listing import Ending, GoneCounts, ListingState, PageCounts
from .listing_gap import Gap, gap
from .set_aside import take_back, waiting
from .statements import first, run
from .tables import JobRecord, MarkRow, PayloadRow, SightingRow
from .tally import ListingTally
from .upsert import NONE, upsert

T = TypeVar("T")

STREAM_BATCH = 500
"""Whole jobs in memory at a time while a stream is read."""

LONG_LIST = 20_000
"""Jobs from which on a sort without an index is worth an index."""


_KEY = "SELECT j.key FROM jobs j JOIN integrations i ON j.source = i.number WHERE i.id = ? AND j.id = ?"
_WHOLE = (
    "SELECT j.key, j.gone, p.body, j.sync_status, j.last_synced, m.target_id, s.at FROM jobs j JOIN integrations i ON j.source = i.number"
    " JOIN payloads p ON p.key = j.key JOIN sightings s ON s.key = j.key LEFT JOIN sync_marks m ON m.key = j.key"
    " WHERE i.id = ? AND j.id = ?"
)
_SEEN = "UPDATE sightings SET at = ? WHERE key = ?"


class JobStore:
    """Every job last seen in the ATS, per integration, in one database.

    Args:
        database: Where.
        policy: What the configuration adds to the rules at this moment; cached outcomes that rest on another one are none.
        now: The clock by which ages in filters and in cached outcomes are counted, where it is not the database's.
    """

    def __init__(
        self,
        database: Database,
        policy: Callable[[], EvaluationPolicy] = EvaluationPolicy,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = database
        self._policy = policy
        self._now = now or database.now
        self._dialect = database.dialect
        self._cache = QueryCache()
        self._process = ProcessIdentity.own()
        self._ordered: set[SortField] = set()
        self._ordering: asyncio.Task[None] | None = None

    async def begin_listing(self, integration: str, *, full: bool, now: datetime | None = None) -> ListingState:
        """Begin a listing, or resume an interrupted one.

        Raises:
            Busy: Somebody is listing the integration.
        """
        moment = clock.to_ms(now or self._now())
        return await self._database.write(listing.begin, integration, self._process, full=full, now=moment)

    async def store_page(
        self,
        state: ListingState,
        page_jobs: Sequence[Job],
        deleted: Sequence[str],
        cursor: str | None,
        now: datetime,
        *,
        unread: Sequence[str] = (),
        rejected: Sequence[RejectedRow] = (),
        tally: ListingTally | None = ListingTally(),  # noqa: B008 - frozen
        own_ids: Mapping[str, str] = NONE,
    ) -> PageCounts:
        """Store jobs of a listing together with the cursor behind them.

        Args:
            state: The listing.
            page_jobs: Of one page or of several.
            deleted: ATS job ids that the ATS says are deleted.
            cursor: Where the listing goes on behind them.
            now: When they were read.
            unread: ATS job ids that were listed and could not be read: they are not missing.
            rejected: Rows that are set aside.
            tally: What the listing has come to with these pages; None for jobs that were read singly for it, which leave its cursor, too.
            own_ids: See `Page.own_ids`.

        Raises:
            Busy: The listing was taken over.
        """
        # A page that a power cut takes is read again: its cursor goes with it. The end of the listing waits for the disk.
        return await self._database.write_unsynced(
            listing.store_page,
            self._dialect,
            state,
            page_jobs,
            deleted=deleted,
            unread=unread,
            rejected=rejected,
            tally=tally,
            cursor=cursor,
            now=clock.to_ms(now),
            own_ids=own_ids,
        )

    async def gap(self, state: ListingState, limit: int) -> Gap:
        """Return what a listing at its last page lacks, with up to ``limit`` of the ids."""
        return await self._database.read(_gap, state, limit)

    async def waiting(self, state: ListingState, limit: int) -> tuple[str, ...]:
        """Return ids of jobs whose rows earlier listings set aside, oldest first."""
        return await self._database.read(waiting, state.integration, state.id, limit)

    async def beat(self, state: ListingState, now: datetime) -> None:
        """Show that the listing goes on while it waits; `Busy` where it was taken over."""
        await self._database.write(listing.beat, state, clock.to_ms(now))

    async def restart_listing(self, state: ListingState, *, full: bool, now: datetime) -> ListingState:
        """Begin the listing anew, where the ATS takes its cursor or watermark no longer."""
        return await self._database.write(listing.restart, state, full=full, now=clock.to_ms(now))

    async def finish_listing(self, state: ListingState, ending: Ending, now: datetime) -> GoneCounts:
        """End a listing at its last page; a complete full one tells which jobs are gone."""
        return await self._database.write(listing.finish, state, ending, clock.to_ms(now))

    async def fail_listing(self, state: ListingState, error: str | None, now: datetime) -> None:
        """Leave a listing where it stopped, to be resumed. ``error`` is None where it was interrupted."""
        await self._database.write(listing.fail, state, error, clock.to_ms(now))

    async def put(self, job: Job, now: datetime) -> CachedJob:
        """Keep one job that was read singly, and return it with its standing."""
        return await self._database.write_unsynced(self._put, job, clock.to_ms(now))

    async def mark_gone(self, integration: str, job_id: str) -> None:
        """Mark a job that the ATS does not have any more. One that is not cached is none to mark."""
        await self._database.write_unsynced(self._mark_gone, integration, job_id)

    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        """Return the cached job."""
        return await self._database.read(_get, integration, job_id)

    async def get_many(self, integration: str, job_ids: Sequence[str]) -> tuple[CachedJob | None, ...]:
        """Return the cached jobs, in the order of ``job_ids``."""
        return await self._database.read(self._get_many, integration, job_ids)

    async def window(self, integrations: Sequence[str], query: Query, sort: Sort, offset: int, limit: int) -> tuple[JobRow, ...]:
        """Return up to ``limit`` lines of the filtered, sorted list from ``offset`` on."""
        return await self._sorted(integrations, query, sort, lambda executor: executor.window(sort, offset, limit))

    async def page(self, integrations: Sequence[str], query: Query, sort: Sort, limit: int, around: JobKey | None) -> JobPage:
        """Return up to ``limit`` lines around a job, or from the top where that is not in the list; its count where that costs nothing."""
        return await self._sorted(integrations, query, sort, lambda executor: executor.page(sort, limit, around))

    async def _sorted(self, integrations: Sequence[str], query: Query, sort: Sort, ask: Callable[[QueryExecutor], T]) -> T:
        """Ask for a part of a sorted list; where it is long and nothing serves the sort, the index for it is made for the next time."""

        def read(db: Db) -> tuple[T, bool]:
            executor = self._executor(db, integrations, query)
            indexed = executor.total < LONG_LIST or self._has_order(db, sort.field)
            return ask(executor), indexed

        found, indexed = await self._database.read(read)
        if not indexed:
            self._make_order(sort.field)
        return found

    async def count(self, integrations: Sequence[str], query: Query) -> int:
        """Return how many jobs match."""
        return await self._database.read(lambda db: self._executor(db, integrations, query).count())

    async def position(self, integrations: Sequence[str], query: Query, sort: Sort, job: JobKey) -> int | None:
        """Return the place of a job in the filtered, sorted list, None where it is not in it."""
        return await self._database.read(lambda db: self._executor(db, integrations, query).position(sort, job))

    async def ids(self, integrations: Sequence[str], query: Query, sort: Sort) -> tuple[JobKey, ...]:
        """Return every job that matches, sorted."""
        return await self._database.read(lambda db: self._executor(db, integrations, query).ids(sort))

    async def key(self, integration: str, job_id: str) -> int | None:
        """Return the key of a cached job."""
        return await self._database.read(_key, integration, job_id)

    async def keys(self, integrations: Sequence[str], query: Query) -> array[int]:
        """Return the keys of every job that matches, in no order."""
        return await self._database.read(lambda db: array("q", self._executor(db, integrations, query).all_keys()))

    async def rows_of(self, keys: Sequence[int]) -> tuple[tuple[int, JobRow], ...]:
        """Return the lines of jobs by their keys, in that order, those left out that are not cached any more."""
        return await self._database.read(self._rows_of, keys)

    async def stream(self, integrations: Sequence[str], query: Query, sort: Sort, limit: int | None = None) -> AsyncIterator[CachedJob]:
        """Give the whole jobs that match, sorted; only some of them are in memory at a time."""
        keys = await self._database.read(lambda db: self._executor(db, integrations, query).keys(sort, limit))
        for start in range(0, len(keys), STREAM_BATCH):
            for job in await self._database.read(self._by_key, keys[start : start + STREAM_BATCH]):
                yield job

    async def version(self) -> int:
        """Return a number that grows with every change of a job, whichever process makes it."""
        return await self._database.read(sources.version)

    def keeping(self, integration: str, job_id: str, mark: SyncState, source: Job | None = None) -> Callable[[Db], None]:
        """Return what records how the job stands towards the target, within a transaction of the ledger's, where a sync ends.

        Args:
            integration: Id of the integration.
            job_id: ATS job id. A job that is not cached has no standing to record.
            mark: What the sync leaves; one that says ``synced`` makes the present source fields those that later states are compared with.
            source: The job as it was synced, where the cache may hold a newer state by now.
        """

        def keep(db: Db) -> None:
            key = _key(db, integration, job_id)
            if key is not None:
                marks.put_mark(db, key, mark, source)

        return keep

    async def sync_state(self, integration: str, job_id: str) -> SyncState | None:
        """Return what the last sync of the job recorded, None where there was none."""
        return await self._database.read(_sync_state, integration, job_id)

    async def linked_to(self, target_id: str) -> tuple[LinkedJob, ...]:
        """Return the jobs that are linked to that job of the target; more than one where something went wrong."""
        return await self._database.read(links.linked_to, target_id)

    async def shared_links(self) -> tuple[LinkedJob, ...]:
        """Return every job that is linked to the same job of the target as another one, those of one together."""
        return await self._database.read(links.shared_links)

    async def linked_targets(self) -> frozenset[str]:
        """Return the id of every job of the target that a cached job is linked to."""
        return await self._database.read(links.linked_targets)

    def _executor(self, db: Db, integrations: Sequence[str], query: Query) -> QueryExecutor:
        policy = policy_key(self._policy())
        return QueryExecutor(
            db,
            self._dialect,
            self._cache,
            integrations=integrations,
            query=query,
            now=self._now(),
            policy=policy,
            has_order=self._has_order,
        )

    def _has_order(self, db: Db, field: SortField) -> bool:
        """Return whether an index serves the order; one that was seen is not taken away."""
        if field not in self._ordered and has_order(db, field):
            self._ordered.add(field)
        return field in self._ordered

    def _make_order(self, field: SortField) -> None:
        """Make the index for an order in the background; until it is there, windows in this order take longer."""
        if self._ordering is None or self._ordering.done():
            self._ordering = asyncio.create_task(self._create_order(field))

    async def _create_order(self, field: SortField) -> None:
        with suppress(StorageError):  # the program is ending, or the disk is full: the list stays sorted the slow way
            await self._database.write(create_order, self._dialect, field)
            self._ordered.add(field)

    def _put(self, db: Db, job: Job, now: int) -> CachedJob:
        source = sources.ensure_source(db, job.integration)
        take_back(db, self._dialect, source, [job.id])
        known = first(db, _WHOLE, job.integration, storable(job.id))
        if job.unread:
            job = job.beside(None if known is None else codec.plain(known[2]))
        if known is not None and not known[1] and known[2].encode() == codec.encode(job):
            key, _, body, status, last_synced, target_id, _ = known
            run(db, _SEEN, now, key)
            return codec.decode(body, sync_status=status, last_synced=last_synced, target_id=target_id, cached_at=now)
        upsert(db, self._dialect, source, [job], listing=0, now=now)
        kept = _get(db, job.integration, job.id)
        assert kept is not None, "a job that was just written is there"  # noqa: S101
        return kept

    def _mark_gone(self, db: Db, integration: str, job_id: str) -> None:
        source = sources.source_of(db, integration)
        if source is not None:
            listing.mark_deleted(db, self._dialect, source, [job_id])

    def _get_many(self, db: Db, integration: str, job_ids: Sequence[str]) -> tuple[CachedJob | None, ...]:
        where = (JobRecord.source == _number(db, integration)) & self._dialect.any_of(
            JobRecord.id, [storable(job_id) for job_id in job_ids]
        )
        found = {storable(job.id): job for _, job in _read(db, where)}
        return tuple(found.get(storable(job_id)) for job_id in job_ids)

    def _rows_of(self, db: Db, keys: Sequence[int]) -> tuple[tuple[int, JobRow], ...]:
        names = sources.integration_ids(db)
        query = JobRecord.select(JobRecord.key, *ROW_COLUMNS).where(self._dialect.any_of(JobRecord.key, keys))
        found = {row[0]: codec.job_row((names[row[1]], *row[2:])) for row in query.tuples().execute(db)}
        return tuple((key, found[key]) for key in keys if key in found)

    def _by_key(self, db: Db, keys: Sequence[int]) -> list[CachedJob]:
        rows = dict(_read(db, self._dialect.any_of(JobRecord.key, keys)))
        return [rows[key] for key in keys if key in rows]


def _get(db: Db, integration: str, job_id: str) -> CachedJob | None:
    found = first(db, _WHOLE, integration, storable(job_id))
    if found is None:
        return None
    _, _, body, status, last_synced, target_id, seen = found
    return codec.decode(body, sync_status=status, last_synced=last_synced, target_id=target_id, cached_at=seen)


def _read(db: Db, where: peewee.Expression) -> Iterator[tuple[int, CachedJob]]:
    """Give the jobs that fit, whole, each with its key."""
    query = (
        JobRecord.select(JobRecord.key, PayloadRow.body, JobRecord.sync_status, JobRecord.last_synced, MarkRow.target_id, SightingRow.at)
        .join(PayloadRow, on=PayloadRow.key == JobRecord.key)
        .join_from(JobRecord, SightingRow, on=SightingRow.key == JobRecord.key)
        .join_from(JobRecord, MarkRow, peewee.JOIN.LEFT_OUTER, on=MarkRow.key == JobRecord.key)
        .where(where)
    )
    for key, body, status, last_synced, target_id, seen in query.tuples().execute(db):
        yield key, codec.decode(body, sync_status=status, last_synced=last_synced, target_id=target_id, cached_at=seen)


def _gap(db: Db, state: ListingState, limit: int) -> Gap:
    source = sources.ensure_source(db, state.integration)
    return gap(db, source, state.id, full=state.full, limit=limit)


def _number(db: Db, integration: str) -> int:
    """Return the integration's number, or one that no integration has."""
    source = sources.source_of(db, integration)
    return source.number if source else 0


def _key(db: Db, integration: str, job_id: str) -> int | None:
    found = first(db, _KEY, integration, storable(job_id))
    return None if found is None else int(found[0])


def _sync_state(db: Db, integration: str, job_id: str) -> SyncState | None:
    key = _key(db, integration, job_id)
    return None if key is None else marks.get_mark(db, key)
