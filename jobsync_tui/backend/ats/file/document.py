"""JSON as scripts and APIs write it: a list of jobs, one inside an envelope, or lines of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ...core.text import clean
from ...http import decode_json, decode_loosely, json_fault
from .columns import Columns, plain_name
from .doubled import doubled
from .options import FileOptions
from .record import Record
from .source import fail, lines_of, not_text, open_file, open_text
from .table import no_id

MAX_DOCUMENT = 64 * 1024 * 1024
"""Largest JSON document; it is held in memory whole."""

_DEEPEST = 5
"""How deep in a document lists of jobs are looked for."""
_LOOKED_AT = 20
"""Rows of a list that are looked at to know what it is."""
_COMMENT = re.compile(r"^\s*(?://|/\*)", re.MULTILINE)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_NEXT = frozenset({"next", "nextpage", "nexturl", "nextcursor", "nextpagetoken", "hasmore", "hasnext", "morepages"})
_TOTALS = frozenset({"total", "totalcount", "totalfound", "totalresults", "totalrecords", "totaljobs"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A list in a document, with the names that lead to it, and what stands beside it and around it."""

    path: str
    rows: list[msgspec.Raw]
    beside: Mapping[str, object]


def is_lines(path: Path, head: bytes, encoding: str) -> bool:
    """Return whether a file that begins with an object is JSON lines: by its name, or because its first two lines are objects."""
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return True
    first = [line for line in head.decode(encoding, errors="ignore").lstrip("\ufeff \r\n").split("\n") if line.strip()][:2]
    if len(first) < 2 or not first[1].lstrip().startswith("{"):
        return False
    try:
        return isinstance(decode_loosely(first[0].encode()), dict)
    except ValueError:
        return False


def line_records(path: Path, encoding: str) -> Iterator[Record]:
    """Yield the objects of a file of JSON lines; a line that is none is named, and the others count."""
    with open_text(path, encoding) as stream:
        for number, line in enumerate(lines_of(path, stream), 1):
            if line.strip("\ufeff \t\r\n"):
                yield _record(f"line {number}", line.strip("\ufeff").encode(errors="surrogatepass"))


def document_records(path: Path, encoding: str, options: FileOptions, columns: Columns) -> Iterator[Record]:
    """Yield the jobs of a JSON document.

    Raises:
        UnexpectedAnswer: It is not JSON, too large, or it cannot be told which list in it has the jobs.
        ConfigError: The objects in its list have no id.
    """
    with open_file(path) as stream:
        content = stream.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        what = f"as one JSON document it has more than the {MAX_DOCUMENT:,} bytes that are read"
        fail(path, what, "Export JSON lines or CSV instead.")
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeError:
        not_text(path, encoding)
    try:
        rows = _rows(path, text.encode(), options, columns)
    except ValueError as error:
        comment = _COMMENT.search(text)
        if comment is not None:
            line = text.count("\n", 0, comment.end()) + 1
            fail(path, f"it is JSON with comments, the first on line {line}, and JSON has none", "Export it without them.", error)
        fail(path, json_fault(text), "Export it again; it may have been cut off.", error)
    for number, row in enumerate(rows, 1):
        yield _record(f"item {number}", bytes(row))


