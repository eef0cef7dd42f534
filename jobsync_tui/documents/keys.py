"""Keys with what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..commands import Command
from .document import BLANK, Document, Line, Span, Tone, head
from .layout import columns


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """The commands of one place, under its name."""

    title: str
    commands: tuple[Command, ...]


def keys_document(groups: Sequence[KeyGroup], width: int) -> Document:
    """Return the commands with their keys and one sentence each."""
    document: list[Line] = []
    for group in groups:
        document.append(head(group.title.upper()))
        for command in group.commands:
            cells = (Span(command.all_keys, Tone.KEY), command.name, command.help)
            document += columns(cells, (16, 22, width - 16 - 22 - 9), indent=3)
        document.append(BLANK)
    return tuple(document[:-1])
