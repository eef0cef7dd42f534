"""The last line of defence: whatever a widget renders, nothing that a terminal would act on leaves the application.

Text is cleaned where it comes in and again where it becomes content. This filter stands behind both, on every line of every widget, because
Textual writes what it is given. It rests on a private attribute of `textual.app.App`, so Textual is pinned exactly, and a test through a
pseudo-terminal holds it in place.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from ..backend.core.text import clean


class ControlFilter(LineFilter):
    """Makes controls, escapes and bidirectional overrides visible or takes them out, keeping the width, and drops links (OSC 8)."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Return ``segments`` fit for a terminal; the same list where nothing was to be done."""
        if all(_harmless(segment) for segment in segments):
            return segments
        return [segment if _harmless(segment) else _disarmed(segment) for segment in segments]


def _harmless(segment: Segment) -> bool:
    text, style, control = segment
    return not control and text.isprintable() and (style is None or style.link is None)


def _disarmed(segment: Segment) -> Segment:
    text, style, _ = segment
    if style is not None and style.link is not None:
        style = style.update_link(None)
    cleaned = clean(text)
    # A control has no width for the layout, so its picture may not push the rest of the line along.
    missing = segment.cell_length - Segment(cleaned).cell_length
    if missing < 0:
        cleaned = clean("".join(character for character in text if character.isprintable()))
        missing = segment.cell_length - Segment(cleaned).cell_length
    return Segment(cleaned + " " * max(0, missing), style)
