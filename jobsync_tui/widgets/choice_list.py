"""A list to choose from, whose cursor one sees without colours."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.strip import Strip
from textual.widgets import OptionList


class ChoiceList(OptionList):
    """An `OptionList` with `>` before the option under the cursor, whose whole row has one style: no coloured text on a coloured row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "cursor_down", "Down"),
        ("k", "cursor_up", "Up"),
        ("g", "first", "First"),
        ("G", "last", "Last"),
    ]
    DEFAULT_CSS = """
    ChoiceList { text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    ChoiceList.-textual-compact > .option-list--option { padding: 0 0 0 2; }
    ChoiceList > .option-list--option-highlighted, ChoiceList:focus > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background; text-style: $block-cursor-text-style;
    }
    """

    def render_line(self, y: int) -> Strip:
        """Return a line, with the cursor's sign where it stands."""
        strip = super().render_line(y)
        option = _option_of(strip)
        if option is None or option != self.highlighted:
            return strip
        is_first = y == 0 or _option_of(super().render_line(y - 1)) != option
        style = self.get_visual_style("option-list--option", "option-list--option-highlighted").rich_style
        text = (">" if is_first else " ") + strip.text[1:]
        return Strip([Segment(text, style)], strip.cell_length).apply_meta({"option": option})


def _option_of(strip: Strip) -> int | None:
    """Return the number of the option that a line belongs to."""
    return next((segment.style.meta.get("option") for segment in strip if segment.style is not None), None)
