"""Keys with what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..commands import Command
from .document import BLANK, Line, Sheet, Span, Tone, head
from .layout import columns


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """The commands of one place, under its name."""

    title: str
    commands: tuple[Command, ...]


def keys_sheet(groups: Sequence[KeyGroup], width: int) -> Sheet:
    """Return the commands with their keys and one sentence each."""
    sheet: list[Line] = []
    for group in groups:
        sheet.append(head(group.title.upper()))
        for command in group.commands:
            cells = (Span(command.all_keys, Tone.KEY), command.name, command.help)
            sheet += columns(cells, (16, 22, width - 16 - 22 - 9), indent=3)
        sheet.append(BLANK)
    return tuple(sheet[:-1])
