"""A table that only knows what is visible: it speaks `DataTable`'s API over a list of any length that is read by window."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from ...commands import Group, bindings
from ...terminal.typed_ahead import handed_on, take
from .columns import Column
from .lines import Bar, LineMaker, LineState, changed_span
from .messages import HeaderSelected, ReadFailed, RowHighlighted, RowSelected
from .mouse import TableMouse
from .rows import RowReader, RowSource, View

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT", bound=Hashable)

FRAME = 2
"""Lines that are not rows: the headings, and the rule that says where the cursor is."""


class VirtualTable(TableMouse, Generic[RowT, KeyT], can_focus=True):
    """Shows rows of a `RowSource`. Cursor, keys, mouse and messages are those of Textual's `DataTable` with a row cursor.

    The table paints only lines that look different from what is on the screen, whatever the reason, and holds three pages of rows at
    most. It scrolls by itself rather than as a `ScrollView`: there, a new length of the list is a new layout of the whole screen. When
    the cursor leaves the view, the view moves by a quarter of a page at once, so that most moves cost two lines and not a page of bytes.

    Args:
        columns: What it shows.
        key: Returns the key of a row, by which cursor and marks know it.
        marks: Keys of the marked rows; call `marks_changed` when they are others.
    """

    NOTHING: ClassVar[str] = "no jobs"
    """What stands below a list without a row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--even-row",
        "table--odd-row",
        "table--cursor",
        "table--pending",
        "table--bar",
        "table--rule",
    }
    DEFAULT_CSS = """
    VirtualTable { height: 1fr; }
    VirtualTable > .table--header { text-style: bold; color: $text-muted; background: $panel; }
    VirtualTable > .table--even-row { color: $foreground; background: $background; }
    VirtualTable > .table--odd-row { color: $foreground; background: $surface; }
    VirtualTable > .table--cursor {
        color: $block-cursor-foreground; background: $block-cursor-background; text-style: $block-cursor-text-style;
    }
    VirtualTable > .table--pending { color: $text-disabled; }
    VirtualTable > .table--bar { color: $primary; }
    VirtualTable > .table--rule { color: $text-disabled; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Group.TABLE), ("enter", "select_cursor", "Select")]

    RowHighlighted = RowHighlighted
    RowSelected = RowSelected
    HeaderSelected = HeaderSelected
    ReadFailed = ReadFailed

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], KeyT],
        *,
        marks: Container[KeyT] = (),
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.marks = marks
        self.gives_way: dict[str, Callable[[], None]] = {}
        """What gives the focus to another widget, by the character that asks for it."""
        self._key = key
        self._lines = LineMaker(tuple(columns), self._component_style)
        self._reader: RowReader[RowT] = RowReader(self, self)
        self._count = 0
        self._top = 0
        self._cursor = 0
        self._states: list[LineState[RowT] | None] = []
        self._strips: list[Strip] = []
        self._foot = Strip([])
        self._told: tuple[int, KeyT | None] | None = None

    # ---- what DataTable has ------------------------------------------------------------------------------------------

    @property
    def columns(self) -> dict[str, Column[RowT]]:
        """Return the columns by key."""
        return {column.key: column for column in self._lines.columns}

    @property
    def row_count(self) -> int:
        """Return how many rows the list has, as far as is known."""
        return self._count

    @property
    def cursor_row(self) -> int:
        """Return the index of the row under the cursor."""
        return self._cursor

    @property
    def cursor_key(self) -> KeyT | None:
        """Return the key of the row under the cursor, None while it is not read."""
        row = self._reader.get(self._cursor)
        return None if row is None else self._key(row)

    async def key_here(self) -> KeyT | None:
        """Return the key of the row under the cursor, of one on its way when it comes: a key typed behind `G` is meant for the last row.

        None where no row comes.
        """
        while (key := self.cursor_key) is None and await self._reader.arrival():
            pass
        return key

    @property
    def page(self) -> int:
        """Return how many rows are visible at once."""
        return max(1, self.size.height - FRAME)

    @property
    def top(self) -> int:
        """Return the index of the row on the first line."""
        return self._top

    def get_row_at(self, row_index: int) -> RowT | None:
        """Return a row, None if it is not held at the moment."""
        return self._reader.get(row_index)

    def move_cursor(self, *, row: int, scroll: bool = True) -> None:
        """Move the cursor to ``row``, or the nearest there is."""
        self._cursor = max(0, min(row, self._count - 1))
        if scroll:
            self._scroll_to_cursor()
        self._settle()

    # ---- data down ---------------------------------------------------------------------------------------------------

    def show(self, source: RowSource[RowT], *, count: int, offset: int, rows: Sequence[RowT], cursor: int, keep_line: bool = False) -> None:
        """Show another list, or the same list as it is now, in one paint.

        Args:
            source: Where further rows are read.
            count: Length of the list.
            offset: Index of the first of ``rows``.
            rows: The rows around the cursor.
            cursor: Index of the row under the cursor.
            keep_line: Keep the cursor on the line of the screen on which it is, if the list allows.
        """
        line = self._cursor - self._top
        if not keep_line:
            self._lines.begin()
            self._states = [None] * len(self._states)
        self._reader.turn_to(source, offset, rows)
        self._count = count
        self._cursor = max(0, min(cursor, count - 1))
        self._top = self._bounded(self._cursor - line if keep_line else min(self._top, self._cursor))
        self._scroll_to_cursor()
        self._settle()

    def set_count(self, count: int) -> None:
        """Set the length of the list once it is known better."""
        self._count = count
        self._cursor = max(0, min(self._cursor, count - 1))
        self._top = self._bounded(self._top)
        self._settle()

    def begin_at(self, line: int) -> None:
        """Have the cursor on that line of the screen with the first list that is shown ``keep_line``."""
        self._cursor, self._top = max(0, line), 0

    def set_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Show other columns from the next list on."""
        mark, words = self._lines.sort_mark, self._lines.sorted_by
        self._lines = LineMaker(tuple(columns), self._component_style)
        self._lines.sort_mark, self._lines.sorted_by = mark, words
        self._states = [None] * len(self._states)
        self.refresh(Region(0, 0, self.size.width, 1))

    def set_sort_mark(self, column_key: str, mark: str, words: str = "") -> None:
        """Show ``mark`` beside the heading of the column by which the list is sorted; ``words`` name that where it is not shown."""
        if self._lines.sort_mark != (column_key, mark):
            self._lines.sort_mark, self._lines.sorted_by = (column_key, mark), words
            self.refresh(Region(0, 0, self.size.width, 1))
            self._paint()

    def marks_changed(self) -> None:
        """Paint the lines whose mark is another."""
        self._paint()

    def values_changed(self) -> None:
        """Paint the lines whose cells say something else for the same row, such as an age."""
        self._states = [None] * len(self._states)
        self._paint()

    # ---- keys and mouse ----------------------------------------------------------------------------------------------

    def action_cursor_up(self) -> None:
        """Move up one row."""
        self.move_cursor(row=self._cursor - 1)

    def action_cursor_down(self) -> None:
        """Move down one row."""
        self.move_cursor(row=self._cursor + 1)

    def action_page_up(self) -> None:
        """Move up one page."""
        self._turn_page(-self.page)

    def action_page_down(self) -> None:
        """Move down one page."""
        self._turn_page(self.page)

    def action_scroll_top(self) -> None:
        """Move to the first row."""
        self.move_cursor(row=0)

    def action_scroll_bottom(self) -> None:
        """Move to the last row."""
        self.move_cursor(row=self._count - 1)

    async def action_select_cursor(self) -> None:
        """Select the row under the cursor."""
        key = await self.key_here()
        if key is not None:
            self.post_message(RowSelected(self, self._cursor, key))

    # ---- painting ----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return line ``y``: the headings, or the strip that was made for a row."""
        if y == 0:
            return self._lines.header(self.size.width)
        if y == self.size.height - 1:
            return self._foot
        return self._strips[y - 1] if y <= len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Make every line again: colours are others."""
        super().notify_style_update()
        self._lines.forget()
        self.values_changed()

    def on_key(self, event: events.Key) -> None:
        """Give the focus away at once where a key does that, and hand on what was typed ahead behind it."""
        if not handed_on(self, event) and event.character in self.gives_way:
            take(event)
            self.gives_way[event.character]()

    def on_focus(self, event: events.Focus) -> None:
        """Take note of the focus without painting: the table looks the same with and without it."""
        self._note_focus(event, events.DescendantFocus(self), has_focus=True)

    def on_blur(self, event: events.Blur) -> None:
        """Take note of the focus without painting."""
        self._note_focus(event, events.DescendantBlur(self), has_focus=False)

    def _note_focus(self, event: events.Event, news: events.Event, *, has_focus: bool) -> None:
        event.prevent_default()
        self.has_focus = has_focus
        if self.parent is not None:
            self.parent.post_message(news)

    def on_resize(self) -> None:
        """Fit the view into the new size."""
        self._states, self._strips, self._foot = [], [], Strip([])
        self._top = self._bounded(self._top)
        self._scroll_to_cursor()
        self._settle()

    def _paint(self) -> None:
        size = self.size
        height, width = size.height - FRAME, size.width
        if height < 1 or not self.is_mounted:
            return
        if len(self._states) != height:
            self._states = [None] * height
            self._strips = [Strip([])] * height
        bar = Bar.of(self._top, self.page, self._count)
        states = [self._state(y, bar) for y in range(height)]
        dirty: list[Region] = []
        if self._lines.measure(_rows_that_came(self._states, states), width):
            self._states = [None] * height
            dirty.append(Region(0, 0, width, 1))
        for y, state in enumerate(states):
            if self._states[y] == state:
                continue
            self._states[y] = state
            strip = self._lines.line(state, width)
            span = changed_span(self._strips[y], strip)
            if span is not None:
                self._strips[y] = strip
                dirty.append(Region(span[0], y + 1, span[1], 1))
        foot = self._lines.foot(self._cursor, self._count, width, self.NOTHING)
        span = changed_span(self._foot, foot)
        if span is not None:
            self._foot = foot
            dirty.append(Region(span[0], height + 1, span[1], 1))
        if dirty:
            self.refresh(*dirty)

    def _state(self, y: int, bar: Bar) -> LineState[RowT]:
        index = self._top + y
        row = self._reader.get(index)
        exists = index < self._count
        marked = row is not None and self._key(row) in self.marks
        return LineState(row if exists else None, exists, bool(index % 2), exists and index == self._cursor, marked, bar.sign(y))

    def _component_style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=name not in {"table--header", "table--even-row", "table--odd-row"})

    # ---- reading -----------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """Return which rows are to be shown."""
        return View(self._top, self.page, self._count)

    def rows_came(self, end: int | None) -> None:
        """Show rows that were read; ``end`` is where the list ends, if that is before where it was thought to."""
        if end is not None:
            self._count = end
            self._cursor = max(0, min(self._cursor, end - 1))
            self._top = self._bounded(self._top)
        self._settle()

    def rows_are_late(self) -> None:
        """Show which rows are not read yet."""
        self._paint()
        self._tell()

    def rows_failed(self, error: Exception) -> None:
        """Tell the screen."""
        self.post_message(ReadFailed(self, error))

    def _settle(self) -> None:
        """Read what the view lacks, paint when it is there, and tell where the cursor is."""
        if self._reader.serve():
            self._paint()
            self._tell()

    def _tell(self) -> None:
        told = (self._cursor, self.cursor_key)
        if told != self._told:
            self._told = told
            self.post_message(RowHighlighted(self, *told))

    def column_at(self, x: int) -> Column[RowT] | None:
        """Return the column whose heading is at cell ``x``."""
        return self._lines.column_at(x, self.size.width)

    def scroll_view(self, top: int) -> None:
        """Show the list from row ``top`` on; the cursor stays on its row."""
        if self._bounded(top) != self._top:
            self._top = self._bounded(top)
            self._settle()

    def _bounded(self, top: int) -> int:
        return max(0, min(top, self._count - self.page))

    def _scroll_to_cursor(self) -> None:
        page, cursor = self.page, self._cursor
        jump = max(1, page // 4)
        if self._top <= cursor < self._top + page:
            return
        if cursor == self._top - 1:
            top = cursor - jump + 1
        elif cursor == self._top + page:
            top = cursor - page + jump
        else:
            top = cursor - page // 2
        self._top = self._bounded(top)

    def _turn_page(self, step: int) -> None:
        self._top = self._bounded(self._top + step)
        self.move_cursor(row=self._cursor + step)


def _rows_that_came(before: Sequence[LineState[RowT] | None], now: Sequence[LineState[RowT]]) -> list[RowT]:
    """Return the rows on lines that are others now."""
    return [state.row for old, state in zip(before, now, strict=True) if state.row is not None and (old is None or old.row != state.row)]
