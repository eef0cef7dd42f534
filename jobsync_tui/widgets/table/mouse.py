"""The mouse on a table: rows, headings, the wheel and the scroll bar."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from textual import events
from textual.widget import Widget

from .messages import HeaderSelected

WHEEL = 3
"""Lines that one notch of the wheel scrolls."""


class Heading(Protocol):
    """What a click on a heading needs of a column."""

    @property
    def key(self) -> str:
        """The column's key."""

    @property
    def label(self) -> str:
        """The column's heading."""


class TableMouse(Widget):
    """Turns the mouse into the moves that `VirtualTable` has. Line 0 is the headings, the last cell of a line the scroll bar."""

    _dragging = False

    @property
    @abstractmethod
    def row_count(self) -> int:
        """Return the length of the list."""

    @property
    @abstractmethod
    def page(self) -> int:
        """Return how many rows are visible at once."""

    @property
    @abstractmethod
    def top(self) -> int:
        """Return the index of the row on the first line."""

    @abstractmethod
    def column_at(self, x: int) -> Heading | None:
        """Return the column at cell ``x``."""

    @abstractmethod
    def move_cursor(self, *, row: int, scroll: bool = True) -> None:
        """Move the cursor."""

    @abstractmethod
    async def action_select_cursor(self) -> None:
        """Select the row under the cursor."""

    @abstractmethod
    def scroll_view(self, top: int) -> None:
        """Show the list from row ``top`` on."""

    async def on_click(self, event: events.Click) -> None:
        """Move to the row under the mouse, select it at the second click, or tell which heading it was."""
        event.stop()
        index = self.top + event.y - 1
        if event.y == 0:
            column = self.column_at(event.x)
            if column is not None:
                self.post_message(HeaderSelected(self, column.key))
        elif event.x < self.size.width - 1 and 0 <= index < self.row_count:
            self.move_cursor(row=index, scroll=False)
            if event.chain == 2:
                await self.action_select_cursor()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll bar."""
        if event.x == self.size.width - 1 and event.y > 0 and self.row_count > self.page:
            self._dragging = True
            self.capture_mouse()
            self._drag_to(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the scroll bar."""
        if self._dragging:
            self._drag_to(event.y)

    def on_mouse_up(self) -> None:
        """Let go of the scroll bar."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down, the cursor staying on its row."""
        event.stop()
        self.scroll_view(self.top + WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up, the cursor staying on its row."""
        event.stop()
        self.scroll_view(self.top - WHEEL)

    def _drag_to(self, y: int) -> None:
        share = (y - 1) / max(1, self.page - 1)
        self.scroll_view(round(share * (self.row_count - self.page)))
