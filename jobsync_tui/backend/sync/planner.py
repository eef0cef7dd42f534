"""From a job's id to a proposal: the ATS read, the rules evaluated, the target read, the two compared. Writes nothing to the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from ..core.errors import JobNotFound
from ..core.models import ENDED, CachedJob, Eligibility, Failure, JobHead, RuleSet, Source, StepName, SyncState
from ..rules import evaluate
from ..target.base import TargetJob
from .closing import closing_proposal, is_left_open
from .dependencies import SyncDependencies, external_id
from .fields import desired_fields
from .ownership import barred
from .plan import Proposal, TargetSide, refusal_proposal, refused, sync_proposal
from .single_read import FreshJob, read_singly
from .steps import StepLog
from .target_lookup import read_target
from .target_names import NameCheck

OnRead: TypeAlias = Callable[[Eligibility], None]
"""Told what the rules say as soon as they have said it, so that a result can show it whatever happens afterwards."""


class Planner:
    """Plans syncs."""

    def __init__(self, parts: SyncDependencies) -> None:
        self._parts = parts
        self._names = NameCheck(parts.target)

    async def propose(self, integration: str, job_id: str, steps: StepLog, on_read: OnRead, *, unattended: bool = False) -> Proposal:
        """Return what a sync of the job would do at this moment; ``unattended`` says that no person asked for it.

        Raises:
            JobNotFound: The ATS has no such job; the cache says so from now on.
            RemoteError: The ATS or the target could not be read.
        """
        with steps.step(StepName.FETCH):
            reading = await self._fetched(integration, job_id)
        if isinstance(reading, JobHead):
            with steps.step(StepName.PLAN):
                return await self._closing(integration, reading, None, self._parts.now(), unattended=unattended)
        with steps.step(StepName.RULES):
            eligibility = self.evaluate(reading, await self._parts.rules())
            on_read(eligibility)
        with steps.step(StepName.PLAN):
            if not eligibility.eligible and await self._closed(reading.job):
                head, read_at = eligibility.job, reading.read_at
                return await self._closing(integration, head, eligibility, read_at, unattended=unattended, source=reading.job)
            return replace(await self._compare(reading, eligibility), source=reading.job)

    async def fetch(self, integration: str, job_id: str) -> FreshJob:
        """Read the job from the ATS, and into the cache.

        Raises:
            JobNotFound: The ATS has no such job; the cache says so from now on.
            RemoteError: The ATS could not be read.
        """
        parts = self._parts
        return await read_singly(integration, job_id, adapter=parts.adapter(integration), jobs=parts.jobs, now=parts.now)

    def evaluate(self, reading: FreshJob, rules: RuleSet, source: Source = Source.LIVE) -> Eligibility:
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

    async def _compare(self, reading: FreshJob, eligibility: Eligibility) -> Proposal:
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

    async def _fetched(self, integration: str, job_id: str) -> FreshJob | JobHead:
        """Return the job as the ATS has it, or the head of one that it has no more and that is to be closed in the target.

        Raises:
            JobNotFound, RemoteError: As of `fetch`.
        """
        try:
            return await self.fetch(integration, job_id)
        except JobNotFound:
            vanished = await self._vanished(integration, job_id)
            if vanished is None:
                raise
            return vanished

    async def _vanished(self, integration: str, job_id: str) -> JobHead | None:
        cached = await self._parts.jobs.get(integration, job_id) if self._parts.closes(integration) else None
        mark = await self._parts.jobs.sync_state(integration, job_id)
        return None if cached is None or mark is None or not is_left_open(mark) else JobHead.of(cached)

    async def _closed(self, job: CachedJob) -> bool:
        """Return whether a job closed in the ATS, and is to be closed in the target."""
        if job.status not in ENDED or not self._parts.closes(job.integration):
            return False
        mark = await self._parts.jobs.sync_state(job.integration, job.id)
        return mark is not None and is_left_open(mark)

    async def _closing(
        self,
        integration: str,
        head: JobHead,
        eligibility: Eligibility | None,
        read_at: datetime,
        *,
        unattended: bool,
        source: CachedJob | None = None,
    ) -> Proposal:
        mark = await self._parts.jobs.sync_state(integration, head.id) or SyncState()
        in_the_way = await self._parts.held(integration)
        found: tuple[TargetJob, ...] = ()
        gone: str | None = None
        if in_the_way is None:
            found, gone = await read_target(self._parts.target, external_id(integration, head.id), mark)
            in_the_way = several(found) if len(found) > 1 else None
        side = TargetSide(found[0] if len(found) == 1 else None, mark, gone, self._parts.now())
        if in_the_way is None and side.job is not None:
            in_the_way = await barred(self._parts, integration, head.id, side.job)
        proposal = closing_proposal(integration, head, eligibility, side, ats_read_at=read_at, unattended=unattended, source=source)
        return proposal if in_the_way is None else refused(proposal.plan, side, in_the_way)

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
