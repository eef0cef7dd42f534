"""A refresh whose process is killed goes on at the page behind the last one that was stored."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobsync_tui.backend.core.models import IntegrationState
from jobsync_tui.backend.refresh.refresh import Refresher
from tests.refresh.test_refresh import Script, ScriptedAdapter, pages
from tests.support.copies import Program
from tests.support.stores import cache_at, job

JOBS = [job(number, description="x" * 500) for number in range(400)]

ENDLESS = """
import asyncio, sys
from pathlib import Path
from jobsync_tui.backend.refresh import refresh
from tests.refresh.test_killed import JOBS
from tests.refresh.test_refresh import Script, ScriptedAdapter, pages
from tests.support.stores import cache_at

refresh.READ_AHEAD = 1

class Watched(ScriptedAdapter):
    async def pages(self, listing):
        async for page in super().pages(listing):
            yield page
            print('page', flush=True)

async def main():
    async with cache_at(Path(sys.argv[1])) as cache:
        await refresh.Refresher(lambda _: Watched(Script(pages(JOBS, 4))), cache.jobs, cache.integrations).refresh('acme')

asyncio.run(main())
"""


@pytest.mark.parametrize("stored", [3, 20])
async def test_kill_and_resume(tmp_path: Path, stored: int) -> None:
    path = tmp_path / "jobs.db"
    with Program[str]([sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(stored):
            assert process.stdout.readline() == "page\n"
        process.kill()
    async with cache_at(path) as cache:
        state = await cache.integrations.state("acme")
        assert state.state is IntegrationState.INTERRUPTED
        assert 0 < state.jobs < len(JOBS)
        script = Script(pages(JOBS, 4))
        report = await Refresher(lambda _: ScriptedAdapter(script), cache.jobs, cache.integrations).refresh("acme")
        assert (report.resumed, report.seen, report.added) == (True, len(JOBS), len(JOBS) - state.jobs)
        assert script.asked[0].cursor == str(state.jobs // 4)
        assert (await cache.integrations.state("acme")).jobs == len(JOBS)
        assert await cache.statuses([each.id for each in JOBS]) == ["never"] * len(JOBS)
