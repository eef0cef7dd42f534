from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, CoverageShare, Leaf, NearCondition, Op, Rule, RuleShare
from tests.services.workshop import workshop

pytestmark = pytest.mark.usefixtures("on_each_database")

CARE_IN_OSLO = Rule(
    "care-oslo",
    "Care in Oslo",
    AllOf((Leaf("department", Op.EQUALS, "Care"), Leaf("location.city", Op.EQUALS, "Oslo"))),
    (Action(ActionKind.FOLDER, "North"),),
)
NOT_PARIS = Rule("no-paris", "Not Paris", Leaf("location.city", Op.EQUALS, "Paris"), (Action(ActionKind.EXCLUDE, value=True),), priority=1)


async def test_the_overview_counts_what_the_rules_say_and_what_came_of_it(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE_IN_OSLO, NOT_PARIS], expected_revision=0, what="begin", typed=2)
        unjudged = await backend.coverage.overview()
        assert (unjudged.jobs, unjudged.eligible, unjudged.unjudged, unjudged.by_reason) == (12, 0, 12, {})
        await backend.syncs.sync("file", "1")
        await backend.syncs.sync("file", "2")
        await backend.eligibility.evaluate_all()
        found = await backend.coverage.overview("file")
        counts = await backend.rules.counts()
    assert (found.eligible, found.ineligible, found.unjudged, found.waiting) == (2, 10, 0, 1)
    assert found.by_reason == {"excluded": 4, "no_rule_matched": 6}
    assert found.by_rule == (RuleShare("no-paris", "Not Paris", 4, 4), RuleShare("care-oslo", "Care in Oslo", 2, 2))
    assert set(found.by_department) == {CoverageShare("Care", 2, 4), CoverageShare("Data", 0, 6)}
    assert CoverageShare("Oslo", 2, 2) in found.by_place
    assert [each.day - found.days[0].day for each in found.days] == [timedelta(days=day) for day in range(14)]
    assert found.days[-1].outcomes == {"created": 1, "refused": 1}
    assert counts["care-oslo"].last_effect is not None
    assert counts["no-paris"].last_effect is None


async def test_jobs_one_condition_away_are_counted_by_the_condition(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE_IN_OSLO, NOT_PARIS], expected_revision=0, what="begin", typed=2)
        near = await backend.coverage.near()
    assert near.jobs == 4
    assert near.conditions == (
        NearCondition("care-oslo", "Care in Oslo", "all[0]", "department were Care", 2, (("file", "4"), ("file", "10"))),
        NearCondition("care-oslo", "Care in Oslo", "all[1]", "location.city were Oslo", 2, (("file", "3"), ("file", "9"))),
    )
