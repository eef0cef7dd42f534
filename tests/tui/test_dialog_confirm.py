from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from jobsync_tui.backend.core.errors import Unreachable
from jobsync_tui.backend.core.models import BulkPlan, Failure, JobKey, Outcome, PlanKind
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.log import LogScreen
from jobsync_tui.screens.sync.bulk_result import BulkResultScreen
from jobsync_tui.screens.sync.confirm_bulk import ConfirmBulkScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from jobsync_tui.screens.sync.running import RunningScreen
from jobsync_tui.screens.sync.sync_result import SyncResultScreen
from tests.support import samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import Stage, shows, staged


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.02)


def confirming(app: Stage) -> ConfirmingScreen:
    return cast("ConfirmingScreen", app.screen)


def synced(script: Script) -> list[tuple[object, ...]]:
    return [asked for asked in script.asked if str(asked[0]).startswith("sync")]


async def test_keys_typed_before_the_plan_is_painted_are_dropped() -> None:
    script = Script(limiter=asyncio.Event())
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: ("plan", "883977") in script.asked)
        await pilot.press("y", "enter", "right", "enter", "y")
        assert isinstance(app.screen, ConfirmSyncScreen)
        assert script.limiter is not None
        script.limiter.set()
        await shows(app, pilot, "UPDATE in Tenzo")
        await until(pilot, lambda: confirming(app).armed)
        assert isinstance(app.screen, ConfirmSyncScreen)
        assert synced(script) == []
        assert confirming(app).choices.chosen == "Cancel"


async def test_keys_typed_while_the_painted_plan_settles_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 1000.0)
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await shows(app, pilot, "UPDATE in Tenzo")
        await pilot.press("y", "enter", "y")
        assert isinstance(app.screen, ConfirmSyncScreen)
        assert synced(script) == []
        await pilot.press("escape")
        assert not isinstance(app.screen, ConfirmSyncScreen)


async def test_enter_takes_cancel_and_writes_nothing() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        assert "[[ Cancel ]]" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: ("decline", "883977") in script.asked)
        assert not isinstance(app.screen, ConfirmSyncScreen)
        assert synced(script) == []


@pytest.mark.parametrize("keys", [("y",), ("right", "enter"), ("tab", "enter")])
async def test_confirming_syncs_bound_to_the_plan_and_shows_the_result(keys: tuple[str, ...]) -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
        assert synced(script) == [("sync", "883977", "d1")]
        await shows(app, pilot, "ok UPDATED in Tenzo")
        await pilot.press("enter")
        assert len(app.screen_stack) == 2


async def test_the_plan_scrolls_and_unfolds_while_cancel_keeps_the_focus() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        await pilot.press("plus")
        await shows(app, pilot, "+ show less")
        await pilot.press("j", "plus")
        await shows(app, pilot, "template_type, templates")
        assert app.focused is confirming(app).choices


async def test_a_stale_plan_comes_back_with_what_moved() -> None:
    plan = samples.update_plan()
    script = Script(plan=plan, result=samples.updated(outcome=Outcome.STALE, written=False))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        script.plan = replace(plan, changes=plan.changes[:1], target_version="8", digest="d9")
        await pilot.press("y")
        await shows(app, pilot, "Not synced: something changed")
        assert isinstance(app.screen, ConfirmSyncScreen)
        text = " ".join(screen_text(app).split())
        assert "the job changed in Tenzo; description was removed; folder was removed" in text
        await until(pilot, lambda: confirming(app).armed)
        script.result = samples.updated()
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
        assert synced(script)[-1] == ("sync", "883977", "d9")


async def test_a_plan_that_refuses_opens_the_explanation() -> None:
    async with staged(Script(plan=samples.refused_plan())) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "884213")))
        await until(pilot, lambda: isinstance(app.screen, EligibilityScreen))
        await shows(app, pilot, "Job does not match any active rules")


async def test_a_plan_that_cannot_be_made_says_that_nothing_was_written() -> None:
    script = Script(plan=Unreachable("Bullhorn does not answer", service="Bullhorn", remedy="Try again in a minute."))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1")))
        await shows(app, pilot, "Nothing was written")
        assert "Try again in a minute." in screen_text(app)
        await pilot.press("y")
        assert synced(script) == []


async def test_esc_leaves_a_running_sync_to_the_application_and_a_message_tells_the_end() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        script.limiter = asyncio.Event()
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, RunningScreen))
        await shows(app, pilot, "ok rules")
        await pilot.press("escape")
        await until(pilot, lambda: any("keeps running in the background" in notice.text for notice in app.notices))
        assert len(app.screen_stack) == 2
        assert app.runs.writing
        script.limiter.set()
        await until(pilot, lambda: any("ok UPDATED" in notice.text for notice in app.notices))
        assert len(app.screen_stack) == 2


