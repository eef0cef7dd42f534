"""Keys act in the order in which they were typed, however many arrive at once: letters, and those that take letters back or move."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TypeVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Input, TextArea

from jobsync_tui.widgets.field import Field
from jobsync_tui.widgets.yaml_pane import YamlPane
from tests.support.pilot import settled
from tests.support.pty import in_terminal

ResultT = TypeVar("ResultT")

KEYS = (*"abc", "space", "backspace", "delete", "left", "right", "home", "end", "ctrl+a", "ctrl+e", "ctrl+u", "ctrl+w", "ctrl+k")
SEQUENCES = 25


class OneField(App[None]):
    """A field by itself."""

    def __init__(self, field: Widget) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        yield self.field


def state(field: Widget) -> tuple[str, object]:
    """Return what is typed, and where the cursor stands."""
    if isinstance(field, TextArea):
        return field.text, field.cursor_location
    assert isinstance(field, Input)
    return field.value, field.cursor_position


def clear(field: Widget) -> None:
    if isinstance(field, TextArea):
        field.text = ""
    elif isinstance(field, Input):
        field.value = ""


@pytest.mark.parametrize("kind", [Field, YamlPane])
async def test_keys_that_arrive_together_do_what_they_do_one_by_one(kind: type[Widget]) -> None:
    rng = random.Random(12)  # noqa: S311 - the same keys every time
    app = OneField(kind())
    async with app.run_test() as pilot:
        app.field.focus()
        for _ in range(SEQUENCES):
            keys = [*"abc", *rng.choices(KEYS, k=9)]
            clear(app.field)
            for key in keys:
                await pilot.press(key)
            one_by_one = state(app.field)
            clear(app.field)
            for key in keys:
                app.post_message(events.Key(key, " " if key == "space" else key if len(key) == 1 else None))
            await settled(pilot)
            assert state(app.field) == one_by_one, keys


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opened", "seen", "typed", "shown"),
    [
        ("", "row 1 of 8", "/abc\x7f\x7fde", "/ ade"),
        ("", "row 1 of 8", "/nurse\x15icu", "/ icu"),
        ("/", "row 1 of 8", "icu urse\x1b[D\x1b[D\x1b[D\x1b[Dn", "/ icu nurse"),
        ("X", "new CSV file", "\x15/nowhere/list.csv", "│ /nowhere/list.csv "),
        ("\x10", "type to narrow", "xx\x7f\x7fviews", "│ views "),
    ],
)
def test_a_line_that_lags_delivers_several_keys_at_once(opened: str, seen: str, typed: str, shown: str) -> None:
    with in_terminal([sys.executable, "-m", "tests.tui.program", "nurses"], env={"PYTHONPATH": str(Path(__file__).parents[2])}) as terminal:
        terminal.wait_for("row 1 of 8")
        if opened:
            terminal.send(opened)
            terminal.wait_for(seen)
        terminal.send(typed)
        terminal.wait_for(shown)
