"""Stores on real files, and jobs to put into them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobsync_tui.backend.core.models import Job, SyncState
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.integrations import IntegrationStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import Ending, GoneCounts, PageCounts
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.support.databases import url_at

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYTHING = parse_filter("")


class Cache:
    """The stores of one database, with shortcuts for what tests do all the time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.jobs = JobStore(database)
        self.integrations = IntegrationStore(database)

    async def fill(
        self, jobs: Iterable[Job], *, integration: str = "acme", at: datetime = NOON, accept_gone: bool = False
    ) -> tuple[PageCounts, GoneCounts]:
        """Store a complete full listing in one page."""
        state = await self.jobs.begin_listing(integration, full=True, now=at)
        counts = await self.jobs.store_page(state, list(jobs), (), None, at)
        return counts, await self.jobs.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=accept_gone), at)

    async def statuses(self, job_ids: Sequence[str], integration: str = "acme") -> list[str]:
        """Return the sync status of jobs; ``missing`` for one that is not cached."""
        found = await self.jobs.get_many(integration, job_ids)
        return [job.sync_status.value if job else "missing" for job in found]


async def set_sync(jobs: JobStore, integration: str, job_id: str, mark: SyncState, source: Job | None = None) -> None:
    """Record how a job stands towards the target, as the end of its sync does."""
    await jobs._database.write_unsynced(jobs.keeping(integration, job_id, mark, source))


@asynccontextmanager
async def cache_at(path: Path) -> AsyncIterator[Cache]:
    """Open the cache in a file, or in the database that stands for it."""
    database = await Database.open(url_at(path), SCHEMA)
    try:
        yield Cache(database)
    finally:
        await database.close()


def job(number: int | str, name: str | None = "Nurse", **fields: object) -> Job:
    """Return a job of the integration ``acme``."""
    values: dict[str, object] = {"integration": "acme", "id": f"job-{number}", "name": name, "updated_at": NOON, **fields}
    return Job(**values)  # type: ignore[arg-type]


def later(minutes: float) -> datetime:
    """Return a time after noon."""
    return NOON + timedelta(minutes=minutes)