async def test_a_run_that_ends_behind_another_screen_is_shown_when_that_one_closes() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: confirming(app).armed)
        script.limiter = asyncio.Event()
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, RunningScreen))
        await pilot.press("L")
        script.limiter.set()
        await until(pilot, lambda: not app.runs.writing)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))


async def test_several_jobs_are_planned_grouped_and_confirmed_with_one_key() -> None:
    script = Script(bulk=samples.bulk_plan(6))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await shows(app, pilot, "2 create, 2 update, 1 unchanged, 1 refused")
        await until(pilot, lambda: confirming(app).armed)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, BulkResultScreen))
        assert synced(script) == [("sync_many", ("1", "2"), script.bulk)]


async def test_above_fifty_writes_the_number_is_typed() -> None:
    script = Script(bulk=samples.bulk_plan(120))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await shows(app, pilot, "type 60")
        await until(pilot, lambda: confirming(app).armed)
        assert "type 60 here, then enter" in screen_text(app)
        await pilot.press("y")
        assert isinstance(app.screen, ConfirmBulkScreen)
        assert app.focused is app.screen.typed
        await pilot.press("5", "9", "enter")
        await shows(app, pilot, "59 is not 60")
        assert synced(script) == []
        await pilot.press("backspace", "backspace", "6", "0", "enter")
        await until(pilot, lambda: isinstance(app.screen, BulkResultScreen))
        assert len(synced(script)) == 1


async def test_nothing_can_be_confirmed_where_every_job_is_refused() -> None:
    plan = samples.bulk_plan(4)
    script = Script(bulk=replace(plan, plans=plan.plans[3:]))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await shows(app, pilot, "None of these jobs can be synced")
        await pilot.press("y")
        assert not confirming(app).armed
        assert synced(script) == []


async def test_jobs_that_could_not_be_read_are_not_counted_as_refused() -> None:
    plans = samples.bulk_plan(4).plans
    unread = replace(plans[3], eligibility=None, digest=None)
    failures = (
        Failure("unreachable", "Bullhorn did not answer"),
        Failure("job_not_found", "Job not found in ATS"),
        Failure("unknown", "Lost"),
    )
    several = [replace(unread, job=replace(unread.job, id=each.code), error=each) for each in failures]
    script = Script(bulk=BulkPlan((*plans, *several), "bulk-digest"))
    async with staged(script, (120, 40)) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await shows(app, pilot, "1 create, 1 update, 1 unchanged, 1 could not be read, 1 in doubt, 1 not found, 1 refused")
        text = " ".join(screen_text(app).split())
        assert "COULD NOT BE READ, nothing is written 1 Bullhorn did not answer" in text
        assert "IN DOUBT, nothing is written 1 Lost" in text
        assert "NOT FOUND in the ATS, nothing is written 1 Job not found in ATS" in text
        assert "REFUSED, nothing is written 1" in text


async def test_a_plan_that_changes_nothing_asks_nothing() -> None:
    plan = replace(samples.update_plan(), kind=PlanKind.UNCHANGED, changes=())
    script = Script(plan=plan, result=samples.updated(outcome=Outcome.UNCHANGED, written=False))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
        assert synced(script) == [("sync", "883977", "d1")]
        assert not [asked for asked in script.asked if asked[0] == "decline"]


async def test_plans_of_several_jobs_that_change_nothing_ask_nothing() -> None:
    plan = samples.bulk_plan(4)
    script = Script(bulk=replace(plan, plans=plan.plans[2:]))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "1", "2")))
        await until(pilot, lambda: isinstance(app.screen, BulkResultScreen))
        assert synced(script) == [("sync_many", ("1", "2"), script.bulk)]


async def test_what_ends_unasked_behind_another_screen_is_told_by_a_message() -> None:
    plan = replace(samples.update_plan(), kind=PlanKind.UNCHANGED, changes=())
    script = Script(plan=plan, result=samples.updated(outcome=Outcome.UNCHANGED, written=False), limiter=asyncio.Event())
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: ("plan", "883977") in script.asked)
        await pilot.press("L")
        assert script.limiter is not None
        script.limiter.set()
        await until(pilot, lambda: any("ok UNCHANGED" in notice.text for notice in app.notices))
        assert isinstance(app.screen, LogScreen)
        await pilot.press("escape")
        assert not confirming(app).asks
