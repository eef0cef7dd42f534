from __future__ import annotations

from dataclasses import replace

from jobsync_tui.backend.core.errors import JobNotFound, Unreachable
from jobsync_tui.backend.core.models import JobKey, Source
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from tests.support import samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import dialog, shows, staged


class Row:
    """A list of three jobs."""

    ids = ("1", "2", "3")

    async def beside(self, job: JobKey, step: int) -> JobKey | None:
        at = self.ids.index(job.id) + step
        return JobKey(job.integration, self.ids[at]) if 0 <= at < len(self.ids) else None


async def test_unfolding_shows_the_conditions_of_the_rule_under_the_cursor() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        assert dialog(app).document.target == "mercy-icu"
        await pilot.press("j")
        assert dialog(app).document.target == "ohio-travel"
        assert "is            Travel" not in screen_text(app)
        await pilot.press("plus")
        await shows(app, pilot, "would match if employment_type were Travel")
        await pilot.press("plus")
        await until(pilot, lambda: "would match if employment_type" not in screen_text(app))


async def test_the_open_folds_and_the_cursor_survive_a_live_check() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        await pilot.press("j", "plus")
        await shows(app, pilot, "would match if employment_type were Travel")
        script.eligibility = samples.unmatched(source=Source.LIVE)
        await pilot.press("l")
        await until(pilot, lambda: ("check", "884213", True) in script.asked)
        await shows(app, pilot, "Read live from Bullhorn")
        assert dialog(app).document.target == "ohio-travel"
        assert "would match if employment_type were Travel" in screen_text(app)


async def test_opening_the_rule_goes_to_the_list_of_rules_with_that_rule_open() -> None:
    script = Script(eligibility=samples.matched(), cached=samples.travel())
    async with staged(script) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "883977"))
        await shows(app, pilot, "MATCHED RULES")
        await pilot.press("j", "R")
        await until(pilot, lambda: isinstance(app.screen, RulesScreen))
        await shows(app, pilot, "location.region is OH")
        assert dialog(app).document.target == "ohio"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, EligibilityScreen))


async def test_sync_of_an_ineligible_job_goes_nowhere_and_says_why() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        await pilot.press("s")
        await shows(app, pilot, "Not eligible, so there is nothing to sync. To fix: change a condition")
        assert isinstance(app.screen, EligibilityScreen)


async def test_sync_of_an_eligible_job_asks() -> None:
    async with staged(Script(eligibility=samples.matched())) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "883977"))
        await shows(app, pilot, "ok ELIGIBLE")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmSyncScreen))


async def test_brackets_go_through_the_list_the_job_was_opened_from() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "2", neighbours=Row()))
        await shows(app, pilot, "To fix")
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: ("check", "3", False) in script.asked)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: any("last job" in notice.text for notice in app.notices))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: script.asked[-1] == ("check", "2", False))


async def test_the_explanation_is_copied_whole_with_honest_words() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        await pilot.press("c")
        await until(pilot, lambda: bool(app.copied))
        text = app.copied[0]
        assert "Job does not match any active rules" in text
        assert "would match if department were Nursing and status were not open" in text
        assert "https://cls22.bullhornstaffing.com/job/884213" in text
        assert any("Sent to the terminal's clipboard" in notice.text for notice in app.notices)
        await pilot.press("dollar_sign")
        await until(pilot, lambda: len(app.copied) == 2)
        assert app.copied[1] == "jobsync check -i bullhorn 884213"


async def test_the_explanation_and_the_plan_are_copied_as_markdown() -> None:
    async with staged(Script(eligibility=samples.matched())) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "883977"))
        await shows(app, pilot, "ELIGIBLE")
        await pilot.press("c")
        await until(pilot, lambda: len(app.copied) == 1)
        await pilot.press("C")
        await until(pilot, lambda: len(app.copied) == 2)
    explanation, plan = app.copied
    assert explanation.startswith("# Check Eligibility: ")
    assert "\n## " in explanation
    assert plan.startswith("# Plan of a sync: ")
    assert "folder" in plan


async def test_a_job_that_the_ats_does_not_have() -> None:
    async with staged(Script(eligibility=JobNotFound())) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "1"))
        await shows(app, pilot, "Job not found in ATS")
        assert "WHAT TO DO" in screen_text(app)


async def test_a_failed_live_check_keeps_the_older_answer_and_says_so() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        script.eligibility = Unreachable("Bullhorn does not answer", service="Bullhorn")
        await pilot.press("l")
        await shows(app, pilot, "The job shown is older")
        assert "NOT ELIGIBLE" in screen_text(app)
        assert app.notices.unread is not None


async def test_a_job_synced_before_is_said_to_stay_untouched() -> None:
    job = replace(samples.cached(), target_id="tz_1")
    async with staged(Script(cached=job)) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "Tenzo job tz_1 will not be changed")
