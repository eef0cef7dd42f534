"""Check Eligibility: the rules against a job from the cache or straight from the ATS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..clock import now
from ..models import Eligibility, Job, RuleSet, Source
from ..rules import evaluate
from .base import Service, for_integration
from .jobs import JobService


class EligibilityService(Service):
    """Answers whether a job is eligible and why."""

    @for_integration
    async def check(self, integration: str, job_id: str, *, live: bool = False, rules: RuleSet | None = None) -> Eligibility:
        """Evaluate the rules in force, or ``rules``, against a job.

        The cache answers unless ``live`` is set, the job is not cached, or a field that a rule needs was not loaded; then the
        ATS is asked.

        Raises:
            JobNotFound: Neither the cache nor the ATS has the job.
            RemoteError: The ATS had to be asked and could not be.
        """
        ruleset = rules or await self.context.rule_store.current()
        job = None if live else await self.context.job_store.get(integration, job_id.strip())
        if job is not None:
            found = self._evaluate(job, ruleset, Source.CACHE, job.cached_at)
            if not _needs_live_read(found):
                return found
        fresh = await JobService(self.context).fetch(integration, job_id)
        return self._evaluate(fresh, ruleset, Source.LIVE, fresh.cached_at)

    @for_integration
    async def check_many(
        self, integration: str, job_ids: Sequence[str], *, live: bool = False, rules: RuleSet | None = None
    ) -> tuple[Eligibility, ...]:
        """Evaluate several jobs, in the order they were asked for; raises like `check` for the first that cannot be read."""
        ruleset = rules or await self.context.rule_store.current()
        return tuple([await self.check(integration, job_id, live=live, rules=ruleset) for job_id in job_ids])

    def _evaluate(self, job: Job, ruleset: RuleSet, source: Source, read_at: datetime | None) -> Eligibility:
        connections = self.context.connections
        return evaluate(
            job,
            ruleset,
            self.context.settings.evaluation_policy(),
            connections.availability(job.integration),
            provider_title=connections.title(job.integration),
            source=source,
            read_at=read_at,
            now=now(),
        )


def _needs_live_read(eligibility: Eligibility) -> bool:
    """Return whether a rule asks for a field that this ATS gives only for one job at a time and that was not read yet."""
    return any(condition.note == "not_loaded" for rule in eligibility.rules for condition in rule.conditions)
