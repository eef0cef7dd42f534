"""An exported file as an ATS, for one without an API: an Excel sheet, CSV, JSON or JSON lines, each listing the whole file.

Which column holds which field is in the ``columns`` table (``{ id = "Job ID", "location.city" = "City" }``); without an entry, a column
that is called like the field is taken. Columns that no field takes are custom fields under their own names. What is gone and what has
changed is noticed by comparing, since every listing is complete. Rows without an id, with an id that the file has already, or with two
members of one name are set aside under their line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from ...core.errors import UnexpectedAnswer
from ...core.models import Job, RejectedRow
from ...core.text import clean, counted
from ..base import Adapter, Connection, Listing, Page
from .columns import Columns
from .dates import Dates
from .options import FileOptions
from .reading import Reading, Result, open_reading
from .source import SERVICE

BATCH = 500
TRIES = 3
"""How often a file is read that is written meanwhile."""
SETTLE = 0.3
"""Seconds between two looks at a file that is being written."""


class FileExport(Adapter):
    """Jobs of one exported file. The path in the configuration is relative to the configuration's folder."""

    provider = "file"
    title = SERVICE
    key_made = "No key: export the jobs from your ATS as an Excel, CSV or JSON file, and let your account read it."
    one_piece = True
    credential_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.options = FileOptions.of(connection.integration, connection.options)
        Columns(self.options.columns)
        Dates(self.options.dates)

    async def test(self) -> str:
        """Read the whole file and count its rows."""
        return await asyncio.to_thread(self._tested)

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield the rows 500 at a time. A listing that was cut off begins anew where the file has changed since.

        A file that is written while it is read is read again from its beginning, once it stands still.
        """
        before = _Place.read(listing.cursor)
        for _ in range(TRIES):
            reading = await asyncio.to_thread(self._reading)
            done = before.rows if before is not None and before.stamp == reading.stamp else 0
            results = reading.results()
            await asyncio.to_thread(_skip, results, done)
            batch = await asyncio.to_thread(_take, results)
            while following := await asyncio.to_thread(_take, results):
                done += len(batch)
                yield _page(batch, _Place(reading.stamp, done).text())
                batch = following
            if not await asyncio.to_thread(reading.changed):
                yield _page(batch, None, reading.end_notes())
                return
            await self._still()
        name = clean(reading.path.name, limit=120)
        raise UnexpectedAnswer(
            f"{name} was written while it was read, {TRIES} times",
            service=SERVICE,
            remedy="Refresh again; have the export written under another name and renamed when it is whole.",
        )

    async def job(self, job_id: str) -> Job | None:
        """Look through the file for the row with that id."""
        return await asyncio.to_thread(self._found, job_id)

    def _reading(self) -> Reading:
        return open_reading(self.options, self.connection.integration)

    def _found(self, job_id: str) -> Job | None:
        return next((each for each in self._reading().results() if isinstance(each, Job) and each.id == job_id), None)

    def _tested(self) -> str:
        reading = self._reading()
        ids: list[str] = []
        bad: list[RejectedRow] = []
        rows = 0
        for each in reading.results():
            rows += 1
            if isinstance(each, Job):
                ids.append(each.id)
            elif isinstance(each, RejectedRow):
                bad.append(each)
        for row in bad[:10]:
            reading.notes.add(f"Set aside: {row.reason}")
        self.tested_ids, self.tested_notes = tuple(ids), reading.end_notes()
        aside = f", {len(bad):,} of them unusable" if bad else ""
        return f"{counted(rows, 'row')} in {clean(reading.path.name, limit=120)}{aside}"

    async def _still(self) -> None:
        """Wait until the file stands still, for some looks at most."""
        for _ in range(10):
            before = await asyncio.to_thread(self._reading)
            await asyncio.sleep(SETTLE)
            if not await asyncio.to_thread(before.changed):
                return


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


def _page(batch: list[Result], cursor: str | None, notes: tuple[str, ...] = ()) -> Page:
    jobs = tuple(each for each in batch if isinstance(each, Job))
    rejected = tuple(each for each in batch if isinstance(each, RejectedRow))
    return Page(jobs, rejected, cursor=cursor, left_out=len(batch) - len(jobs) - len(rejected), notes=notes)


def _take(results: Iterator[Result]) -> list[Result]:
    return list(islice(results, BATCH))


def _skip(results: Iterator[Result], count: int) -> None:
    for _ in islice(results, count):
        pass
