"""What a draft of rules would do, before it is in force: over the whole cache, and on one job while it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import JobNotFound, UsageError
from ..core.models import Eligibility, ImpactJob, ImpactList, ImpactPage, ImpactSample, Rule, RuleImpact, RuleSet, Source
from ..core.text import clean
from .base import Service, for_admins, for_integration, stream_for_admins
from .filters import query_of

if TYPE_CHECKING:
    from ..assessment.impact import OnForeseen

NOT_CACHED = "The cache has no such job"

EXPORTED = 500
"""Jobs of a list that are read at a time while it is exported."""


class ImpactService(Service):
    """What the impact screen and the rule editor ask for. Nothing here changes anything."""

    @for_admins
    async def assess(self, rules: Sequence[Rule], on_progress: OnForeseen | None = None) -> RuleImpact:
        """Return what putting ``rules`` into force would do to the cached jobs of the integrations that the actor may use.

        It works off the event loop, and may be cancelled. The progress tells the counts of the jobs that are done.

        Args:
            rules: Every rule to come, not only those that change.
            on_progress: Told how far it is.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        current = await self.stores.rules.current()
        after = RuleSet(current.revision, tuple(rules))
        return await self.parts.impact_analysis.assess(self.admission.visible(), current, after, on_progress)

    @for_admins
    async def page(
        self,
        found: RuleImpact,
        which: ImpactList,
        *,
        field: str | None = None,
        filter_text: str = "",
        offset: int = 0,
        limit: int = 100,
    ) -> ImpactPage:
        """Return a part of a list of an impact.

        Args:
            found: As `assess` returned it.
            which: The list.
            field: Only jobs that would have this field differently, such as ``folder``.
            filter_text: Only jobs that match this filter now.
            offset: Jobs to leave out from the beginning.
            limit: At most so many.

        Raises:
            FilterError: Says where the filter is wrong.
            UsageError: ``field`` is none that rules set.
        """
        _require_field(found, field)
        total = 0
        jobs: list[ImpactJob] = []
        for integration in self.admission.visible():
            keys = await self._keys(found, integration, which, field, filter_text)
            start = max(0, offset - total)
            wanted = keys[start : start + limit - len(jobs)]
            total += len(keys)
            jobs += await self._lines(found, integration, wanted)
        return ImpactPage(total, tuple(jobs))

    @stream_for_admins
    async def stream(
        self, found: RuleImpact, which: ImpactList, *, field: str | None = None, filter_text: str = ""
    ) -> AsyncIterator[ImpactJob]:
        """Yield every job of a list, for an export; arguments and errors as of `page`."""
        _require_field(found, field)
        for integration in self.admission.visible():
            keys = await self._keys(found, integration, which, field, filter_text)
            for start in range(0, len(keys), EXPORTED):
                for job in await self._lines(found, integration, keys[start : start + EXPORTED]):
                    yield job

    @for_integration
    async def job(self, integration: str, job_id: str, found: RuleImpact) -> ImpactSample:
        """Return one job exactly, as the rules evaluate it before and after.

        Raises:
            JobNotFound: It is not cached.
        """
        key = await self.stores.jobs.key(integration, job_id)
        samples = [] if key is None else await self.parts.impact_analysis.samples(found, integration, [key])
        if not samples:
            raise JobNotFound(NOT_CACHED)
        return samples[0]

    @for_integration
    async def try_on(self, integration: str, job_id: str, rules: Sequence[Rule]) -> Eligibility:
        """Evaluate rules against a job as it is cached, at once and without asking the ATS: what an editor shows at each key.

        Raises:
            JobNotFound: It is not cached.
            RuleError: A rule cannot be evaluated.
        """
        from ..rules import evaluate

        job = await self.stores.jobs.get(integration, job_id)
        if job is None:
            raise JobNotFound(NOT_CACHED)
        connections = self.parts.connections
        current = await self.stores.rules.current()
        return evaluate(
            job,
            replace(current, rules=tuple(rules)),
            self.parts.policy(),
            connections.availability(integration),
            provider_title=connections.title(integration),
            source=Source.CACHE,
            read_at=job.cached_at,
            now=self.stores.now(),
        )

    async def _keys(self, found: RuleImpact, integration: str, which: ImpactList, field: str | None, filter_text: str) -> Sequence[int]:
        from ..assessment.impact import keys_in

        keys = keys_in(found, integration, which, field)
        query = await query_of(self.parts, filter_text)
        if not query.terms or not keys:
            return keys
        matching = frozenset(await self.stores.jobs.keys([integration], query))
        return [key for key in keys if key in matching]

    async def _lines(self, found: RuleImpact, integration: str, keys: Sequence[int]) -> list[ImpactJob]:
        from ..assessment.impact import kind_of

        if not keys:
            return []
        return [ImpactJob(row, kind_of(found, integration, key)) for key, row in await self.stores.jobs.rows_of(keys)]


def _require_field(found: RuleImpact, field: str | None) -> None:
    if field is not None and field not in found.configurable:
        raise UsageError(
            f"Rules set no field {clean(field, limit=64)!r} on a job", remedy=f"The fields are {', '.join(map(clean, found.configurable))}"
        )
