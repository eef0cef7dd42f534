"""Keys that come before a list is there wait for it, and act on the row that they were meant for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from jobsync_tui.backend.core.models import Scope
from jobsync_tui.screens import routes
from tests.services.workshop import workshop
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until
from tests.tui.stage import on_stage, shows
from tests.tui.test_greeting import TWO, a_day
from tests.tui.test_shadows import OSLO

P = ParamSpec("P")
R = TypeVar("R")


class Gate:
    """Holds back what a backend answers."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.asked = asyncio.Event()

    def before(self, call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        async def waits(*args: P.args, **kwargs: P.kwargs) -> R:
            self.asked.set()
            await self.open.wait()
            return await call(*args, **kwargs)

        return waits


async def test_the_integrations_are_opened_by_the_keys_that_came_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, gate = FakeBackend(many_jobs(3), TWO), Gate()
    monkeypatch.setattr(backend.integrations, "list", gate.before(backend.integrations.list))
    async with running(backend) as (app, pilot):
        await until(pilot, gate.asked.is_set)
        # A second enter is impatience: it opens no job of the list that the first one leads to.
        await pilot.press("j", "enter", "enter")
        assert type(app.screen).__name__ == "PickerScreen"
        gate.open.set()
        await until(pilot, lambda: type(app.screen).__name__ == "JobsScreen")
        assert app.screen.scope == Scope.of(TWO[1].id)  # type: ignore[attr-defined]


async def test_what_needs_no_row_waits_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, gate = FakeBackend(many_jobs(3), TWO), Gate()
    monkeypatch.setattr(backend.integrations, "list", gate.before(backend.integrations.list))
    async with running(backend) as (app, pilot):
        await until(pilot, gate.asked.is_set)
        await pilot.press("enter", "L")
        await until(pilot, lambda: type(app.screen).__name__ == "LogScreen")
        gate.open.set()
        await until(pilot, lambda: not app.screen_stack[-2].workers._workers)
        assert type(app.screen).__name__ == "LogScreen", "who has gone on is not called back by an earlier key"


async def test_a_job_is_checked_by_the_keys_that_came_before_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, gate = FakeBackend(many_jobs(30)), Gate()
    monkeypatch.setattr(backend.jobs, "page", gate.before(backend.jobs.page))
    async with running(backend) as (app, pilot):
        await until(pilot, gate.asked.is_set)
        await pilot.press("down", "down", "e")
        gate.open.set()
        await until(pilot, lambda: type(app.screen).__name__ == "EligibilityScreen" and "job 100002" in screen_text(app))


async def test_a_rule_is_opened_by_the_keys_that_came_before_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        gate = Gate()
        monkeypatch.setattr(backend.rules, "current", gate.before(backend.rules.current))
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Rules())
            await until(pilot, gate.asked.is_set)
            await pilot.press("e")
            gate.open.set()
            await until(pilot, lambda: type(app.screen).__name__ == "RuleEditorScreen")
            await shows(app, pilot, "location.city")


async def test_a_run_is_opened_by_the_keys_that_came_before_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workshop(tmp_path) as backend:
        await backend.automatic.run()
        gate = Gate()
        monkeypatch.setattr(backend.activity, "page", gate.before(backend.activity.page))
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Runs())
            await until(pilot, gate.asked.is_set)
            await pilot.press("enter")
            gate.open.set()
            await shows(app, pilot, "This run wrote nothing")


async def test_a_line_of_the_day_is_opened_by_the_keys_that_came_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, gate = a_day(FakeBackend(many_jobs(3), TWO)), Gate()
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: "? keys" in screen_text(app))
        monkeypatch.setattr(backend.greeting, "news", gate.before(backend.greeting.news))
        app.greeting = None
        await pilot.press("w")
        await until(pilot, gate.asked.is_set)
        await pilot.press("down", "down", "down", "s")
        gate.open.set()
        await until(pilot, lambda: type(app.screen).__name__ == "ConfirmBulkScreen")
