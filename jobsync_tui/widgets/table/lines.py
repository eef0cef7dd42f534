"""The lines of a table as strips, and what differs between two renderings of a line: only that is painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...documents.layout import ELLIPSIS, padded
from .columns import GAP, LEAD, Cell, Column, Widths


def changed_span(before: Strip, after: Strip) -> tuple[int, int] | None:
    """Return the first cell that differs and the number of cells from there to the last one, None where nothing does.

    Strips of different length differ as a whole. The span may be a little wider than need be, never narrower.
    """
    width = after.cell_length
    if before.cell_length != width:
        return 0, width
    old, new = list(before), list(after)
    if old == new:
        return None
    start = _same_cells(old, new)
    end = _same_cells(old[::-1], new[::-1], backwards=True)
    return start, max(1, width - start - end)


def _same_cells(old: Sequence[Segment], new: Sequence[Segment], *, backwards: bool = False) -> int:
    cells = 0
    for one, other in zip(old, new, strict=False):
        if one == other:
            cells += one.cell_length
            continue
        if one.style == other.style and one.text.isascii() and other.text.isascii():
            pairs = zip(reversed(one.text), reversed(other.text), strict=False) if backwards else zip(one.text, other.text, strict=False)
            cells += sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        break
    return cells


RowT = TypeVar("RowT")

CURSOR_SIGN, MARK_SIGN = ">", "*"
RULE = "\u2500"


class Bar(NamedTuple):
    """Which lines the scroll bar's thumb covers; an empty range where there is no scroll bar."""

    start: int = 0
    stop: int = 0
    needed: bool = False

    @classmethod
    def of(cls, top: int, page: int, count: int) -> Bar:
        """Return the thumb for a view of ``page`` rows from ``top`` of ``count``: its length and place are the view's share of the list."""
        if count <= page:
            return cls()
        length = max(1, round(page * page / count))
        start = round(top / (count - page) * (page - length))
        return cls(start, start + length, needed=True)

    def sign(self, line: int) -> str:
        """Return what the scroll bar shows on ``line``."""
        if not self.needed:
            return " "
        return "\u2503" if self.start <= line < self.stop else "\u2502"


@dataclass(frozen=True, slots=True)
class LineState(Generic[RowT]):
    """All that a line's look depends on. ``row`` is None for a row that is not read yet, ``exists`` False below the end of the list."""

    row: RowT | None
    exists: bool
    odd: bool
    cursor: bool
    marked: bool
    bar: str


