"""The list of jobs that a screen shows: the question asked of the cache, and its answers by window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .backend.models import JobRow, Sort

if TYPE_CHECKING:
    from .backend.facade import Backend

COUNT_PATIENCE = 0.008
"""Seconds that a first page waits for the exact count, so that a quick count costs no second paint."""


@dataclass(frozen=True, slots=True)
class JobQuery:
    """What is listed: the filter as typed, the order, and the marked jobs, to which ``only_marked`` narrows it."""

    integration: str
    filter: str
    sort: Sort
    marked: tuple[str, ...] = ()
    only_marked: bool = False

    @property
    def text(self) -> str:
        """Return the filter in the filter language."""
        return f"is:marked {self.filter}" if self.only_marked else self.filter


@dataclass(frozen=True, slots=True)
class Page:
    """Rows around the place of the cursor. ``count`` None: there are more, and they are still being counted."""

    offset: int
    rows: tuple[JobRow, ...]
    cursor: int
    count: int | None

    @property
    def end(self) -> int:
        """Return how many rows there are at least."""
        return self.offset + len(self.rows)


Counting: TypeAlias = "asyncio.Future[int]"


class JobList:
    """Answers one query by window, for a table; a new query is a new list.

    Args:
        backend: The facade.
        query: What is listed.
    """

    def __init__(self, backend: Backend, query: JobQuery) -> None:
        self.query = query
        self._jobs = backend.jobs
        self._counting: Counting | None = None

    async def window(self, offset: int, limit: int) -> Sequence[JobRow]:
        """Return rows, for the table's `RowSource`."""
        query = self.query
        return await self._jobs.window(query.integration, query.text, query.sort, offset, limit, marked=query.marked)

    async def open(self, page: int, anchor: str | None) -> Page:
        """Return the rows to show first: around the job ``anchor`` where the list has it, else from the top.

        Raises:
            FilterError: The filter is wrong.
        """
        limit = 3 * page
        rows = tuple(await self.window(0, limit))
        offset = cursor = 0
        if anchor is not None:
            found = _index_of(rows, anchor)
            if found is None and len(rows) == limit:
                found = await self.position(anchor)
                if found is not None and found >= limit:
                    offset = max(0, found - limit // 2)
                    rows = tuple(await self.window(offset, limit))
            cursor = found or 0
        return Page(offset, rows, cursor, await self._known_count(offset, rows, limit))

    async def count(self) -> int:
        """Return how many jobs match."""
        return await self._count()

    def close(self) -> None:
        """Abandon the count if it is under way: the list is not shown any more."""
        if self._counting is not None:
            self._counting.cancel()

    async def position(self, job_id: str) -> int | None:
        """Return the place of a job in the list, None where it is not in it."""
        query = self.query
        return await self._jobs.position(query.integration, query.text, query.sort, job_id, marked=query.marked)

    async def beside(self, job_id: str, step: int) -> str | None:
        """Return the id of the job ``step`` places further in the list, None at its ends; for a dialog that steps through it."""
        place = await self.position(job_id)
        if place is None or place + step < 0:
            return None
        rows = await self.window(place + step, 1)
        return rows[0].id if rows else None

    async def hidden_marks(self) -> int:
        """Return how many marked jobs the filter keeps out of view."""
        query = self.query
        if not query.marked or not query.filter.strip():
            return 0
        shown = await self._jobs.count(query.integration, f"is:marked {query.filter}", marked=query.marked)
        return len(query.marked) - shown

    def _count(self) -> Counting:
        if self._counting is None:
            query = self.query
            self._counting = asyncio.ensure_future(self._jobs.count(query.integration, query.text, marked=query.marked))
        return self._counting

    async def _known_count(self, offset: int, rows: tuple[JobRow, ...], limit: int) -> int | None:
        if len(rows) < limit and (rows or offset == 0):
            return offset + len(rows)
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self._count()), COUNT_PATIENCE)
        return None


def _index_of(rows: Sequence[JobRow], job_id: str) -> int | None:
    return next((index for index, row in enumerate(rows) if row.id == job_id), None)
