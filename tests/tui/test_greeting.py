"""The greeting: one quiet line on the first screen, in full by a key, gone when it was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from jobsync_tui.app import application
from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import (
    DayNews,
    EligibleNews,
    FailedJob,
    FailureNews,
    Greeting,
    IntegrationNews,
    Pause,
    WaitKind,
    WaitNews,
)
from jobsync_tui.widgets.document import DocumentView
from tests.support import samples
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

TWO = (samples.BULLHORN, replace(samples.BULLHORN, id="lever", name="Lever [x]", ats="Lever"))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "GREETING_AFTER", 0.01)


def told(backend: FakeBackend, *, trouble: str | None = "Lever refused \x1b[2J the key (401)") -> FakeBackend:
    news = IntegrationNews(integration="bullhorn", created=12, updated=3, failed=1, newly_eligible=5)
    waits = (WaitNews(kind=WaitKind.ALERT, integration="lever", message=trouble, code="credentials_rejected"),)
    lever = IntegrationNews(integration="lever", trouble=trouble)
    backend.greeting.now = Greeting(now() - timedelta(hours=2), (news, lever), waits=waits)
    return backend


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_picker_tells_it_in_a_line_and_the_key_in_full(size: tuple[int, int]) -> None:
    async with running(told(FakeBackend((), TWO)), size=size) as (app, pilot):
        await until(pilot, lambda: "12 created, 3 updated, 1 FAILED, 5 newly" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: "Since your last visit" in screen_text(app) and "refused" in screen_text(app))
        assert "\x1b" not in screen_text(app)
        assert "Lever [x]" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "choose an integration" in screen_text(app))
        assert "12 created" not in screen_text(app)


async def test_a_service_that_stopped_is_told_on_the_first_screen_and_in_full() -> None:
    backend = FakeBackend((), TWO)
    wait = WaitNews(kind=WaitKind.STOPPED, integration="lever", since=now() - timedelta(days=2), remedy="Start it again")
    backend.greeting.now = Greeting(None, (), waits=(wait,))
    async with running(backend, size=(80, 24)) as (app, pilot):
        await until(pilot, lambda: "auto NO RUN since 20" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: "the service seems stopped" in " ".join(screen_text(app).split()))
        assert "Start it again" in screen_text(app)


def a_day(backend: FakeBackend) -> FakeBackend:
    """Have everything to tell that there can be."""
    moment = now()
    days = tuple(
        DayNews(integration=each, day=moment.date() - timedelta(days=back), created=back, failed=back % 2)
        for each in ("bullhorn", "lever")
        for back in range(13, -1, -1)
    )
    waits = (
        WaitNews(kind=WaitKind.HELD, integration="bullhorn", code="guard", message="The rules (r42) would write 312 jobs", remedy="look"),
        WaitNews(kind=WaitKind.IN_DOUBT, integration="bullhorn", jobs=1),
        WaitNews(kind=WaitKind.LINKS, integration="lever", jobs=4),
    )
    failed = FailureNews(
        integration="bullhorn", cause="Bullhorn refused the key (401)", code="credentials_rejected", jobs=2,
        listed=(FailedJob("100001", "ICU [x] Nurse"), FailedJob("100002", None)),
    )  # fmt: skip
    eligible = EligibleNews(integration="bullhorn", jobs=5, revision=42, rule="Ohio travel", actor="dana", at=moment - timedelta(hours=3))
    backend.greeting.now = Greeting(
        moment - timedelta(hours=14),
        (
            IntegrationNews(integration="bullhorn", created=12, failed=2, newly_eligible=5),
            IntegrationNews(integration="lever", newly_eligible=1),
        ),
        (failed,),
        (eligible, EligibleNews(integration="lever", jobs=1)),
        waits,
        Pause("dana", moment - timedelta(hours=1)),
        days,
    )
    return backend


async def opened(app: JobsyncApp, pilot: Pilot[int]) -> DocumentView:
    await until(pilot, lambda: "100002" in screen_text(app) or "choose an integration" in screen_text(app))
    await pilot.press("w")
    await until(pilot, lambda: "WHY SYNCS FAILED" in screen_text(app))
    return app.screen.query_one(DocumentView)


async def go_to(app: JobsyncApp, pilot: Pilot[int], target: str) -> None:
    document = app.screen.query_one(DocumentView)
    document.put_cursor(target)
    await until(pilot, lambda: document.target == target)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_day_fits_its_screen_and_says_what_happened_why_and_what_waits(size: tuple[int, int]) -> None:
    async with running(a_day(FakeBackend(many_jobs(3), TWO)), size=size) as (app, pilot):
        document = await opened(app, pilot)
        rows = [row.line.text for row in document.rows]
        assert all(cell_len(row) < size[0] for row in rows), rows
        told = "\n".join(rows)
        flowing = " ".join(told.split())
        for words in (
            "Bullhorn 12 - 2 5",
            "All 12 - 2 6",
            "Bullhorn refused the key (401)",
            "the rule Ohio travel was changed in r42 by dana, 3 h ago",
            "new in the ATS, or changed there",
            "PAUSED by dana",
            "The rules (r42) would write 312 jobs",
            "A accept",
            "1 job in doubt",
            "4 jobs may be in Tenzo already",
            "LAST 14 DAYS",
            " 91 ",
        ):
            assert words in flowing, words
        assert ".".join(["\u2588"] * 7) in told, "a day on, a day off"


async def test_a_day_on_forty_columns_says_the_same_one_below_the_other() -> None:
    async with running(a_day(FakeBackend(many_jobs(3), TWO)), size=(40, 24)) as (app, pilot):
        document = await opened(app, pilot)
        rows = [row.line.text for row in document.rows]
        assert [row for row in rows if cell_len(row) >= 40] == []
        flowing = " ".join(" ".join(rows).split())
        assert "Bullhorn 12 created, 2 FAILED, 5 newly eligible" in flowing
        days = ".".join(["\u2588"] * 7)
        assert f"     FAILED   {days}. 7" in rows
        assert "     updated  .............. 0" in rows
        await pilot.press("enter")
        await until(pilot, lambda: "    12  created" in screen_text(app))


@pytest.mark.parametrize(
    ("target", "screen", "words"),
    [
        ("news:0:created", "JobsScreen", "tenzo_created>="),
        ("all:0:newly_eligible", "JobsScreen", "eligible>="),
        ("failed:0", "JobsScreen", "failed>="),
        ("failed:0:100001", "EligibilityScreen", "100001"),
        ("eligible:0", "JobsScreen", "eligible>="),
        ("wait:0", "JobsScreen", "is:eligible"),
        ("wait:1", "JobsScreen", "is:unknown"),
        ("wait:2", "LinkJobsScreen", "Link jobs"),
        ("day:0", "JobsScreen", "Bullhorn"),
    ],
)
async def test_each_line_leads_to_its_jobs(target: str, screen: str, words: str) -> None:
    async with running(a_day(FakeBackend(many_jobs(3), TWO))) as (app, pilot):
        document = await opened(app, pilot)
        parent = target.rpartition(":")[0]
        if target.count(":") == 2:
            section = next(each for each in document._sections.values() if each.key == parent)
            document._set_cursor(section.key)
            await pilot.press("+")
        await go_to(app, pilot, target)
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == screen and words in screen_text(app))
        if words.endswith(("=", "eligible", "unknown")):
            await pilot.press("escape")
            await until(pilot, lambda: type(app.screen).__name__ == "GreetingScreen")


async def test_the_keys_that_mend_act_on_the_line_under_the_cursor() -> None:
    backend = a_day(FakeBackend(many_jobs(3), TWO))
    async with running(backend) as (app, pilot):
        await opened(app, pilot)
        await go_to(app, pilot, "eligible:1")
        await pilot.press("s")
        await until(pilot, lambda: "This line is about no failed jobs" in screen_text(app))
        await go_to(app, pilot, "wait:0")
        await pilot.press("A")
        await until(pilot, lambda: "Let the rules write that many jobs?" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "NEEDS ATTENTION" in screen_text(app))
        assert backend.automatic.accepted == [], "Cancel has the focus"
        await pilot.press("A")
        await until(pilot, lambda: "Let the rules write that many jobs?" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Why?" in screen_text(app))
        await pilot.press(*"spring", "enter")
        await until(pilot, lambda: backend.automatic.accepted == [True])
        assert backend.automatic.reasons == ["spring"]
        await go_to(app, pilot, "failed:0")
        await pilot.press("s")
        await until(pilot, lambda: type(app.screen).__name__ == "ConfirmBulkScreen")
        await pilot.press("escape")
        await until(pilot, lambda: "WHY SYNCS FAILED" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "ok bullhorn" in screen_text(app))


async def test_who_may_use_a_part_only_accepts_nothing() -> None:
    backend = a_day(FakeBackend(many_jobs(3), TWO))
    backend.has_everything = False
    async with running(backend) as (app, pilot):
        await opened(app, pilot)
        await go_to(app, pilot, "wait:0")
        await pilot.press("A")
        await until(pilot, lambda: "you may not use all of them" in screen_text(app))
        assert "accept" not in screen_text(app).splitlines()[-1]


async def test_another_time_is_asked_for_by_the_same_key() -> None:
    backend = a_day(FakeBackend(many_jobs(3), TWO))
    async with running(backend) as (app, pilot):
        await opened(app, pilot)
        for title in ("The last 24 hours", "The last 7 days", "Since your last visit"):
            await pilot.press("w")
            await until(pilot, lambda title=title: title in screen_text(app))  # type: ignore[misc]
        await until(pilot, lambda: backend.greeting.asked[-1] is None)
        lengths = [round((now() - since) / timedelta(hours=1)) for since in backend.greeting.asked if since is not None]
        assert lengths == [24, 168]


async def test_esc_waves_it_away_and_goes_nowhere() -> None:
    async with running(told(FakeBackend(many_jobs(3)))) as (app, pilot):
        await until(pilot, lambda: "12 created" in screen_text(app) and "100002" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "12 created" not in screen_text(app))
        assert "100002" in screen_text(app)


async def test_where_nothing_happened_nothing_is_said_and_the_key_asks() -> None:
    async with running(FakeBackend(many_jobs(3))) as (app, pilot):
        await until(pilot, lambda: "100002" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: "This is your first visit" in screen_text(app))
