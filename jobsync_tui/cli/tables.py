"""Aligned columns of foreign text. Widths are settled from the first rows, so that a long list prints as it comes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..backend.core.text import clean
from .output import print_line

_SETTLE_AFTER = 200
"""Rows that are looked at before the widths are settled."""


class Table:
    """Prints rows under headings. `finish` ends it.

    Args:
        headings: One for each column.
        widest: Cells are cut, with an ellipsis, at this many terminal cells.
    """

    def __init__(self, *headings: str, widest: int = 60) -> None:
        self._waiting: list[Sequence[str]] | None = [headings]
        self._widths: list[int] = []
        self._widest = widest

    def add(self, *cells: object) -> None:
        """Add a row; None is shown as a dash."""
        row = [fit(clean("-" if cell is None or cell == "" else str(cell)), self._widest) for cell in cells]
        if self._waiting is None:
            self._print(row)
            return
        self._waiting.append(row)
        if len(self._waiting) > _SETTLE_AFTER:
            self._settle()

    def finish(self) -> None:
        """Print what is still waiting."""
        if self._waiting is not None:
            self._settle()

    def _settle(self) -> None:
        rows, self._waiting = self._waiting or [], None
        self._widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            self._print(row)

    def _print(self, row: Sequence[str]) -> None:
        padded = (cell + " " * (space - width(cell)) for cell, space in zip(row, self._widths, strict=True))
        print_line("  ".join(padded).rstrip())


def width(text: str) -> int:
    """Return how many cells of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def fit(text: str, cells: int) -> str:
    """Return ``text``, cut with an ellipsis where it takes more than ``cells``."""
    if width(text) <= cells:
        return text
    kept = ""
    used = 1
    for character in text:
        used += _cells(character)
        if used > cells:
            break
        kept += character
    return f"{kept}\u2026"


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
