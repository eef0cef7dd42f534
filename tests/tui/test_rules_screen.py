"""The list of the rules over a real backend: what each comes to, and every change shown before it is saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Rule, RuleSet
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.services.rules import RuleService
from jobsync_tui.editor.rule_change import switching
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.rules.coverage import CoverageScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen, propose
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, dialog, on_stage, shows

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),), priority=10)
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),), priority=20)
PARIS = Rule("paris", "Paris", Leaf("location.city", Op.EQUALS, "Paris"), (Action(ActionKind.FOLDER, "South"),), active=False, priority=30)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


@asynccontextmanager
async def rules_open(folder: Path, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the list over three rules and twelve jobs."""
    async with workshop(folder) as backend:
        await backend.rules.save([OSLO, CARE, PARIS], expected_revision=0, what="begin", typed=8)
        async with on_stage(backend, size) as (app, pilot):
            app.open(routes.Rules())
            await shows(app, pilot, "(4)")
            yield app, pilot, backend


async def armed(app: Stage, pilot: Pilot[int]) -> SaveRulesScreen:
    """Wait for the question before a save."""
    await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
    assert isinstance(app.screen, SaveRulesScreen)
    return app.screen


def line_of(app: Stage, words: str) -> str:
    return next(row for row in screen_text(app).splitlines() if words in row)


async def test_each_rule_tells_what_it_comes_to_and_one_that_is_off_what_it_would(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, _, _):
        assert line_of(app, " Oslo ").split()[:6] == [">+", "10", "on", "Oslo", "4", "2"]
        assert line_of(app, " Care ").split()[:6] == ["+", "20", "on", "Care", "6", "4"]
        assert line_of(app, " Paris ").split()[:6] == ["+", "30", "off", "Paris", "(4)", "-"]
        assert "3 rules, 2 active" in screen_text(app)


async def test_switching_a_rule_shows_its_impact_and_asks_with_cancel_in_focus(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("j", "j", "space")
        asked = await armed(app, pilot)
        assert asked.impact is not None
        assert (asked.impact.counts.newly_eligible, asked.impact.counts.reconfigured) == (2, 0)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RulesScreen))
        assert (await backend.rules.current()).revision == 1
        await pilot.press("space")
        await armed(app, pilot)
        await pilot.press("y")
        await shows(app, pilot, "3 rules, 3 active")
        assert (await backend.rules.history())[0].what == "activate paris"
        assert any("rules are now r2" in notice.text for notice in app.notices)
        assert dialog(app).document.target == "paris"


async def test_a_large_impact_asks_for_its_number(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("A")
        await armed(app, pilot)
        await shows(app, pilot, "type 8 and press enter")
        await pilot.press("y", "7", "enter")
        await shows(app, pilot, "7 is not 8")
        app.screen.query_one("#typed", Input).value = ""
        await pilot.press("8", "enter")
        await shows(app, pilot, "No active rules configured")
        assert not any(rule.active for rule in (await backend.rules.current()).rules)


async def test_a_new_order_is_shown_at_once_and_saved_once(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("J")
        await shows(app, pilot, "ORDER CHANGED")
        assert [row.split()[3] for row in screen_text(app).splitlines() if " on " in row][:2] == ["Care", "Oslo"]
        await pilot.press("space")
        await until(pilot, lambda: any("w saves it" in notice.text for notice in app.notices))
        await pilot.press("escape")
        await until(pilot, lambda: "ORDER CHANGED" not in screen_text(app))
        await pilot.press("J", "w")
        asked = await armed(app, pilot)
        assert asked.impact is not None
        assert asked.impact.fields == {"folder": 2}
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, RulesScreen))
        await shows(app, pilot, "revision r2")
        assert [rule.id for rule in (await backend.rules.current()).rules] == ["care", "oslo", "paris"]


async def test_what_is_being_saved_is_not_left_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()
    save = RuleService.save

    async def slowly(*given: Any, **options: Any) -> RuleSet:
        begun.set()
        await goes_on.wait()
        return await save(*given, **options)

    async with rules_open(tmp_path) as (app, pilot, backend):
        monkeypatch.setattr(RuleService, "save", slowly)
        await pilot.press("J", "w")
        await armed(app, pilot)
        await pilot.press("y")
        await begun.wait()
        await pilot.press("escape")
        await shows(app, pilot, "Saving ...")
        goes_on.set()
        await until(pilot, lambda: any("rules are now r2" in notice.text for notice in app.notices))
        assert isinstance(app.screen, RulesScreen)
        assert (await backend.rules.current()).revision == 2


