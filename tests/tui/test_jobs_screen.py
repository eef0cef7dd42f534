"""The jobs screen: finding, marking, sorting, and coming up to date without losing the person's place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.errors import RateLimited
from jobsync_tui.backend.core.models import (
    AutomaticRun,
    AutomaticState,
    CachedJob,
    Hold,
    HoldKind,
    IntegrationState,
    JobKey,
    JobRow,
    RefreshMode,
    RefreshProgress,
    Scope,
    Sort,
    SortField,
    SyncStatus,
)
from jobsync_tui.screens.base import LOW
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.session.memory import Memory, View
from jobsync_tui.widgets.filter_bar import FilterBar
from jobsync_tui.widgets.job_detail import JobDetail
from jobsync_tui.widgets.job_table import JobTable
from tests.support import samples
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, settled, until

pytestmark = pytest.mark.usefixtures("still")


def some_jobs() -> list[CachedJob]:
    """Return the jobs of the drawing, with one state each."""
    rows = [
        ("884213", "ICU Nurse, nights", SyncStatus.NEVER, None),
        ("884190", "ICU Nurse, nights", SyncStatus.SYNCED, timedelta(hours=2)),
        ("883977", "ICU Travel Nurse 13w [Remote OK]", SyncStatus.CHANGED, timedelta(days=3)),
        ("883951", "Lead ICU Nurse", SyncStatus.FAILED, timedelta(days=12)),
        ("883020", "ICU Nurse PRN", SyncStatus.UNKNOWN, timedelta(minutes=1)),
        ("882764", "Registered Nurse ICU/CCU", SyncStatus.SYNCING, None),
        ("871112", "ICU Nurse, days", SyncStatus.GONE, timedelta(days=150)),
        ("870001", "Night Porter [/]", SyncStatus.NEVER, None),
    ]
    return [
        samples.cached(
            job_id, name, sync_status=status, last_synced=samples.NOW - ago if ago else None, updated_at=samples.NOW - timedelta(hours=n)
        )
        for n, (job_id, name, status, ago) in enumerate(rows)
    ]


async def ready(app: JobsyncApp, pilot: Pilot[int]) -> JobsScreen:
    """Wait for the first rows."""
    await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
    await pilot.pause()
    assert isinstance(app.screen, JobsScreen)
    return app.screen


def table(app: JobsyncApp) -> JobTable:
    return app.screen.query_one(JobTable)


async def shows(app: JobsyncApp, pilot: Pilot[int], text: str) -> None:
    await until(pilot, lambda: text in screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_as_drawn(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with running(FakeBackend(some_jobs()), size=size) as (app, pilot):
        screen = await ready(app, pilot)
        screen.marks.add(JobKey.of("bullhorn", "884190", "883977"))
        screen.table.marks_changed()
        await pilot.press("/", *"nurse", "enter", "down", "down")
        await shows(app, pilot, "ELIGIBLE")
        await shows(app, pilot, "row 3 of 7")
        await until(pilot, lambda: screen.query_one(JobDetail).job is not None and screen.query_one(JobDetail).job.id == "883977")  # type: ignore[union-attr]
        await pilot.pause()
        assert await settled(pilot) == snapshot


async def test_typing_filters_and_says_how_many_match() -> None:
    async with running(FakeBackend(many_jobs(300))) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "300 match")
        await pilot.press("/", *"porter 29")
        await shows(app, pilot, "4 match")
        await pilot.press("down")
        assert table(app).cursor_row == 1
        assert app.screen.query_one(FilterBar).active
        await pilot.press("escape")
        await shows(app, pilot, "300 match")
        await pilot.press("escape")
        await until(pilot, lambda: table(app).has_focus)


async def test_keys_typed_ahead_of_enter_go_to_the_table() -> None:
    async with running(FakeBackend(many_jobs(300))) as (app, pilot):
        screen = await ready(app, pilot)
        await pilot.press("/", "i", "c", "u")
        for key, character in (("enter", "\r"), ("down", None), ("space", " "), ("down", None), ("space", " "), ("M", "M")):
            app.post_message(Key(key, character))
        await until(pilot, lambda: screen.only_marked and len(screen.marks) == 2)
        assert screen.view.filter == "icu"


async def test_a_wrong_filter_keeps_the_last_good_result_and_says_where() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("/", *"icu")
        await shows(app, pilot, "7 match")
        app.screen.query_one(FilterBar).value = "icu bad:x"
        await shows(app, pilot, "There is no field bad  still showing")
        assert "ICU Nurse PRN" in screen_text(app)
        assert "7 match" in screen_text(app)
        await pilot.press(*["backspace"] * 5)
        await until(pilot, lambda: "There is no field" not in screen_text(app))


async def test_where_nothing_matches_there_is_a_hint_and_tab_follows_it() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("/", *"cleveland")
        await shows(app, pilot, "8 by location (tab)")
        await shows(app, pilot, "f looks up cleveland in Bullhorn")
        await pilot.press("tab")
        await shows(app, pilot, "8 match")
        assert app.screen.query_one(FilterBar).value == "location:cleveland"


async def test_only_the_newest_of_several_searches_is_shown() -> None:
    backend = FakeBackend(many_jobs(300))
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        backend.jobs.limiter.clear()
        await pilot.press("/", *"night")
        before = backend.jobs.calls["count"]
        backend.jobs.limiter.set()
        await shows(app, pilot, "100 match")
        assert backend.jobs.calls["count"] - before <= 2


async def test_cursor_and_marks_stay_on_their_job_through_refresh_filter_and_sort() -> None:
    backend = FakeBackend(many_jobs(200))
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        await pilot.press(*["down"] * 9, "space")
        job = table(app).cursor_key
        assert job == ("bullhorn", "100009")
        line = table(app).cursor_row - table(app).top
        await pilot.press("O", "down", "enter")
        await until(pilot, lambda: screen.view.sort == Sort(SortField.NAME, descending=False))
        await until(pilot, lambda: table(app).cursor_key == job)
        newer = [samples.cached(str(n), f"New {n}", updated_at=samples.NOW + timedelta(hours=1)) for n in range(50)]
        await pilot.press("O", "up", "enter")
        await until(pilot, lambda: screen.view.sort.field is SortField.UPDATED_AT and table(app).cursor_key == job)
        backend.jobs.change([*newer, *backend.jobs.cached])
        screen.list_again()
        await until(pilot, lambda: table(app).row_count == 250)
        await until(pilot, lambda: table(app).cursor_key == job)
        assert table(app).cursor_row - table(app).top == line
        assert list(screen.marks) == [job]
        await pilot.press("/", *"New 1")
        await shows(app, pilot, "1 marked (1 hidden)")
        await pilot.press("escape")
        await until(pilot, lambda: table(app).cursor_key == job)


async def test_another_process_changes_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsync_tui.screens.jobs.jobs.POLL", 0.02)
    backend = FakeBackend(some_jobs())
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await until(pilot, lambda: backend.jobs.calls["version"] > 1)
        backend.jobs.change([replace(job, name="Renamed") for job in backend.jobs.cached])
        await shows(app, pilot, "Renamed")


async def test_a_sync_where_every_marked_job_is_hidden_asks_which_is_meant() -> None:
    async with running(FakeBackend(many_jobs(300))) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("space", "/", *"100009", "enter")
        await shows(app, pilot, "1 marked (1 hidden)")
        await until(pilot, lambda: table(app).has_focus and table(app).cursor_key == ("bullhorn", "100009"))
        await pilot.press("s")
        await shows(app, pilot, "Sync which?")
        assert "1 marked job" in screen_text(app)
        await pilot.press("enter")
        await shows(app, pilot, "UPDATE in Tenzo")


async def test_marking_all_only_marked_and_unmarking() -> None:
    async with running(FakeBackend(many_jobs(300))) as (app, pilot):
        screen = await ready(app, pilot)
        await pilot.press("/", *"porter", "enter")
        await shows(app, pilot, "100 match")
        await pilot.press("m")
        await until(pilot, lambda: len(screen.marks) == 100)
        await pilot.press("escape")
        await shows(app, pilot, "300 match  100 marked")
        await pilot.press("M")
        await shows(app, pilot, "ONLY MARKED")
        await until(pilot, lambda: table(app).row_count == 100)
        await pilot.press("escape")
        await until(pilot, lambda: table(app).row_count == 300)
        await pilot.press("u")
        await until(pilot, lambda: "marked" not in screen_text(app).splitlines()[1])


async def test_a_key_behind_the_one_that_marks_all_acts_on_what_that_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend(many_jobs(3))
    read, asked, answer = backend.jobs.ids, asyncio.Event(), asyncio.Event()

    async def held(*arguments: Any, **named: Any) -> tuple[JobKey, ...]:
        asked.set()
        await answer.wait()
        return await read(*arguments, **named)

    monkeypatch.setattr(backend.jobs, "ids", held)
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        for key in "ms":
            app.post_message(Key(key, key))
        await asked.wait()
        answer.set()
        await until(pilot, lambda: app.screen is not screen)
        await shows(app, pilot, "3 jobs")


@pytest.mark.parametrize(("key", "kind"), [("e", EligibilityScreen), ("c", MenuScreen), ("enter", EligibilityScreen)])
async def test_a_key_behind_one_that_goes_far_acts_on_the_job_there(
    monkeypatch: pytest.MonkeyPatch, key: str, kind: type[Screen[Any]]
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    async with running(FakeBackend(many_jobs(2_000))) as (app, pilot):
        screen = await ready(app, pilot)
        source = screen.table._reader._source
        assert source is not None
        read = source.window

        async def held(offset: int, limit: int) -> Sequence[JobRow]:
            asked.set()
            await answer.wait()
            return await read(offset, limit)

        monkeypatch.setattr(source, "window", held)
        app.post_message(Key("G", "G"))
        app.post_message(Key(key, key if len(key) == 1 else "\r"))
        await asked.wait()
        answer.set()
        await until(pilot, lambda: isinstance(app.screen, kind))
        assert screen.table.cursor_row == 1_999


async def test_the_heading_sorts_and_turns_the_order_around() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        screen = await ready(app, pilot)
        await pilot.click("#jobs-table", offset=(5, 0))
        await until(pilot, lambda: screen.view.sort == Sort(SortField.NAME, descending=False))
        await shows(app, pilot, "Job Name ^")
        await pilot.click("#jobs-table", offset=(5, 0))
        await until(pilot, lambda: screen.view.sort == Sort(SortField.NAME, descending=True))


async def test_filter_and_sort_are_remembered_and_a_remembered_filter_is_loud() -> None:
    memory = Memory()
    memory.looked_at(Scope.of("bullhorn"), View("porter", Sort(SortField.ID, descending=False)))
    async with running(FakeBackend(some_jobs()), memory=memory) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "REMEMBERED FILTER")
        await shows(app, pilot, "1 match")
        await pilot.press("escape")
        await shows(app, pilot, "8 match")
        assert "REMEMBERED" not in screen_text(app)
        assert memory.view(Scope.of("bullhorn")).filter == ""


async def test_a_refresh_says_how_far_it_is_and_keeps_the_jobs_readable() -> None:
    backend = FakeBackend(some_jobs())
    backend.integrations.progress = (RefreshProgress("bullhorn", RefreshMode.INCREMENTAL, 1200, 5000),)
    backend.integrations.limiter.clear()
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("r")
        await shows(app, pilot, "refreshing (incremental): 1,200 of 5,000 jobs read")
        await pilot.press("down", "down")
        assert table(app).cursor_row == 2
        backend.integrations.limiter.set()
        await shows(app, pilot, "1 new, 2 changed")
        await until(pilot, lambda: "refreshing" not in screen_text(app))


async def test_a_refresh_that_fails_is_told_and_can_be_read_again() -> None:
    backend = FakeBackend(some_jobs())
    backend.integrations.errors.append(RateLimited("Rate limited by Bullhorn", remedy="try again in 12 s"))
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("r")
        await shows(app, pilot, "Rate limited by Bullhorn")
        assert [notice.text for notice in app.notices] == ["Rate limited by Bullhorn"]
        await pilot.press("L")
        await shows(app, pilot, "try again in 12 s")


async def test_an_integration_that_was_never_read_is_read_at_once() -> None:
    backend = FakeBackend(some_jobs(), [replace(samples.BULLHORN, state=IntegrationState.NEVER, last_refresh=None)])
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "1 new, 2 changed")


async def test_the_detail_waits_until_the_cursor_rests() -> None:
    backend = FakeBackend(many_jobs(100))
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        detail = screen.query_one(JobDetail)
        await until(pilot, lambda: detail.job is not None)
        checked = len(backend.eligibility.calls)
        for _ in range(12):
            screen.table.action_cursor_down()
        await until(pilot, lambda: detail.job is not None and detail.job.id == "100012")
        assert len(backend.eligibility.calls) - checked <= 2


async def test_s_opens_the_confirmation_at_once_and_leads_on_to_why_where_the_job_is_not_eligible() -> None:
    backend = FakeBackend(some_jobs())
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("s")
        await until(pilot, lambda: type(app.screen).__name__ == "ConfirmSyncScreen")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        backend.syncs.plan_ = samples.refused_plan()
        await pilot.press("end", "s")
        await until(pilot, lambda: type(app.screen).__name__ == "EligibilityScreen")


async def test_keys_typed_while_a_plan_is_made_do_nothing_to_the_list_below() -> None:
    backend = FakeBackend(some_jobs())
    backend.syncs.limiter.clear()
    async with running(backend) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("s", "q", "y", "enter", "space")
        assert type(app.screen).__name__ == "ConfirmSyncScreen"
        backend.syncs.limiter.set()
        await shows(app, pilot, "Cancel")
        assert type(app.screen).__name__ == "ConfirmSyncScreen"
        assert backend.syncs.synced == []


async def test_a_read_only_integration_has_no_sync() -> None:
    async with running(FakeBackend(some_jobs(), [replace(samples.BULLHORN, read_only=True)])) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "READ ONLY")
        await pilot.press("s")
        await shows(app, pilot, "Bullhorn is read-only")
        assert "s sync" not in screen_text(app).splitlines()[-1]
        assert isinstance(app.screen, JobsScreen)


async def test_esc_never_quits_and_the_footer_and_help_are_the_commands() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("escape", "escape", "escape", "ctrl+c")
        assert isinstance(app.screen, JobsScreen)
        await shows(app, pilot, "q quits")
        assert "enter check  s sync  / filter" in screen_text(app).splitlines()[-1]
        await pilot.press("?")
        await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")


async def test_the_palette_finds_and_runs_a_command() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        screen = await ready(app, pilot)
        await pilot.press("ctrl+p", *"mark all that", "enter")
        await until(pilot, lambda: len(screen.marks) == 8)


async def test_copying_the_id_and_the_explanation() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("c", "enter")
        await shows(app, pilot, "Sent to the terminal's clipboard: id 884213")
        assert app.clipboard == "884213"
        await pilot.press("c", "down", "down", "enter")
        await until(pilot, lambda: "ELIGIBLE" in app.clipboard)


async def test_a_filter_longer_than_its_field_scrolls() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        app.screen.query_one(FilterBar).value = "nurse " * 12
        await pilot.press("/", "end", *"END")
        await shows(app, pilot, "END")


async def test_a_hostile_name_is_text_and_is_marked() -> None:
    jobs = [samples.cached(str(n), name, updated_at=samples.NOW - timedelta(hours=n)) for n, name in enumerate(samples.HOSTILE)]
    async with running(FakeBackend(jobs)) as (app, pilot):
        await ready(app, pilot)
        text = screen_text(app)
        assert "a [/] b" in text
        assert "[@click=app.quit]x[/]" in text
        assert "\x1b" not in text
        assert "\u26a0" in text
        for _ in jobs:
            await pilot.press("down")
            await asyncio.sleep(0)
        assert isinstance(app.screen, JobsScreen)


async def test_the_header_tells_the_last_and_the_next_automatic_run() -> None:
    backend = FakeBackend(some_jobs())
    run = AutomaticRun(integration="bullhorn", refreshed=1)
    backend.automatic.now = AutomaticState(
        integration="bullhorn", last_run=samples.NOW, run=run, next_run=samples.NOW + timedelta(minutes=4)
    )
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        await shows(app, pilot, "auto 18:36 ok, 18:40 next")
        hold = Hold(HoldKind.CREDENTIALS, samples.NOW, "refused", "renew it")
        backend.automatic.now = replace(backend.automatic.now, hold=hold, next_run=None)
        screen.list_again()
        await shows(app, pilot, "auto WAITS: credentials")
        backend.automatic.now = replace(backend.automatic.now, hold=None, stopped=True)
        screen.list_again()
        await shows(app, pilot, "auto NO RUN since 18:36")
        assert "next" not in screen_text(app).splitlines()[0]


async def test_a_filter_that_asks_for_the_rules_has_them_evaluated_once_and_says_how_far_that_is() -> None:
    backend = FakeBackend(some_jobs())
    backend.eligibility.unjudged = 7
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        screen.query_one(FilterBar).value = "nurse"
        await shows(app, pilot, "7 match")
        assert backend.eligibility.unjudged == 7
        backend.eligibility.may_end.clear()
        screen.query_one(FilterBar).value = "is:eligible"
        await shows(app, pilot, "rules: 7 of 7 jobs")
        assert backend.eligibility.unjudged == 0
        backend.eligibility.may_end.set()
        await until(pilot, lambda: screen._evaluated == backend.jobs.revision)


@pytest.mark.parametrize("size", [(40, 10), (50, 12), (59, 24)])
async def test_in_a_narrow_terminal_the_name_keeps_half_of_the_width(size: tuple[int, int]) -> None:
    name, width = "Registered Nurse for the intensive care unit, nights and weekends", size[0]
    backend = FakeBackend([samples.cached("884213", name, client="A client of a name as long as the job's own")])
    async with running(backend, size=size) as (app, pilot):
        await until(pilot, lambda: "row 1 of 1" in screen_text(app))
        is_low = size[1] < LOW
        await until(pilot, lambda: screen_text(app).count(name[: width // 2 - 1]) == 2 - is_low)  # in the list, and below it
        await pilot.press("i")
        await until(pilot, lambda: "choose an integration" in screen_text(app))
        assert "Bullhorn" in screen_text(app)
        assert "State" in screen_text(app)


async def test_a_field_that_the_ats_never_gives_is_told_where_nothing_matches() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await pilot.press("slash", *"client:nobody")
        await shows(app, pilot, "never gives a job's client")


async def test_a_low_terminal_shows_jobs_rather_than_one_job() -> None:
    async with running(FakeBackend(some_jobs()), size=(40, 10)) as (app, pilot):
        await ready(app, pilot)
        await until(pilot, lambda: sum("Nurse" in line for line in screen_text(app).splitlines()) >= 4)


async def test_a_message_lies_over_no_line() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "enter check")
        await until(pilot, lambda: "Tenzo never" in screen_text(app))
        before = screen_text(app).splitlines()
        app.tell("Something was done " * 6, remedy="And this is what to do about it")
        await until(pilot, lambda: "Something was done" in screen_text(app))
        after = screen_text(app).splitlines()
        assert len(after) == len(before)
        assert after[-1] == before[-1], "the footer stays"
        assert [line for line in before if line.strip() and line not in after] == []


async def test_a_wide_terminal_shows_more_of_the_job() -> None:
    job = replace(samples.cached(), description="<p>Nights on the <b>ICU</b>.</p>", owner="Dana", custom={"shift": "nights", "none": None})
    async with running(FakeBackend([job]), size=(120, 40)) as (app, pilot):
        await until(pilot, lambda: "Nights on the ICU." in screen_text(app))
        text = " ".join(screen_text(app).split())
        assert "shift nights" in text
        assert "owner Dana" in text
        assert "client Mercy Health" in text
        assert "none" not in text


async def test_the_heading_says_by_what_the_list_is_sorted() -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        screen = await ready(app, pilot)
        await shows(app, pilot, "Job Name (by changed v)")
        screen.sort_by(SortField.CREATED_AT)
        await shows(app, pilot, "Job Name (by created v)")
        screen.sort_by(SortField.ID)
        await shows(app, pilot, "ATS Job ID ^")
        assert "(by" not in screen_text(app)


async def test_ages_are_right_at_once_after_another_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend(some_jobs())) as (app, pilot):
        await ready(app, pilot)
        await shows(app, pilot, "unknown      1m")
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, JobsScreen))
        monkeypatch.setattr(clock, "now", lambda: samples.NOW + timedelta(minutes=14))
        await pilot.press("escape")
        await shows(app, pilot, "unknown     15m")
