"""CSV as spreadsheets and reports write it: any separator, headings that are not on the first line, totals below them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NoReturn

from ...core.errors import ConfigError, UnexpectedAnswer
from ...core.models import JsonValue
from ...core.text import clean, counted
from .columns import Columns
from .options import FileOptions
from .record import Notes, Record
from .source import SAMPLE, SERVICE, fail, lines_of, open_text

MAX_FIELD = 4 * 1024 * 1024
"""Longest single value of a CSV file, in characters: what a quote that is never closed would otherwise swallow."""
MAX_COLUMNS = 5_000

_DELIMITERS = ",;\t|^"
_PREAMBLE = 50
"""Lines in which the headings are looked for."""
_SEP = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_TOTAL = re.compile(r"(?:grand |sub)?totals?\b.*|sum|summe|gesamt|count|average", re.IGNORECASE)

Row = tuple[int, Sequence[JsonValue]]
"""The line on which a row begins, and its values."""


def csv_records(path: Path, head: bytes, options: FileOptions, columns: Columns, notes: Notes) -> Iterator[Record]:
    """Yield the rows of a CSV file, whose encoding the options say.

    Raises:
        UnexpectedAnswer: It is broken in a way that leaves the rest unreadable.
        ConfigError: No column is the id.
    """
    csv.field_size_limit(MAX_FIELD)
    encoding = options.encoding or "utf-8"
    sample = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    if len(head) >= SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    named = _SEP.fullmatch(next(iter(sample.splitlines()), ""))
    separator = named[1] if named else delimiter(sample, columns)
    with open_text(path, encoding) as stream:
        lines = lines_of(path, stream)
        if named:
            next(lines)
        rows = _csv_rows(path, lines, separator, 1 if named else 0)
        yield from table_records(path, rows, options, columns, notes)


def _csv_rows(path: Path, lines: Iterator[str], separator: str, before: int) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fail(path, f"the row that begins on line {line} is not CSV", "Look for a quotation mark that is not closed.", error)
        yield line, cells


def table_records(path: Path, rows: Iterator[Row], options: FileOptions, columns: Columns, notes: Notes) -> Iterator[Record]:
    """Yield the rows of a table below its headings.

    Raises:
        UnexpectedAnswer: It is empty.
        ConfigError: No column is the id.
    """
    filled = (row for row in rows if any(str(cell).strip() for cell in row[1]))
    line, cells = _headings(path, filled, options, columns)
    names = _unique(cells, columns, notes)
    _refuse_lacking(path, names, columns)
    if line > 1 and options.header_row is None:
        notes.add(f"The headings are on line {line}")
    own = [name for name in names if name]
    for number, values in filled:
        if list(values) == list(cells):
            continue
        yield _record(f"line {number}", values, names, tuple(own), columns)


def _record(place: str, values: Sequence[JsonValue], names: Sequence[str], own: tuple[str, ...], columns: Columns) -> Record:
    if len(values) > len(names) and any(cell not in ("", None) for cell in values[len(names) :]):
        problem = f"it has {counted(len(values), 'value')} for {counted(len(names), 'column')}"
        return Record(place, problem=problem, columns=own)
    row = {name: values[index] if index < len(values) else "" for index, name in enumerate(names) if name}
    return Record(place, row, columns=own, is_job=not _is_footer(row, columns))


def _is_footer(row: dict[str, JsonValue], columns: Columns) -> bool:
    """Return whether a row is a line of totals, or one of words below the jobs."""
    column = columns.id_column(tuple(row))
    text = str(row.get(column, "") if column else "").strip()
    if _TOTAL.fullmatch(text):
        return True
    first = next((str(cell).strip() for cell in row.values() if str(cell).strip()), "")
    if not text:
        return _TOTAL.fullmatch(first) is not None
    return len(row) > 2 and " " in text and sum(bool(str(cell).strip()) for cell in row.values()) == 1


def _headings(path: Path, rows: Iterator[Row], options: FileOptions, columns: Columns) -> Row:
    """Return the row that names the columns: the one that the configuration says, or the first with an id column."""
    before: list[Row] = []
    for line, cells in rows:
        if len(cells) > MAX_COLUMNS:
            fail(path, f"it has {len(cells):,} columns, more than the {MAX_COLUMNS:,} that are read", "Export fewer columns.")
        if options.header_row is not None and line < options.header_row:
            continue
        if options.header_row is not None or columns.id_column(tuple(str(cell).strip() for cell in cells)) is not None:
            return line, cells
        before.append((line, cells))
        if len(before) >= _PREAMBLE:
            break
    if options.header_row is not None:
        fail(path, f"it has no line {options.header_row:,} with headings", "Mend `header_row`.")
    if not before:
        fail(path, "it is empty", "Its first line should name the columns.")
    # Headings fill a row, titles above them do not; in a workbook both are as long.
    names = [str(cell).strip() for cell in max(before, key=lambda row: sum(bool(str(cell).strip()) for cell in row[1]))[1]]
    _refuse_lacking(path, names, columns)
    return no_id(path, names)


def _refuse_lacking(path: Path, names: Sequence[str], columns: Columns) -> None:
    """Refuse a table that lacks a column which the configuration names; in JSON an object may lack what another has."""
    lacking = columns.lacking(names)
    if lacking is not None:
        raise UnexpectedAnswer(
            f"{clean(path.name, limit=120)} has no column {clean(lacking, limit=80)}",
            service=SERVICE,
            remedy=f"Mend `columns`; the file has: {clean(', '.join(name for name in names if name), limit=300)}.",
        )


class NoIdColumn(ConfigError):
    """No column of a file is known as the id; ``names`` are the columns that there are."""

    def __init__(self, names: tuple[str, ...], message: str, *, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.names = names


def no_id(path: Path, columns: Iterable[str]) -> NoReturn:
    """Say that no column is the id of a job, and which columns there are."""
    names = list(columns)
    found = ", ".join(name for name in names if name)
    raise NoIdColumn(
        tuple(name for name in names if name),
        f"{clean(path.name, limit=120)} has no column that is known as the ATS job id; it has: {clean(found, limit=300)}",
        remedy='Say which one it is: columns = { id = "..." }; jobsync columns FILE shows what the others become.',
    )


def _unique(cells: Sequence[JsonValue], columns: Columns, notes: Notes) -> list[str]:
    """Return the names of the columns; of several alike each later one has its number behind it."""
    plain = [str(cell).replace("\ufeff", "").strip() for cell in cells]
    counts = Counter(name for name in plain if name)
    seen: Counter[str] = Counter()
    names: list[str] = []
    for name in plain:
        seen[name] += 1
        names.append(name if not name or seen[name] == 1 else f"{name} ({seen[name]})")
    for name, count in counts.items():
        if count > 1:
            columns.ambiguous.update(each for each in names if each == name or each.startswith(f"{name} ("))
            words = f"{count} columns are named {clean(name, limit=80)}: they are custom fields, {clean(name, limit=80)} and so on"
            notes.add(f"{words} to {clean(name, limit=80)} ({count}), unless `columns` names one")
    return names


def delimiter(sample: str, columns: Columns) -> str:
    """Return the character that separates the values of a CSV text: the one by which it has headings, and the most columns alike."""
    lines = sample.splitlines(keepends=True)[: 4 * _PREAMBLE]

    def score(candidate: str) -> tuple[bool, int, int]:
        rows: list[list[str]] = []
        reader = csv.reader(lines, delimiter=candidate)
        with suppress(csv.Error):
            rows.extend(islice((row for row in reader if any(cell.strip() for cell in row)), _PREAMBLE))
        wide = [row for row in rows if len(row) > 1]
        if not wide:
            return (False, 0, 0)
        header = next((row for row in wide if columns.id_column(tuple(cell.strip() for cell in row)) is not None), None)
        width = len(header) if header else Counter(len(row) for row in wide).most_common(1)[0][0]
        return (header is not None, sum(len(row) == width for row in wide), width)

    return max(_DELIMITERS, key=score)