async def test_deleting_a_rule_shows_what_it_would_do(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("D")
        asked = await armed(app, pilot)
        assert asked.impact is not None
        assert asked.impact.counts.no_longer_eligible == 2
        await pilot.press("y", "4", "enter")
        await shows(app, pilot, "2 rules, 1 active")
        assert "oslo" not in {rule.id for rule in (await backend.rules.current()).rules}


async def test_rules_that_were_changed_meanwhile_are_not_overwritten(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("D")
        await armed(app, pilot)
        await backend.rules.set_active(["paris"], active=True)
        await pilot.press("y", "4", "enter")
        await shows(app, pilot, "Nothing was saved")
        assert len((await backend.rules.current()).rules) == 3
        await pilot.press("escape")
        await shows(app, pilot, "3 rules, 3 active")


async def test_some_hundred_rules_stay_quick_to_move_in(tmp_path: Path) -> None:
    rules = [
        Rule(f"r{number}", f"Rule {number}", Leaf("name", Op.CONTAINS, f"Job {number}"), (Action(ActionKind.FOLDER, f"F{number}"),))
        for number in range(400)
    ]
    async with workshop(tmp_path) as backend:
        await backend.rules.save(rules, expected_revision=0, what="begin", typed=12)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Rules())
            await shows(app, pilot, "400 rules, 400 active")
            await pilot.press("G")
            await shows(app, pilot, "Rule 99 ")
            await pilot.press("slash", *"rule 321")
            await shows(app, pilot, "1 rule of 400")


async def test_what_is_wrong_with_a_rule_is_marked_and_said(tmp_path: Path) -> None:
    double = Rule("double", "Also Oslo", OSLO.when, OSLO.actions, priority=50)
    async with rules_open(tmp_path) as (app, pilot, backend):
        current = await backend.rules.current()
        await backend.rules.save([*current.rules, double], expected_revision=1, what="more", typed=4)
        await pilot.press("j", "j", "space")
        await armed(app, pilot)
        await pilot.press("escape")
        await shows(app, pilot, "! Also Oslo")
        await pilot.press("j")
        await shows(app, pilot, "  ! ")
        await pilot.press("D")
        await armed(app, pilot)


async def test_findings_on_what_changes_stand_in_the_question(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        double = Rule("double", "Also Oslo", OSLO.when, OSLO.actions, active=False, priority=50)
        current = await backend.rules.current()
        await backend.rules.save([*current.rules, double], expected_revision=1, what="more")
        propose(app, switching(await backend.rules.current(), (double,), active=True))
        await armed(app, pilot)
        await shows(app, pilot, "CHECK THIS")


@pytest.mark.parametrize("size", [(20, 6), (30, 8), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_small_terminal_shows_the_rule_under_the_cursor(tmp_path: Path, size: tuple[int, int]) -> None:
    async with rules_open(tmp_path) as (app, pilot, _):
        await pilot.press("down", "down")
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: any(row.startswith(">+ 30   off Paris") for row in screen_text(app).splitlines()))
        for name in ("Care", "Oslo"):
            await pilot.press("up")
            await until(pilot, lambda name=name: any(row[0] == ">" and name in row for row in screen_text(app).splitlines() if row))  # type: ignore[misc]


async def test_the_palette_goes_to_the_coverage_and_says_where_nothing_has_the_words(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, _):
        await pilot.press(":", *"no such thing")
        await shows(app, pilot, "Nothing contains these words")
        await pilot.press("enter")
        assert isinstance(app.screen, MenuScreen)
        await pilot.press("escape", ":", *"how many jobs the rules", "enter")
        await until(pilot, lambda: isinstance(app.screen, CoverageScreen))


async def test_the_jobs_of_a_rule_are_found_whatever_its_name_is(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        named = Rule("quoted", 'Oslo "North", all', OSLO.when, OSLO.actions, priority=1)
        await backend.rules.save([OSLO, CARE, PARIS, named], expected_revision=1, what="a name", typed=4)
        app.open(routes.Rules("quoted"))
        await shows(app, pilot, "id quoted, priority 1")
        await pilot.press("o")
        await shows(app, pilot, "/ rule:quoted")
        await shows(app, pilot, "4 match")
