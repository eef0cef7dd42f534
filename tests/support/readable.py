"""How well one can read what the application paints: the contrast of every text to what is behind it, as the WCAG measures it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color as Parsed

LEAST = 4.5
"""Contrast that a text has at the least."""

_DRAWN = range(0x2500, 0x2600)
"""Lines, bars and blocks: drawn, and not read."""


def pairs(app: App[int]) -> Iterator[tuple[str, Color | None, Color | None]]:
    """Yield each text on the screen with its colour and that behind it, as a terminal of 256 colours shows them; None is its own."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            text = "".join(character for character in segment.text if ord(character) not in _DRAWN).strip()
            if text and not segment.control:
                yield (text, *_colours(segment))


def faint(app: App[int]) -> list[str]:
    """Return the texts on the screen that are hard to read, with their contrast, in an application with colours of its own."""
    found = []
    for text, front, back in pairs(app):
        assert front is not None, f"{text!r} has no colour"
        assert back is not None, f"nothing is behind {text!r}"
        contrast = _contrast(front, back)
        if contrast < LEAST:
            found.append(f"{text[:40]!r} {contrast:.1f}:1")
    return found


def coloured(app: App[int]) -> list[str]:
    """Return the texts on the screen that have a colour or a background which is not the terminal's own."""
    return [f"{text[:40]!r} {front} on {back}" for text, front, back in pairs(app) if not (front is None and back is None)]


def _colours(segment: Segment) -> tuple[Color | None, Color | None]:
    style = segment.style or Style()
    assert not style.dim, f"{segment.text!r} is dimmed, by as much as a terminal likes"
    front, back = (
        None if each is None or each.is_default else each.downgrade(ColorSystem.EIGHT_BIT) for each in (style.color, style.bgcolor)
    )
    return (back, front) if style.reverse else (front, back)


def contrast(text: str, ground: str) -> float:
    """Return the contrast of two colours of a theme, as a terminal of 256 colours shows them."""
    front, back = (Color.parse(Parsed.parse(each).hex6).downgrade(ColorSystem.EIGHT_BIT) for each in (text, ground))
    return _contrast(front, back)


def _contrast(one: Color, other: Color) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
