"""The rows a table holds, one stretch of a list that may have a million, and how it comes by those that the view lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypeVar

from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

RowT = TypeVar("RowT")
RowT_co = TypeVar("RowT_co", covariant=True)


class RowSource(Protocol[RowT_co]):
    """Where a table's rows come from."""

    async def window(self, offset: int, limit: int) -> Sequence[RowT_co]:
        """Return the rows from ``offset`` on, at most ``limit``; fewer only at the end of the list."""


class RowBuffer(Generic[RowT]):
    """One contiguous stretch of rows. Memory does not grow with the list."""

    def __init__(self, offset: int = 0, rows: Sequence[RowT] = ()) -> None:
        self.offset = offset
        self.rows = tuple(rows)

    @property
    def end(self) -> int:
        """Return the index after the last row."""
        return self.offset + len(self.rows)

    def get(self, index: int) -> RowT | None:
        """Return the row at ``index`` of the list, None if it is not held."""
        place = index - self.offset
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def covers(self, start: int, stop: int) -> bool:
        """Return whether every row from ``start`` to before ``stop`` is held."""
        return start >= self.offset and stop <= self.end

    @staticmethod
    def wanted(top: int, height: int, total: int) -> tuple[int, int]:
        """Return the offset and limit to read for a view of ``height`` rows from ``top``: a page more on either side."""
        start = max(0, min(top, total - height) - height)
        return start, max(1, min(total, top + 2 * height + 1) - start)


PATIENCE = 0.04
"""Seconds for which the old lines may stand while rows are read; after that the missing ones are shown as not read yet."""
LONGEST = 2.0
"""Seconds for which a key waits for the row that it is meant for: other keys wait behind it."""
AHEAD = 0.1
"""Seconds after which the pages around the view are read: who types or turns pages faster asks for other rows by then."""


class View(NamedTuple):
    """What a table shows: ``page`` rows from ``top`` on, of ``total``."""

    top: int
    page: int
    total: int

    @property
    def end(self) -> int:
        """Return the index after the last visible row."""
        return min(self.total, self.top + self.page)


class Reading(Protocol):
    """The table as its reader knows it."""

    @property
    def view(self) -> View:
        """What is to be shown at this moment."""

    def rows_came(self, end: int | None) -> None:
        """Show the rows that were read. ``end`` is given where the list ends there, before where it was thought to."""

    def rows_are_late(self) -> None:
        """Show that rows are on their way."""

    def rows_failed(self, error: Exception) -> None:
        """Tell that the rows could not be read."""


class RowReader(Generic[RowT]):
    """Holds one stretch of a list, three pages at most, and reads another where the view needs it; one read at a time.

    Args:
        widget: In whose workers and timers it works.
        table: The same, as the reader knows it.
    """

    def __init__(self, widget: Widget, table: Reading) -> None:
        self._widget = widget
        self._table = table
        self._source: RowSource[RowT] | None = None
        self._buffer: RowBuffer[RowT] = RowBuffer()
        self._worker: Worker[None] | None = None
        self._at_rest = asyncio.Event()
        """Set while nothing is being read."""
        self._asked = (0, 0)
        self._patience: Timer | None = None
        self._ahead: Timer | None = None

    @property
    def held(self) -> int:
        """Return how many rows are held."""
        return len(self._buffer.rows)

    def get(self, index: int) -> RowT | None:
        """Return a row, None where it is not held."""
        return self._buffer.get(index)

    async def arrival(self) -> bool:
        """Wait for the rows that are on their way; return whether some were, and are no longer."""
        if self._worker is None:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                return await self._at_rest.wait()
        return False

    def turn_to(self, source: RowSource[RowT], offset: int, rows: Sequence[RowT]) -> None:
        """Read from another list from now on, of which some rows are known."""
        if self._worker is not None:
            self._worker.cancel()
            self._end_of_read()
        self._source = source
        self._buffer = RowBuffer(offset, rows)

    def serve(self) -> bool:
        """Return whether the rows of the view are there; where not, they are read, and the table is told when they come."""
        view = self._table.view
        if not self._buffer.covers(view.top, view.end):
            self._read()
            if self._patience is None:
                self._patience = self._widget.set_timer(PATIENCE, self._lose_patience)
            return False
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        if self._ahead is None and not self._covers_margin():
            self._ahead = self._widget.set_timer(AHEAD, self._read_ahead)
        return True

    def _read_ahead(self) -> None:
        self._ahead = None
        if not self._covers_margin():
            self._read()

    def _covers_margin(self) -> bool:
        view = self._table.view
        margin = view.page // 2
        return self._buffer.covers(max(0, view.top - margin), min(view.total, view.top + view.page + margin))

    def _read(self) -> None:
        if self._source is None:
            return
        view = self._table.view
        start, limit = RowBuffer.wanted(*view)
        if self._worker is not None:
            asked_start, asked_stop = self._asked
            if asked_start <= view.top and asked_stop >= view.end:
                return
            self._worker.cancel()
        self._at_rest.clear()
        self._asked = (start, start + limit)
        self._worker = self._widget.run_worker(partial(self._fetch, self._source, start, limit), group="rows", exit_on_error=True)

    async def _fetch(self, source: RowSource[RowT], start: int, limit: int) -> None:
        try:
            rows = await source.window(start, limit)
        except Exception as error:  # noqa: BLE001 - told to the screen, which decides; the table lives on
            self._end_of_read()
            self._table.rows_failed(error)
            return
        self._end_of_read()
        self._buffer = RowBuffer(start, rows)
        end = start + len(rows)
        # The list may have become shorter since it was counted.
        self._table.rows_came(end if len(rows) < limit and end < self._table.view.total else None)

    def _end_of_read(self) -> None:
        self._worker = None
        self._at_rest.set()

    def _lose_patience(self) -> None:
        self._patience = None
        self._table.rows_are_late()
