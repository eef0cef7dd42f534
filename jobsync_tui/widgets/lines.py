"""Lines of a sheet on the screen, rendered one by one: foreign text goes from a `Span` into a segment and is never parsed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..views.sheet import Line, Sheet, ShownLine, Span, Tone, shown

Builder = Callable[[int], Sheet]
"""Makes a sheet for a width in cells."""


def nothing(width: int) -> Sheet:  # noqa: ARG001
    """Make an empty sheet."""
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
