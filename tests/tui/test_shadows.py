"""A change of the rules in shadow: put there from its impact, looked at, promoted or given up; over a real backend."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Rule
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen
from jobsync_tui.screens.rules.shadows import ShadowsScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),), priority=10)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


def takes_choice(app: Stage) -> bool:
    """Return whether a menu is open and its list has the keys: one that opens just now would drop them."""
    return isinstance(app.screen, MenuScreen) and isinstance(app.focused, OptionList) and app.focused.highlighted is not None


async def test_a_rule_from_a_job_runs_in_shadow_and_is_promoted_in_one_step(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Rules())
            await shows(app, pilot, "1 rule")
            app.open(routes.RuleLeaves("file", "2"))
            await shows(app, pilot, "ok matches 6 cached jobs together")
            await pilot.press("enter")
            await shows(app, pilot, "this job: ok yes")
            await pilot.press("s")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            await pilot.press("h")
            await until(pilot, lambda: isinstance(app.screen, ShadowsScreen))
            await shows(app, pilot, "+4 eligible, -0, 0 configured differently")
            await shows(app, pilot, "still")
            assert (await backend.rules.current()).revision == 1
            assert await backend.drafts.list() == ()
            await pilot.press("p")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            await pilot.press("h")
            await until(pilot, lambda: any("already run in test mode" in notice.text for notice in app.notices))
            await pilot.press("y", "4", "enter")
            await until(pilot, lambda: isinstance(app.screen, RulesScreen))
            await shows(app, pilot, "id data, priority 100")
            assert {rule.id for rule in (await backend.rules.current()).rules} == {"oslo", "data"}
            assert await backend.shadows.list() == ()
            await shows(app, pilot, "2 rules, 2 active")
            await pilot.press("o")
            await shows(app, pilot, "/ rule:data")
            await shows(app, pilot, "6 match")


async def test_a_shadow_is_given_up_only_after_a_question(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.shadows.add("oslo first", [OSLO])
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Shadows())
            await shows(app, pilot, "+4 eligible")
            await pilot.press("X")
            await until(pilot, lambda: takes_choice(app))
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(app.screen, MenuScreen))
            await shows(app, pilot, "oslo first")
            await pilot.press("X")
            await until(pilot, lambda: takes_choice(app))
            await pilot.press("down", "enter")
            await shows(app, pilot, "No rule runs in test mode")
            assert await backend.shadows.list() == ()
            assert "h: it is evaluated" in screen_text(app)
