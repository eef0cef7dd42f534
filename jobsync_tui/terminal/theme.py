"""Colours: a dark theme, a light one, one of high contrast; and the terminal's own two, whatever these are, with bold and reverse."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from textual import constants
from textual.theme import Theme


def spare_bytes() -> None:
    """Have a terminal with true colour get the 256-colour codes: two thirds of the bytes for each change of style, and the same look.

    To be called before the application is made. Terminals with fewer colours are left as they are.
    """
    if Console().color_system == "truecolor":
        setattr(constants, "COLOR_SYSTEM", "256")  # noqa: B010 - a constant of Textual's, declared final


_OWN = "ansi_default"
"""The terminal's own colour of text, or of what is behind it."""

THEMES: Final = (
    Theme(
        name="jobsync",
        primary="#5f9ea0",
        secondary="#5f87af",
        accent="#87afd7",
        warning="#d7af5f",
        error="#d75f5f",
        success="#87af5f",
        foreground="#d0d0d0",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        variables={
            # Names are what the eye meets first: what is said beside them is quieter, and read all the same (6:1).
            "text-muted": "#949494",
            "text-disabled": "#949494",
            "block-cursor-background": "#005f87",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": "#3a3a3a",
            "block-cursor-blurred-foreground": "#ffffff",
            "footer-key-foreground": "#87afd7",
            "input-cursor-text-style": "reverse",
        },
    ),
    Theme(
        name="jobsync-light",
        dark=False,
        primary="#005f87",
        secondary="#005f5f",
        accent="#005f87",
        warning="#875f00",
        error="#af0000",
        success="#005f00",
        foreground="#1c1c1c",
        background="#ffffff",
        surface="#eeeeee",
        panel="#e4e4e4",
        variables={
            "text-muted": "#585858",
            "text-disabled": "#585858",
            "block-cursor-background": "#005f87",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": "#585858",
            "block-cursor-blurred-foreground": "#ffffff",
            "footer-key-foreground": "#005f87",
            "input-cursor-text-style": "reverse",
        },
    ),
    Theme(
        name="jobsync-contrast",
        primary="#ffffff",
        secondary="#87d7ff",
        accent="#87d7ff",
        warning="#ffff5f",
        error="#ff8787",
        success="#87ff87",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        variables={
            "text-muted": "#d0d0d0",
            "text-disabled": "#d0d0d0",
            "block-cursor-background": "#ffff5f",
            "block-cursor-foreground": "#000000",
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": "#d0d0d0",
            "block-cursor-blurred-foreground": "#000000",
            "footer-key-foreground": "#ffff5f",
            "input-cursor-text-style": "reverse",
        },
    ),
    Theme(
        name="jobsync-plain",
        ansi=True,
        primary=_OWN,
        secondary=_OWN,
        accent=_OWN,
        warning=_OWN,
        error=_OWN,
        success=_OWN,
        foreground=_OWN,
        background=_OWN,
        variables={
            **dict.fromkeys(
                (
                    *("text-muted", "text-disabled", "foreground-muted", "border", "border-blurred"),
                    *("block-cursor-foreground", "block-cursor-background"),
                    *("footer-key-foreground", "input-selection-background", "input-selection-foreground"),
                    *("screen-selection-background", "screen-selection-foreground", "link-color", "link-color-hover"),
                    *("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active", "link-background-hover"),
                    *("ansi-background", "ansi-foreground"),
                ),
                _OWN,
            ),
            **dict.fromkeys(("scrollbar", "scrollbar-hover", "scrollbar-active"), "ansi_bright_black"),
            "block-cursor-text-style": "bold reverse",
            "block-cursor-blurred-text-style": "bold reverse",
            "input-cursor-text-style": "reverse",
        },
    ),
)
"""All but the last are of the 256-colour palette, so that a terminal without true colour shows the same and takes fewer bytes for it. The
last has no colours at all: which of sixteen can be read depends on what is behind them, and that is not known."""

CHOICES: Final = {
    "dark": ("jobsync", "light text on black"),
    "light": ("jobsync-light", "dark text on white"),
    "high-contrast": ("jobsync-contrast", "white and bright colours on black"),
    "sixteen": ("jobsync-plain", "the terminal's own two colours, with bold and reverse"),
}
"""What a person calls each theme in the configuration and in the menu, and how it looks."""

_ENOUGH: Final = frozenset({"truecolor", "256", "windows"})
"""What a terminal calls colours enough for a theme of our own."""


def can_choose(color_system: str | None, *, no_color: bool) -> bool:
    """Return whether a terminal shows the colours of our own themes, and the person wants any."""
    return color_system in _ENOUGH and not no_color


def theme_for(color_system: str | None, *, no_color: bool, wanted: str | None = None) -> str:
    """Return the theme for what the terminal can show (``truecolor``, ``256``, ``standard`` for 16, None) and the person wants."""
    return CHOICES[wanted or "dark"][0] if can_choose(color_system, no_color=no_color) else "jobsync-plain"
