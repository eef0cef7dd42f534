"""Typing in the filter: one paint a key, and no filter that a person could type does harm."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.errors import FilterError
from jobsync_tui.backend.core.models import JobRow, Scope
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.terminal import coalesced_paint as paint_hold
from jobsync_tui.widgets.filter_bar import FilterBar
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

HOSTILE = (
    'icu "',
    "' OR 1=1 --",
    '"; DROP TABLE job; --',
    "bad:x",
    "is:nothing",
    "updated<yesterday",
    "updated<99999999999999d",
    "-",
    "~",
    "is:",
    ":",
    "%_\\",
    "[bold red]x[/]",
    "a" * 5000,
    "- -" * 400,
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
)


async def _ready(app: JobsyncApp, pilot: Pilot[int]) -> JobsScreen:
    await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
    await pilot.press("/")
    screen = app.screen
    assert isinstance(screen, JobsScreen)
    return screen


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the echo wait for the rows however long they take: how busy the machine is, is not what is asked here."""
    monkeypatch.setattr(paint_hold, "PATIENCE", 10.0)


@pytest.mark.usefixtures("patient")
async def test_a_key_and_its_rows_are_one_paint(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend(many_jobs(500))) as (app, pilot):
        screen = await _ready(app, pilot)
        await pilot.pause()
        painted: list[str] = []
        display = app._display

        def noted(*given: Any) -> None:
            painted.append(screen.bar.value)
            display(*given)

        monkeypatch.setattr(app, "_display", noted)
        before = screen.listed
        await pilot.press("1")
        await until(pilot, lambda: screen.listed is not before and painted != [])
        assert painted[0] == "1"
        assert "match" in screen_text(app)


@pytest.mark.usefixtures("patient")
async def test_a_wrong_filter_lets_the_paint_go() -> None:
    async with running(FakeBackend(many_jobs(50))) as (app, pilot):
        screen = await _ready(app, pilot)
        screen.query_one(FilterBar).value = "bad:x"
        await until(pilot, lambda: "There is no field bad" in screen_text(app))
        await until(pilot, lambda: not app._batch_count)


async def test_an_answer_that_does_not_come_holds_no_paint_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend(many_jobs(50))) as (app, pilot):
        screen = await _ready(app, pilot)
        monkeypatch.setattr(screen, "search", lambda: None)
        await pilot.press("1")
        await until(pilot, lambda: not app._batch_count)
        assert screen.bar.value == "1"


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_filter_is_answered_or_its_fault_is_shown(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The language is the real one, asked before the stand-in answers with all its jobs."""
    backend = FakeBackend(many_jobs(50))
    window, count = backend.jobs.window, backend.jobs.count

    async def read(scope: Scope, filter_text: str, *rest: Any, **more: Any) -> tuple[JobRow, ...]:
        parse_filter(filter_text)
        return await window(scope, "", *rest, **more)

    async def counted(scope: Scope, filter_text: str, **more: Any) -> int:
        parse_filter(filter_text)
        return await count(scope, "", **more)

    monkeypatch.setattr(backend.jobs, "window", read)
    monkeypatch.setattr(backend.jobs, "count", counted)
    async with running(backend) as (app, pilot):
        screen = await _ready(app, pilot)
        before = screen.listed
        screen.query_one(FilterBar).value = text
        try:
            parse_filter(text)
        except FilterError as error:
            wrong = error.message
            await until(pilot, lambda: f"{wrong}  still showing" in screen.status.text)
            assert screen.listed is before
        else:
            await until(pilot, lambda: screen.listed is not before)
        assert "50 match" in screen_text(app)


async def test_a_filter_that_comes_in_one_burst_is_a_filter_and_no_commands() -> None:
    backend = FakeBackend(many_jobs(500))
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        screen = app.screen
        assert isinstance(screen, JobsScreen)
        for character in "/sRq m":
            app.post_message(events.Key({"/": "slash", " ": "space"}.get(character, character), character))
        await until(pilot, lambda: screen.bar.value == "sRq m")
        assert (app.screen is screen, len(screen.marks)) == (True, 0)
