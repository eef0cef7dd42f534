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
        most: Width that its texts seldom go beyond: what is left over goes to the columns that have one first, in their order. 0 for none.
        right: Aligned to the right.
        from_width: Narrowest table in which the column is shown.
    """

    key: str
    label: str
    width: int
    cell: Callable[[RowT], Cell]
    flex: bool = False
    most: int = 0
    right: bool = False
    from_width: int = 0


def laid_out(columns: Sequence[Column[RowT]], width: int) -> list[tuple[Column[RowT], int]]:
    """Return the columns that a table of ``width`` cells shows, with the width that each one gets."""
    shown = [column for column in columns if column.from_width <= width]
    spare = width - sum(column.width for column in shown) - GAP * max(0, len(shown) - 1)
    flexible = [column for column in shown if column.flex]
    extra = dict.fromkeys((column.key for column in shown), 0)
    for column in flexible:
        extra[column.key] = max(0, min(spare, column.most - column.width))
        spare -= extra[column.key]
    sharing = [column for column in flexible if not column.most] or flexible[:1]
    for number, column in enumerate(sharing):
        extra[column.key] += spare // len(sharing) + (spare % len(sharing) if number == len(sharing) - 1 else 0)
    return [(column, max(1, column.width + extra[column.key])) for column in shown]
