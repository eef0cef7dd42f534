"""What comes from a terminal, one by one: keys and other sequences, and pastes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sequence:
    """One key, one move of the mouse or one report, as the terminal wrote it. ``mark`` is set where it came alone so far."""

    text: str
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text that was pasted."""

    text: str


Token = Sequence | Pasted
