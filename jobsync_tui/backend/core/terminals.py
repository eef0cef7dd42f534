"""What is said about terminals, in the same words by ``jobsync doctor`` and by the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .text import clean


@dataclass(frozen=True, slots=True)
class TerminalTrouble:
    """What is wrong with a terminal, and what to do about it."""

    words: str
    remedy: str


LEFT_BEHIND = TerminalTrouble(
    "The last session ended while its terminal took nothing: that one still is as the application needs it", "Type reset and Enter there"
)


def unknown_kind(environment: Mapping[str, str]) -> TerminalTrouble | None:
    """Return what to say of a terminal that does not tell what it is; it is written to as to an xterm."""
    kind = clean(environment.get("TERM", ""), limit=64)
    if kind not in {"", "dumb", "unknown"}:
        return None
    return TerminalTrouble(
        f"TERM is {kind or 'not set'}: the application draws as on an xterm, which this terminal may not understand",
        "Set TERM to what the terminal is, such as xterm-256color",
    )
