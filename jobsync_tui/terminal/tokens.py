"""What comes from a terminal, one by one: keys and other sequences, pastes, and what it says of its background."""

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


@dataclass(frozen=True, slots=True)
class Background:
    """What a terminal says its background is, as it wrote it. Nobody typed it, and it counts only where it was asked for."""

    text: str


Token = Sequence | Pasted | Background
