"""The list of several integrations beside the list of one, over as many jobs: seeded jobs, one process, a real file for each.

Run ``python -m benchmarks.integrations 1000000``. Times are milliseconds as a screen sees them, threads and decoding included: p50 and
worst of the repeats, each with nothing remembered. Both lists are asked in turn, so that the load of the host falls on both.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from functools import partial
from pathlib import Path

from jobsync_tui.backend.core.models import Sort, SortField
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter

from .search import fill, measured

EVERYTHING = parse_filter("")
TEXTS = (
    "",
    "s",
    "zz",
    "ni",
    "senior",
    "senior nurse",
    "nurse icu oslo",
    "job-0112",
    "zzz",
    "client:37",
    "custom.grade:3",
    "is:failed",
    "-senior",
)
SORTS = (Sort(), Sort(SortField.NAME, descending=False), Sort(SortField.CLIENT, descending=True))
SCREEN = 60
"""Rows of a first page."""


async def filled(folder: Path, count: int, parts: int, size: int) -> tuple[JobStore, tuple[str, ...], Database]:
    """Return a cache with ``count`` jobs in ``parts`` integrations, these, and its database."""
    names = tuple(f"ats{number}" for number in range(parts))
    database = await Database.open(f"sqlite://{folder}/{count}-in-{parts}.db", SCHEMA)
    store = JobStore(database)
    for name in names:
        if await store.count([name], EVERYTHING) < count // parts:
            await fill(store, count // parts, size, name)
    return store, names, database


async def main() -> None:
    """Fill, ask both, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", type=int, nargs="?", default=100_000)
    parser.add_argument("--parts", type=int, default=5, help="integrations of the second list")
    parser.add_argument("--size", type=int, default=1000, help="bytes a job")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--dir", type=Path, help="keep the databases here, and use those that are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.dir or Path(scratch)).resolve()
        lists = [await filled(folder, options.jobs, parts, options.size) for parts in (1, options.parts)]
        print(f"{options.jobs:,} jobs, ms (p50, max){'one integration':>40} {f'{options.parts} integrations':>20}")
        for sort in SORTS:
            for store, names, _ in lists:
                await store.window(names, EVERYTHING, sort, 0, SCREEN)
                if store._ordering is not None:  # noqa: SLF001 - the index that the first use asked for
                    await store._ordering  # noqa: SLF001
            for text in TEXTS:
                query = parse_filter(text)
                cells = [
                    await measured(store, options.repeats, partial(store.page, names, query, sort, SCREEN, None))
                    for store, names, _ in lists
                ]
                print(f"first page, {sort!s:<12} {text:<16} {'  |  '.join(cells)}", flush=True)
        for text in TEXTS:
            query = parse_filter(text)
            cells = [await measured(store, options.repeats, partial(store.count, names, query)) for store, names, _ in lists]
            print(f"count                    {text:<16} {'  |  '.join(cells)}", flush=True)
        for text in ("", "senior"):
            query = parse_filter(text)
            for sort in SORTS:
                for where in ("middle", "end"):
                    cells = []
                    for store, names, _ in lists:
                        matches = await store.count(names, query)
                        offset = matches // 2 if where == "middle" else matches - SCREEN
                        await store.window(names, query, sort, offset, SCREEN)
                        await store.count(names, query)
                        # As in a screen: the count is known by the time somebody goes there.
                        cells.append(await measured(store, options.repeats, partial(_after_count, store, names, query, sort, offset)))
                    print(f"{where:<10}, {sort!s:<12} {text:<16} {'  |  '.join(cells)}", flush=True)
        for _, _, database in lists:
            await database.close()


async def _after_count(store: JobStore, names: tuple[str, ...], query: object, sort: Sort, offset: int) -> None:
    await store.window(names, query, sort, offset, SCREEN)  # type: ignore[arg-type]


if __name__ == "__main__":
    asyncio.run(main())
