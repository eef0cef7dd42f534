"""Rows of an exported file: CSV, JSON or JSON lines, told apart by what stands in it, and each row with its place.

A row that is out of shape is handed on with what is wrong with it. A fault after which nobody can say where the next row begins (a quote
that is never closed, broken JSON, bytes that are no text) ends the reading with an error, because a listing that silently lacks rows
would make jobs look gone.
"""

from __future__ import annotations

import codecs
import csv
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from itertools import islice, zip_longest
from pathlib import Path
from typing import NoReturn, TextIO

import msgspec

from ...core.errors import PermissionMissing, UnexpectedAnswer, Unreachable
from ...core.models import JsonValue
from ...core.text import clean, counted
from ...http import decode_json, decode_loosely, json_fault
from .doubled import doubled

SERVICE = "File"
MAX_BYTES = 256 * 1024 * 1024
"""Largest file that is read row by row (CSV, JSON lines)."""
MAX_DOCUMENT = 64 * 1024 * 1024
"""Largest JSON document; it is held in memory whole."""
MAX_FIELD = 4 * 1024 * 1024
"""Longest single value of a CSV file, in characters: what a quote that is never closed would otherwise swallow."""

_SAMPLE = 64 * 1024
_DELIMITERS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file.

    Attributes:
        place: Where it stands, in words.
        values: By column; what is wrong is not among them.
        problem: What is wrong with it, or None.
        columns: Every column of the file, where its first line names them; of JSON nothing.
    """

    place: str
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    problem: str | None = None
    columns: tuple[str, ...] = ()


def stamp(path: Path) -> str:
    """Return text that changes when the file does, also where a copy keeps its size and its time: those, the inode, and when that changed.

    Raises:
        Unreachable: There is no such file.
        PermissionMissing: It may not be read.
        UnexpectedAnswer: It is no regular file.
    """
    with _open(path) as stream:
        state = os.fstat(stream.fileno())
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}-{state.st_ino}-{state.st_dev}"


def records(path: Path) -> Iterator[Record]:
    """Yield the rows of the file in their order.

    Raises:
        Unreachable: There is no such file.
        PermissionMissing: It may not be read.
        UnexpectedAnswer: It is no regular file, is too large, or broken in a way that leaves the rest of it unreadable.
    """
    with _open(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        head = stream.read(_SAMPLE)
    if size > MAX_BYTES:
        _fail(path, f"it has {size:,} bytes, more than the {MAX_BYTES:,} that are read", "Export fewer columns, or split the file.")
    encoding = next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")
    start = head.decode(encoding, errors="ignore").lstrip()[:1]
    if start == "[" or (start == "{" and not _is_lines(path, head, encoding)):
        yield from _document(path, size, encoding)
    elif start == "{":
        yield from _lines(path, encoding)
    else:
        yield from _table(path, head.decode(encoding, errors="ignore"), encoding)


def _is_lines(path: Path, head: bytes, encoding: str) -> bool:
    """Return whether a file that begins with an object is JSON lines: by its name, or because its first line is an object by itself."""
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return True
    first = head.decode(encoding, errors="ignore").lstrip().split("\n", 1)
    if len(first) < 2:
        return False
    try:
        return isinstance(decode_loosely(first[0].encode()), dict)
    except ValueError:
        return False


def _document(path: Path, size: int, encoding: str) -> Iterator[Record]:
    if size > MAX_DOCUMENT:
        _fail(
            path,
            f"as one JSON document it has {size:,} bytes, more than the {MAX_DOCUMENT:,} that are read",
            "Export JSON lines or CSV instead.",
        )
    with _open(path) as stream:
        content = stream.read(MAX_DOCUMENT + 1)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        _not_text(path, encoding)
    try:
        for number, row in enumerate(_rows(path, text.encode()), 1):
            yield _record(f"item {number}", bytes(row))
    except ValueError as error:
        _fail(path, json_fault(text), "Export it again; it may have been cut off.", error)


def _rows(path: Path, text: bytes) -> list[msgspec.Raw]:
    """Return the rows of a JSON document, each as it is written: of the list that it is, or of the first list in the object that it is.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        whole = decode_json(text, msgspec.Raw)
    except ValueError:
        whole = msgspec.Raw(msgspec.json.encode(decode_loosely(text)))  # with NaN and its like as numbers out of range
    if _begins(whole, b"{"):
        members = decode_json(whole, dict[str, msgspec.Raw])
        twice = doubled(text, members)
        if twice is not None and twice.itself:
            _fail(path, f"it has {twice.what}", "Export it again with one of them.")
        whole = next((each for each in members.values() if _begins(each, b"[")), whole)
    if not _begins(whole, b"["):
        _fail(path, "it holds no list of jobs", "It should be a list of objects, or an object with such a list in it.")
    return decode_json(whole, list[msgspec.Raw])


