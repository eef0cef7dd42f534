"""Undo and the rules used then, from the history by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.models import Failure, Outcome, PlanKind
from jobsync_tui.screens import routes
from jobsync_tui.screens.sync.confirm_undo import ConfirmUndoScreen
from tests.support import sample_records, samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import dialog, shows, staged


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmUndoScreen, "SETTLING", 0.01)


def undoable() -> str:
    """Return the operation that the newest sample entry stands for."""
    found = sample_records.entries()[0].operation_id
    assert found is not None
    return found


async def test_undo_shows_its_plan_and_writes_only_that() -> None:
    script = Script(past=(replace(sample_records.entries()[0], outcome="updated"),))
    async with staged(script) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "1 entry")
        await pilot.press("z")
        await shows(app, pilot, "Confirm Undo")
        await until(pilot, lambda: isinstance(app.screen, ConfirmUndoScreen) and app.screen.armed)
        assert ("undo", undoable(), samples.update_plan().digest) not in script.asked
        assert "y Confirm Undo" in screen_text(app)
        assert "Confirm Sync" not in screen_text(app)
        await pilot.press("c", "y")
        await until(pilot, lambda: ("undo", undoable(), samples.update_plan().digest) in script.asked)
        await shows(app, pilot, "Undo Result")
        await shows(app, pilot, "automatic     leaves the job alone until someone syncs it, or it changes")
        assert "not affected" not in screen_text(app)
        assert app.copied[0].startswith("# Plan of an undo: ")
        await pilot.press("$", "r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmUndoScreen))
        assert app.copied[1] == f"jobsync undo {undoable()}"


async def test_what_went_stale_is_shown_again_as_an_undo() -> None:
    stale = replace(samples.updated(), outcome=Outcome.STALE, written=False, error=Failure("stale", "moved"))
    script = Script(past=(replace(sample_records.entries()[0], outcome="updated"),), result=stale)
    async with staged(script) as (app, pilot):
        app.open(routes.ConfirmUndo("bullhorn", "884213", "op"))
        await until(pilot, lambda: isinstance(app.screen, ConfirmUndoScreen) and app.screen.armed)
        await pilot.press("y")
        await shows(app, pilot, "Not synced: something changed")
        assert isinstance(app.screen, ConfirmUndoScreen)
        assert script.asked.count(("undo_plan", "op")) == 2


async def test_a_refusal_to_undo_says_why() -> None:
    plan = replace(samples.update_plan(), kind=PlanKind.REFUSE, error=Failure("create_not_undone", "It created the job", "Archive it"))
    async with staged(Script(plan=plan)) as (app, pilot):
        app.open(routes.ConfirmUndo("bullhorn", "884213", "op"))
        await shows(app, pilot, "It created the job")
        assert "Archive it" in screen_text(app)


async def test_an_entry_that_wrote_nothing_has_nothing_to_undo() -> None:
    script = Script(past=(replace(sample_records.entries()[0], outcome="refused", ruleset_revision=None),))
    async with staged(script) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "1 entry")
        await pilot.press("z", "e")
        await until(pilot, lambda: {"nothing to undo", "No rules were used"} <= set(_told(app.notices)))
        assert script.asked == []


async def test_the_rules_of_then_explain_an_entry() -> None:
    script = Script(past=(replace(sample_records.entries()[0], ruleset_revision=41),))
    async with staged(script) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "1 entry")
        await pilot.press("e")
        await shows(app, pilot, "rules used then (r41)")
        assert ("explain_as_of", "884213", 41) in script.asked
        await pilot.press("s")
        await shows(app, pilot, "These are the rules used then")
        assert dialog(app).HEADING == "Check Eligibility"


def _told(notices: object) -> list[str]:
    words = ("nothing to undo", "No rules were used")
    return [word for word in words if any(word in notice.text for notice in notices)]  # type: ignore[attr-defined]
