"""Jobs: lists and single ones from the cache, and one straight from the ATS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from ..core.errors import RemoteError, UsageError
from ..core.models import CachedJob, JobKey, JobPage, JobRow, Scope, Sort, WireExchange
from ..storage.search.query import Query
from .base import Service, for_admins, for_integration, for_scope, goes_first, stream_for_scope
from .columns import NAMES, column_text, require_columns, with_columns
from .filters import ids_to_write, query_of, why_none

LOOKED_AT = 500
"""Jobs whose custom fields are offered as columns."""


class JobService(Service):
    """What the jobs screen, the search in the ATS and the ``jobs`` and ``fetch`` commands ask for."""

    @for_scope
    async def window(
        self,
        scope: Scope,
        filter_text: str,
        sort: Sort,
        offset: int,
        limit: int,
        *,
        marked: Collection[JobKey] = (),
        columns: Sequence[str] = (),
    ) -> tuple[JobRow, ...]:
        """Return the rows from ``offset`` on, at most ``limit``, of those that match the filter, with further ``columns``.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        query = await query_of(self.parts, filter_text, marked)
        return await with_columns(
            self.stores.jobs, await self.stores.jobs.window(self.admission.within(scope), query, sort, offset, limit), columns
        )

    @for_scope
    async def page(
        self,
        scope: Scope,
        filter_text: str,
        sort: Sort,
        limit: int,
        around: JobKey | None = None,
        *,
        marked: Collection[JobKey] = (),
        columns: Sequence[str] = (),
    ) -> JobPage:
        """Return the rows to show first: around the job with that id, or from the top; the count where it costs nothing.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        query = await query_of(self.parts, filter_text, marked)
        page = await self.stores.jobs.page(self.admission.within(scope), query, sort, limit, around)
        return replace(page, rows=await with_columns(self.stores.jobs, page.rows, columns)) if columns else page

    @for_scope
    async def count(self, scope: Scope, filter_text: str, *, marked: Collection[JobKey] = ()) -> int:
        """Return how many jobs match the filter.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        return await self.stores.jobs.count(self.admission.within(scope), await query_of(self.parts, filter_text, marked))

    @for_scope
    async def columns(self, scope: Scope) -> tuple[str, ...]:
        """Return the columns that a list of jobs can have: the fields of a job, and the custom fields of each integration's last jobs."""
        custom: dict[str, None] = {}
        for each in self.admission.within(scope):
            async for job in self.stores.jobs.stream([each], Query(), Sort(), LOOKED_AT):
                custom.update(dict.fromkeys(f"custom.{name}" for name in job.custom))
        return (*NAMES, *sorted(custom))

    @for_admins
    async def check_filter(self, filter_text: str) -> None:
        """Let a filter pass that can be used today.

        Raises:
            FilterError: Says where it is wrong.
        """
        await query_of(self.parts, filter_text)

    @for_scope
    async def why_none(self, scope: Scope, filter_text: str) -> str | None:
        """Return why no job matches a filter, where a field or a rule that it asks for is the reason by itself.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        return await why_none(self.parts, self.admission.within(scope), filter_text)

    @for_scope
    async def position(self, scope: Scope, filter_text: str, sort: Sort, job: JobKey, *, marked: Collection[JobKey] = ()) -> int | None:
        """Return the place of a job in the filtered, sorted list, or None where the filter hides it."""
        return await self.stores.jobs.position(self.admission.within(scope), await query_of(self.parts, filter_text, marked), sort, job)

    @for_scope
    async def ids(self, scope: Scope, filter_text: str, sort: Sort, *, marked: Collection[JobKey] = ()) -> tuple[JobKey, ...]:
        """Return all jobs that match the filter, in the order of the sort."""
        return await self.stores.jobs.ids(self.admission.within(scope), await query_of(self.parts, filter_text, marked), sort)

    @for_scope
    async def ids_to_write(self, scope: Scope, filter_text: str, *, everything: bool) -> tuple[JobKey, ...]:
        """Return all jobs that match, where something is to be done to each of them.

        Raises:
            FilterError: Says where the filter is wrong.
            UsageError: The filter is empty or takes in every job, and ``everything`` was not said.
        """
        return await ids_to_write(self.parts, self.admission.within(scope), filter_text, everything=everything)

    @for_integration
    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        """Return a job from the cache, or None where the cache has none of that id."""
        return await self.stores.jobs.get(integration, job_id)

    @stream_for_scope
    async def stream(
        self,
        scope: Scope,
        filter_text: str = "",
        sort: Sort | None = None,
        limit: int | None = None,
        *,
        marked: Collection[JobKey] = (),
    ) -> AsyncIterator[CachedJob]:
        """Yield whole jobs that match the filter.

        Raises:
            UsageError: There is no such integration.
            FilterError: Says where the filter is wrong.
        """
        chosen, query = self.admission.within(scope), await query_of(self.parts, filter_text, marked)
        async for job in self.stores.jobs.stream(chosen, query, sort or Sort(), limit):
            yield job

    @stream_for_scope
    async def cells(
        self,
        scope: Scope,
        columns: Sequence[str],
        filter_text: str = "",
        sort: Sort | None = None,
        limit: int | None = None,
        *,
        marked: Collection[JobKey] = (),
    ) -> AsyncIterator[tuple[str, ...]]:
        """Yield for each job that `stream` yields what it has in ``columns``, as text.

        Raises:
            UsageError: There is no such integration or column.
            FilterError: Says where the filter is wrong.
        """
        require_columns(columns)
        async for job in self.stream(scope, filter_text, sort, limit, marked=marked):
            yield tuple(column_text(job, name) for name in columns)

    @for_integration
    @goes_first
    async def answers(self, integration: str, job_id: str) -> tuple[WireExchange, ...]:
        """Return what the ATS is asked and answers for a job at this moment, without secrets; none where it is no service but a file."""
        from ..http.wire import WireTap, tapped
        from ..http.wire_masks import kept

        tap = WireTap(self.stores.now)
        with tapped(tap), suppress(RemoteError):  # how the ATS failed is in the answer
            await self.parts.connections.adapter(integration).kept_job(job_id)
        return tuple(map(kept, tap.exchanges))

    @for_integration
    @goes_first
    async def fetch(self, integration: str, job_id: str) -> CachedJob:
        """Read a job straight from the ATS by its exact id, and into the cache.

        Raises:
            JobNotFound: The ATS has no job of that id; where the cache has one, it is marked gone.
            RemoteError: The ATS could not be asked.
        """
        wanted = job_id.strip()
        if not wanted:
            raise UsageError("Give the ATS job id of the job to fetch")

        from ..sync.single_read import read_singly

        adapter = self.parts.connections.adapter(integration)
        return (await read_singly(integration, wanted, adapter=adapter, jobs=self.stores.jobs, now=self.stores.now)).job

    @for_integration
    async def id_in_url(self, integration: str, text: str) -> str | None:
        """Return the ATS job id that a pasted address of a job in this integration's ATS shows, or None."""
        return self.parts.connections.adapter_class(integration).job_id_in_url(text)

    @for_admins
    async def version(self) -> int:
        """Return a number that grows with every change to the cache, by whichever process; cheap enough to be polled."""
        return await self.stores.jobs.version()
