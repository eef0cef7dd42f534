"""What is over does not stay on the screen: status line, Check Eligibility, History, and a write that is looked up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jobsync_tui.backend.core.errors import StorageBusy
from jobsync_tui.backend.core.models import Failure, JobKey, Outcome, RecoveryReport, SyncStatus
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.jobs.history import HistoryScreen
from jobsync_tui.screens.sync import sync_result
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from jobsync_tui.screens.sync.sync_result import SyncResultScreen
from jobsync_tui.session.notices import Notices, Severity
from tests.support import sample_records, samples
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running, screen_text, until
from tests.support.sample_records import entries
from tests.tui.scripted import Script
from tests.tui.stage import dialog, shows, staged
from tests.tui.test_dialog_result import over
from tests.tui.test_jobs_screen import ready, some_jobs

LOST = samples.updated(
    outcome=Outcome.UNKNOWN,
    written=None,
    verified=None,
    error=Failure("answer_lost", "no reply from Tenzo"),
    settles_at=samples.NOW - timedelta(days=9999),
)


async def test_an_unknown_outcome_is_looked_up_again_after_twice_as_long_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(sync_result, "monotonic", lambda: now)
    answers: list[RecoveryReport | Exception] = [StorageBusy("the database is locked"), RecoveryReport(0, {}), RecoveryReport(0, {})]
    asked: list[float] = []

    async def recover() -> RecoveryReport:
        asked.append(now)
        if not answers:  # somebody else has settled it: the report of this process has nothing of it
            script.past = (replace(entries()[0], outcome="created"), *entries()[1:])
        answer = answers.pop(0) if answers else RecoveryReport(0, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    script = Script(past=(replace(entries()[0], outcome="unknown"),))
    async with staged(script) as (app, pilot):
        monkeypatch.setattr(app.backend.syncs, "recover", recover)
        app.open(routes.result(over(LOST)))
        await shows(app, pilot, "Same as")
        screen = app.screen
        assert isinstance(screen, SyncResultScreen)
        for later, told in (
            (0, "locked. Checking again in 1 s"),
            (1, "Not known yet. Checking again in 2 s"),
            (2, "Not known yet. Checking again in 4 s"),
        ):
            now += later
            screen._count_down()
            await shows(app, pilot, told)
            screen._count_down()
        now += 4
        screen._count_down()
        await shows(app, pilot, "Settled: created")
        assert asked == [100, 101, 103, 107]
        assert screen in app.screen_stack
        assert app.notices.unread is None


async def test_between_y_and_the_result_the_list_below_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.01)
    backend = FakeBackend(some_jobs())
    async with running(backend) as (app, pilot):
        jobs = await ready(app, pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmingScreen) and app.screen.armed)
        listed, read = jobs.listed, backend.jobs.calls["window"]
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
        assert (jobs.listed, backend.jobs.calls["window"]) == (listed, read)
        assert app.screen_stack[-2] is jobs
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is jobs and jobs.listed is not listed)


async def test_the_status_line_forgets_what_is_over() -> None:
    backend = FakeBackend(some_jobs())
    async with running(backend) as (app, pilot):
        screen = await ready(app, pilot)
        app.notices.add("Nurse: ? UNKNOWN, checking", Severity.ERROR, jobs={("bullhorn", "883020"): Outcome.UNKNOWN})
        screen.on_screen_resume()
        await until(pilot, lambda: "UNKNOWN, checking" in screen_text(app))
        settled = [replace(each, sync_status=SyncStatus.SYNCED) if each.id == "883020" else each for each in some_jobs()]
        backend.jobs.change(settled)
        screen.list_again()
        await until(pilot, lambda: "UNKNOWN, checking" not in screen_text(app))
        assert app.notices.unread is None


def test_what_was_told_of_several_jobs_is_over_when_all_have_gone_well() -> None:
    notices = Notices()
    notices.add("2 jobs: x FAILED 2", Severity.ERROR, jobs={("a", "1"): Outcome.FAILED, ("a", "2"): Outcome.STALE})
    notices.over([("a", "1"), ("b", "2")])
    assert notices.unread is not None
    notices.over([("a", "2")])
    assert notices.unread is None
    notices.add("Something else", Severity.ERROR)
    notices.over([("a", "1")])
    assert notices.unread is not None


async def test_what_a_dialog_showed_is_not_told_again_below_the_list() -> None:
    async with staged(Script(result=samples.failed())) as (app, pilot):
        app.open(routes.Running(app.runs.sync(JobKey.of("bullhorn", "884213"), expected=None, title="ICU Nurse")))
        await shows(app, pilot, "Sync Result")
        assert app.notices.unread is None
        assert any("FAILED" in notice.text for notice in app.notices)


async def test_check_eligibility_and_history_follow_what_happens() -> None:
    script = Script(past=())
    async with staged(script) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        script.eligibility, script.rules = samples.matched(), replace(script.rules, revision=script.rules.revision + 1)
        assert isinstance(app.screen, EligibilityScreen)
        app.screen.on_screen_resume()
        await shows(app, pilot, "ok ELIGIBLE")
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen) and "Reading" not in screen_text(app))
        script.past = sample_records.entries()[:1]
        assert isinstance(app.screen, HistoryScreen)
        app.screen.on_screen_resume()
        await shows(app, pilot, "1 entry")
        assert dialog(app).document is not None
