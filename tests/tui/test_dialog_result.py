from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.models import Failure, JobKey, Outcome, Scope, Step, StepName, StepState, SyncResult
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.ats_search import SearchScreen
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.sync.confirm_bulk import ConfirmBulkScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from jobsync_tui.session.runs import SyncRun
from tests.support import samples
from tests.support.pilot import screen_text, until
from tests.support.sample_records import entries
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged


def over(*results: SyncResult) -> SyncRun:
    run = SyncRun(tuple(result.key for result in results), "d1", "a run")
    run.results[:] = results
    run.over = True
    return run


async def test_what_went_well_is_marked_no_more() -> None:
    async with staged(Script()) as (app, pilot):
        marks = app.lists.of(Scope.of("bullhorn")).marks
        marks.add(JobKey.of("bullhorn", "883977", "other"))
        app.open(routes.Running(app.runs.sync(JobKey.of("bullhorn", "883977", "883977"), expected=None, title="2 jobs")))
        await shows(app, pilot, "Sync Result")
        assert list(marks) == [("bullhorn", "other")]


async def test_what_failed_stays_marked() -> None:
    async with staged(Script(result=samples.failed())) as (app, pilot):
        marks = app.lists.of(Scope.of("bullhorn")).marks
        marks.add(JobKey.of("bullhorn", "883951", "883977", "884213"))
        app.open(routes.Running(app.runs.sync(JobKey.of("bullhorn", "883977"), expected=None, title="ICU Nurse")))
        await shows(app, pilot, "Sync Result")
        assert len(marks) == 3


async def test_a_failure_says_that_nothing_was_written_where_it_stopped_and_what_to_do() -> None:
    script = Script(cached=samples.travel())
    async with staged(script) as (app, pilot):
        app.open(routes.result(over(samples.failed())))
        await shows(app, pilot, "Nothing was written to Tenzo")
        text = screen_text(app)
        assert "x FAILED   Failed to sync job: Bullhorn refused the session (401)" in text
        assert "x fetch   - rules   - plan   - write   - verify" in text
        assert "every job of Bullhorn" in text
        await pilot.press("t")
        await shows(app, pilot, "ok The connection works: as api-user")
        await pilot.press("c")
        await until(pilot, lambda: bool(app.copied))
        assert "Nothing was written to Tenzo" in app.copied[0]
        assert "Bullhorn > job 883977" in app.copied[0]
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmSyncScreen))


@pytest.mark.parametrize(
    ("written", "words"),
    [(False, "Nothing was written to Tenzo"), (True, "Tenzo was changed, but"), (None, "We sent the change but got no reply from Tenzo")],
)
async def test_every_failure_says_whether_anything_was_written(written: bool | None, words: str) -> None:
    result = samples.updated(outcome=Outcome.FAILED, written=written, error=Failure("refused", "no"))
    async with staged(Script()) as (app, pilot):
        app.open(routes.result(over(result)))
        await shows(app, pilot, words)


@pytest.mark.parametrize(("outcome", "words"), [("created", "ok CREATED"), ("failed", "Tenzo did not receive the change")])
async def test_an_unknown_outcome_counts_down_and_is_looked_up(monkeypatch: pytest.MonkeyPatch, outcome: str, words: str) -> None:
    lost = Failure("answer_lost", "no reply from Tenzo")
    result = samples.updated(
        outcome=Outcome.UNKNOWN, written=None, verified=None, error=lost, settles_at=samples.NOW + timedelta(seconds=20)
    )
    moment = samples.NOW
    monkeypatch.setattr(clock, "now", lambda: moment)
    script = Script(settled={"01JDQ7": outcome}, past=(replace(entries()[0], outcome="unknown"),))
    async with staged(script) as (app, pilot):
        app.open(routes.result(over(result)))
        await shows(app, pilot, "in 20 s")
        await pilot.press("r")
        assert not isinstance(app.screen, ConfirmSyncScreen)
        assert ("recover",) not in script.asked
        moment = samples.NOW + timedelta(seconds=20)
        await shows(app, pilot, f"Settled: {outcome}")
        assert script.asked.count(("recover",)) == 1
        assert words in screen_text(app)
        assert "got no reply" not in screen_text(app)


async def test_a_write_that_turned_out_to_have_arrived_is_no_failed_step() -> None:
    steps = (Step(StepName.PLAN, StepState.OK), Step(StepName.WRITE, StepState.FAILED, detail="the connection broke before the answer"))
    result = samples.updated(outcome=Outcome.UNKNOWN, written=None, verified=None, steps=steps, settles_at=clock.now())
    script = Script(settled={"01JDQ7": "created"}, past=(replace(entries()[0], outcome="unknown"),))
    async with staged(script) as (app, pilot):
        app.open(routes.result(over(result)))
        await shows(app, pilot, "Settled: created")
        assert "ok plan   ok write" in screen_text(app)


async def test_an_undo_leaves_last_synced_as_it_was() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.result(over(samples.updated(eligibility=None))))
        await shows(app, pilot, "never touched candidates")
        assert "Last Synced   never" in screen_text(app)


async def test_a_job_that_is_not_found_leads_to_the_search() -> None:
    result = samples.updated(outcome=Outcome.NOT_FOUND, written=False, error=Failure("job_not_found", "Job not found in ATS"))
    async with staged(Script()) as (app, pilot):
        app.open(routes.result(over(result)))
        await shows(app, pilot, "x NOT FOUND   Job not found in ATS")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))


async def test_a_busy_job_says_who_and_since_when() -> None:
    busy = Failure("busy", "alice is syncing this job since 12:31:05")
    async with staged(Script()) as (app, pilot):
        app.open(routes.result(over(samples.updated(outcome=Outcome.BUSY, written=False, error=busy))))
        await shows(app, pilot, "alice is syncing this job since 12:31:05")


async def test_next_marked_goes_on_with_the_job_marked_after_this_one() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.lists.current = Scope.of("bullhorn")
        app.lists.of(app.lists.current).marks.add(JobKey.of("bullhorn", "1", "883977", "7"))
        app.open(routes.result(over(samples.updated())))
        await shows(app, pilot, "ok UPDATED")
        await pilot.press("n")
        await until(pilot, lambda: ("plan", "7") in script.asked)


async def test_the_summary_of_several_shows_what_went_wrong_first_and_tries_it_again() -> None:
    script = Script()
    results = [samples.updated(), samples.failed(samples.cached("1", "One")), samples.failed(samples.cached("2", "Two"))]
    async with staged(script) as (app, pilot):
        app.open(routes.result(over(*results)))
        await shows(app, pilot, "1 of 3 jobs synced")
        text = screen_text(app)
        assert text.index("x FAILED   2") < text.index("ok UPDATED   1")
        await pilot.press("j", "e")
        await until(pilot, lambda: isinstance(app.screen, EligibilityScreen))
        await pilot.press("escape", "r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmBulkScreen))
        assert ("plan_many", ("1", "2")) in script.asked
