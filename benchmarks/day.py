"""A day at a glance over a full cache: a million jobs with their decisions, and a record of a hundred thousand syncs of the last two weeks.

Run ``python -m benchmarks.day [--server URL]``. Each line is the p50 and the worst of the repeats in milliseconds, as a screen waits for
it, with nothing remembered.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from jobsync_tui.backend.automatic.news import NewsReader
from jobsync_tui.backend.core.clock import to_ms
from jobsync_tui.backend.core.models import EvaluationPolicy, FieldAvailability, Rule, Sort
from jobsync_tui.backend.database import Database, Db
from jobsync_tui.backend.services.parts import Parts
from jobsync_tui.backend.services.stores import Stores
from jobsync_tui.backend.storage.automatic.tables import DecisionRow
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.tables import JobRecord
from jobsync_tui.backend.storage.ledger.tables import AuditRow
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.query_cache import QueryCache

from .search import fill

INTEGRATIONS = ("ats0", "ats1", "ats2", "ats3", "ats4")
OUTCOMES = ("created", "updated", "updated", "unchanged", "failed")
AT_A_TIME = 2_000


def decide(db: Db, keys: list[int], now: int) -> None:
    """Keep a decision for each of the jobs, a third of them eligible, one in a thousand since yesterday."""
    drawn = random.Random(1)  # noqa: S311 - numbers for a benchmark
    rows = [
        {
            "key": key,
            "at": now,
            "outcome": "unchanged" if key % 3 == 0 else "refused",
            "reason": None,
            "revision": 2,
            "evaluation_version": 1,
            "changed": 1,
            "configuration": "",
            "tries": 0,
            "retry_at": 0,
            "eligible_at": 0 if key % 3 else now - (drawn.randrange(80_000_000) if key % 999 == 0 else 30 * 86_400_000),
            "eligible_from": 1 if key % 2 else 0,
            "eligible_by": 2,
        }
        for key in keys
    ]
    for first in range(0, len(rows), AT_A_TIME):
        DecisionRow.insert_many(rows[first : first + AT_A_TIME]).execute(db)


def record(db: Db, ids: dict[str, list[str]], count: int, now: int) -> None:
    """Keep so many rows of syncs, spread over the last 14 days."""
    drawn = random.Random(2)  # noqa: S311
    rows = []
    for number in range(count):
        integration = INTEGRATIONS[drawn.randrange(len(INTEGRATIONS))]
        outcome = OUTCOMES[drawn.randrange(len(OUTCOMES))]
        job = ids[integration][drawn.randrange(len(ids[integration]))]
        rows.append(
            {
                "seq": number + 1,
                "link": number + 1,
                "at_ms": now - (count - number) * (14 * 86_400_000 // count),
                "ended_ms": now,
                "actor": "auto",
                "action": "sync",
                "integration": integration,
                "job_id": job,
                "job_name": "Senior nurse",
                "outcome": outcome,
                "cause": f"Failed to sync job: Tenzo answered {500 + number % 7} to job {job}" if outcome == "failed" else None,
                "before": '{"description":"' + "x" * 600 + '"}',
                "after": '{"description":"' + "y" * 600 + '"}',
                "hash": "0" * 64,
            }
        )
    for first in range(0, count, AT_A_TIME):
        AuditRow.insert_many(rows[first : first + AT_A_TIME]).execute(db)


async def timed(name: str, repeats: int, ask: Callable[[], Awaitable[Any]]) -> None:
    """Print what it takes."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        found = await ask()
        taken.append((time.perf_counter() - started) * 1000)
    print(f"{name:<56} {statistics.median(taken):8.1f} {max(taken):8.1f} ms   {found}", flush=True)


async def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--server", help="an empty PostgreSQL database instead of a file of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        database = await Database.open(options.server or f"sqlite:///{Path(scratch)}/day.db", SCHEMA)
        store = JobStore(database)
        ids: dict[str, list[str]] = {}
        for name in INTEGRATIONS:
            await fill(store, options.jobs // len(INTEGRATIONS), 200, name)
            ids[name] = [found for _, found in await store.ids((name,), parse_filter(""), Sort())]
        now = to_ms(database.now())
        keys = [key for (key,) in await database.read(lambda db: list(JobRecord.select(JobRecord.key).tuples().execute(db)))]
        await database.write(decide, keys, now)
        await database.write(record, ids, options.rows, now)
        await database.write(lambda db: db.execute_sql("ANALYZE"))
        settings = SimpleNamespace(evaluation_policy=EvaluationPolicy)
        stores = Stores(database, settings.evaluation_policy)
        for revision in range(2):
            await stores.rules.save((Rule(f"r{revision}", f"Rule {revision}"),), actor="dana", what="x", expected_revision=revision)
        connections = SimpleNamespace(close=_nothing, availability=lambda _: FieldAvailability(), title=str)
        parts = Parts(cast("Any", SimpleNamespace(settings=settings)), cast("Any", connections), stores, cast("Any", None))
        news: NewsReader = parts.news
        print(f"{options.jobs:,} jobs, {options.rows:,} rows of the record{'p50':>34} {'worst':>8}")

        async def told(days: float | None) -> str:
            stores.jobs._cache = QueryCache()  # noqa: SLF001 - as after a change of any job
            greeting = await news.read(INTEGRATIONS, None if days is None else database.now() - timedelta(days=days))
            return (
                f"{greeting.total('created'):,} created, {greeting.total('failed'):,} failed, {greeting.total('newly_eligible'):,} eligible"
            )

        for words, length in (("without a visit: what waits, and 14 days", None), ("since yesterday", 1.0), ("since a week ago", 7.0)):
            await timed(words, options.repeats, lambda length=length: told(length))  # type: ignore[misc]
        await timed("of that, the last 14 days", options.repeats, lambda: _count(news._days(INTEGRATIONS)))  # noqa: SLF001
        for text in ("failed<1d", "failed<1d is:failed", "tenzo_created<1d", "eligible<1d"):
            query = parse_filter(text)
            for what in ("first page", "count"):
                await timed(f"{what} of {text}, one integration", options.repeats, lambda q=query, w=what: _listed(store, q, w))  # type: ignore[misc]
        await database.close()


async def _listed(store: JobStore, query: Any, what: str) -> int:
    store._cache = QueryCache()  # noqa: SLF001 - as after a change of any job
    if what == "count":
        return await store.count(INTEGRATIONS[:1], query)
    return len((await store.page(INTEGRATIONS[:1], query, Sort(), 60, None)).rows)


async def _count(found: Awaitable[Any]) -> int:
    return len(await found)


async def _nothing() -> None:
    pass


if __name__ == "__main__":
    asyncio.run(main())
