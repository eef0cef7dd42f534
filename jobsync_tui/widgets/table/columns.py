"""Columns of a table: what they show, how wide they are, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len

from ...backend.core.text import clean

RowT = TypeVar("RowT")

GAP = 2
"""Cells between two columns."""

LEAD = 3
"""Cells before the first column: the cursor's sign, the mark's sign and a space, so that both are seen without colours."""

END = 2
"""Cells behind the last column: a space and the scroll bar."""

NARROW = 60
"""Width below which a name keeps at least half of the table, whatever has to leave for it."""

LONGEST = 400
"""Characters of a text that are measured: more than any terminal shows of it."""

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
        width: Width in cells; a ``flex`` column is narrower where its texts are, and wider where there is room for them.
        cell: Makes the cell of a row. Its text is cleaned by the table.
        flex: As wide as its texts need; the first of a table is its name column, and takes what is left over.
        most: Width that its texts seldom go beyond: what is left over goes up to it first, column by column. 0 for no such width.
        right: Aligned to the right.
        leaves: Which columns leave a table that is too narrow for all of them: the highest first. 0 for one that stays.
    """

    key: str
    label: str
    width: int
    cell: Callable[[RowT], Cell]
    flex: bool = False
    most: int = 0
    right: bool = False
    leaves: int = 0


class Widths(Generic[RowT]):
    """How wide the columns of a table are: where its texts are, there the room goes.

    Texts are measured as they are shown. Within one list a column only gains, so that widths come to rest while one scrolls.

    Args:
        columns: The table's columns.
    """

    def __init__(self, columns: Sequence[Column[RowT]]) -> None:
        self._columns = tuple(columns)
        self._longest: dict[str, int] = {}

    def forget(self) -> None:
        """Begin anew: another list is shown."""
        self._longest.clear()

    def measure(self, rows: Iterable[RowT]) -> None:
        """Take note of how long the texts of ``rows`` are."""
        for row in rows:
            for column in self._columns:
                if column.flex:
                    length = cell_len(clean(column.cell(row).text[:LONGEST]))
                    self._longest[column.key] = max(length, self._longest.get(column.key, 0))

    def laid_out(self, width: int, sorted_by: str = "") -> list[tuple[Column[RowT], int]]:
        """Return the columns that are shown in ``width`` cells, with the width that each one gets.

        Args:
            width: Cells of the whole table.
            sorted_by: Key of the column whose heading bears the sort's mark.
        """
        inner = width - LEAD - END
        name = next((column for column in self._columns if column.flex), None)
        least = {column.key: column.width for column in self._columns}
        if name is not None and width < NARROW:
            least[name.key] = max(name.width, -(-width // 2))
        shown = _that_fit(self._columns, least, inner)
        needed = {column.key: max(len(column.label) + 2 * (column.key == sorted_by), self._longest.get(column.key, 0)) for column in shown}
        sizes = {column.key: max(column.width, needed[column.key]) for column in shown if not column.flex}
        sizes |= {column.key: min(least[column.key], needed[column.key]) for column in shown if column.flex}
        spare = inner - sum(sizes.values()) - GAP * (len(shown) - 1)
        for key, wanted in _wishes(shown, needed):
            extra = max(0, min(spare, wanted - sizes[key]))
            sizes[key] += extra
            spare -= extra
        if name is not None:
            gaining = name.key if spare >= 0 else shown[-1].key
            sizes[gaining] += spare
        return [(column, max(1, sizes[column.key])) for column in shown]


def _that_fit(columns: Sequence[Column[RowT]], least: dict[str, int], width: int) -> list[Column[RowT]]:
    shown = list(columns)
    for column in sorted((each for each in columns if each.leaves), key=lambda each: -each.leaves):
        if sum(least[each.key] for each in shown) + GAP * (len(shown) - 1) <= width:
            break
        shown.remove(column)
    return shown


def _wishes(shown: Sequence[Column[RowT]], needed: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield which column would have which width, the most urgent first."""
    flexible = [column for column in shown if column.flex]
    yield from ((column.key, min(column.most or needed[column.key], needed[column.key])) for column in flexible)
    yield from ((column.key, needed[column.key]) for column in flexible)
