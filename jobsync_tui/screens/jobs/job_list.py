"""The list of jobs that a screen shows: the question asked of the cache, and its answers by window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ...backend.core.models import JobKey, JobPage, JobRow, Scope, Sort
from ...widgets.job_table import further

if TYPE_CHECKING:
    from ...backend.services.backend import Backend

COUNT_PATIENCE = 0.008
"""Seconds that a first page waits for the exact count, so that a quick count costs no second paint."""


@dataclass(frozen=True, slots=True)
class JobQuery:
    """What is listed: whose jobs, the filter as typed, order, marked jobs, to which ``only_marked`` narrows it, and chosen columns."""

    scope: Scope
    filter: str
    sort: Sort
    marked: tuple[JobKey, ...] = ()
    only_marked: bool = False
    columns: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the filter in the filter language."""
        return f"is:marked {self.filter}" if self.only_marked else self.filter

    @property
    def may_ask_rules(self) -> bool:
        """Return whether the answer may depend on how the rules evaluated the jobs; False only where it surely does not."""
        return not self.filter.isascii() or any(word in self.filter.lower() for word in ("rule", "eligible"))


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
        return await self._jobs.window(
            query.scope, query.text, query.sort, offset, limit, marked=query.marked, columns=further(query.columns)
        )

    async def open(self, limit: int, anchor: JobKey | None) -> JobPage:
        """Return up to ``limit`` rows to show first: around the job ``anchor`` where the list has it, else from the top.

        Raises:
            FilterError: The filter is wrong.
        """
        query = self.query
        page = await self._jobs.page(
            query.scope, query.text, query.sort, limit, anchor, marked=query.marked, columns=further(query.columns)
        )
        if page.count is None:
            with suppress(TimeoutError):
                page = replace(page, count=await asyncio.wait_for(asyncio.shield(self._count()), COUNT_PATIENCE))
        return page

    async def count(self) -> int:
        """Return how many jobs match."""
        return await self._count()

    def close(self) -> None:
        """Abandon the count if it is under way: the list is not shown any more."""
        if self._counting is not None:
            self._counting.cancel()

    async def position(self, job: JobKey) -> int | None:
        """Return the place of a job in the list, None where it is not in it."""
        query = self.query
        return await self._jobs.position(query.scope, query.text, query.sort, job, marked=query.marked)

    async def beside(self, job: JobKey, step: int) -> JobKey | None:
        """Return the job ``step`` places further in the list, None at its ends; for a dialog that steps through it."""
        place = await self.position(job)
        if place is None or place + step < 0:
            return None
        rows = await self.window(place + step, 1)
        return rows[0].key if rows else None

    async def hidden_marks(self) -> int:
        """Return how many marked jobs the filter keeps out of view."""
        query = self.query
        if not query.marked or not query.filter.strip():
            return 0
        shown = await self._jobs.count(query.scope, f"is:marked {query.filter}", marked=query.marked)
        return len(query.marked) - shown

    def _count(self) -> Counting:
        if self._counting is None:
            query = self.query
            self._counting = asyncio.ensure_future(self._jobs.count(query.scope, query.text, marked=query.marked))
        return self._counting
