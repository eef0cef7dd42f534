"""How long the cache takes to answer, and to be filled: seeded jobs, one process, a real file.

Run ``python benchmarks/search.py 100000 1000000``. Times are milliseconds as a screen sees them, threads and decoding included:
p50 and worst of the repeats, each with nothing remembered (cold: the process has just been told that a job changed).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from jobsync_tui.backend.core.models import Job, JobStatus, Location, Sort, SortField
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import Ending
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.query_cache import QueryCache

START = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = ("", "Senior ", "Junior ", "Lead ", "Principal ", "Staff ")
WORK = (
    "Nurse", "Engineer", "Accountant", "Driver", "Welder", "Data Scientist", "Recruiter", "Sales Manager", "Chef", "Electrician",
    "Teacher", "Pharmacist", "Analyst", "Carpenter", "Physician", "Designer", "Product Manager", "Caregiver", "Dispatcher", "Technician",
)  # fmt: skip
FIELDS = (
    "Night Shift", "Remote", "Weekend", "Cardiology", "Pediatrics", "Backend", "Frontend", "Tax",
    "Logistics", "Retail", "Automotive", "Aviation", "Oncology", "ICU", "Payments", "Platform",
)  # fmt: skip
CITIES = (
    "Berlin", "Munich", "Hamburg", "London", "Paris", "Madrid", "Austin", "Denver",
    "Boston", "Chicago", "Toronto", "Oslo", "Zürich", "Lyon", "Porto", "Köln",
)  # fmt: skip
BATCH = 4000
TEXTS = (
    "",
    "s",
    "q",
    "zz",
    "ni",
    "xq",
    "senior",
    "senior nurse",
    "nurse icu oslo",
    "job-0512",
    "zzz",
    "client:37",
    "owner:dana",
    "location.city:oslo",
    "custom.shift:night",
    "custom.grade:3",
    "custom.grade:9",
    "is:failed",
    "-senior",
    "~snrnrs",
)


def jobs(count: int, size: int, seed: int = 1) -> list[Job]:
    """Return jobs of about ``size`` bytes of JSON."""
    source = random.Random(seed)  # noqa: S311 - data for a benchmark
    text = "".join(source.choices("abcdefghij klmnop", k=max(0, size - 900)))
    return [_job(source, number, text) for number in range(count)]


def _job(source: random.Random, number: int, text: str) -> Job:
    city = source.choice(CITIES)
    place = Location(city, city, None, "Somewhere")
    return Job(
        integration="bench",
        id=f"job-{number:07d}",
        name=f"{source.choice(LEVELS)}{source.choice(WORK)} {source.choice(FIELDS)} ({city})",
        status=source.choice((JobStatus.OPEN, JobStatus.CLOSED)),
        location=place,
        locations=(place,),
        department=f"Dept {source.randrange(40)}",
        client=f"Client {source.randrange(400)}",
        owner="Dana Example",
        description=text,
        tags=("one", "two"),
        custom={"shift": "night", "grade": number % 7},
        created_at=START - timedelta(seconds=source.randrange(10**8)),
        updated_at=START + timedelta(seconds=source.randrange(10**7)),
    )


async def fill(store: JobStore, count: int, size: int, integration: str = "bench") -> None:
    """Fill the cache, and print how fast the store alone took it."""
    state = await store.begin_listing(integration, full=True)
    spent = 0.0
    for start in range(0, count, 10 * BATCH):
        some = jobs(min(10 * BATCH, count - start), size, seed=start)
        for at in range(0, len(some), BATCH):
            page = [
                replace(job, integration=integration, id=f"job-{start + at + place:07d}") for place, job in enumerate(some[at : at + BATCH])
            ]
            begun = time.perf_counter()
            await store.store_page(state, page, (), str(start + at), START)
            spent += time.perf_counter() - begun
    await store.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=False), START)
    print(f"{count:>9} jobs of {size} bytes stored at {count / spent:,.0f} jobs/s")


async def measured(store: JobStore, repeats: int, ask: Callable[[], Awaitable[object]]) -> str:
    """Return p50 and worst of the repeats, each without anything remembered."""
    times = []
    for _ in range(repeats):
        store._cache = QueryCache()  # noqa: SLF001 - as after a change of any job
        begun = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - begun) * 1000)
    return f"{statistics.median(times):8.1f} {max(times):8.1f}"


async def report(store: JobStore, count: int, repeats: int) -> None:
    """Print the tables."""
    by_update = Sort()
    print(f"{'filter':<16} {'matches':>8}   first 60 rows (p50, max)   count (p50, max), ms at {count:,} jobs")
    for text in TEXTS:
        query = parse_filter(text)
        matches = await store.count(["bench"], query)
        rows = await measured(store, repeats, partial(store.window, ["bench"], query, by_update, 0, 60))
        counted = await measured(store, repeats, partial(store.count, ["bench"], query))
        print(f"{text:<16} {matches:>8}   {rows}          {counted}")
    print("60 rows at an offset, every order:  first use |  0 | middle | end")
    everything = parse_filter("")
    for field in SortField:
        sort = Sort(field, descending=True)
        first = await measured(store, 1, partial(store.window, ["bench"], everything, sort, 0, 60))
        if store._ordering is not None:  # noqa: SLF001 - the index that the first use asked for
            await store._ordering  # noqa: SLF001
        cells = [
            await measured(store, repeats, partial(store.window, ["bench"], everything, sort, offset, 60))
            for offset in (0, count // 2, count - 60)
        ]
        print(f"{field:<13} {first} | {' | '.join(cells)}")
    await report_paging(store, count)


async def report_paging(store: JobStore, count: int) -> None:
    """Print what paging costs once a place in the list is remembered."""
    for text in ("", "senior"):
        query = parse_filter(text)
        middle = (await store.count(["bench"], query)) // 2
        await store.window(["bench"], query, Sort(), middle, 60)
        times = []
        for page in range(1, 40):
            begun = time.perf_counter()
            await store.window(["bench"], query, Sort(), middle + page * 60, 60)
            times.append((time.perf_counter() - begun) * 1000)
        print(f"page down from the middle, filter {text!r}: p50 {statistics.median(times):.1f} max {max(times):.1f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB with {count:,} jobs")


async def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", type=int, nargs="*", default=[100_000])
    parser.add_argument("--size", type=int, default=2000, help="bytes a job")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--dir", type=Path, help="keep the databases here, and use those that are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for count in options.jobs:
            folder = options.dir or Path(scratch)
            database = await Database.open(f"sqlite://{folder.resolve()}/bench-{count}.db", SCHEMA)
            store = JobStore(database)
            if await store.count(["bench"], parse_filter("")) < count:
                await fill(store, count, options.size)
            await report(store, count, options.repeats)
            await database.close()


if __name__ == "__main__":
    asyncio.run(main())
