"""Type-ahead on SQLite and on PostgreSQL, side by side: the same jobs, the same keys, one process.

Run ``python -m benchmarks.keystrokes 1000000 --dir FOLDER``. Each text is typed key by key; after each key the first 60 rows are asked for
and, once they are there, the count, as the screen does, with nothing remembered. The server is one of this machine that has pg_trgm, or the
one at ``--server URL``; its database is filled by what ``jobsync migrate-storage`` does. Times are milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.search import fill
from jobsync_tui.backend.core.models import Sort, SortField
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.database.backup import copy_database
from jobsync_tui.backend.database.transfer import move
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.query_cache import QueryCache
from tests.support.postgres import trigram_binaries
from tests.support.postgres_server import Cluster

TEXTS = ("senior nurse icu oslo", "zürich", "job-0512345", "zzzz", "c++", "xq", "client 37", "physician tax -lead")
SORTS = (Sort(), Sort(SortField.NAME, descending=False))
ROWS = 60
GOAL = 150.0


@dataclass
class Times:
    """Milliseconds of one storage, by what was typed."""

    rows: dict[str, list[float]] = field(default_factory=dict)
    counts: dict[str, list[float]] = field(default_factory=dict)


async def type_ahead(store: JobStore, repeats: int) -> Times:
    """Type every text, key by key, in every order."""
    times = Times()
    for sort in SORTS:
        for text in TEXTS:
            for end in range(1, len(text) + 1):
                for _ in range(repeats):
                    store._cache = QueryCache()  # noqa: SLF001 - as after a change of any job
                    await _key(store, text[:end], sort, times)
    return times


async def _key(store: JobStore, text: str, sort: Sort, times: Times) -> None:
    query = parse_filter(text)
    began = time.perf_counter()
    await store.window(["bench"], query, sort, 0, ROWS)
    shown = time.perf_counter()
    await store.count(["bench"], query)
    counted = time.perf_counter()
    times.rows.setdefault(text, []).append((shown - began) * 1000)
    times.counts.setdefault(text, []).append((counted - shown) * 1000)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so great a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(by_storage: dict[str, Times]) -> None:
    """Print the table, and the texts that took longest."""
    print("| storage | rows: p50 | p95 | max | count, afterwards: p50 | p95 | max |\n|---|---|---|---|---|---|---|")
    for name, times in by_storage.items():
        cells = []
        for kind in (times.rows, times.counts):
            every = [value for values in kind.values() for value in values]
            cells += [f"{statistics.median(every):.1f}", f"{percentile(every, 0.95):.1f}", f"{max(every):.1f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    for name, times in by_storage.items():
        slowest = sorted(times.rows, key=lambda text: -statistics.median(times.rows[text]))[:8]
        print(f"{name}, rows slowest: " + ", ".join(f"{text!r} {statistics.median(times.rows[text]):.0f}" for text in slowest))
        slowest = sorted(times.counts, key=lambda text: -statistics.median(times.counts[text]))[:8]
        print(f"{name}, counts slowest: " + ", ".join(f"{text!r} {statistics.median(times.counts[text]):.0f}" for text in slowest))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server with a cluster in ``folder``, which is kept if it was there; gives the URL of its database."""
    binaries = trigram_binaries()
    assert binaries is not None, "no PostgreSQL with pg_trgm on this machine; name one with --server"
    cluster = Cluster(binaries, folder, settings={"shared_buffers": "256MB", "max_wal_size": "4GB"})
    if not (folder / "data").exists():
        cluster.make()
    cluster.start()
    cluster.wait()
    try:
        yield f"{cluster.url}/postgres"
    finally:
        cluster.stop()


def _moved(copy: Path, url: str) -> None:
    move([copy], url, lambda _: None)
    copy.unlink()


async def filled(url: str, source: Database, copy: Path, count: int) -> Database:
    """Open the store at ``url``; if it is empty, what a copy of ``source`` holds is moved there."""
    database = await Database.open(url, SCHEMA)
    if not await JobStore(database).count(["bench"], parse_filter("")):
        began = time.perf_counter()
        await source.read(copy_database, copy)
        await asyncio.to_thread(_moved, copy, url)
        print(f"{count:,} jobs moved to the server in {time.perf_counter() - began:.0f} s")
    return database


async def main() -> None:
    """Fill, type, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", type=int, nargs="?", default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--size", type=int, default=1000, help="bytes a job")
    parser.add_argument("--server", help="URL of an empty database on a server")
    parser.add_argument("--dir", type=Path, help="keep the databases here, and use those that are there")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = (options.dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))).resolve()
        folder.mkdir(exist_ok=True, mode=0o755)
        folder.chmod(0o755)
        file = folder / f"typing-{options.jobs}.db"
        databases = {"SQLite": await Database.open(f"sqlite://{file}", SCHEMA)}
        if await JobStore(databases["SQLite"]).count(["bench"], parse_filter("")) < options.jobs:
            await fill(JobStore(databases["SQLite"]), options.jobs, options.size)
        url = options.server or stack.enter_context(server(folder / f"server-{options.jobs}"))
        databases["PostgreSQL"] = await filled(url, databases["SQLite"], folder / "copy.db", options.jobs)
        by_storage = {}
        for name, database in databases.items():
            store = JobStore(database)
            for sort in SORTS:  # the index of an order is made when it is first used
                await store.window(["bench"], parse_filter(""), sort, 0, ROWS)
                if store._ordering is not None:  # noqa: SLF001
                    await store._ordering  # noqa: SLF001
            by_storage[name] = await type_ahead(store, options.repeats)
            await database.close()
        report(by_storage)
        p95 = percentile([value for values in by_storage["PostgreSQL"].rows.values() for value in values], 0.95)
        print(f"goal for PostgreSQL: {GOAL:.0f} ms a key at p95; reached: {p95:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
