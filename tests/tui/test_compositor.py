"""What is written piece by piece makes the same picture as Textual's own compositor paints as a whole."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.terminal.compositor import SpanCompositor
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

Cell: TypeAlias = tuple[str, Style | None]

KEYS = (
    *("/", "n", "1", "2", "escape", "x", "y", "escape", "escape"),
    *("down", "down", "pagedown", "end", "up", "home", "space", "m", "u", "O", "escape"),
    *("question_mark", "down", "escape", "e", "plus", "escape", "L", "escape", "ctrl+p", "r", "u", "escape"),
)


def cells(strip: Strip) -> list[Cell]:
    """Return a line cell by cell; the second cell of a wide character is empty."""
    found: list[Cell] = []
    for text, style, _ in strip:
        for character in text:
            width = cell_len(character)
            found += [(character, style), *[("", style)] * (width - 1)]
    return found


class Screenful:
    """What a terminal shows, put together from every update."""

    def __init__(self, app: JobsyncApp) -> None:
        self._app = app
        self.lines: list[list[Cell]] = []
        self.partial = 0

    def take(self, update: object) -> None:
        """Apply an update as a terminal would: its spans, and no cell beside them."""
        if isinstance(update, LayoutUpdate) or not isinstance(self._app.screen._compositor, SpanCompositor):
            self.lines = self.whole()
        elif isinstance(update, ChopsUpdate):
            self.partial += 1
            for y, chops in enumerate(update.chops):
                spans = [(start, end) for line, start, end in update.spans if line == y]
                for x, strip in chops.items():
                    assert strip is not None
                    assert any(start <= x and x + strip.cell_length <= end for start, end in spans)
                    self.lines[y][x : x + strip.cell_length] = cells(strip)

    def whole(self) -> list[list[Cell]]:
        """Return the picture of Textual's own compositor."""
        screen = self._app.screen
        return [cells(strip) for strip in Compositor.render_strips(screen._compositor)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_pieces_make_the_whole_picture(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = many_jobs(300)
    async with running(FakeBackend(jobs), size=size) as (app, pilot):
        shown = Screenful(app)
        display = app._display

        def noted(screen: Any, update: Any) -> None:
            if not app._batch_count and screen is app.screen:
                shown.take(update)
            display(screen, update)

        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        monkeypatch.setattr(app, "_display", noted)
        app.screen.refresh()
        shown.lines = shown.whole()
        for key in KEYS:
            await pilot.press(key)
            await until(pilot, lambda: shown.lines == shown.whole())
        app.tell("a toast over the table")
        await until(pilot, lambda: len(app.screen.query("Toast")) == 1 and shown.lines == shown.whole())
        assert isinstance(app.screen._compositor, SpanCompositor)
        assert shown.partial > 10


async def test_a_change_in_two_corners_does_not_paint_what_lies_between(monkeypatch: pytest.MonkeyPatch) -> None:
    render_lines = Widget.render_lines
    async with running(FakeBackend(many_jobs(300)), size=(120, 40)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        await pilot.pause()
        compositor = app.screen._compositor
        rendered: list[int] = []

        def noted(widget: Widget, crop: Region) -> list[Strip]:
            rendered.append(crop.height)
            return render_lines(widget, crop)

        monkeypatch.setattr(Widget, "render_lines", noted)
        compositor._dirty_regions = {Region(0, 0, 10, 1), Region(100, 39, 10, 1)}
        assert compositor.render_partial_update() is not None
        assert sum(rendered) == 2


async def test_a_list_below_a_dialog_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend(many_jobs(300)), size=(120, 40)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        below = app.screen
        await pilot.press("e")
        await until(pilot, lambda: app.screen is not below and not below.is_current)
        await pilot.pause()
        painted: list[object] = []
        monkeypatch.setattr(app, "_display", lambda screen, _: painted.append(screen))
        below.refresh()
        below.check_idle()
        await pilot.pause(0.1)
        assert painted == []
        monkeypatch.undo()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is below and "match" in screen_text(app))
