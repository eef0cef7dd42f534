"""The command palette: every command that acts on the screen below, by name, with its key."""

from __future__ import annotations

from typing import TypeVar

from ..commands import palette
from .base import JobsyncScreen
from .menu import Entry, MenuScreen

ResultT = TypeVar("ResultT")


class PaletteScreen(MenuScreen):
    """Offers what the commands declare, and nothing of Textual's own: that can write files.

    Args:
        below: The screen whose commands are offered; the chosen one acts there once the palette is closed.
    """

    def __init__(self, below: JobsyncScreen[ResultT]) -> None:
        entries = [
            Entry(command.action, command.name, command.help, below.host.keys.applied(command).key, command.also)
            for command in palette(*below.GROUPS)
            if below.why_not_here(command.action) is None
        ]
        super().__init__("Commands", entries, searchable=True)