class LineMaker(Generic[RowT]):
    """Makes strips from line states.

    Args:
        columns: The table's columns.
        style_of: Returns the Rich style of one of the table's component classes.
    """

    def __init__(self, columns: tuple[Column[RowT], ...], style_of: Callable[[str], Style]) -> None:
        self.columns = columns
        self.sort_mark = ("", "")
        self.sorted_by = ""
        self._style_of = style_of
        self._styles: dict[str, Style] = {}
        self._widths = Widths(columns)
        self._layout: tuple[int, list[tuple[Column[RowT], int]]] = (-1, [])

    def forget(self) -> None:
        """Look styles up again: colours are others."""
        self._styles.clear()

    def begin(self) -> None:
        """Measure texts anew: another list is shown."""
        self._widths.forget()

    def measure(self, rows: Iterable[RowT], width: int) -> bool:
        """Make room for the texts of ``rows`` in a table of ``width`` cells, and return whether columns are elsewhere now."""
        self._widths.measure(rows)
        before = self._layout
        self._layout = (width, self._widths.laid_out(width, self.sort_mark[0] if self.sort_mark[1] else ""))
        return self._layout != before

    def layout(self, width: int) -> list[tuple[Column[RowT], int]]:
        """Return the columns shown in a table of ``width`` cells, with their widths."""
        if self._layout[0] != width:
            self.measure((), width)
        return self._layout[1]

    def column_at(self, x: int, width: int) -> Column[RowT] | None:
        """Return the column whose heading is at cell ``x``."""
        left = LEAD
        for column, size in self.layout(width):
            if left <= x < left + size + GAP:
                return column
            left += size + GAP
        return None

    def header(self, width: int) -> Strip:
        """Return the headings, with the sort's mark; the first one says by what the list is sorted where that column is not shown."""
        shown = self.layout(width)
        labels = [self._label(column) for column, _ in shown]
        key, mark = self.sort_mark
        if mark and key not in {column.key for column, _ in shown}:
            labels[0] += f" (by {self.sorted_by} {mark})"
        pieces = [_aligned(label, size, right=column.right) for label, (column, size) in zip(labels, shown, strict=True)]
        text = padded(" " * LEAD + (" " * GAP).join(pieces), width)
        return Strip([Segment(text, self._style("table--header"))], width)

    def foot(self, cursor: int, count: int, width: int, nothing: str) -> Strip:
        """Return the rule below the rows, with the cursor's place in the list at its end, or that there is ``nothing``."""
        words = f" row {cursor + 1:,} of {count:,} " if count else f" {nothing} "
        rule = RULE * max(0, width - len(words) - 2)
        style = self._style("table--even-row") + self._style("table--rule")
        return Strip([Segment(rule, style), Segment(words, self._style("table--even-row")), Segment(RULE * 2, style)]).adjust_cell_length(
            width
        )

    def line(self, state: LineState[RowT], width: int) -> Strip:
        """Return the line of ``state`` in exactly ``width`` cells; neighbouring cells of one style are one segment, for fewer bytes."""
        base = self._style("table--odd-row" if state.odd else "table--even-row")
        if state.cursor:
            base = base + self._style("table--cursor")
        runs: list[tuple[str, Style]] = []
        if not state.exists:
            runs.append((" " * (width - 1), self._style("table--even-row")))
        elif state.row is None:
            lead = f"{CURSOR_SIGN if state.cursor else ' '}  {ELLIPSIS}"
            runs.append((padded(lead, width - 1), base if state.cursor else base + self._style("table--pending")))
        else:
            self._add_cells(runs, state, state.row, width, base)
        runs.append((state.bar, self._style("table--even-row") + self._style("table--bar")))
        return Strip([Segment(text, style) for text, style in _merged(runs)], width)

    def _add_cells(self, runs: list[tuple[str, Style]], state: LineState[RowT], row: RowT, width: int, base: Style) -> None:
        lead = f"{CURSOR_SIGN if state.cursor else ' '}{MARK_SIGN if state.marked else ' '} "
        runs.append((lead, base))
        used = LEAD
        for number, (column, size) in enumerate(self.layout(width)):
            cell: Cell = column.cell(row)
            style = base if state.cursor or not cell.style else base + self._style(cell.style)
            if number:
                runs.append((" " * GAP, base))
                used += GAP
            runs.append((_aligned(cell.text, size, right=column.right), style))
            used += size
        runs.append((" " * (width - 1 - used), base))

    def _label(self, column: Column[RowT]) -> str:
        key, mark = self.sort_mark
        return f"{column.label} {mark}" if column.key == key and mark else column.label

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._style_of(name)
        return style


def _aligned(text: str, width: int, *, right: bool) -> str:
    fitted = padded(text, width)
    if not right:
        return fitted
    kept = fitted.rstrip(" ")
    return " " * (len(fitted) - len(kept)) + kept


def _merged(runs: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    merged: list[tuple[str, Style]] = []
    for text, style in runs:
        if not text:
            continue
        if merged and (merged[-1][1] == style or (text.isspace() and _same_ground(merged[-1][1], style))):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, style))
    return merged


def _same_ground(one: Style, other: Style) -> bool:
    """Return whether a space looks the same in both styles."""
    return one.bgcolor == other.bgcolor and not (one.reverse or other.reverse or one.underline or other.underline)
