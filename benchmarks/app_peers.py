"""What the application is measured beside: two small Textual applications, which import nothing that they do not need.

Run ``python -m benchmarks.app_peers empty|lines``. ``empty`` shows a text and nothing else: what Textual itself costs. ``lines`` is the
least a list of a million rows can be on Textual's line API: rows are made from their number, a move paints the view.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

ROWS = 1_000_000


class Empty(App[None]):
    """Shows that it is there."""

    def compose(self) -> ComposeResult:
        """Show a text."""
        yield Static("ready (Here)")


class LineList(Widget, can_focus=True):
    """A list with a cursor, and nothing that a table has beside that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down", "move(1)", "Down"),
        ("up", "move(-1)", "Up"),
        ("pagedown", "page(1)", "Page down"),
        ("pageup", "page(-1)", "Page up"),
        ("home", "to(0)", "Home"),
        ("end", f"to({ROWS - 1})", "End"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        self._top = 0

    def render_line(self, y: int) -> Strip:
        """Make one line from the number of its row."""
        row = self._top + y
        text = f" Senior Nurse Night Shift (Berlin) {row * 7919 % ROWS}  job-{row:07d}  Berlin  open  {row % 400} d"
        style = Style(color="white", bgcolor="blue") if row == self._cursor else Style(bgcolor="grey11" if row % 2 else "grey7")
        return Strip([Segment(text.ljust(self.size.width)[: self.size.width], style)], self.size.width)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.action_to(self._cursor + step)

    def action_page(self, pages: int) -> None:
        """Move the cursor and the view by a page."""
        self._top = max(0, min(ROWS - self.size.height, self._top + pages * self.size.height))
        self.action_to(self._cursor + pages * self.size.height)

    def action_to(self, row: int) -> None:
        """Move the cursor to a row."""
        self._cursor = max(0, min(ROWS - 1, row))
        if not self._top <= self._cursor < self._top + self.size.height:
            self._top = max(0, min(ROWS - self.size.height, self._cursor - self.size.height // 2))
        self.refresh()


class Lines(App[None]):
    """The list."""

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield LineList()


APPS: dict[str, type[App[None]]] = {"empty": Empty, "lines": Lines}

if __name__ == "__main__":
    APPS[sys.argv[1]]().run()
