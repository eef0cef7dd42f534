"""What was done: runs of the timer and rows of the record as one list, and what of it is worth another try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..core.errors import UsageError
from ..core.models import Activity, ActivityPage, AuditEntry, JobKey, Sort, TimerRun
from ..storage.activity.query import ActivityQuery, parse_activity
from .base import Service, for_admins
from .records import with_former

FEW = 2_000
"""Jobs whose rows are looked up one by one; where more are asked for, the rows are read in order, and many of them are wanted."""
MOST_AGAIN = 10_000
"""Jobs that are tried again at once."""


class ActivityService(Service):
    """What the screen of all runs and the ``runs`` and ``retry`` commands ask for: of the integrations that the actor may use."""

    @for_admins
    async def page(self, filter_text: str, offset: int, limit: int) -> ActivityPage:
        """Return lines from ``offset`` on, newest first.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        query = await self._query(filter_text)
        lines = await self.stores.activity.page(query, await self._integrations(), offset, limit)
        return ActivityPage(offset, lines, query.folded)

    @for_admins
    async def count(self, filter_text: str) -> int:
        """Return how many lines there are.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        return await self.stores.activity.count(await self._query(filter_text), await self._integrations())

    @for_admins
    async def position(self, filter_text: str, line: Activity) -> int:
        """Return how many lines are newer than one.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        return await self.stores.activity.position(await self._query(filter_text), await self._integrations(), line)

    @for_admins
    async def writes(self, run: int, offset: int = 0, limit: int = 100) -> tuple[AuditEntry, ...]:
        """Return what a run wrote or tried to, newest first.

        Raises:
            UsageError: There is no such run, or its integration is not the actor's.
        """
        await self._run(run, self.writes)
        return await self.stores.activity.writes(run, offset, limit)

    @for_admins
    async def count_writes(self, run: int) -> int:
        """Return how many of them there are.

        Raises:
            UsageError: As of `writes`.
        """
        await self._run(run, self.count_writes)
        return await self.stores.activity.count_writes(run)

    @for_admins
    async def failed(self, filter_text: str) -> tuple[JobKey, ...]:
        """Return jobs whose sync failed, by the rows that a filter takes in, and did not go well since.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        return self._syncable(await self.stores.activity.failed(await self._query(filter_text), await self._integrations(), MOST_AGAIN))

    @for_admins
    async def failed_of(self, run: int) -> tuple[JobKey, ...]:
        """Return the same of what a run wrote or tried to.

        Raises:
            UsageError: As of `writes`.
        """
        await self._run(run, self.failed_of)
        return self._syncable(await self.stores.activity.failed_of(run, MOST_AGAIN))

    async def _query(self, filter_text: str) -> ActivityQuery:
        visible = self.admission.visible()
        query = parse_activity(filter_text, self.stores.now(), visible)
        if not query.jobs.terms or await self.stores.jobs.count(visible, query.jobs) > FEW:
            return query
        return replace(query, few=await self.stores.jobs.ids(visible, query.jobs, Sort()))

    async def _integrations(self) -> frozenset[str]:
        """Return the ids of the actor's integrations, also those that they had earlier."""
        return await with_former(self.parts, self.admission.visible())

    async def _run(self, number: int, method: Callable[..., object]) -> TimerRun:
        unknown = UsageError(f"There is no run {number}", remedy="jobsync runs lists them")
        found = await self.stores.activity.run(number)
        if found is None:
            raise unknown
        if found.integration not in await self._integrations():
            try:
                await self._admit_to(found.integration, method)
            except UsageError:
                # The same answer; the attempt is in the record by now.
                raise unknown from None
        return found

    def _syncable(self, jobs: tuple[tuple[str, str], ...]) -> tuple[JobKey, ...]:
        """Return those of the jobs that the actor may sync: of integrations that are configured and not read-only."""
        writable = {each.id for each in self.admission.settings.integrations if not each.read_only} & set(self.admission.visible())
        return tuple(JobKey(*job) for job in jobs if job[0] in writable)
