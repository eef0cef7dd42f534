"""The demonstration's timer: it runs beside the application only, for one of the integrations, and what it decides is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import Scope
from jobsync_tui.backend.sandbox import Sandbox, make_sandbox, scenario
from jobsync_tui.backend.sandbox.scenario import CRELATE, GREENHOUSE, roles_in
from jobsync_tui.backend.sandbox.timer import REMARK, change_something
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.jobs import JobsScreen
from tests.support.patience import PATIENCE
from tests.support.pilot import screen_text, until


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    with make_sandbox(jobs=60, directory=tmp_path / "sandbox") as made:
        config = made.directory / "jobsync.toml"
        config.write_text(config.read_text().replace('every = "20s"', 'every = "1s"'))
        await made.prepare()
        yield made


async def test_its_decisions_are_seen_in_the_header_and_in_check_eligibility(sandbox: Sandbox) -> None:
    async with sandbox.open() as backend, sandbox.alive(backend):
        app = JobsyncApp(backend)
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: "Acme Agency" in screen_text(app))
            while (await backend.automatic.state(CRELATE)).run is None:
                await pilot.pause(0.05)
            app.open(routes.Jobs(Scope.of(CRELATE)))
            await until(pilot, lambda: isinstance(app.screen, JobsScreen) and "next" in screen_text(app).partition("\n")[0])
            _, job_id = sandbox.address(scenario.DEPARTMENTLESS)
            app.open(routes.Eligibility(CRELATE, job_id))
            await until(pilot, lambda: "auto: no rule matched" in screen_text(app))
        assert (await backend.automatic.state(GREENHOUSE)).last_run is None
        assert await backend.automatic.decision(*sandbox.address(scenario.BERLIN_BACKEND)) is None


async def test_it_ends_with_the_application_and_runs_for_nobody_else(sandbox: Sandbox) -> None:
    async with sandbox.open() as backend:
        assert await backend.automatic.decision(*sandbox.address(scenario.DEPARTMENTLESS)) is None
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ZeroDivisionError):
                async with sandbox.alive(backend):
                    raise ZeroDivisionError


def test_a_recruiter_changes_jobs_that_play_no_role() -> None:
    worlds = scenario.make_worlds(jobs=60, seed=7, now=now() - timedelta(days=1))
    world = worlds[CRELATE]
    before = {number: (job.name, job.updated) for number, job in world.jobs.items()}
    for _ in range(20):
        change_something(world, Random(3))  # noqa: S311 - always the same job
    changed = {number for number, job in world.jobs.items() if (job.name, job.updated) != before[number]}
    assert len(changed) == 1
    assert not changed & roles_in(CRELATE)
    assert not (world.jobs[changed.pop()].name or "").endswith(REMARK)
