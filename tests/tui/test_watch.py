"""The first screens follow what other processes do, while they are seen, and leave alone what stays the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.errors import AccessDenied, StorageError
from jobsync_tui.backend.core.models import IntegrationState, IntegrationSummary
from jobsync_tui.screens import picker
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.picker import PickerScreen
from tests.support import samples
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

NEVER = replace(samples.BULLHORN, jobs=0, last_refresh=None, state=IntegrationState.NEVER, last_error=None)


def never_read(number: int) -> list[IntegrationSummary]:
    """Return integrations as they stand over an empty database."""
    return [replace(NEVER, id=f"ats{n}", name=f"ATS {n}") for n in range(number)]


def refreshed(summary: IntegrationSummary) -> IntegrationSummary:
    """Return the integration as a refresh leaves it."""
    return replace(summary, jobs=300, last_refresh=samples.NOW, state=IntegrationState.OK)


def failed(summary: IntegrationSummary) -> IntegrationSummary:
    """Return the integration as a refresh leaves it that failed: its entry takes a line more."""
    return replace(summary, state=IntegrationState.FAILED, last_error="The key was refused")


@asynccontextmanager
async def watching(
    backend: FakeBackend, monkeypatch: pytest.MonkeyPatch, words: str = "never read"
) -> AsyncIterator[tuple[JobsyncApp, Pilot[int], OptionList]]:
    """Run the picker, which looks often, until it shows ``words``."""
    monkeypatch.setattr(picker, "LOOK", 0.02)
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: words in screen_text(app))
        await looked(backend, pilot)
        yield app, pilot, app.screen.query_one(OptionList)


async def looked(backend: FakeBackend, pilot: Pilot[int], times: int = 2) -> None:
    """Wait until the picker has looked again, wholly."""
    aim = backend.integrations.listed + times
    await until(pilot, lambda: backend.integrations.listed >= aim)


async def test_what_another_process_refreshed_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = never_read(2)
    backend = FakeBackend((), (first, second))
    async with watching(backend, monkeypatch) as (app, pilot, _):
        backend.integrations.summaries = [refreshed(first), failed(second)]
        await until(pilot, lambda: "300  just now" in screen_text(app) and "x The key was refused" in screen_text(app))
        assert "never read" not in screen_text(app)


async def test_cursor_and_scroll_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend((), never_read(60))
    async with watching(backend, monkeypatch) as (app, pilot, listed):
        listed.highlighted = 40
        await until(pilot, lambda: listed.highlighted == 40 and listed.scroll_y > 0)
        scrolled = listed.scroll_y
        backend.integrations.summaries = [refreshed(each) for each in backend.integrations.summaries]
        await until(pilot, lambda: "300  just now" in screen_text(app))
        assert (listed.highlighted, listed.scroll_y) == (40, scrolled)
        # One that the configuration names no longer: the list is another, and the cursor stays on its integration.
        del backend.integrations.summaries[59]
        await until(pilot, lambda: listed.option_count == 59)
        assert (listed.highlighted, listed.scroll_y) == (40, scrolled)
        del backend.integrations.summaries[0]
        await until(pilot, lambda: listed.option_count == 58)
        assert listed.highlighted_option is not None
        assert (listed.highlighted_option.id, listed.scroll_y) == ("ats40", scrolled)


async def test_ages_move_on(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend((), [refreshed(each) for each in never_read(2)])
    async with watching(backend, monkeypatch, "just now") as (app, pilot, _):
        monkeypatch.setattr(clock, "now", lambda: samples.NOW + timedelta(seconds=61))
        await until(pilot, lambda: screen_text(app).count("1 min") == 2)


async def test_what_stays_the_same_is_not_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend((), never_read(2))
    async with watching(backend, monkeypatch) as (_, pilot, listed):
        painted: list[object] = []
        monkeypatch.setattr(listed, "refresh", lambda *regions, **how: painted.append((regions, how)))
        await looked(backend, pilot, 4)
        assert not painted
        backend.integrations.summaries = [refreshed(each) for each in backend.integrations.summaries]
        await until(pilot, lambda: bool(painted))


async def test_only_the_screen_that_is_seen_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend((), never_read(2))
    async with watching(backend, monkeypatch) as (app, pilot, _):
        below = app.screen
        assert isinstance(below, PickerScreen)
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not below)
        await app.workers.wait_for_complete()
        seen = backend.integrations.listed
        backend.integrations.summaries = [refreshed(each) for each in backend.integrations.summaries]
        assert below._watch is not None
        below._watch.look()
        await app.workers.wait_for_complete()
        assert backend.integrations.listed == seen
        await pilot.press("escape")
        await until(pilot, lambda: "300  just now" in screen_text(app))


async def test_a_trouble_of_the_storage_is_said_once_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = never_read(2)
    backend = FakeBackend((), (first, second))
    async with watching(backend, monkeypatch) as (app, pilot, _):
        backend.integrations.trouble = StorageError("The database is \x1b[2Jlocked")
        await until(pilot, lambda: "locked  L log" in screen_text(app))
        await looked(backend, pilot, 4)
        assert isinstance(app.screen, PickerScreen)
        assert len(app.notices) == 1
        backend.integrations.trouble = None
        backend.integrations.summaries = [refreshed(first), second]
        await until(pilot, lambda: "300  just now" in screen_text(app))
        await until(pilot, lambda: "locked" not in screen_text(app))


async def test_a_withdrawn_access_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend((), never_read(2))
    async with watching(backend, monkeypatch) as (app, pilot, _):
        backend.integrations.trouble = AccessDenied("alice may not use this configuration")
        await until(pilot, lambda: app._exit)
        assert app.return_code == 5


async def test_it_does_not_interrupt_who_reads_the_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsync_tui.screens.jobs.jobs.POLL", 0.02)
    backend = FakeBackend(many_jobs(3))
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        version = backend.jobs.version

        async def locked() -> int:
            raise StorageError("The database is locked")

        monkeypatch.setattr(backend.jobs, "version", locked)
        await until(pilot, lambda: "The database is locked" in screen_text(app))
        assert isinstance(app.screen, JobsScreen)
        monkeypatch.setattr(backend.jobs, "version", version)
        await until(pilot, lambda: "locked" not in screen_text(app))
