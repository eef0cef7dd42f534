"""Colours: one dark theme, and the terminal's own sixteen where there are no more."""

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
            "block-cursor-background": "#005f87",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": "#3a3a3a",
            "block-cursor-blurred-foreground": "#ffffff",
            "footer-key-foreground": "#87afd7",
            "input-cursor-text-style": "reverse",
        },
    ),
)
"""Colours of the 256-colour palette, so that a terminal without true colour shows the same and takes fewer bytes for it."""


def theme_for(color_system: str | None, *, no_color: bool) -> str:
    """Return the theme for what the terminal can show (``truecolor``, ``256``, ``standard`` for 16, None) and the person wants."""
    return "jobsync" if color_system in {"truecolor", "256", "windows"} and not no_color else "ansi-dark"
