"""Excel workbooks: the values of one sheet, as they were when it was saved; formulas do not run."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...core.models import JsonValue
from ...core.text import clean
from .columns import Columns
from .options import FileOptions
from .record import Notes, Record
from .source import fail, open_file
from .table import Row, table_records

if TYPE_CHECKING:
    from io import BufferedReader

    from python_calamine import CalamineSheet

MAX_UNPACKED = 256 * 1024 * 1024
"""Most bytes that a workbook may have when it is unpacked; it is held in memory."""
MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How workbooks begin: those of today, and those before 2007."""

_EXACT = 10**15
"""Excel keeps fifteen digits of a number."""
_Cell: TypeAlias = "int | float | str | bool | time | date | datetime | timedelta"


def workbook_records(path: Path, options: FileOptions, columns: Columns, notes: Notes) -> Iterator[Record]:
    """Yield the rows of a sheet.

    Raises:
        UnexpectedAnswer: It is no workbook, unpacks to too much, or has no such sheet.
        ConfigError: No column is the id.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    with open_file(path) as stream:
        _check_size(path, stream)
        stream.seek(0)
        try:
            book = CalamineWorkbook.from_filelike(stream)
            names = book.sheet_names
            if options.sheet is not None and options.sheet not in names:
                fail(
                    path,
                    f"it has no sheet {clean(options.sheet, limit=80)}",
                    f"Mend `sheet`; it has: {clean(', '.join(names), limit=300)}.",
                )
            if not names:
                fail(path, "it has no sheet", "Export it again.")
            name = options.sheet or names[0]
            sheet = book.get_sheet_by_name(name)
        except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
            fail(path, "it is not a workbook that can be read", "Save it as .xlsx without a password.", error)
    if options.sheet is None and len(names) > 1:
        notes.add(f"The sheet {clean(name, limit=80)} was read, the first of {len(names)}; `sheet` names another")
    yield from table_records(path, _rows(sheet), options, columns, notes)


_NOT_WHOLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,  # what is compressed is damaged
    NotImplementedError,  # an unknown kind of compression
    RuntimeError,  # a part needs a password
    EOFError,
    OSError,
    ValueError,
)
"""What the reader of archives raises at one that is damaged, cut off or locked."""


def _check_size(path: Path, stream: BufferedReader) -> None:
    """Refuse a workbook that unpacks to more than can be held; what its index says is not believed."""
    if stream.read(4) != MARKS[0]:
        return
    unpacked = 0
    try:
        with zipfile.ZipFile(stream) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as part:
                    while chunk := part.read(1024 * 1024):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED:
                            fail(path, f"it unpacks to more than the {MAX_UNPACKED:,} bytes that are read", "Save the sheet as CSV.")
    except _NOT_WHOLE as error:
        fail(path, "it is not a whole workbook", "Save it again; it may have been cut off, or be locked by a password.", error)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    # The sheet's range begins at its first cell that is filled, which need not be on its first line.
    first = sheet.start[0] if sheet.start is not None else 0
    for line, cells in zip(count(first + 1), sheet.iter_rows(), strict=False):
        yield line, _values(cells)


def _values(cells: Sequence[_Cell]) -> list[JsonValue]:
    return [_value(cell) for cell in cells]


def _value(cell: _Cell) -> JsonValue:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell
