"""What the application is measured on: caches of seeded jobs, configurations that open them, and the same lines for fzf.

Run ``python -m benchmarks.app_data --dir FOLDER [--sizes 1000 100000 1000000]``. What is there already is kept. A folder of its own holds
each size: ``jobsync.toml``, ``cache.db`` and ``lines.tsv``. ``jobsync -c FOLDER/1000000/jobsync.toml`` opens it like any other cache.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks.rules import make_rules
from benchmarks.search import jobs
from jobsync_tui.backend.core.models import Job
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import Ending
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.storage.search.filter import parse_filter

INTEGRATION = "bench"
SIZES = (1_000, 100_000, 1_000_000)
FEED_JOBS = 50_000
BYTES = 1_200
BATCH = 4_000
RARE_EVERY = 2_000
"""One job of so many has a pair of letters in its name that no other has: ``zz``."""

CONFIGURATION = """\
[organization]
name = "Benchmark"

[storage]
url = "sqlite:///{folder}/cache.db"

[target]
kind = "local"

[[integrations]]
id = "bench"
name = "Benchmark"
provider = "file"
path = "feed.jsonl"
"""


def made(count: int) -> Iterator[Job]:
    """Give ``count`` jobs, the same ones every time."""
    for start in range(0, count, 10 * BATCH):
        for place, job in enumerate(jobs(min(10 * BATCH, count - start), BYTES, seed=start)):
            number = start + place
            name = f"{job.name} Jazz" if number % RARE_EVERY == 7 else job.name
            yield replace(job, id=f"job-{number:07d}", name=name)


def configure(folder: Path) -> Path:
    """Write a configuration that opens the cache in ``folder``, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jobsync.toml"
    path.write_text(CONFIGURATION.format(folder=folder.resolve()))
    path.chmod(0o600)
    return path


async def make_cache(folder: Path, count: int) -> None:
    """Make the configuration, the cache and the lines of ``count`` jobs in a folder with an absolute path, unless they are there."""
    configure(folder)
    database = await Database.open(f"sqlite:///{folder}/cache.db", SCHEMA)
    store = JobStore(database)
    try:
        if await store.count([INTEGRATION], parse_filter("")) < count:
            await _fill(store, folder / "lines.tsv", count)
        rules = RuleStore(database)
        if not (await rules.current()).rules:
            await rules.save(make_rules(Random(1)).rules, actor="benchmark", what="made", expected_revision=0)  # noqa: S311 - no secret
    finally:
        await database.close()


async def _fill(store: JobStore, lines: Path, count: int) -> None:
    now = datetime.now(UTC)
    state = await store.begin_listing(INTEGRATION, full=True)
    batch: list[Job] = []
    with lines.open("w", encoding="utf-8") as file:
        for job in made(count):
            file.write(f"{job.name}\t{job.id}\t{job.status}\t{job.client}\t{job.department}\n")
            batch.append(job)
            if len(batch) == BATCH:
                await store.store_page(state, batch, (), None, now)
                batch = []
    await store.store_page(state, batch, (), None, now)
    await store.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=True), now)


def make_feed(folder: Path) -> None:
    """Make an export of 50,000 jobs that a refresh reads into an empty cache."""
    configure(folder)
    path = folder / "feed.jsonl"
    if path.exists():
        return
    with path.open("w", encoding="utf-8") as file:
        for job in made(FEED_JOBS):
            row = {"id": job.id, "name": job.name, "status": job.status, "department": job.department, "client": job.client}
            file.write(json.dumps({**row, "description": job.description}) + "\n")


def folder_of(base: Path, count: int) -> Path:
    """Return where the cache of ``count`` jobs is."""
    return base / str(count)


async def make_all(base: Path, sizes: tuple[int, ...]) -> None:
    """Make what is not there yet."""
    make_feed(base / "refresh")
    for count in sizes:
        await make_cache(folder_of(base, count), count)


def main() -> None:
    """Make the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="where the data is kept from one run to the next")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    asyncio.run(make_all(options.dir.resolve(), tuple(options.sizes)))


if __name__ == "__main__":
    main()
