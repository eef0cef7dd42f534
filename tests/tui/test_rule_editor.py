"""The rule editor by keys, over a real backend: form and YAML change each other, nothing is lost, nothing is saved unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, Condition, Leaf, Not, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.prompt import PromptScreen
from jobsync_tui.screens.rules.rule_editor import RuleEditorScreen
from jobsync_tui.screens.rules.rule_leaves import RuleLeavesScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

CITY, DEPARTMENT = Leaf("location.city", Op.EQUALS, "Oslo"), Leaf("department", Op.EQUALS, "Care")
OSLO = Rule("oslo", "Oslo", CITY, (Action(ActionKind.FOLDER, "North"),), priority=10)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


@asynccontextmanager
async def session(folder: Path, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the application over one rule and twelve jobs."""
    async with workshop(folder) as backend:
        if not (await backend.rules.current()).rules:
            await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        async with on_stage(backend, size) as (app, pilot):
            yield app, pilot, backend


def editor(app: Stage) -> RuleEditorScreen:
    assert isinstance(app.screen, RuleEditorScreen), app.screen
    return app.screen


def when(app: Stage) -> Condition | None:
    return editor(app).session.rule.when


async def prompt(app: Stage, pilot: Pilot[int], words: str) -> PromptScreen:
    await until(pilot, lambda: isinstance(app.screen, PromptScreen) and words in screen_text(app))
    assert isinstance(app.screen, PromptScreen)
    return app.screen


async def test_a_condition_is_added_from_what_the_jobs_really_have(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4 cached jobs")
        await pilot.press("a")
        await prompt(app, pilot, "which field")
        await pilot.press(*"depar")
        await shows(app, pilot, "Care (6)")
        await pilot.press("enter")
        await shows(app, pilot, "department ...")
        await pilot.press("enter")
        await prompt(app, pilot, "department is ...")
        await pilot.press(*"car")
        await shows(app, pilot, "matches 6 cached jobs")
        await pilot.press("enter")
        await shows(app, pilot, "ok matches 2 cached jobs")
        assert editor(app).session.rule.when == AllOf((CITY, DEPARTMENT))
        assert editor(app).spot.key == "when:1"


async def test_what_is_wrong_is_said_as_it_is_typed_and_not_taken(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        await pilot.press("a")
        await prompt(app, pilot, "which field")
        await pilot.press(*"updated_at", "enter")
        await shows(app, pilot, "updated_at ...")
        await pilot.press(*"within", "enter")
        await prompt(app, pilot, "updated_at within ...")
        await pilot.press(*"soon")
        await shows(app, pilot, "x within_days")
        await pilot.press("enter")
        await shows(app, pilot, "x within_days")
        assert isinstance(app.screen, PromptScreen)


async def test_the_tree_is_reshaped_by_keys_and_every_step_can_be_taken_back(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, backend):
        both = Rule("oslo", "Oslo", AllOf((CITY, DEPARTMENT)), OSLO.actions, priority=10)
        await backend.rules.save([both], expected_revision=1, what="more", typed=2)
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 2")
        screen = editor(app)
        screen.document.put_cursor("when:0")
        await pilot.press("!")
        assert when(app) == AllOf((Not(CITY), DEPARTMENT))
        await pilot.press("t")
        assert when(app) == AnyOf((Not(CITY), DEPARTMENT))
        await pilot.press("(")
        assert when(app) == AnyOf((AllOf((Not(CITY),)), DEPARTMENT))
        await pilot.press(")", "J")
        assert when(app) == AnyOf((DEPARTMENT, Not(CITY)))
        await pilot.press("d")
        assert when(app) == AnyOf((DEPARTMENT,))
        for _ in range(6):
            await pilot.press("u")
        assert when(app) == both.when
        await pilot.press("U")
        assert when(app) == AllOf((Not(CITY), DEPARTMENT))


async def test_the_yaml_changes_the_form_and_says_where_it_is_wrong(tmp_path: Path) -> None:
    async with session(tmp_path, size=(120, 40)) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        screen = editor(app)
        await shows(app, pilot, "field: location.city")
        await pilot.press("y")
        screen.yaml.text = screen.yaml.text.replace("value: Oslo", "value: Paris")
        await shows(app, pilot, "location.city  is  Paris")
        screen.yaml.text = screen.yaml.text.replace("location.city", "location.town")
        await shows(app, pilot, "line 6")
        await pilot.press("escape", "d")
        await until(pilot, lambda: any("The YAML is wrong" in notice.text for notice in app.notices))
        assert app.notices.unread is None, "it would stand below the jobs long after the rule was mended"
        await pilot.press("u")
        await shows(app, pilot, "field: location.city")
        assert screen.session.rule.when == Leaf("location.city", Op.EQUALS, "Paris")


async def test_at_80_columns_a_key_goes_to_the_yaml_and_esc_comes_back(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        assert "rules:" not in screen_text(app)
        await pilot.press("y")
        await shows(app, pilot, "rules:")
        assert "THEN" not in screen_text(app)
        await pilot.press("escape")
        await shows(app, pilot, "THEN")


async def test_a_draft_outlives_the_application_and_is_offered_again(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, backend):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        editor(app).document.put_cursor("when:")
        await pilot.press("!")
        await until(pilot, lambda: "unsaved draft" in screen_text(app))
        await shows(app, pilot, "ok matches 8")
        assert (await backend.drafts.get("oslo")) is not None
    async with session(tmp_path) as (app, pilot, backend):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "A draft of Oslo was left")
        await pilot.press("enter")
        await shows(app, pilot, "not location.city  is  Oslo")
        await shows(app, pilot, "ok matches 8")
        await pilot.press("X")
        await until(pilot, lambda: not isinstance(app.screen, RuleEditorScreen))
        assert await backend.drafts.list() == ()


async def test_a_question_that_is_not_answered_keeps_the_draft(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, backend):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        editor(app).document.put_cursor("when:")
        await pilot.press("!")
        await until(pilot, lambda: "unsaved draft" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, RuleEditorScreen))
        left = await backend.drafts.get("oslo")
        assert left is not None
        await backend.rules.set_active({"oslo"}, active=False)
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "A draft of Oslo was left")
        assert f"of r{left.base_revision}; now is r{left.base_revision + 1}" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MenuScreen | RuleEditorScreen))
        assert await backend.drafts.get("oslo") == left


