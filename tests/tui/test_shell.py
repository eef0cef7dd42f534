"""The application around the screens: the picker, errors, what runs on, and leaving."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.errors import AccessDenied, CredentialsRejected, RateLimited
from jobsync_tui.backend.core.models import IntegrationState, JobKey, Scope
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.session.failures import Place, place_of, words_for
from jobsync_tui.session.memory import Memory
from jobsync_tui.terminal.theme import theme_for
from tests.support import samples
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, settled, until

pytestmark = pytest.mark.usefixtures("still")

TWO = (
    samples.BULLHORN,
    replace(
        samples.BULLHORN,
        id="greenhouse",
        name="Greenhouse EU [x]",
        ats="Greenhouse",
        jobs=900,
        state=IntegrationState.FAILED,
        last_error="Greenhouse refused the key \x1b[2J(401)",
        read_only=True,
    ),
)


async def broken(*_: object, **__: object) -> object:
    raise ZeroDivisionError


def is_on(app: JobsyncApp, name: str) -> bool:
    return type(app.screen).__name__ == name


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_picker_shows_state_jobs_age_and_last_error(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with running(FakeBackend((), TWO), size=size) as (app, pilot):
        await until(pilot, lambda: "refused the key" in screen_text(app))
        assert "\x1b" not in screen_text(app)
        assert await settled(pilot) == snapshot


async def test_the_picker_starts_on_the_last_integration_and_opens_it() -> None:
    memory = Memory()
    memory.opened(Scope.of("greenhouse"))
    async with running(FakeBackend((), TWO), memory=memory) as (app, pilot):
        await until(pilot, lambda: "Greenhouse EU" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert isinstance(app.screen, JobsScreen)
        assert app.screen.scope.one == "greenhouse"
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, PickerScreen))


async def test_one_integration_needs_no_picker() -> None:
    async with running(FakeBackend(many_jobs(3))) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))


async def test_no_integration_says_what_to_do() -> None:
    async with running(FakeBackend((), ())) as (app, pilot):
        await until(pilot, lambda: "jobsync init" in screen_text(app))


async def test_testing_a_connection() -> None:
    backend = FakeBackend((), TWO)
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: "Greenhouse EU" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "ok bullhorn: answers as acme" in screen_text(app))
        backend.integrations.errors.append(CredentialsRejected("Bullhorn refused the key", remedy="Renew it"))
        await pilot.press("t")
        await until(pilot, lambda: is_on(app, "ErrorScreen"))
        await until(pilot, lambda: "Renew it" in screen_text(app))


async def test_a_withdrawn_access_ends_the_session() -> None:
    backend = FakeBackend(many_jobs(3))
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        backend.jobs.errors.append(AccessDenied("alice may not use this configuration"))
        await pilot.press("/", "x")
        await until(pilot, lambda: app._exit)
        assert app.return_code == 5


async def test_a_sync_outlives_its_dialog_and_a_toast_tells_its_end() -> None:
    backend = FakeBackend(many_jobs(3))
    backend.syncs.limiter.clear()
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        run = app.runs.sync(JobKey.of("bullhorn", "100001"), expected="digest", title="ICU Nurse 1")
        await until(pilot, lambda: "syncing ICU Nurse 1" in screen_text(app))
        assert not run.over
        backend.syncs.limiter.set()
        await until(pilot, lambda: "ICU Nurse 1: ok UPDATED" in screen_text(app))
        assert run.result is not None
        assert [notice.text for notice in app.notices] == ["ICU Nurse 1: ok UPDATED"]


async def test_a_fault_of_ours_in_a_sync_ends_the_sync_and_not_the_application(caplog: pytest.LogCaptureFixture) -> None:
    backend = FakeBackend(many_jobs(3))
    backend.syncs.sync = broken  # type: ignore[method-assign, assignment]
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        app.runs.sync(JobKey.of("bullhorn", "100001"), expected=None, title="ICU Nurse 1")
        await until(pilot, lambda: "A fault in the program: ZeroDivisionError" in screen_text(app))
    assert "ZeroDivisionError" in caplog.text


async def test_a_fault_of_ours_in_a_screen_is_a_toast_and_the_session_goes_on() -> None:
    backend = FakeBackend(many_jobs(30))
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        backend.jobs.ids = broken  # type: ignore[method-assign, assignment]
        await pilot.press("m")
        await until(pilot, lambda: "A fault in the program: ZeroDivisionError" in screen_text(app))
        await pilot.press("down")
        assert isinstance(app.screen, JobsScreen)


async def test_leaving_asks_while_a_sync_runs_and_can_wait_for_it() -> None:
    backend = FakeBackend(many_jobs(3))
    backend.syncs.limiter.clear()
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        run = app.runs.sync(JobKey.of("bullhorn", "100001"), expected=None, title="ICU Nurse 1")
        await pilot.press("q")
        await until(pilot, lambda: "Quit? a sync of 1 job runs" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert not run.cancelling
        await pilot.press("q", "down", "enter")
        await until(pilot, lambda: run.cancelling)
        assert not app._exit
        backend.syncs.limiter.set()
        await until(pilot, lambda: app._exit)
        assert backend.syncs.synced == ["100001"]


async def test_q_leaves_where_nothing_runs() -> None:
    async with running(FakeBackend(many_jobs(3))) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
        assert app.return_code == 0


async def test_a_bulk_sync_stops_after_the_jobs_in_flight() -> None:
    backend = FakeBackend(many_jobs(3))
    backend.syncs.limiter.clear()
    async with running(backend) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        run = app.runs.sync(JobKey.of("bullhorn", "100000", "100001", "100002"), expected=None, title="3 jobs")
        await pilot.pause()
        app.runs.stop()
        backend.syncs.limiter.set()
        await until(pilot, lambda: run.over)
        assert backend.syncs.synced == ["100000"]
        assert len(run.results) == 3


def test_where_errors_are_shown() -> None:
    assert place_of(AccessDenied("no")) is Place.EXIT
    assert place_of(CredentialsRejected("no")) is Place.DIALOG
    assert place_of(RateLimited("wait")) is Place.TOAST
    assert place_of(ZeroDivisionError()) is Place.TOAST
    assert words_for(RateLimited("a\x1bb", remedy="c"))[0] == "a\u241bb"


@pytest.mark.parametrize(
    ("system", "no_color", "theme"),
    [
        ("truecolor", False, "jobsync"),
        ("256", False, "jobsync"),
        ("standard", False, "jobsync-plain"),
        (None, False, "jobsync-plain"),
        ("256", True, "jobsync-plain"),
    ],
)
def test_the_theme_fits_the_terminal(system: str | None, no_color: bool, theme: str) -> None:
    assert theme_for(system, no_color=no_color) == theme
