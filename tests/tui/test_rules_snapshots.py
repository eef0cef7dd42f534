"""Each screen about rules once at 80x24 and once at 120x40, as text, over a real backend that stands still in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, ImpactList, Leaf, Not, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.editor.rule_change import deleting
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.rules.save_rules import propose
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, settled, until
from tests.tui.stage import Stage, on_stage, shows

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
pytestmark = [pytest.mark.usefixtures("still"), SIZES]

NORTH = Rule(
    "north",
    "The north",
    AllOf(
        (
            AnyOf((Leaf("location.city", Op.EQUALS, "Oslo"), Leaf("name", Op.CONTAINS, "Job 1"))),
            Not(Leaf("status", Op.EQUALS, "closed")),
        )
    ),
    (Action(ActionKind.FOLDER, "North"), Action(ActionKind.SETTING, "Norwegian", "language")),
    priority=10,
)
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),), priority=20)
DOUBLE = Rule("double", "Care again", CARE.when, CARE.actions, priority=30)


async def saved(backend: Backend, rules: list[Rule], revision: int, what: str) -> None:
    found = await backend.impacts.assess(rules)
    await backend.rules.save(rules, expected_revision=revision, what=what, found=found, typed=found.counts.concerned)


@asynccontextmanager
async def shop(folder: Path, size: tuple[int, int]) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the application over three rules in two revisions, and one job that was synced."""
    async with workshop(folder) as backend:
        await saved(backend, [NORTH], 0, "begin")
        await backend.syncs.sync("file", "1")
        await saved(backend, [NORTH, CARE, DOUBLE], 1, "add care")
        async with on_stage(backend, size) as (app, pilot):
            yield app, pilot, backend


async def test_list(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, _):
        app.open(routes.Rules("care"))
        await shows(app, pilot, "marked with !")
        await shows(app, pilot, "id care")
        assert await settled(pilot) == snapshot


async def test_editor(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, _):
        app.open(routes.RuleEditor(routes.Opening("north")))
        await shows(app, pilot, "ok matches 5 cached jobs")
        assert await settled(pilot) == snapshot


async def test_leaves(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, _):
        app.open(routes.RuleLeaves("file", "2"))
        await shows(app, pilot, "ok matches 6 cached jobs together")
        await until(pilot, lambda: "..." not in screen_text(app))
        assert await settled(pilot) == snapshot


async def test_save_and_list(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)
    async with shop(tmp_path, size) as (app, pilot, backend):
        current = await backend.rules.current()
        propose(app, deleting(current, NORTH))
        await until(pilot, lambda: getattr(app.screen, "armed", False))
        await pilot.pause()
        assert await settled(pilot) == snapshot
        found = await backend.impacts.assess([CARE, DOUBLE])
        app.open(routes.ImpactList(found, ImpactList.NO_LONGER_ELIGIBLE, "Delete The north"))
        await shows(app, pilot, "Job 10")
        assert await settled(pilot) == snapshot
        app.open(routes.ImpactJob(found, "file", "1"))
        await shows(app, pilot, "WHAT THEY SET")
        assert await settled(pilot) == snapshot


async def test_history_and_difference(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, _):
        app.open(routes.RulesHistory())
        await shows(app, pilot, "in force: r2")
        await shows(app, pilot, "enter shows what")
        assert await settled(pilot) == snapshot
        app.open(routes.RevisionDifference(1, 2))
        await shows(app, pilot, "2 rules changed")
        assert await settled(pilot) == snapshot


async def test_coverage(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, _):
        app.open(routes.Coverage())
        await shows(app, pilot, "that no rule matches")
        await until(pilot, lambda: not app.screen.query_one("#note").size.height)
        await pilot.pause()
        assert await settled(pilot) == snapshot


async def test_shadows(tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with shop(tmp_path, size) as (app, pilot, backend):
        await backend.shadows.add("without care", [Rule("care", "Care", Leaf("name", Op.EQUALS, "Job 3"), CARE.actions, priority=20)])
        await backend.shadows.look("without care")
        app.open(routes.Shadows("without care"))
        await shows(app, pilot, "OVER TIME")
        assert await settled(pilot) == snapshot
