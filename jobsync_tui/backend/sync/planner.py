"""From a job's id to a proposal: the ATS read, the rules evaluated, the target read, the two compared. Writes nothing to the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from ..core.errors import JobNotFound
from ..core.models import CachedJob, Eligibility, Failure, RuleSet, Source, StepName, SyncState
from ..rules import evaluate
from ..target.base import TargetJob
from .dependencies import SyncDependencies, external_id
from .fields import desired_fields
from .ownership import barred
from .plan import Proposal, TargetSide, refusal_proposal, refused, sync_proposal
from .steps import StepLog
from .target_lookup import read_target
from .target_names import NameCheck

OnRead: TypeAlias = Callable[[Eligibility], None]
"""Told what the rules say as soon as they have said it, so that a result can show it whatever happens afterwards."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A job as the ATS had it at ``read_at``."""

    job: CachedJob
    read_at: datetime


class Planner:
    """Plans syncs."""

    def __init__(self, parts: SyncDependencies) -> None:
        self._parts = parts
        self._names = NameCheck(parts.target)

    async def propose(self, integration: str, job_id: str, steps: StepLog, on_read: OnRead) -> Proposal:
        """Return what a sync of the job would do at this moment.

        Raises:
            JobNotFound: The ATS has no such job; the cache says so from now on.
            RemoteError: The ATS or the target could not be read.
        """
        with steps.step(StepName.FETCH):
            reading = await self.fetch(integration, job_id)
        with steps.step(StepName.RULES):
            eligibility = self.evaluate(reading, await self._parts.rules())
            on_read(eligibility)
        with steps.step(StepName.PLAN):
            return replace(await self._compare(reading, eligibility), source=reading.job)

    async def fetch(self, integration: str, job_id: str) -> Reading:
        """Read the job from the ATS, and into the cache.

        Raises:
            JobNotFound: The ATS has no such job; the cache says so from now on.
            RemoteError: The ATS could not be read.
        """
        adapter = self._parts.adapter(integration)
        job = await adapter.kept_job(job_id)
        # An ATS that answers to several spellings of an id must not have a job synced once for each.
        if job is None or job.id != job_id:
            await self._parts.jobs.mark_gone(integration, job_id)
            raise JobNotFound(remedy=f"Check the id in {adapter.title}; a job that was synced before stays as it is in Tenzo.")
        read_at = self._parts.now()
        return Reading(await self._parts.jobs.put(job, read_at), read_at)

    def evaluate(self, reading: Reading, rules: RuleSet, source: Source = Source.LIVE) -> Eligibility:
        """Return what the rules say of a job that was read."""
        adapter = self._parts.adapter(reading.job.integration)
        return evaluate(
            reading.job,
            rules,
            self._parts.policy(),
            adapter.availability,
            provider_title=adapter.title,
            source=source,
            read_at=reading.read_at,
            now=self._parts.now(),
        )

    async def _compare(self, reading: Reading, eligibility: Eligibility) -> Proposal:
        job = reading.job
        mark = await self._parts.jobs.sync_state(job.integration, job.id) or SyncState()
        if not eligibility.eligible:
            # What an earlier sync made of the job stays as it is; the target need not be asked for a refusal.
            side = TargetSide(None, mark, None, self._parts.now())
            return refusal_proposal(eligibility, side, ats_read_at=reading.read_at)
        desired = desired_fields(job, eligibility)
        held = await self._parts.held(job.integration)
        if held is not None:
            side = TargetSide(None, mark, None, self._parts.now())
            return refused(sync_proposal(eligibility, desired, side, ats_read_at=reading.read_at).plan, side, held)
        found, gone = await read_target(self._parts.target, external_id(job.integration, job.id), mark)
        side = TargetSide(found[0] if len(found) == 1 else None, mark, gone, self._parts.now())
        in_the_way = several(found) if len(found) > 1 else await self._barred(job, side.job)
        if in_the_way is not None:
            proposal = sync_proposal(eligibility, desired, side, ats_read_at=reading.read_at)
            return refused(proposal.plan, side, in_the_way)
        missing = await self._names.missing(side.compared(desired).changes)
        return sync_proposal(eligibility, desired, side, ats_read_at=reading.read_at, missing=missing)

    async def _barred(self, job: CachedJob, found: TargetJob | None) -> Failure | None:
        return None if found is None else await barred(self._parts, job.integration, job.id, found)


def several(found: tuple[TargetJob, ...]) -> Failure:
    """Return why a job that the target has more than once is not synced."""
    ids = ", ".join(job.id for job in found)
    return Failure(
        "several_target_jobs",
        f"Tenzo has {len(found)} jobs for this one: {ids}",
        "Remove the external id from all but one of them in Tenzo, then sync again.",
    )
