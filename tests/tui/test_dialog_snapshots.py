"""Each dialog once at 80x24 and once at 120x40, as text: what a person sees, comparable line by line."""

from __future__ import annotations

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from jobsync_tui.backend.core.models import JobKey
from jobsync_tui.screens import routes
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from tests.support import sample_records, samples
from tests.support.pilot import settled, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged
from tests.tui.test_dialog_result import over

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
pytestmark = [pytest.mark.usefixtures("still"), SIZES]


async def test_not_eligible(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(past=sample_records.entries()), size) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        assert await settled(pilot) == snapshot


async def test_eligible(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(eligibility=samples.matched(), cached=samples.travel()), size) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "883977"))
        await shows(app, pilot, "Nothing has been written")
        assert await settled(pilot) == snapshot


async def test_confirm(size: tuple[int, int], snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.02)
    async with staged(Script(cached=samples.travel()), size) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: getattr(app.screen, "armed", False))
        await pilot.pause()
        assert await settled(pilot) == snapshot


async def test_confirm_several(size: tuple[int, int], snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.02)
    async with staged(Script(bulk=samples.bulk_plan(120)), size) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await until(pilot, lambda: getattr(app.screen, "armed", False))
        await pilot.pause()
        assert await settled(pilot) == snapshot


async def test_running(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    script = Script(limiter=asyncio.Event())
    async with staged(script, size) as (app, pilot):
        run = app.runs.sync(JobKey.of("bullhorn", "883977"), expected=None, title="ICU Travel Nurse")
        app.open(routes.Running(run))
        await shows(app, pilot, "ok rules")
        await shows(app, pilot, "from Bullhorn")
        assert await settled(pilot) == snapshot
        assert script.limiter is not None
        script.limiter.set()


async def test_result(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(cached=samples.travel(), past=sample_records.entries()), size) as (app, pilot):
        app.open(routes.result(over(samples.updated())))
        await shows(app, pilot, "Same as")
        assert await settled(pilot) == snapshot


async def test_failure(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(cached=samples.travel()), size) as (app, pilot):
        app.open(routes.result(over(samples.failed())))
        await shows(app, pilot, "Same as")
        assert await settled(pilot) == snapshot


async def test_several_results(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(), size) as (app, pilot):
        app.open(routes.result(over(samples.updated(), samples.failed(samples.cached("1", "One")))))
        await shows(app, pilot, "tries 1 job again")
        assert await settled(pilot) == snapshot


async def test_search(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(), size) as (app, pilot):
        app.open(routes.Search("bullhorn", "884213"))
        await pilot.press("enter")
        await shows(app, pilot, "ok Found.")
        assert await settled(pilot) == snapshot


async def test_rules(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(), size) as (app, pilot):
        app.open(routes.Rules("icu-travel"))
        await shows(app, pilot, "-> folder")
        assert await settled(pilot) == snapshot


async def test_history(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(past=sample_records.entries()), size) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "2 entries")
        await pilot.press("enter")
        await shows(app, pilot, "Mercy/ICU")
        assert await settled(pilot) == snapshot


async def test_help(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with staged(Script(), size) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        await pilot.press("question_mark")
        await shows(app, pilot, "CHECK ELIGIBILITY")
        assert await settled(pilot) == snapshot
