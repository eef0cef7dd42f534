"""An exported file as an ATS, for one without an API: CSV, JSON or JSON lines, each listing the whole file.

Which column holds which field is in the ``columns`` table (``{ id = "Job ID", "location.city" = "City" }``); without an entry, a column
named like the field is taken. Columns that no field takes are custom fields under their own names. What is gone and what has changed is
noticed by comparing, since every listing is complete. Rows without an id, with an id that the file has already, or with two members of
one name are set aside under their line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

from ...core.errors import ConfigError, UnexpectedAnswer
from ...core.models import Job, RejectedRow
from ...core.text import clean, counted
from ..base import Adapter, Connection, Listing, Page
from ..rows import BadRow
from .reader import SERVICE, Record, records, stamp
from .rows import Columns, head, to_job

BATCH = 500


class FileExport(Adapter):
    """Jobs of one exported file. The path in the configuration is relative to the configuration's folder."""

    provider = "file"
    title = SERVICE
    one_piece = True
    credential_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        path, columns = connection.options.get("path"), connection.options.get("columns") or {}
        if not isinstance(path, str) or not path:
            raise ConfigError(f"The integration {connection.integration} names no file", remedy="Set `path` to the export.")
        if not isinstance(columns, Mapping):
            raise ConfigError(f"The integration {connection.integration} has a `columns` that is no table")
        self._path = Path(path)
        self._columns = Columns({str(field): str(column) for field, column in columns.items()})

    async def test(self) -> str:
        """Read the whole file and count its rows."""
        ids, bad = await asyncio.to_thread(self._counted)
        aside = f", {bad:,} of them unusable" if bad else ""
        self.tested_ids = tuple(ids)
        return f"{counted(len(ids) + bad, 'row')} in {clean(self._path.name, limit=120)}{aside}"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield the rows 500 at a time. A listing that was cut off begins anew where the file has changed since."""
        state = await asyncio.to_thread(stamp, self._path)
        before = _Place.read(listing.cursor)
        done = before.rows if before is not None and before.stamp == state else 0
        results = self._results()
        await asyncio.to_thread(_skip, results, done)
        batch = await asyncio.to_thread(_take, results)
        while True:
            following = await asyncio.to_thread(_take, results)
            done += len(batch)
            jobs = tuple(each for each in batch if isinstance(each, Job))
            rejected = tuple(each for each in batch if isinstance(each, RejectedRow))
            if not following:
                await asyncio.to_thread(self._check_unchanged, state)
                yield Page(jobs, rejected)
                return
            yield Page(jobs, rejected, cursor=_Place(state, done).text())
            batch = following

    async def job(self, job_id: str) -> Job | None:
        """Look through the file for the row with that id."""
        return await asyncio.to_thread(self._found, job_id)

    def _results(self) -> Iterator[Job | RejectedRow]:
        """Yield what each row comes to."""
        lines: dict[str, str] = {}
        for number, record in enumerate(records(self._path)):
            if number == 0:
                self._check_columns(record)
            result = self._result(record)
            if isinstance(result, Job):
                earlier = lines.setdefault(result.id, record.place)
                if earlier != record.place:
                    result = RejectedRow(result.id, result.name, f"{record.place}: {earlier} has this id already")
            yield result

    def _result(self, record: Record) -> Job | RejectedRow:
        if record.problem is not None:
            return RejectedRow(*head(record.values, self._columns), f"{record.place}: {record.problem}")
        try:
            return to_job(record.values, self._columns, self.connection.integration)
        except BadRow as error:
            return RejectedRow(*head(record.values, self._columns), f"{record.place}: {error}")

    def _check_columns(self, record: Record) -> None:
        """Refuse a table that lacks a column which the configuration names; in JSON an object may lack what another has."""
        lacking = self._columns.lacking(record.columns) if record.columns else None
        if lacking is not None:
            raise UnexpectedAnswer(
                f"{clean(self._path.name, limit=120)} has no column {clean(lacking, limit=80)}",
                service=SERVICE,
                remedy=f"Mend `columns`; the file has: {clean(', '.join(record.columns), limit=300)}.",
            )

    def _found(self, job_id: str) -> Job | None:
        return next((each for each in self._results() if isinstance(each, Job) and each.id == job_id), None)

    def _counted(self) -> tuple[list[str], int]:
        """Return the ids of the rows that are jobs, and the number of the others."""
        ids = [each.id if isinstance(each, Job) else None for each in self._results()]
        return [each for each in ids if each is not None], ids.count(None)

    def _check_unchanged(self, state: str) -> None:
        """Refuse a listing during which the file was written: part of it would be from before and part from after."""
        if stamp(self._path) != state:
            raise UnexpectedAnswer(
                f"{clean(self._path.name, limit=120)} was written while it was read",
                service=SERVICE,
                remedy="Refresh again; have the export written under another name and renamed when it is whole.",
            )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a listing stands: how many rows of which state of the file were given."""

    stamp: str
    rows: int

    def text(self) -> str:
        """Return this place as the text that `Page.cursor` carries."""
        return f"{self.stamp}:{self.rows}"

    @classmethod
    def read(cls, cursor: str | None) -> _Place | None:
        """Return the place that a cursor holds, or None."""
        state, _, rows = (cursor or "").partition(":")
        return cls(state, int(rows)) if rows.isascii() and rows.isdigit() else None


def _take(results: Iterator[Job | RejectedRow]) -> list[Job | RejectedRow]:
    return list(islice(results, BATCH))


def _skip(results: Iterator[Job | RejectedRow], count: int) -> None:
    for _ in islice(results, count):
        pass