def _begins(text: msgspec.Raw, mark: bytes) -> bool:
    return bytes(text)[:1] == mark


def _lines(path: Path, encoding: str) -> Iterator[Record]:
    with _text(path, encoding) as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                record = _record(f"line {number}", line.encode())
            except ValueError as error:
                _fail(path, f"line {number} is not JSON", "Export it again; it may have been cut off.", error)
            yield record


def _record(place: str, text: bytes) -> Record:
    """Return the record that a JSON object is; `ValueError` where it is not JSON."""
    row = decode_loosely(text)
    if not isinstance(row, dict):
        return Record(place, problem="it is not an object")
    twice = doubled(text, row)
    if twice is None:
        return Record(place, row)
    return Record(place, {name: value for name, value in row.items() if name not in twice.members}, f"it has {twice.what}")


def _table(path: Path, sample: str, encoding: str) -> Iterator[Record]:
    csv.field_size_limit(MAX_FIELD)
    with _text(path, encoding) as stream:
        reader = csv.reader(stream, delimiter=delimiter(sample), strict=True)
        columns: tuple[str, ...] | None = None
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                _fail(path, f"the row that begins on line {line} is not CSV", "Look for a quotation mark that is not closed.", error)
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _header(path, cells)
            elif len(cells) > len(columns) and any(cells[len(columns) :]):
                yield Record(
                    f"line {line}", problem=f"it has {counted(len(cells), 'value')} for {counted(len(columns), 'column')}", columns=columns
                )
            else:
                values = {name: cell for name, cell in zip_longest(columns, cells[: len(columns)], fillvalue="") if name}
                yield Record(f"line {line}", values, columns=columns)
    if columns is None:
        _fail(path, "it is empty", "Its first line should name the columns.")


def delimiter(sample: str) -> str:
    """Return the character that separates the values of a CSV text: the one by which its first rows have the most columns, alike."""

    def score(candidate: str) -> tuple[int, int]:
        rows: list[int] = []
        reader = csv.reader(sample.splitlines(keepends=True), delimiter=candidate)
        with suppress(csv.Error):
            rows.extend(len(row) for row in islice(reader, 20) if row)
        if not rows or rows[0] < 2:
            return (0, 0)
        return (sum(count == rows[0] for count in rows), rows[0])

    return max(_DELIMITERS, key=score)


def _header(path: Path, cells: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        _fail(path, f"it has two columns named {clean(twice, limit=80)!r}", "Rename one of them.")
    return columns


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into our errors."""
    name = clean(str(path), limit=300)
    try:
        yield
    except FileNotFoundError as error:
        raise Unreachable(f"There is no file {name}", service=SERVICE, remedy="Export it again, or mend `path`.") from error
    except PermissionError as error:
        raise PermissionMissing(f"The file {name} may not be read", service=SERVICE, remedy="Let this account read it.") from error
    except OSError as error:
        raise Unreachable(f"The file {name} cannot be read: {error.strerror}", service=SERVICE) from error


@contextmanager
def _open(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file, and nothing else: a pipe may never begin, and a device never end."""
    # Not blocking: opening a pipe that nobody writes to would wait for ever.
    with _opening(path), open(path, "rb", opener=_not_blocking) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            _fail(path, "it is not a regular file", "Name the exported file itself in `path`.")
        yield stream


def _not_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a text file whose undecodable bytes become an error that names the line."""
    with _open(path) as raw, TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        try:
            yield stream
        except UnicodeDecodeError:
            _not_text(path, encoding)


def _not_text(path: Path, encoding: str) -> NoReturn:
    line: int | None = None
    if encoding.startswith("utf-8"):
        with _open(path) as stream:
            for number, raw in enumerate(stream, 1):
                try:
                    raw.decode()
                except UnicodeDecodeError:
                    line = number
                    break
    where = f", line {line}" if line else ""
    _fail(path, f"it is not UTF-8 text{where}", "Save it as UTF-8 (in Excel: CSV UTF-8).")


def _fail(path: Path, what: str, remedy: str | None, cause: BaseException | None = None) -> NoReturn:
    raise UnexpectedAnswer(f"{clean(path.name, limit=120)} cannot be read: {what}", service=SERVICE, remedy=remedy) from cause
