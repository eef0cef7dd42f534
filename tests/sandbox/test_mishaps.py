"""What the README says can be tried: each mishap of the demonstration, by the keys that it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.models import Scope
from jobsync_tui.backend.sandbox import make_sandbox, scenario
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from jobsync_tui.session.memory import Memory
from jobsync_tui.widgets.job_table import JobTable
from tests.support.pilot import screen_text, until

Shown = tuple[JobsyncApp, Pilot[int]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.01)


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Shown]:
    with make_sandbox(jobs=60, directory=folder / "sandbox") as sandbox:
        await sandbox.prepare()
        async with sandbox.open() as backend:
            app = JobsyncApp(backend, memory=Memory(folder / "memory"))
            async with app.run_test(size=(110, 36)) as pilot:
                yield app, pilot


async def shows(app: JobsyncApp, pilot: Pilot[int], words: str) -> None:
    await until(pilot, lambda: words in screen_text(app))


async def asked(app: JobsyncApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(app.screen, ConfirmingScreen) and app.screen.armed)


def listed(app: JobsyncApp, fewer_than: int = 1000) -> bool:
    tables = app.screen.query(JobTable)
    return isinstance(app.screen, JobsScreen) and bool(tables) and 0 < tables.first().row_count < fewer_than


async def find(app: JobsyncApp, pilot: Pilot[int], integration: str, words: str, name: str) -> None:
    """Open the jobs of an integration with a filter, the cursor in the table."""
    app.open(routes.Jobs(Scope.of(integration)))
    await until(pilot, lambda: listed(app))
    await pilot.press("slash", *("space" if letter == " " else letter for letter in words), "enter")
    await shows(app, pilot, name)
    await until(pilot, lambda: listed(app, fewer_than=5) and app.screen.query_one(JobTable).has_focus)


@pytest.mark.slow
async def test_a_lost_answer_counts_down_and_is_looked_up(tmp_path: Path) -> None:
    async with demo(tmp_path) as (app, pilot):
        await find(app, pilot, scenario.GREENHOUSE, "payments engineer", "Payments Engineer")
        await pilot.press("s")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "UNKNOWN")
        await shows(app, pilot, "Settled: created")


@pytest.mark.slow
async def test_a_stale_plan_shows_what_moved(tmp_path: Path) -> None:
    async with demo(tmp_path) as (app, pilot):
        await find(app, pilot, scenario.GREENHOUSE, "site reliability engineer", "Site Reliability")
        await pilot.press("s")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "Not synced: something changed")


@pytest.mark.slow
async def test_a_busy_job_says_who_has_it(tmp_path: Path) -> None:
    async with demo(tmp_path) as (app, pilot):
        await find(app, pilot, scenario.GREENHOUSE, "mobile engineer", "Mobile Engineer")
        await pilot.press("s")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "dana is syncing this job")


@pytest.mark.slow
async def test_an_undo_by_one_key(tmp_path: Path) -> None:
    async with demo(tmp_path) as (app, pilot):
        await find(app, pilot, scenario.JOBVITE, "icu travel nurse 13w", "ICU Travel")
        await pilot.press("s")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "verified")
        await pilot.press("z")
        await shows(app, pilot, "Confirm Undo")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "verified")


@pytest.mark.slow
async def test_a_bulk_sync_names_the_one_that_failed(tmp_path: Path) -> None:
    async with demo(tmp_path) as (app, pilot):
        app.open(routes.Jobs(Scope.of(scenario.CRELATE)))
        await until(pilot, lambda: listed(app))
        await pilot.press("m", "s")
        await asked(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "Sync Result")
        await shows(app, pilot, "r tries 1 job again")
