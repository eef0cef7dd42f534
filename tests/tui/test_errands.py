"""What every palette offers beside the screen's own commands leads to something, and asks before it ends anything."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from jobsync_tui.screens import routes
from jobsync_tui.screens.help import groups_from
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.prompt import PromptScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import on_stage, shows


async def test_the_timer_is_paused_and_resumed_and_what_is_open_is_settled(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        await app.screen.run_action("pause")
        await shows(app, pilot, "The automatic sync is paused")
        assert (await backend.automatic.status()).paused is not None
        await app.screen.run_action("resume")
        await shows(app, pilot, "The automatic sync goes on")
        assert (await backend.automatic.status()).paused is None
        await app.screen.run_action("recover")
        await shows(app, pilot, "0 operations were open")
        await app.screen.run_action("leases")
        await until(pilot, lambda: any("Nobody is syncing a job now" in notice.text for notice in app.notices))


async def test_the_timer_is_paused_until_a_time_that_is_asked_for_and_the_jobs_say_so(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Jobs("file"))
        await shows(app, pilot, "? keys")
        await app.screen.run_action("pause_until")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"2020-01-01", "ctrl+t")
        await shows(app, pilot, "that is over already")
        app.screen.query_one(Input).value = "2999-12-01 18:00"
        await shows(app, pilot, "resumes automatically at 2999-12-01 18:00")
        await pilot.press("ctrl+t")
        await shows(app, pilot, "auto PAUSED until 2999-12-01 18:00")
        paused = (await backend.automatic.status()).paused
        assert paused is not None
        assert paused.until is not None
        await app.screen.run_action("resume")
        await until(pilot, lambda: "PAUSED" not in screen_text(app))


async def test_help_of_the_first_screen_names_enter(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Picker())
        await until(pilot, lambda: isinstance(app.screen, PickerScreen) and "enter open" in screen_text(app))
        named = {command.action: command for group in groups_from(app.screen.focused or app.screen) for command in group.commands}
        assert named["open"].keys == ("enter",)
