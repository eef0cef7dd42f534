"""A document that scrolls and whose sections open: the body of every dialog, its foreign text never parsed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..commands import Group, bindings
from ..documents.document import Document, Line, Section, ShownLine, Span, Tone, is_open, sections, shown

Builder = Callable[[int], Document]
"""Makes a document for a width in cells."""


def nothing(width: int) -> Document:  # noqa: ARG001
    """Make an empty document."""
    return ()


class LinesView(ScrollView, can_focus=False):
    """Shows what a builder makes for the width there is, as high as that is; it does not scroll and takes no key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in Tone}
    DEFAULT_CSS = "LinesView { height: auto; overflow: hidden hidden; }"

    def __init__(self, build: Builder = nothing, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._build = build
        self._rows: Sequence[ShownLine] = ()
        self._width = 0

    @property
    def rows(self) -> Sequence[ShownLine]:
        """The lines that are shown now."""
        return self._rows

    def show(self, build: Builder) -> None:
        """Show what ``build`` makes from now on."""
        self._build = build
        self._rebuild()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return how many lines there are at ``width``."""
        return len(self._made(width))

    def on_resize(self, event: events.Resize) -> None:
        """Make the lines anew for the width there is."""
        if event.size.width != self._width:
            self._rebuild()

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        number = self.scroll_offset.y + y
        width = self.size.width
        base = self.rich_style
        if number >= len(self._rows):
            return Strip.blank(width, base)
        return self._strip(number, width, base)

    def _made(self, width: int) -> list[ShownLine]:
        return list(shown(self._build(width)))

    def _rebuild(self) -> None:
        self._width = self.size.width
        if self._width <= 0:
            return
        before = len(self._rows)
        self._rows = self._made(self._width)
        self.virtual_size = Size(self._width, len(self._rows))
        self.refresh(layout=before != len(self._rows))

    def _strip(self, number: int, width: int, base: Style) -> Strip:
        """Return the line of that number as it is shown."""
        return self._drawn(self._rows[number].line, width, base)

    def _drawn(self, line: Line, width: int, base: Style) -> Strip:
        left, right = self._segments(line.left, base), self._segments(line.right, base)
        if not right:
            return Strip(left).crop_extend(0, width, base)
        room = width - sum(cell_len(segment.text) for segment in right) - 1
        return Strip([*Strip(left).crop_extend(0, max(room, 0), base), *right, Segment(" ", base)]).crop_extend(0, width, base)

    def _segments(self, spans: Sequence[Span], base: Style) -> list[Segment]:
        return [Segment(span.text, base + self.get_component_rich_style(f"lines--{span.tone}", partial=True)) for span in spans]


class DocumentView(LinesView, can_focus=True):
    """Shows a document; the cursor stands on a section, ``>`` marks it, and `toggle` opens or closes it.

    Going down moves the cursor to the next section that is on the screen, and scrolls a line where there is none.

    Args:
        build: Makes the document.
        is_list: The sections are what the document is for: the one under the cursor stays on the screen, however few lines that has.
        kept: The keys of sections that a person opened or closed in documents of this kind before; those of this one are added.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.SHEET)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"document--cursor"}
    DEFAULT_CSS = "DocumentView { height: 1fr; overflow: hidden auto; scrollbar-size-vertical: 0; }"

    class Moved(Message):
        """The part of the document that is on the screen, or the section under the cursor, is another one."""

        def __init__(self, document: DocumentView) -> None:
            super().__init__()
            self.document = document

        def can_replace(self, message: Message) -> bool:
            """One is enough."""
            return isinstance(message, DocumentView.Moved)

        @property
        def control(self) -> DocumentView:
            """The document that moved."""
            return self.document

    def __init__(
        self,
        build: Builder = nothing,
        *,
        is_list: bool = False,
        kept: set[str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(build, id=id)
        self._is_list = is_list
        self._kept: set[str] = set() if kept is None else kept
        self._keeps = kept is not None
        self._toggled: set[str] = set(self._kept)
        self._cursor: str | None = None
        self._sections: dict[str, Section] = {}
        self._wanted: str | None = None

    @property
    def section(self) -> Section | None:
        """The section under the cursor."""
        return self._sections.get(self._cursor) if self._cursor else None

    @property
    def target(self) -> str | None:
        """What the section under the cursor is about."""
        return self.section.target if self.section else None

    @property
    def turned(self) -> Collection[str]:
        """The keys of the sections that are not as they started, for a builder that leaves out what is not shown."""
        return self._toggled

    @property
    def position(self) -> str:
        """Which lines are on the screen, ``1-18 of 21``; empty where all are."""
        total, height, top = len(self.rows), self.size.height, self.scroll_offset.y
        return f"{top + 1}-{min(top + height, total)} of {total:,}" if total > height else ""

    def show(self, build: Builder, *, anew: bool = False) -> None:
        """Show what ``build`` makes. What is open and the place are kept; ``anew`` it begins at its top, open as its kind was."""
        if anew:
            self._toggled = set(self._kept)
            self._cursor = None
            self.scroll_home(animate=False)
        super().show(build)

    def go_to(self, target: str) -> None:
        """Put the cursor on the section that is about ``target`` and open it, now or as soon as it is shown."""
        self._wanted = target
        self._go_to_wanted()

    def put_cursor(self, target: str) -> None:
        """Put the cursor on the section that is about ``target``, open or not, and bring it onto the screen."""
        found = next((section for section in self._sections.values() if section.target == target), None)
        if found is not None and found.key in self._stops():
            self._set_cursor(found.key)
            self._bring_into_view()

    def toggle(self) -> None:
        """Open or close the section under the cursor."""
        if self._cursor is None:
            return
        self._toggled ^= {self._cursor}
        if self._keeps:
            self._kept ^= {self._cursor}
        self._rebuild()
        self._bring_into_view()

    def action_cursor_up(self) -> None:
        """Go up by a section or a line."""
        self._move(-1)

    def action_cursor_down(self) -> None:
        """Go down by a section or a line."""
        self._move(1)

    def action_page_up(self) -> None:
        """Go up a page."""
        self.scroll_to(y=self.scroll_offset.y - max(self.size.height - 1, 1), animate=False, force=True)
        self._cursor_on_screen()

    def action_page_down(self) -> None:
        """Go down a page."""
        self.scroll_to(y=self.scroll_offset.y + max(self.size.height - 1, 1), animate=False, force=True)
        self._cursor_on_screen()

    def action_scroll_top(self) -> None:
        """Go to the first line."""
        self.scroll_to(y=0, animate=False, force=True)
        self._cursor_on_screen()

    def action_scroll_bottom(self) -> None:
        """Go to the last line."""
        self.scroll_to(y=len(self.rows), animate=False, force=True)
        self._cursor_on_screen(last=True)

    def on_resize(self, event: events.Resize) -> None:
        """Make the lines anew, and keep the cursor of a list on the screen."""
        super().on_resize(event)
        self._keep_in_view()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that another part of the document is on the screen."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved(self))

    def _made(self, width: int) -> list[ShownLine]:
        document = self._build(width)
        self._sections = {section.key: section for section in sections(document)}
        return list(shown(document, self._toggled))

    def _rebuild(self) -> None:
        super()._rebuild()
        stops = self._stops()
        if self._cursor not in stops:
            self._cursor = next(iter(stops), None)
        self.post_message(self.Moved(self))
        self._go_to_wanted()
        self._keep_in_view()

    def _go_to_wanted(self) -> None:
        wanted = next((section for section in self._sections.values() if self._wanted is not None and section.target == self._wanted), None)
        if wanted is None or not self.rows:
            return
        self._wanted = None
        opened = {wanted.key} | {section.key for section in self._sections.values() if wanted in section.opened}
        self._toggled ^= {key for key in opened if not is_open(self._sections[key], self._toggled)}
        self._cursor = wanted.key
        self._rebuild()
        # A document that was just laid out learns its height with the next refresh.
        self.call_after_refresh(self._bring_into_view)

    def _strip(self, number: int, width: int, base: Style) -> Strip:
        row = self.rows[number]
        if not row.first or row.sections[-1] != self._cursor or not row.line.left:
            return super()._strip(number, width, base)
        first, *rest = row.line.left
        marked = Line((Span(">" + first.text[1:], first.tone), *rest), row.line.right)
        return self._drawn(marked, width, base + self.get_component_rich_style("document--cursor", partial=True))

    def _stops(self) -> dict[str, int]:
        """Return the line on which each section begins, by its key, in order."""
        return {row.sections[-1]: number for number, row in enumerate(self._rows) if row.first}

    def _move(self, step: int) -> None:
        stops = self._stops()
        top, height = self.scroll_offset.y, self.size.height
        at = stops.get(self._cursor or "")
        if at is None or not top <= at < top + height:
            at = top - 1 if step > 0 else top + height
        beyond = [(number, key) for key, number in stops.items() if (number > at if step > 0 else number < at)]
        following = (beyond[0] if step > 0 else beyond[-1]) if beyond else None
        if following is None or not top <= following[0] < top + height:
            self.scroll_to(y=top + step, animate=False, force=True)
            top += step
        if following is not None and top <= following[0] < top + height:
            self._set_cursor(following[1])

    def _set_cursor(self, key: str) -> None:
        self._cursor = key
        self.refresh()
        self.post_message(self.Moved(self))

    def _cursor_on_screen(self, *, last: bool = False) -> None:
        top, height = self.scroll_offset.y, self.size.height
        visible = [key for key, number in self._stops().items() if top <= number < top + height]
        if visible and (last or self._cursor not in visible):
            self._set_cursor(visible[-1] if last else visible[0])

    def _keep_in_view(self) -> None:
        """Bring the section under a list's cursor onto the screen where nothing of it is there."""
        top, height = self.scroll_offset.y, self.size.height
        mine = [number for number, row in enumerate(self._rows) if self._cursor in row.sections]
        if self._is_list and mine and height and not any(top <= number < top + height for number in mine):
            self._bring_into_view()

    def _bring_into_view(self) -> None:
        """Scroll so that the section under the cursor is on the screen, its end too where there is room."""
        mine = [number for number, row in enumerate(self._rows) if self._cursor in row.sections]
        if not mine:
            return
        top, height = self.scroll_offset.y, self.size.height
        if mine[-1] >= top + height:
            top = mine[-1] - height + 1
        self.scroll_to(y=min(top, mine[0]), animate=False, force=True)
