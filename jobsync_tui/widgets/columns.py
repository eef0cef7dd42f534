"""Columns of a table: what they show, how wide they are, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

RowT = TypeVar("RowT")

GAP = 2
"""Cells between two columns."""

ID_WIDTH = 10
"""Cells of an ATS job id in a list: of a longer one its two ends, the whole of it standing below or beside the list."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says. ``style`` is the name of one of the table's component classes, or empty for the line's own."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column.

    Attributes:
        key: Name by which it is known; also what `HeaderSelected` carries.
        label: Heading.
        width: Width in cells; the least width, if ``flex``.
        cell: Makes the cell of a row. Its text is cleaned by the table.
        flex: Takes the width that is left over; several share it.
        right: Aligned to the right.
        from_width: Narrowest table in which the column is shown.
    """

    key: str
    label: str
    width: int
    cell: Callable[[RowT], Cell]
    flex: bool = False
    right: bool = False
    from_width: int = 0


def laid_out(columns: Sequence[Column[RowT]], width: int) -> list[tuple[Column[RowT], int]]:
    """Return the columns that a table of ``width`` cells shows, with the width that each one gets."""
    shown = [column for column in columns if column.from_width <= width]
    spare = width - sum(column.width for column in shown) - GAP * max(0, len(shown) - 1)
    flexible = [column for column in shown if column.flex]
    result: list[tuple[Column[RowT], int]] = []
    for column in shown:
        extra = 0
        if column.flex and spare:
            extra = spare // len(flexible) if column is not flexible[-1] else spare - (spare // len(flexible)) * (len(flexible) - 1)
        result.append((column, max(1, column.width + extra)))
    return result
