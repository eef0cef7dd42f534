"""Windows while the list changes under them: what is read is always the list as it was at one moment, by any way to an answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from jobsync_tui.backend.core.models import CachedJob, Job, Sort, SortField, SyncState, SyncStatus
from jobsync_tui.backend.storage.search import executor
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.storage.oracle import expected
from tests.support.stores import EVERYTHING, NOON, Cache, cache_at, job, later, set_sync

pytestmark = pytest.mark.usefixtures("on_each_database")

NAMES = ("Senior Nurse", "Nurse", "Zürich Driver", "O'Hara 100%", "Chef_de a_b", "Welder", "nurse ICU")
FILTERS = ("", "n", "nurse", "er", "100%", "-nurse", "is:synced", "~snr", "client:c1")
JOBS = 60
STEPS = 40
PAGE = 9


def _some(random: Random, number: int) -> Job:
    return job(f"{number:03}", random.choice(NAMES), client=f"c{random.randrange(3)}", updated_at=later(random.randrange(500)))


async def _change(random: Random, cache: Cache) -> None:
    """Do what a refresh or a sync of another process does to one job."""
    number = random.randrange(JOBS + 20)
    what = random.randrange(4)
    if what == 0:
        await cache.jobs.mark_gone("acme", f"job-{number:03}")
    elif what == 1:
        mark = SyncState(sync_status=random.choice((SyncStatus.SYNCED, SyncStatus.FAILED)), last_synced=later(random.randrange(500)))
        await set_sync(cache.jobs, "acme", f"job-{number:03}", mark)
    else:
        await cache.jobs.put(_some(random, number), NOON)


async def _everything(cache: Cache) -> list[CachedJob]:
    return [each async for each in cache.jobs.stream(["acme"], EVERYTHING, Sort())]


@pytest.mark.parametrize("seed", range(6))
async def test_a_window_read_during_a_write_is_of_before_or_after_it(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)  # noqa: S311 - cases, not secrets
    monkeypatch.setattr(executor, "FEW", random.choice((0, 5, 4000)))
    monkeypatch.setattr(executor, "QUICK", random.choice((0, 20, 2000)))
    monkeypatch.setattr(executor, "BUDGET", random.choice((30, 20_000)))
    path = tmp_path / "jobsync.db"
    async with cache_at(path) as mine, cache_at(path) as other:
        await mine.fill([_some(random, number) for number in range(JOBS)])
        before = await _everything(mine)
        offset, text, sort = 0, "", Sort()
        for _ in range(STEPS):
            if not random.randrange(4):
                offset, text, sort = 0, random.choice(FILTERS), Sort(random.choice(list(SortField)), random.random() < 0.5)
            offset = max(0, random.choice((offset + PAGE, offset - PAGE, offset + 1, 0, JOBS - PAGE, random.randrange(JOBS))))
            query = parse_filter(text)
            window, _ = await asyncio.gather(mine.jobs.window(["acme"], query, sort, offset, PAGE), _change(random, other))
            after = await _everything(mine)
            possible = [expected(jobs, query, sort, NOON)[offset : offset + PAGE] for jobs in (before, after)]
            assert [row.id for row in window] in possible
            assert await mine.jobs.count(["acme"], query) == len(expected(after, query, sort, NOON))
            settled = await mine.jobs.window(["acme"], query, sort, offset, PAGE)
            assert [row.id for row in settled] == possible[1]
            before = after
