"""The history of the rules: what each revision changed, two compared, and the way back, over a real backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Rule
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.rules.history import RevisionDifferenceScreen, RulesHistoryScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import on_stage, shows

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),), priority=10)
NARROW = Rule("oslo", "Oslo", Leaf("name", Op.EQUALS, "Job 1"), (Action(ActionKind.FOLDER, "North"),), priority=10)
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),), priority=20, active=False)


async def test_a_change_is_found_compared_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)
    async with workshop(tmp_path) as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        await backend.rules.save([NARROW], expected_revision=1, what="change oslo", typed=3)
        await backend.rules.save([NARROW, CARE], expected_revision=2, what="add care")
        async with on_stage(backend) as (app, pilot):
            app.open(routes.RulesHistory())
            await shows(app, pilot, "in force: r3")
            await pilot.press("j", "enter")
            await until(pilot, lambda: isinstance(app.screen, RevisionDifferenceScreen))
            await shows(app, pilot, "FROM r1 TO r2")
            text = screen_text(app)
            assert "~ Oslo  conditions" in text
            assert "- location.city is Oslo" in text
            assert "+ name is Job 1" in text
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, RulesHistoryScreen))
            await pilot.press("j", "space", "k", "k", "enter")
            await shows(app, pilot, "FROM r1 TO r3")
            assert "+ Care  added" in screen_text(app)
            await pilot.press("z")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            assert "3  newly eligible" in screen_text(app)
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, RevisionDifferenceScreen))
            assert (await backend.rules.current()).rules == (OSLO,)
            await pilot.press("escape")
            await shows(app, pilot, "in force: r4")
            assert "restore r1" in screen_text(app)


async def test_one_rule_is_restored_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)
    async with workshop(tmp_path) as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        await backend.rules.save([NARROW, CARE], expected_revision=1, what="change oslo, add care", typed=3)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.RevisionDifference(1, 2))
            await shows(app, pilot, "FROM r1 TO r2")
            assert "Z this rule" in screen_text(app)
            app.screen.document.put_cursor("oslo")  # type: ignore[attr-defined]
            await pilot.press("Z")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            assert "Restore Oslo of r1" in screen_text(app)
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, RevisionDifferenceScreen))
            assert set((await backend.rules.current()).rules) == {OSLO, CARE}
            await pilot.press("Z")
            await until(pilot, lambda: any("The rule is today as it was in r1" in notice.text for notice in app.notices))
            # What was not there yet goes.
            app.screen.document.put_cursor("care")  # type: ignore[attr-defined]
            await pilot.press("Z")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, RevisionDifferenceScreen))
            assert (await backend.rules.current()).rules == (OSLO,)


async def test_the_first_revision_has_nothing_before_it_and_the_one_in_force_needs_no_way_back(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.RulesHistory())
            await shows(app, pilot, "in force: r1")
            await pilot.press("enter", "z")
            await until(pilot, lambda: {"r1 is in force"} <= {notice.text for notice in app.notices})
            assert any("the first version" in notice.text for notice in app.notices)
            assert isinstance(app.screen, RulesHistoryScreen)
