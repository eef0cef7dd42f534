"""The coverage overview over a real backend, and its bars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, Coverage, CoverageShare, DayOutcomes, Leaf, Op, Rule
from jobsync_tui.documents.coverage import coverage_document
from jobsync_tui.documents.document import as_text
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import on_stage, shows

CARE_IN_OSLO = Rule(
    "care-oslo",
    "Care in Oslo",
    AllOf((Leaf("department", Op.EQUALS, "Care"), Leaf("location.city", Op.EQUALS, "Oslo"))),
    (Action(ActionKind.FOLDER, "North"),),
)


async def test_the_overview_says_how_far_the_rules_reach_and_what_is_one_condition_away(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE_IN_OSLO], expected_revision=0, what="begin")
        await backend.syncs.sync("file", "1")
        async with on_stage(backend, (80, 60)) as (app, pilot):
            app.open(routes.Coverage())
            await shows(app, pilot, "if location.city were Oslo")
            text = screen_text(app)
            assert "12 jobs   ok 2 eligible   10 not" in text
            assert "1 eligible job never synced" in text
            assert "no active rule matches              10   83 %" in text
            assert "      4  Care in Oslo: if location.city were Oslo" in text
            assert "1 in all, most 1" in text
            assert ["Care", "2/6"] in [row.split()[:2] for row in text.splitlines()]
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, RulesScreen))
            await shows(app, pilot, "id care-oslo")


async def test_a_job_that_is_one_condition_away_is_checked_from_its_line(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE_IN_OSLO], expected_revision=0, what="begin")
        async with on_stage(backend, (80, 60)) as (app, pilot):
            app.open(routes.Coverage())
            await shows(app, pilot, "if location.city were Oslo")
            await pilot.press("k", "k", "+")
            await shows(app, pilot, "such as job 3 of file")
            await pilot.press("j", "enter")
            await until(pilot, lambda: isinstance(app.screen, EligibilityScreen) and "would match if" in screen_text(app))
            await pilot.press("escape")
            await shows(app, pilot, "such as job 3 of file")


async def test_one_integration_can_be_looked_at_alone(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Coverage())
        await shows(app, pilot, "every integration")
        await pilot.press("i")
        await until(pilot, lambda: "every integration" not in screen_text(app))
        await shows(app, pilot, "12 jobs")
        await pilot.press("i")
        await shows(app, pilot, "every integration")


def test_bars_and_sparklines_stand_beside_their_numbers_and_keep_their_width() -> None:
    days = tuple(DayOutcomes(date(2026, 3, day), {"created": day % 5, "failed": 1 if day == 9 else 0}) for day in range(1, 15))
    found = Coverage(
        jobs=1_000_000,
        eligible=1,
        ineligible=999_999,
        unjudged=0,
        waiting=0,
        by_reason={"no_rule_matched": 999_999},
        by_rule=(),
        by_department=(CoverageShare(None, 1, 999_999), CoverageShare("A department whose name is far too long for its column", 0, 3)),
        by_place=(),
        days=days,
        revision=7,
    )
    text = as_text(coverage_document(found, None, 80))
    assert all(len(line) < 80 for line in text.splitlines())
    assert (
        "Succeeded  \u2582\u2584\u2586\u2588 \u2582\u2584\u2586\u2588 \u2582\u2584\u2586\u2588  30 in all, most 4 on 03-04, today 4" in text
    )
    assert "1 in all, most 1 on 03-09, today 0" in text
    assert ["(none)", "1/1,000,000"] in [row.split()[:2] for row in text.splitlines()]
    # One job in a million still shows.
    assert "\u2588\u2591" in text.splitlines()[1]
