"""What the screens about rules say to an admin of one integration of two: which rules are hers to change, and what counts are of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, Leaf, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.editor.rule_change import switching
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.rules.rule_editor import RuleEditorScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen, propose
from jobsync_tui.screens.rules.shadows import ShadowsScreen
from tests.support.databases import url_at
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

CONFIG = """
[storage]
url = "{url}"

[[integrations]]
id = "hers"
provider = "file"
path = "jobs.csv"

[[integrations]]
id = "his"
provider = "file"
path = "jobs.csv"

[[admins]]
user = "alice"
integrations = ["hers"]

[[admins]]
user = "bob"
integrations = ["*"]
"""
HELD = Leaf("integration", Op.EQUALS, "hers")
CARE = Leaf("department", Op.EQUALS, "Care")
EVERY = Rule("every", "Everything", CARE, (Action(ActionKind.FOLDER, "Inbox"),), priority=10)
HERS = Rule("mine", "Mine", AllOf((HELD, CARE)), (Action(ActionKind.FOLDER, "Care"),), priority=20)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


@asynccontextmanager
async def rules_open(folder: Path) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the list of the rules for alice."""
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(url=url_at(folder / "jobsync.db")))
    config.chmod(0o600)
    (folder / "jobs.csv").write_text("id,name,department\n1,Nurse,Care\n2,Coder,Data\n3,Medic,Care\n")
    settings = load_settings(config)
    async with Backend.open(settings, Actor("bob")) as bob:
        for integration in ("hers", "his"):
            await bob.integrations.refresh(integration)
        await bob.rules.save((EVERY, HERS), expected_revision=0, what="begin")
    async with Backend.open(settings, Actor("alice")) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "among your 3 jobs")
        yield app, pilot, backend


async def test_a_rule_that_is_not_hers_is_marked_and_its_keys_say_why(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        assert "= Everything" in screen_text(app)
        assert "= Mine" not in screen_text(app)
        for key in ("space", "D", "e", "J"):
            await pilot.press(key)
            assert isinstance(app.screen, RulesScreen)
        told = "Everything also affects other people's integrations"
        await until(pilot, lambda: sum(told in notice.text for notice in app.notices) == 4)
        await pilot.press("j", "space")
        await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
        assert "among your 3 jobs" in screen_text(app)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, RulesScreen))
        await shows(app, pilot, "2 rules, 1 active")
        assert (await backend.rules.history())[0].actor == "alice"


async def test_a_copy_and_a_new_rule_begin_held_to_what_is_hers(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        await pilot.press("d")
        await shows(app, pilot, "Everything 2")
        assert isinstance(app.screen, RuleEditorScreen)
        assert app.screen.session.rule.when == AllOf((HELD, CARE))
        app.pop_screen()
        await backend.drafts.drop("new")
        app.open(routes.RuleEditor(routes.Opening()))
        await shows(app, pilot, "New rule")
        assert isinstance(app.screen, RuleEditorScreen)
        assert app.screen.session.rule.when == AllOf((HELD,))


async def test_a_change_that_is_not_hers_is_refused_before_it_is_asked_about(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        propose(app, switching(await backend.rules.current(), (EVERY, HERS), active=False))
        await shows(app, pilot, "You may not change rules that can also act on")
        assert isinstance(app.screen, SaveRulesScreen)
        assert not app.screen.armed
        assert (await backend.rules.current()).revision == 1


async def test_coverage_says_whose_jobs_it_counts(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, _):
        app.open(routes.Coverage())
        await shows(app, pilot, "your 1 integration")
        await shows(app, pilot, "3 jobs")


async def test_a_shadow_that_is_not_hers_is_marked_and_its_keys_say_why(tmp_path: Path) -> None:
    async with rules_open(tmp_path) as (app, pilot, backend):
        async with Backend.open(backend.settings, Actor("bob")) as bob:
            await bob.shadows.add("all over", [replace(EVERY, priority=5)])
            await bob.shadows.add("held", [replace(HERS, priority=5)])
        app.open(routes.Shadows())
        await shows(app, pilot, "= all over")
        assert "= held" not in screen_text(app)
        for key in ("p", "X"):
            await pilot.press(key)
            assert isinstance(app.screen, ShadowsScreen)
        await until(pilot, lambda: sum("all over also affects other people's integrations" in notice.text for notice in app.notices) == 2)
        await pilot.press("j", "p")
        await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
        assert [(each.name, each.changeable) for each in await backend.shadows.list()] == [("all over", False), ("held", True)]
