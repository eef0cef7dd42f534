"""How far the rules reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from ..core.models import Coverage, NearCoverage, RuleShare, in_acting_order
from ..storage.outcomes.outcomes import policy_key
from .base import Service, for_admins

if TYPE_CHECKING:
    from ..assessment.near_coverage import OnSeen


class CoverageService(Service):
    """What the overview and ``rules coverage`` ask for. Nothing here changes anything."""

    @for_admins
    async def overview(self, integration: str | None = None, *, days: int = 14) -> Coverage:
        """Return how the rules in force evaluate the cached jobs, as far as these are evaluated (`EligibilityService.evaluate_all`).

        Args:
            integration: Its jobs only; without it, those of all that the actor may use.
            days: The last so many days, the present one included.
        """
        chosen = await self._chosen(integration, self.overview)
        store, moment = self.stores.coverage, self.stores.now()
        counts = await store.counts(chosen, policy_key(self.parts.policy()), moment)
        rules = await self.stores.rules.current()
        today = moment.astimezone(UTC).date()
        return Coverage(
            jobs=counts.jobs,
            eligible=counts.eligible,
            ineligible=counts.ineligible,
            unjudged=max(0, counts.jobs - counts.eligible - counts.ineligible),
            waiting=counts.waiting,
            by_reason=counts.reasons,
            by_rule=tuple(
                RuleShare(rule.id, rule.name, counts.matched.get(rule.id, 0), counts.alone.get(rule.id, 0))
                for rule in in_acting_order(rules.rules)
                if rule.active
            ),
            by_department=counts.departments,
            by_place=counts.places,
            days=await store.days(chosen, today - timedelta(days=max(1, days) - 1), today),
            revision=rules.revision,
        )

    @for_admins
    async def near(self, integration: str | None = None, on_progress: OnSeen | None = None) -> NearCoverage:
        """Return the jobs that no rule matches and that are one condition away from one.

        It evaluates every job, off the event loop, and may be cancelled.

        Args:
            integration: Its jobs only; without it, those of all that the actor may use.
            on_progress: Told how many jobs were looked at.
        """
        from ..assessment.near_coverage import near_coverage

        chosen = await self._chosen(integration, self.near)
        rules = await self.stores.rules.current()
        return await near_coverage(self.stores.columns, chosen, rules, self.parts.policy(), now=self.stores.now(), on_progress=on_progress)

    async def _chosen(self, integration: str | None, method: Callable[..., object]) -> tuple[str, ...]:
        if integration is None:
            return self.admission.visible()
        await self._admit_to(integration, method)
        return (integration,)
