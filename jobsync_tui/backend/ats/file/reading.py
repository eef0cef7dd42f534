"""One reading of an exported file from its first row to its last: what each row comes to, and what is to be said about the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.errors import UnexpectedAnswer
from ...core.models import Job, RejectedRow
from ...core.text import clean, counted
from ..rows import BadRow
from .columns import FIELDS, Columns
from .dates import Dates
from .document import document_records, is_lines, line_records
from .options import FileOptions
from .record import Notes, Record
from .rows import RowReader, head
from .source import SERVICE, beginning, candidates, encoding_of, fail, stamp
from .table import csv_records, no_id
from .workbook import MARKS, workbook_records


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line of the file that belongs to the report around the jobs, such as its totals."""

    place: str


Result = Job | RejectedRow | OtherLine


class Reading:
    """Reads a file once.

    Args:
        path: The file itself, no pattern.
        options: How it is to be read.
        integration: Id of the integration; every job carries it.
    """

    def __init__(self, path: Path, options: FileOptions, integration: str) -> None:
        self.path = path
        self.stamp = stamp(path)
        self.columns = Columns(options.columns)
        self.dates = Dates(options.dates)
        self.notes = Notes()
        self._options = options
        self._reader = RowReader(self.columns, self.dates, self.notes, integration)
        self.presumed_encoding: str | None = None
        self._integration = integration
        self._taken: dict[str, str] = {}
        self._custom: dict[str, None] = {}

    def records(self) -> Iterator[Record]:
        """Yield the rows of the file in their order.

        Raises:
            Unreachable: There is no such file.
            PermissionMissing: It may not be read.
            UnexpectedAnswer: It is no export, is too large, or broken in a way that leaves the rest of it unreadable.
            ConfigError: No column is the id.
        """
        path, options = self.path, self._options
        data = beginning(path, options.max_bytes)
        if data.startswith(MARKS):
            yield from workbook_records(path, options, self.columns, self.notes)
            return
        encoding, presumed = (options.encoding, False) if options.encoding else encoding_of(path, data)
        if presumed:
            self.presumed_encoding = encoding
            self.notes.add('It is not UTF-8 and was read as Windows-1252; set encoding = "cp1252" or another to be sure')
        options = replace(options, encoding=encoding)
        start = data.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
        if start[:1] == "<":
            _refuse_markup(path, start)
        if (
            start[:2] in {"//", "/*"}
            or start[:1] == "["
            or (start[:1] == "{" and not is_lines(path, data, encoding))
            or start.strip() == "null"
        ):
            yield from document_records(path, encoding, options, self.columns)
        elif start[:1] == "{" or path.suffix.lower() in {".jsonl", ".ndjson"}:
            yield from line_records(path, encoding)
        else:
            yield from csv_records(path, data, options, self.columns, self.notes)

    def results(self) -> Iterator[Result]:
        """Yield what each row comes to, and raise what `records` does."""
        lines: dict[str, str] = {}
        jobs, first_bad, without_id = False, None, True
        for record in self.records():
            result = self._result(record)
            if isinstance(result, Job):
                jobs = True
                self._note_plan(record)
                earlier = lines.setdefault(result.id, record.place)
                if earlier != record.place:
                    result = RejectedRow(result.id, result.name, f"{record.place}: {earlier} has this id already")
            elif isinstance(result, RejectedRow):
                first_bad = first_bad or result
                without_id = without_id and bool(record.values) and self.columns.id_column(tuple(record.values)) is None
            yield result
        if not jobs and first_bad is not None:
            if without_id:
                no_id(self.path, self._custom or list(record.values))
            raise UnexpectedAnswer(
                f"No row of {clean(self.path.name, limit=120)} can be used: {clean(first_bad.reason, limit=300)}",
                service=SERVICE,
                remedy="jobsync columns FILE shows what each column becomes.",
            )

    def end_notes(self) -> tuple[str, ...]:
        """Return what is to be said when all is read: which column became which field, and the formats that would read more dates."""
        if self._taken or self._custom:
            fields = ", ".join(f"{name} from {clean(self._taken[name], limit=60)}" for name in FIELDS if name in self._taken)
            custom = ", ".join(clean(each, limit=60) for each in list(self._custom)[:30])
            more = f" and {counted(len(self._custom) - 30, 'other')}" if len(self._custom) > 30 else ""
            self.notes.add(f"Columns: {fields}" + (f"; custom fields: {custom}{more}" if custom else ""))
        return (*self.notes.all(), *self.dates.proposals())

    def again(self) -> Reading:
        """Return another reading of the file, from its beginning."""
        return Reading(self.path, self._options, self._integration)

    def changed(self) -> bool:
        """Return whether the file is another than when the reading began."""
        return stamp(self.path) != self.stamp

    def _result(self, record: Record) -> Result:
        if not record.is_job:
            words = next((str(each).strip() for each in record.values.values() if str(each).strip()), "")
            self.notes.add(f"{record.place} is no job and was set aside: {clean(words, limit=80)}")
            return OtherLine(record.place)
        if record.problem is not None:
            return RejectedRow(*head(record.values, self.columns), f"{record.place}: {record.problem}")
        try:
            return self._reader.job(record)
        except BadRow as error:
            return RejectedRow(*head(record.values, self.columns), f"{record.place}: {error}")

    def _note_plan(self, record: Record) -> None:
        plan = self.columns.plan(tuple(record.values))
        self._taken.update(plan.fields)
        self._custom.update(dict.fromkeys(plan.custom))


def _refuse_markup(path: Path, start: str) -> None:
    is_page = any(mark in start[:4000].casefold() for mark in ("<!doctype html", "<html", "<table", "<body", "<head"))
    what = "it is a web page, not an export" if is_page else "it is XML, not an export"
    fail(path, what, "Export CSV, JSON or an Excel workbook; what a browser saves may be a login page, or a page with a table in it.")


def open_reading(options: FileOptions, integration: str) -> Reading:
    """Return a reading of the file that the options name; of a pattern, of the newest that is whole.

    Raises:
        RemoteError: There is none, or none that can be read; then the newest one's error.
    """
    found = candidates(options.path)
    if found == [options.path]:
        return Reading(options.path, options, integration)
    errors: list[UnexpectedAnswer] = []
    for path in found:
        try:
            for _ in Reading(path, options, integration).records():
                pass
        except UnexpectedAnswer as error:
            errors.append(error)
            continue
        reading = Reading(path, options, integration)
        reading.notes.add(f"Read from {clean(path.name, limit=120)}, the newest of {counted(len(found), 'file')}")
        for older in errors:
            reading.notes.add(f"{older.message}, so an older file was read")
        return reading
    raise errors[0]
