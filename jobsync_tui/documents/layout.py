"""Text laid out by terminal cells: cut, wrapped and put in columns, whatever script it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from ..backend.core.text import clean
from .document import Line, Part, Span, line

ELLIPSIS = "\u2026"
_STEPS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"


def fit(text: str, width: int) -> str:
    """Return ``text``, cut to ``width`` cells with an ellipsis where it is longer."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + ELLIPSIS if width > 0 else ""


def padded(text: str, width: int) -> str:
    """Return cleaned ``text`` in exactly ``width`` cells: padded with spaces, or cut with an ellipsis."""
    text = clean(text)
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1) + ELLIPSIS


def fit_end(text: str, width: int) -> str:
    """Return ``text``, its beginning cut where it is longer than ``width`` cells: ids often differ in their ends only."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    end = text[-width + 1 :] if width > 1 else ""
    while cell_len(end) > width - 1:
        end = end[1:]
    return ELLIPSIS + end


def fit_middle(text: str, width: int) -> str:
    """Return ``text``, its middle cut where it is longer than ``width`` cells: a long id is known by its beginning, and told by its end."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    end = fit_end(text, width // 2 + 1)
    return set_cell_size(text, width - cell_len(end)).rstrip() + end


def wrap(text: str, width: int, *, most: int | None = None) -> list[str]:
    """Return ``text`` in lines of at most ``width`` cells, broken at spaces where there are any; at least one line.

    ``most`` lines at the most; the last one then ends in an ellipsis.
    """
    lines = list(_wrapped(clean(text), max(width, 1))) or [""]
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), width)]
    return lines


def wrap_lines(text: str, width: int, indent: int = 0) -> list[Line]:
    """Return ``text`` wrapped to lines of a document, each behind ``indent`` spaces. Line breaks in ``text`` are kept."""
    found = clean(text, lines=True).split("\n")
    return [Line((Span(" " * indent + part),)) for row in found for part in wrap(row, width - indent)]


def columns(cells: Sequence[Part], widths: Sequence[int], *, indent: int = 0, gap: int = 2, most: int = 4) -> list[Line]:
    """Return one row of a table as lines, each cell wrapped within its column.

    Args:
        cells: One part a column.
        widths: Width of each column in cells; the last column's may be longer than its text.
        indent: Spaces before the first column.
        gap: Spaces between columns.
        most: Most lines of one cell; a longer one ends in an ellipsis.
    """
    spans = [cell if isinstance(cell, Span) else Span(cell) for cell in cells]
    wrapped = [wrap(span.text, width, most=most) for span, width in zip(spans, widths, strict=True)]
    rows: list[Line] = []
    for number in range(max(len(parts) for parts in wrapped)):
        row = [Span(" " * indent)] if indent else []
        for span, parts, width in zip(spans, wrapped, widths, strict=True):
            part = parts[number] if number < len(parts) else ""
            row.append(Span(padded(part, width) + " " * gap, span.tone))
        rows.append(Line(tuple(row)))
    return rows


def spark(numbers: Sequence[int], peak: int, *, none: str = " ") -> str:
    """Return numbers as a row of bars, one cell each, the tallest for ``peak``; ``none`` stands for a number that is 0."""
    return "".join(none if not number else _STEPS[-(-number * len(_STEPS) // peak) - 1] for number in numbers)


def apart(left: Sequence[Part], right: Part, width: int) -> list[Line]:
    """Return ``left`` and ``right`` at the two ends of one line, or on lines of their own where one does not hold both."""
    one = line(*left, right=right)
    if cell_len(one.text) + 1 <= width:
        return [one]
    *before, last = one.left
    taken = sum(cell_len(span.text) for span in before)
    first, *more = wrap(last.text.lstrip(), width - taken - 4)
    lead = last.text[: len(last.text) - len(last.text.lstrip())]
    lines = [line(*before, Span(lead + first, last.tone))]
    lines += [line(" " * 3, Span(part, last.tone)) for part in wrap(" ".join(more), width - 4) if part]
    lines += [line(" " * 3, Span(part, span.tone)) for span in one.right for part in wrap(span.text, width - 4) if part]
    return lines


def _wrapped(text: str, width: int) -> Iterator[str]:
    row = ""
    for word in text.split(" "):
        candidate = f"{row} {word}" if row else word
        if cell_len(candidate) <= width:
            row = candidate
            continue
        if row:
            yield row
        *full, row = chop_cells(word, width) or [""]
        yield from full
    if row:
        yield row
