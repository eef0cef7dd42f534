"""Shadows looked at: what each would do is assessed beside the rules in force, and nothing is done."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..core import clock
from ..core.canonical import digest
from ..core.errors import JobsyncError
from ..core.models import EvaluationPolicy, ImpactList, RuleImpact, RuleSet, Shadow
from ..rules import dump_rules
from ..rules.columnar.impact import with_file
from ..storage.outcomes.outcomes import policy_key
from ..storage.rules.shadows import Seen, ShadowStore
from .impact import ImpactAnalysis, OnForeseen

log = logging.getLogger(__name__)

AUTOMATIC, EVALUATING = "automatic", "judging"
"""Why a shadow was looked at, as it is kept: a run of the automatic sync, or an evaluation of the whole cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowEvaluation:
    """Looks at shadows.

    Attributes:
        shadows: Where they are, and where it is kept what they would have done.
        impact_analysis: Compares rules.
        rules: The rules in force at this moment.
        policy: What the configuration adds.
        version: A number that grows with every change of a cached job.
        now: The present.
    """

    shadows: ShadowStore
    impact_analysis: ImpactAnalysis
    rules: Callable[[], Awaitable[RuleSet]]
    policy: Callable[[], EvaluationPolicy]
    version: Callable[[], Awaitable[int]]
    now: Callable[[], datetime] = clock.now

    async def watch(self, integrations: Sequence[str], cause: str) -> None:
        """Look at every shadow whose answer may have changed. What goes wrong is logged: shadows stop nothing that acts."""
        try:
            for shadow in await self.shadows.every(integrations):
                await self.look(shadow, integrations, cause)
        except JobsyncError as error:
            log.warning("shadows of rules could not be looked at: %s", error.message)

    async def look(self, shadow: Shadow, integrations: Sequence[str], cause: str, on_progress: OnForeseen | None = None) -> None:
        """Look at one shadow.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        current = await self.rules()
        state = await self._state(shadow, current)
        due = [each for each in integrations if await self.shadows.state(shadow.name, each) != state]
        if not due:
            return
        found = await self.impact_analysis.assess(due, current, with_file(current, shadow.rules), on_progress)
        for integration in due:
            await self.shadows.record(shadow.name, _seen(found, integration, cause, state))

    async def _state(self, shadow: Shadow, current: RuleSet) -> str:
        """Return a text that is the same as long as an answer would be: of jobs, rules, policy, and the day, where ages may count."""
        day = self.now().date().isoformat()
        return digest([await self.version(), current.revision, policy_key(self.policy()), day, dump_rules(shadow.rules)])


def _seen(found: RuleImpact, integration: str, cause: str, state: str) -> Seen:
    jobs = found.jobs[integration]
    concerned = {number for number, kind in enumerate(found.kinds) if kind.group is not ImpactList.UNCHANGED}
    return Seen(
        integration=integration,
        cause=cause,
        revision=found.before.revision,
        state=state,
        counts=found.by_integration[integration],
        kinds={key: found.kinds[kind] for key, kind in zip(jobs.keys, jobs.kinds, strict=True) if kind in concerned},
    )