async def test_saving_goes_through_the_impact_and_ends_the_draft(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, backend):
        app.open(routes.Rules())
        await shows(app, pilot, "1 rule")
        await pilot.press("e")
        await shows(app, pilot, "ok matches 4")
        editor(app).document.put_cursor("action:0")
        await pilot.press("enter")
        await prompt(app, pilot, "folder ...")
        await pilot.press(*"Fjord", "enter")
        await shows(app, pilot, "Fjord")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
        assert "4  configured differently" in screen_text(app)
        await pilot.press("y", "4", "enter")
        await until(pilot, lambda: isinstance(app.screen, RulesScreen))
        current = await backend.rules.current()
        assert current.rules[0].actions == (Action(ActionKind.FOLDER, "Fjord"),)
        assert await backend.drafts.list() == ()


async def test_a_rule_is_made_from_a_job(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleLeaves("file", "2"))
        await until(pilot, lambda: isinstance(app.screen, RuleLeavesScreen))
        await shows(app, pilot, "ok matches 6 cached jobs together")
        assert "[x] department  is  Data" in screen_text(app)
        await pilot.press("j", "space")
        await shows(app, pilot, "ok matches 2 cached jobs together")
        await pilot.press("enter")
        await shows(app, pilot, "this job: ok yes")
        rule = editor(app).session.rule
        assert rule.when == AllOf((Leaf("department", Op.EQUALS, "Data"), Leaf("location.city", Op.EQUALS, "Paris")))
        assert (rule.id, rule.name) == ("data-paris", "Data, Paris")
        assert "ok Data" in screen_text(app)


async def test_a_long_rule_is_kept_even_where_its_yaml_is_wrong(tmp_path: Path) -> None:
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "ok matches 4")
        await pilot.press("y")
        editor(app).yaml.text = "rules:\n  - name: [half"
        await shows(app, pilot, "line 2")
    async with session(tmp_path) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("oslo")))
        await shows(app, pilot, "A draft of Oslo was left")
        await pilot.press("enter", "y")
        await until(pilot, lambda: editor(app).yaml.text == "rules:\n  - name: [half")
