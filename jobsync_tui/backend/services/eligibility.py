"""Check Eligibility: the rules against a job from the cache or straight from the ATS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.models import AutomaticDecision, Eligibility, EvaluatedCounts, RuleSet, Source, SyncStatus, TurningChange
from .base import Service, for_admins, for_integration
from .filters import query_of
from .jobs import JobService

if TYPE_CHECKING:
    from ..assessment.evaluator import OnEvaluated


class EligibilityService(Service):
    """Answers whether a job is eligible and why."""

    @for_integration
    async def check(self, integration: str, job_id: str, *, live: bool = False, rules: RuleSet | None = None) -> Eligibility:
        """Evaluate the rules in force, or ``rules``, against a job.

        The cache answers unless ``live`` is set, the job is not cached or gone, or a field that a rule needs was not loaded; then
        the ATS is asked.

        Raises:
            UsageError: The id is empty.
            JobNotFound: Neither the cache nor the ATS has the job.
            RemoteError: The ATS had to be asked and could not be.
        """
        if not job_id.strip():
            raise UsageError("Give the ATS job id of the job to check")
        ruleset = rules or await self.stores.rules.current()
        found = await self._found(integration, job_id.strip(), ruleset, live=live)
        automatic = await self.stores.last_decision(integration, found.job.id)
        return replace(found, automatic=automatic, changed_by=await self._changed_by(integration, found, ruleset, automatic))

    @for_integration
    async def check_many(
        self, integration: str, job_ids: Sequence[str], *, live: bool = False, rules: RuleSet | None = None
    ) -> tuple[Eligibility, ...]:
        """Evaluate several jobs, in the order they were asked for; raises like `check` for the first that cannot be read."""
        ruleset = rules or await self.stores.rules.current()
        return tuple([await self.check(integration, job_id, live=live, rules=ruleset) for job_id in job_ids])

    @for_integration
    async def explain_as_of(self, integration: str, job_id: str, revision: int) -> Eligibility:
        """Evaluate the rules of an earlier revision against a job as it is now, to see why a sync of then did what it did.

        The record keeps which revision decided and which fields were written, not the job as it was: what the ATS changed since shows.

        Raises:
            JobNotFound: Neither the cache nor the ATS has the job.
            UsageError: There was no such revision.
        """
        return await self.check(integration, job_id, rules=await self.stores.rules.at(revision))

    @for_admins
    async def evaluate_all(self, integration: str | None = None, on_progress: OnEvaluated | None = None) -> int:
        """Evaluate each cached job that the rules in force have not evaluated yet, return how many those were, and look at the shadows.

        It works in short steps and off the event loop, and may be cancelled; what was evaluated until then stays.

        Args:
            integration: Its jobs only; without it, those of all that the actor may use.
            on_progress: Told how many are done, of how many.
        """
        from ..assessment.shadow import EVALUATING

        chosen = await self._chosen(integration, self.evaluate_all)
        jobs = (await self.parts.evaluator.evaluate(chosen, on_progress)).jobs
        await self.parts.shadow_evaluation.watch(chosen, EVALUATING)
        return jobs

    @for_admins
    async def evaluate_for(self, filter_text: str, integration: str | None = None, on_progress: OnEvaluated | None = None) -> int | None:
        """Evaluate what is not evaluated yet, if the filter asks for that; returns how many jobs, None where it does not ask.

        Raises:
            FilterError: Says where the filter is wrong.
        """
        chosen = await self._chosen(integration, self.evaluate_for)
        if not (await query_of(self.parts, filter_text)).asks_rules:
            return None
        return (await self.parts.evaluator.evaluate(chosen, on_progress)).jobs

    @for_admins
    async def evaluated(self, integration: str | None = None) -> EvaluatedCounts:
        """Return how the rules in force evaluated the cached jobs of an integration, or of all that the actor may use."""
        from ..storage.outcomes.outcomes import policy_key

        chosen = await self._chosen(integration, self.evaluated)
        tally = await self.stores.outcomes.tally(chosen, policy_key(self.parts.policy()), self.stores.now())
        return EvaluatedCounts(tally.jobs, tally.eligible, tally.ineligible)

    async def _found(self, integration: str, job_id: str, ruleset: RuleSet, *, live: bool) -> Eligibility:
        job = None if live else await self.stores.jobs.get(integration, job_id)
        if job is not None and job.sync_status is not SyncStatus.GONE:
            found = self.parts.evaluate(job, ruleset, Source.CACHE, job.cached_at)
            if not _needs_live_read(found):
                return found
        fresh = await JobService(self.parts).fetch(integration, job_id)
        return self.parts.evaluate(fresh, ruleset, Source.LIVE, fresh.cached_at)

    async def _changed_by(
        self, integration: str, found: Eligibility, ruleset: RuleSet, automatic: AutomaticDecision | None
    ) -> TurningChange | None:
        """Return the change of rules that turned around what was last known about the job; of other rules than those in force none did.

        What is known rests on the syncs that were tried, automatic or not, the last one first; where none was, on the first rules.
        """
        if ruleset is not await self.stores.rules.current() or ruleset.revision < 2:
            return None
        recorded = await self.stores.ledger.audit.revisions(integration, found.job.id) or ()
        known = sorted({*recorded, *(() if automatic is None else (automatic.ruleset_revision,))}, reverse=True)
        job = await self.stores.jobs.get(integration, found.job.id)
        if job is None:
            return None

        from ..assessment.changed_by import Turning

        def is_eligible(rules: RuleSet) -> bool:
            return self.parts.evaluate(job, rules, found.source, found.read_at).eligible

        turning = Turning(self.stores.rules.at, self.stores.rules.history, is_eligible)
        for revision in known or [1]:
            change = await turning.since(revision, ruleset)
            if change is not None:
                break
        is_newer = change is not None and not known and job.created_at is not None and job.created_at > change.at
        return None if is_newer else change

    async def _chosen(self, integration: str | None, method: Callable[..., object]) -> tuple[str, ...]:
        if integration is None:
            return self.admission.visible()
        await self._admit_to(integration, method)
        return (integration,)


def _needs_live_read(eligibility: Eligibility) -> bool:
    """Return whether a rule asks for a field that this ATS gives only for one job at a time and that nobody tried to read yet."""
    return any(condition.note == "not_loaded" and not condition.unreadable for rule in eligibility.rules for condition in rule.conditions)
