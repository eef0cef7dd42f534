"""Every text that is painted can be read, with the application's own colours, with the terminal's sixteen, and with none."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from jobsync_tui.app import application
from jobsync_tui.backend.core.models import SyncStatus
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.session.notices import Severity
from jobsync_tui.terminal.theme import THEMES, theme_for
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, settled, until
from tests.support.readable import LEAST, coloured, contrast, faint
from tests.support.samples import BULLHORN, cached
from tests.tui import test_dialog_snapshots, test_jobs_screen, test_rules_snapshots, test_shell

pytestmark = pytest.mark.usefixtures("still")

Scenario = Callable[..., Coroutine[Any, Any, None]]
MODULES = (test_dialog_snapshots, test_jobs_screen, test_rules_snapshots, test_shell)
SCENARIOS = [
    pytest.param(module, function, id=f"{module.__name__.rpartition('.')[2]}-{name}")
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
    if name.startswith("test_") and "snapshot" in inspect.signature(function).parameters
]
"""What shows each screen: the tests that compare what it says."""


class _Anything:
    """Is equal to what is compared with it."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Coroutine[Any, Any, None]]:
    """Return what shows screens and has each of them looked at."""
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)

    async def played(module: Any, scenario: Scenario, look: Callable[[App[int]], list[str]], size: tuple[int, int]) -> None:
        looks = 0

        async def looked_at(shown: Pilot[int]) -> str:
            nonlocal looks
            text = await settled(shown)
            looks += 1
            assert look(shown.app) == []
            return text

        monkeypatch.setattr(module, "settled", looked_at)
        given = {"size": size, "snapshot": _Anything(), "monkeypatch": monkeypatch, "tmp_path": tmp_path}
        await scenario(**{name: given[name] for name in inspect.signature(scenario).parameters})
        assert looks

    return played


@pytest.mark.parametrize(("module", "scenario"), SCENARIOS)
async def test_all_text_can_be_read_on_the_dark_theme(
    module: Any, scenario: Scenario, play: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "theme_for", lambda *_, **__: "jobsync")
    await play(module, scenario, faint, (120, 40))


@pytest.mark.parametrize(("module", "scenario"), SCENARIOS)
async def test_sixteen_colours_are_the_terminal_s_own_two(
    module: Any, scenario: Scenario, play: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is behind them: their contrast is what the person chose."""
    monkeypatch.setattr(application, "theme_for", lambda *_, **__: "jobsync-plain")
    await play(module, scenario, coloured, (80, 24))


@pytest.mark.parametrize(
    ("theme", "look"), [("jobsync", faint), ("jobsync-light", faint), ("jobsync-contrast", faint), ("jobsync-plain", coloured)]
)
async def test_every_standing_every_toast_and_the_palette_can_be_read(
    theme: str, look: Callable[[App[int]], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "theme_for", lambda *_, **__: theme)
    jobs = [cached(f"{number}", f"Nurse {number}", sync_status=status) for number, status in enumerate(SyncStatus)]
    async with running(FakeBackend(jobs), size=(120, 40)) as (app, pilot):
        await until(pilot, lambda: f"row 1 of {len(jobs)}" in screen_text(app))
        for _ in jobs:
            assert look(app) == []
            await pilot.press("down")
        for severity in Severity:
            app.tell(f"{severity} told", severity, remedy="what to do")
        await until(pilot, lambda: screen_text(app).count("told") == len(Severity))
        assert look(app) == []
        await pilot.press("/", "n", "u")
        await until(pilot, lambda: f"{len(jobs)} match" in screen_text(app))
        assert look(app) == []
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "type to narrow" in screen_text(app))
        assert look(app) == []


@pytest.mark.parametrize("theme", ["jobsync", "jobsync-plain"])
async def test_the_cursor_of_every_list_is_seen_without_colours(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "theme_for", lambda *_, **__: theme)
    async with running(FakeBackend(many_jobs(3), (BULLHORN, replace(BULLHORN, id="other", name="Other")))) as (app, pilot):
        await until(pilot, lambda: ">" + " Bullhorn" in screen_text(app))
        await pilot.press("j")
        await until(pilot, lambda: "> Other" in screen_text(app))
        await pilot.press("k", "enter")
        await until(pilot, lambda: "row 1 of 3" in screen_text(app))
        assert screen_text(app).split("\n")[3].startswith(">  ")
        await pilot.press("ctrl+p", "down")
        await until(pilot, lambda: "> Sync Job" in screen_text(app))
        assert screen_text(app).count(">") == 1
        # What a command does goes on below where it began, and not at the edge.
        began, goes_on = (next(row for row in screen_text(app).split("\n") if words in row) for words in ("Plan the sync", "written."))
        assert began.index("Plan") == len(goes_on) - len(goes_on.lstrip(" \u2502")), screen_text(app)


TEXTS = (
    *("foreground", "text-muted", "text-disabled", "text-success", "text-warning", "text-error", "text-accent", "text-primary"),
    *("text-secondary", "footer-key-foreground"),
)
GROUNDS = ("background", "surface", "panel")
PAIRS = (
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
)


@pytest.mark.parametrize("name", ["jobsync", "jobsync-light", "jobsync-contrast"])
def test_every_text_of_a_theme_can_be_read_on_everything_that_may_be_behind_it(name: str) -> None:
    theme = next(each for each in THEMES if each.name == name)
    colours = {**theme.to_color_system().generate(), **theme.variables}
    found = {f"{text} on {ground}": contrast(colours[text], colours[ground]) for text, ground in PAIRS}
    assert {pair: value for pair, value in found.items() if value < LEAST} == {}
    if name == "jobsync-contrast":
        assert min(found.values()) >= 7


@pytest.mark.parametrize(
    ("system", "no_color", "wanted", "theme"),
    [
        ("256", False, None, "jobsync"),
        ("truecolor", False, "light", "jobsync-light"),
        ("256", False, "high-contrast", "jobsync-contrast"),
        ("256", False, "sixteen", "jobsync-plain"),
        ("standard", False, "light", "jobsync-plain"),
        ("256", True, "light", "jobsync-plain"),
        (None, False, None, "jobsync-plain"),
    ],
)
def test_a_wanted_theme_is_used_where_the_terminal_shows_it(system: str | None, no_color: bool, wanted: str | None, theme: str) -> None:
    assert theme_for(system, no_color=no_color, wanted=wanted) == theme


async def test_the_palette_tries_colours_and_says_how_to_keep_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "can_choose", lambda *_, **__: True)
    async with running(FakeBackend(many_jobs(3)), size=(120, 40)) as (app, pilot):
        await until(pilot, lambda: "row 1 of 3" in screen_text(app))
        await pilot.press("ctrl+p", *"colours", "enter")
        await until(pilot, lambda: "dark text on white" in screen_text(app))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: "under [terminal]" in screen_text(app))
        assert app.theme != "jobsync-plain"
        assert any("Colours: " in notice.text for notice in app.notices)
