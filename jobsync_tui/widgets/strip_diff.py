"""What differs between two renderings of a line: only that is painted again, which is what counts on a slow terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from rich.segment import Segment
from textual.strip import Strip


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
