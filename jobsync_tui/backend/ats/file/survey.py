"""A look through a new export: what its columns become, what cannot be read, and the tables with which it reads right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ...core.errors import JobsyncError, UnexpectedAnswer
from ...core.left_out import tallied
from ...core.models import ExportColumn, ExportOptions, ExportReport, Job, JobStatus, JsonValue, RejectedRow, StatusWord
from ...core.text import clean
from .columns import Columns, dig
from .dates import Dates, quoted
from .options import MAX_BYTES, FileOptions, known_encoding
from .reading import Reading, Result, open_reading
from .table import NoIdColumn

_SAMPLES = 3
_MOST_ASIDE = 10
_TRIED = 1000
"""Rows in which every id has to be another one, for a column that may be the id."""


def survey(path: Path, said: ExportOptions | None = None, max_bytes: int = MAX_BYTES) -> ExportReport:
    """Return what an export comes to, by itself and by what is said of it; of a pattern, the newest file that is whole.

    Raises:
        RemoteError: It cannot be read.
        ConfigError: No column is the id, and none could be; or an option is none that a configuration could have.
    """
    said = said or ExportOptions()
    encoding = known_encoding(said.encoding)
    options = FileOptions(path, said.columns, said.dates, encoding, said.header_row, said.sheet, said.records, max_bytes)
    Columns(options.columns)
    Dates(options.dates)
    options = replace(options, path=open_reading(options, "").path)
    try:
        return _Survey(options).report()
    except NoIdColumn as error:
        tried = (replace(options, columns={**options.columns, "id": name}) for name in error.names)
        chosen = next(filter(_may_be_id, tried), None)
        if chosen is None:
            raise
        column = chosen.columns["id"]
        found = _Survey(chosen)
        found.reading.notes.add(
            f"No column is called as the ATS job id is; {clean(column, limit=80)} differs in every row and is taken for it"
        )
        return found.report()


def _may_be_id(options: FileOptions) -> bool:
    try:
        results = list(islice(Reading(options.path, options, "").results(), _TRIED))
    except JobsyncError:
        return False
    return any(isinstance(each, Job) for each in results) and not any(isinstance(each, RejectedRow) for each in results)


class _Survey:
    def __init__(self, options: FileOptions) -> None:
        self.reading = Reading(options.path, options, "")
        self._options = options
        self._words: Counter[tuple[str, JobStatus]] = Counter()
        self._aside: list[str] = []
        self._rows = self._jobs = 0

    def report(self) -> ExportReport:
        with tallied() as tally:
            try:
                for result in self.reading.results():
                    self._take(result)
            except UnexpectedAnswer:
                if not self._aside:  # else there are rows, and it is said of each what is wrong with it
                    raise
        reading = self.reading
        notes = [each for each in reading.end_notes() if not each.startswith("Columns: ")]
        words = tuple(StatusWord(word, status, count) for (word, status), count in self._words.most_common())
        columns = tuple(self._columns())
        if columns and "name" not in {each.field for each in columns}:
            notes.append("No column is known as the job's name; --column name=COLUMN says which it is, and so for every other field")
        tables = self._tables(columns, words)
        return ExportReport(
            reading.path.name,
            self._rows,
            self._jobs,
            columns,
            words,
            tally.counts(),
            tuple(self._aside[:_MOST_ASIDE]),
            tuple(notes),
            tables,
        )

    def _take(self, result: Result) -> None:
        self._rows += 1
        if isinstance(result, Job):
            self._jobs += 1
            if result.ats_status:
                self._words[result.ats_status.strip(), result.status] += 1
        elif isinstance(result, RejectedRow):
            self._aside.append(result.reason)

    def _columns(self) -> list[ExportColumn]:
        samples: dict[tuple[str, str], list[str]] = {}
        for record in islice(self.reading.again().records(), 200):
            for field, column in _planned(self.reading.columns, record.values):
                known = samples.setdefault((field, column), [])
                value = dig(record.values, column)
                text = "" if value in (None, "") else clean(str(value), limit=60).strip()
                if text and text not in known and len(known) < _SAMPLES:
                    known.append(text)
        return [ExportColumn(column, field, tuple(found)) for (field, column), found in samples.items()]

    def _tables(self, columns: tuple[ExportColumn, ...], words: tuple[StatusWord, ...]) -> tuple[str, ...]:
        fields = {each.field: each.column for each in columns if not each.field.startswith("custom")}
        lines = [f"columns = {_inline({name if '.' not in name else quoted(name): quoted(column) for name, column in fields.items()})}"]
        options = self._options
        texts = {"sheet": options.sheet, "records": options.records, "encoding": options.encoding or self.reading.presumed_encoding}
        lines += [f"{name} = {quoted(value)}" for name, value in texts.items() if value is not None]
        if options.header_row is not None:
            lines.append(f"header_row = {options.header_row}")
        if formats := (*options.dates, *self.reading.dates.sure_formats()):
            lines.append(f"dates = [{', '.join(map(quoted, formats))}]")
        unknown = {quoted(each.word): '"unknown"' for each in words if each.status is JobStatus.UNKNOWN}
        if unknown:
            lines.append(f"statuses = {_inline(unknown)}  # say what each is: open, closed, draft, archived, on_hold")
        return tuple(lines)


def _planned(columns: Columns, row: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    plan = columns.plan(tuple(row))
    by_column = {column: name for name, column in plan.fields.items()} | {column: f"custom.{name}" for name, column in plan.custom.items()}
    return [(by_column[column], column) for column in (*row, *(each for each in by_column if each not in row)) if column in by_column]


def _inline(pairs: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{name} = {value}" for name, value in pairs.items()) + " }"
