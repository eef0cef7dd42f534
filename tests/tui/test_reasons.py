"""A reason may be typed where something is confirmed: it goes with what is confirmed, and never stands in the way of a yes."""

from __future__ import annotations

from typing import cast

import pytest

from jobsync_tui.backend.core.models import JobKey
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.prompt import PromptScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import Stage, shows, staged


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


def armed(app: Stage) -> bool:
    return isinstance(app.screen, ConfirmingScreen) and app.screen.armed


async def test_what_is_typed_goes_with_what_is_confirmed_and_into_the_copies() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: armed(app))
        assert "w reason" in screen_text(app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"yearly", "space", *"42", "enter")
        await until(pilot, lambda: armed(app))
        assert script.asked[-1] == ("plan", "883977")
        await shows(app, pilot, "reason  yearly 42")
        await pilot.press("c", "$")
        await until(pilot, lambda: len(app.copied) == 2)
        assert "reason  yearly 42" in app.copied[0]
        assert app.copied[1].endswith("--yes --reason 'yearly 42'")
        await pilot.press("y")
        await until(pilot, lambda: ("because", "yearly 42") in script.asked)
        assert ("sync", "883977", "d1") in script.asked


@pytest.mark.parametrize("keys", [("y",), ("w", "escape", "y"), ("w", "enter", "y")])
async def test_none_is_needed(keys: tuple[str, ...]) -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        for key in keys:
            await until(pilot, lambda: armed(app) or isinstance(app.screen, PromptScreen))
            await pilot.press(key)
        await until(pilot, lambda: ("sync", "883977", "d1") in script.asked)
        assert ("because", None) in script.asked


async def test_what_is_typed_ahead_for_the_field_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: armed(app))
        monkeypatch.setattr(ArmingScreen, "SETTLING", 1000.0)
        screen = cast("ConfirmSyncScreen", app.screen)
        screen.action_reason()
        screen.action_confirm()
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("a", "enter", "y")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("y")
        assert not [asked for asked in script.asked if asked[0] == "sync"]


async def test_a_reason_that_the_record_would_cut_is_not_taken() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await until(pilot, lambda: armed(app))
        cast("ConfirmSyncScreen", app.screen).reason = "x" * 301
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("enter")
        await shows(app, pilot, "at most 300 characters: 301")
