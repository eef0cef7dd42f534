"""The filter: a field to type in, and how many jobs match, always in view."""

from __future__ import annotations

from typing import ClassVar, Protocol

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Input

from ..documents.words import count as counted
from ..terminal.typed_ahead import handed_on, take
from .field import Field
from .line import Line
from .table.virtual_table import VirtualTable

FILTER_KEY = "/"
"""Goes to the field from the table."""


_USUAL, _MOST = 20, 40
"""Cells of the count of matches: as it mostly is, and with marks. Two widths only, so that typing is seldom a new layout."""


class _WrongPlace(Highlighter):
    """Underlines a filter from the place on where it is wrong."""

    def __init__(self) -> None:
        self.position: int | None = None

    def highlight(self, text: Text) -> None:
        if self.position is not None:
            text.stylize("bold underline", min(self.position, max(0, len(text) - 1)))


class Filters(Protocol):
    """The filters that were typed before."""

    @property
    def filters(self) -> tuple[str, ...]:
        """Return them, the latest first."""

    def filtered_by(self, text: str) -> None:
        """Take note of another one."""


class FilterInput(Field):
    """The field. Arrows move the table's cursor meanwhile; enter goes there; esc clears, and goes there when there is nothing to clear.

    Up brings earlier filters where nothing was typed yet, or where the table's cursor cannot go further up; from there down comes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "earlier", "Up"),
        ("down", "later", "Down"),
        ("pageup", "table('page_up')", "Page up"),
        ("pagedown", "table('page_down')", "Page down"),
        ("escape", "clear", "Clear"),
        ("tab", "hint", "Follow the hint"),
    ]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """As in the base, but a longer text is no new layout of the whole screen: that took half of a key's time."""

    def __init__(self, value: str, highlighter: Highlighter, then: Widget, earlier: Filters | None) -> None:
        # The value is watched from the beginning.
        self._untouched = True
        self._recalled: list[str] = []
        self._place = 0
        super().__init__(value, compact=True, highlighter=highlighter, select_on_focus=False, id="filter-field")
        self.cursor_blink = False
        self._then = then
        self._earlier = earlier

    async def on_key(self, event: events.Key) -> None:
        """Leave at enter, at once, and hand on the keys that were typed ahead: the application sent them here while the field had them."""
        if not handed_on(self, event) and event.key == "enter":
            take(event)
            self.leave()

    def leave(self) -> None:
        """Give the keys to the widget that has them when the field is done with."""
        self._note()
        self.screen.set_focus(self._then)

    def on_focus(self) -> None:
        """Begin: nothing is typed yet."""
        self._untouched, self._recalled, self._place = True, [], 0

    def watch_value(self, value: str) -> None:
        """Take note of what is typed: from then on it is not one of the earlier filters."""
        if not self._recalled or value != self._recalled[self._place]:
            self._untouched, self._recalled, self._place = False, [], 0

    async def action_earlier(self) -> None:
        """Bring the filter before this one, or move the table's cursor up."""
        at_top = isinstance(self._then, VirtualTable) and self._then.cursor_row == 0
        if not self._recalled and self._earlier is not None and (self._untouched or at_top):
            others = [text for text in self._earlier.filters if text != self.value.strip()]
            self._recalled = [self.value, *others] if others else []
        if self._recalled:
            self._recall(min(self._place + 1, len(self._recalled) - 1))
        else:
            await self.action_table("cursor_up")

    async def action_later(self) -> None:
        """Bring the filter behind this one, or move the table's cursor down."""
        if self._recalled and self._place:
            self._recall(self._place - 1)
        else:
            self._untouched = False
            await self.action_table("cursor_down")

    def _recall(self, place: int) -> None:
        self._place = place
        self.value = self._recalled[place]
        self.cursor_position = len(self.value)

    def _note(self) -> None:
        if self._earlier is not None:
            self._earlier.filtered_by(self.value)

    async def action_table(self, action: str) -> None:
        """Move the table's cursor."""
        await self._then.run_action(action)

    def action_clear(self) -> None:
        """Clear the filter, or leave the field if it is empty."""
        if self.value:
            self._note()
            self.value = ""
        else:
            self.leave()

    def action_hint(self) -> None:
        """Follow the hint of a filter that nothing matches."""
        self.post_message(FilterBar.HintFollowed())


class FilterBar(Horizontal):
    """The filter's line.

    Args:
        value: The filter to start with.
        then: The widget that has the keys when the field is done with.
        earlier: The filters that were typed before, where they are remembered.
    """

    DEFAULT_CSS = """
    FilterBar { height: 1; background: $panel; }
    FilterBar #filter-sign { width: 3; color: $text-accent; text-style: bold; }
    FilterBar FilterInput { width: 1fr; background: $panel; }
    FilterBar #filter-matches { width: 20; text-align: right; padding: 0 1 0 0; }
    """

    class Changed(Message):
        """Another filter was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Keys typed ahead are one search."""
            return isinstance(message, FilterBar.Changed)

    class HintFollowed(Message):
        """Tab was pressed."""

    def __init__(self, value: str, then: Widget, earlier: Filters | None = None) -> None:
        super().__init__()
        self._then = then
        self._wrong = _WrongPlace()
        self._field = FilterInput(value, self._wrong, then, earlier)
        self._matches = Line(id="filter-matches")

    def compose(self) -> ComposeResult:
        """Show the sign, the field and the matches."""
        yield Line(Content(" /"), id="filter-sign")
        yield self._field
        yield self._matches

    @property
    def value(self) -> str:
        """The filter as it is typed."""
        return self._field.value

    @value.setter
    def value(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    @property
    def active(self) -> bool:
        """Return whether keys go to the field."""
        return self._field.has_focus

    def on_mount(self) -> None:
        """Have the table give the keys to the field at the filter's key, the ones typed ahead included."""
        if isinstance(self._then, VirtualTable):
            self._then.gives_way[FILTER_KEY] = self.start

    def start(self) -> None:
        """Give the keys to the field."""
        self.screen.set_focus(self._field)

    def show_matches(self, matches: int, *, exact: bool = True, marked: int = 0, hidden: int = 0, only_marked: bool = False) -> None:
        """Say how many jobs match, and how many are marked, how many of those being out of view."""
        parts = [f"{counted(matches)}{'' if exact else '+'} match"]
        if marked:
            parts.append(f"{counted(marked)} marked" + (f" ({counted(hidden)} hidden)" if hidden else ""))
        if only_marked:
            parts.append("ONLY MARKED")
        text = "  ".join(parts)
        self._matches.styles.width = _USUAL if len(text) < _USUAL else _MOST
        self._matches.show(Content(text))

    def show_wrong(self, position: int | None) -> None:
        """Point at the place where the filter is wrong; None: it is right."""
        if position != self._wrong.position:
            self._wrong.position = position
            self._field.refresh()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of the new filter."""
        event.stop()
        self.post_message(self.Changed(event.value))