def _rows(path: Path, text: bytes, options: FileOptions, columns: Columns) -> list[msgspec.Raw]:
    """Return the jobs of a JSON document, each as it is written.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        whole = decode_json(text, msgspec.Raw)
    except ValueError:
        whole = msgspec.Raw(msgspec.json.encode(decode_loosely(text)))  # with NaN and its like as numbers out of range
    if _begins(whole, b"["):
        return decode_json(whole, list[msgspec.Raw])
    if not _begins(whole, b"{"):
        fail(path, "it holds no list of jobs", "It should be a list of objects, or an object with such a list in it.")
    members = decode_json(whole, dict[str, msgspec.Raw])
    twice = doubled(text, members)
    if twice is not None and twice.itself:
        fail(path, f"it has {twice.what}", "Export it again with one of them.")
    if options.records is None and columns.names_job(tuple(members)):
        return [whole]
    found = list(_lists(members, "", {}, 1))
    return _named(path, found, options.records) if options.records is not None else _only(path, found, columns)


def _begins(text: msgspec.Raw, mark: bytes) -> bool:
    return bytes(text)[:1] == mark


def _lists(members: Mapping[str, msgspec.Raw], path: str, around: Mapping[str, object], depth: int) -> Iterator[_Found]:
    plain = {plain_name(name): decode_loosely(value) for name, value in members.items() if not _begins(value, b"[")}
    beside = {**around, **{name: value for name, value in plain.items() if not isinstance(value, dict)}}
    for inner in plain.values():  # such as "meta" with the total in it
        if isinstance(inner, dict):
            beside |= {plain_name(name): value for name, value in inner.items() if not isinstance(value, dict | list)}
    for name, value in members.items():
        place = f"{path}.{name}" if path else name
        if _begins(value, b"["):
            yield _Found(place, decode_json(value, list[msgspec.Raw]), beside)
        elif _begins(value, b"{") and depth < _DEEPEST:
            yield from _lists(decode_json(value, dict[str, msgspec.Raw]), place, beside, depth + 1)


def _named(path: Path, found: list[_Found], records: str) -> list[msgspec.Raw]:
    rows = next((each.rows for each in found if each.path == records), None)
    if rows is None:
        lists = ", ".join(each.path for each in found) or "none"
        fail(path, f"it has no list {clean(records, limit=80)}", f"Mend `records`; its lists: {clean(lists, limit=300)}.")
    return rows


def _only(path: Path, found: list[_Found], columns: Columns) -> list[msgspec.Raw]:
    """Return the rows of the only list whose objects have an id; where several have, of the only one whose objects have a name too."""
    with_id = [each for each in found if any(columns.id_column(names) is not None for names in _members(each))]
    with_name = [each for each in with_id if any(columns.names_job(names) for names in _members(each))]
    chosen = with_name if len(with_id) > 1 and len(with_name) == 1 else with_id
    if len(chosen) > 1:
        names = ", ".join(each.path for each in chosen)
        fail(
            path, f"several lists in it could be the jobs: {clean(names, limit=300)}", f'Set records = "{clean(chosen[0].path, limit=80)}".'
        )
    if not chosen:
        return _without_ids(path, found)
    _refuse_page(path, chosen[0])
    return chosen[0].rows


def _without_ids(path: Path, found: list[_Found]) -> list[msgspec.Raw]:
    """Return no rows where the only list is empty; else say that there are no jobs, or none with an id."""
    objects = [names for each in found for names in _members(each)]
    if objects:
        no_id(path, dict.fromkeys(name for names in objects for name in names))
    if len(found) != 1 or found[0].rows:
        fail(path, "it holds no list of jobs", "It should be a list of objects, or an object with such a list in it; `records` names one.")
    return []


def _refuse_page(path: Path, found: _Found) -> None:
    """Refuse a page of many: what is on the others would look gone."""
    total = next((each for name, each in found.beside.items() if name in _TOTALS and isinstance(each, int)), None)
    following = any(each not in (None, "", False) for name, each in found.beside.items() if name in _NEXT)
    if following or (total is not None and total > len(found.rows)):
        of = f" of {total:,}" if total is not None else ""
        fail(
            path,
            f"it is one page: {clean(found.path, limit=80)} has {len(found.rows):,} jobs{of}, and there are further pages",
            f'Export all of them into one file; records = "{clean(found.path, limit=80)}" takes this page for everything.',
        )


def _members(found: _Found) -> list[tuple[str, ...]]:
    """Return the names of the members of the first objects of a list."""
    return [tuple(decode_json(row, dict[str, msgspec.Raw])) for row in found.rows[:_LOOKED_AT] if _begins(row, b"{")]


def _record(place: str, text: bytes) -> Record:
    """Return the record that a JSON object is."""
    if _HALF.search(text) and _has_half(text):
        return Record(place, problem="it has half a character in it, so its text is not what it was")
    try:
        row = decode_loosely(text)
    except ValueError:
        return Record(place, problem="it is not JSON")
    if not isinstance(row, dict):
        return Record(place, problem="it is not an object")
    twice = doubled(text, row)
    if twice is None:
        return Record(place, row)
    return Record(place, {name: value for name, value in row.items() if name not in twice.members}, f"it has {twice.what}")


def _has_half(text: bytes) -> bool:
    """Return whether a JSON text has one of the two halves by which it writes a character without the other."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False
