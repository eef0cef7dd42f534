"""Why a person acts: as it is shown before they do, and as a command line says it."""

from __future__ import annotations

from ..backend.core.text import clean
from .document import Line, dim, line
from .layout import wrap


def reason_lines(reason: str | None, width: int) -> tuple[Line, ...]:
    """Return why a person is about to act, as it will stand in the record; nothing where they do not say."""
    parts = wrap(clean(reason), width - 12) if reason else ()
    return tuple(line("   ", dim("reason  " if number == 0 else " " * 8), part) for number, part in enumerate(parts))


def because(reason: str | None) -> list[str]:
    """Return what a command line says of why it is given; nothing where there is no reason."""
    return ["--reason", reason] if reason else []
