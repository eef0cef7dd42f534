"""Syncs: planned, carried out, repeated, settled; all of them through the one pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..core.models import BulkPlan, Comparison, JobKey, RecoveryReport, Sort, SyncPlan, SyncResult
from ..storage.search.filter import parse_filter
from ..sync.bulk import OnProgress, OnResult
from ..sync.steps import OnStep
from .base import Service, for_admins, for_integration, for_jobs, goes_first

FAILED_JOBS = parse_filter("is:failed")


class SyncService(Service):
    """What the confirmation, the running sync and the ``sync``, ``retry`` and ``recover`` commands ask for.

    Whatever happens to a job, its ATS or the target is an outcome of the result, not an error.
    """

    @for_integration
    @goes_first
    async def plan(self, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncPlan:
        """Return what a sync would do at this moment; both sides are read, neither is written."""
        return await self.parts.pipeline.plan(self.admission.actor, integration, job_id, on_step)

    @for_integration
    @goes_first
    async def compare(self, integration: str, job_id: str) -> Comparison:
        """Return a job in the ATS and in the target side by side, as they are now; both are read, neither is written.

        Raises:
            JobNotFound: Neither the ATS nor the cache has the job.
        """
        return await self.parts.compare(integration, job_id)

    @for_integration
    @goes_first
    async def dry_run(self, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncResult:
        """Return what a sync would do as its result, and record that it was asked for.

        Raises:
            StorageError: The attempt cannot be recorded.
        """
        return await self.parts.pipeline.dry_run(self.admission.actor, integration, job_id, on_step)

    @for_integration
    @goes_first
    async def sync(self, integration: str, job_id: str, *, expected_digest: str | None = None, on_step: OnStep | None = None) -> SyncResult:
        """Bring a job into the target and return what came of it.

        Args:
            integration: Of the job.
            job_id: The ATS job id.
            expected_digest: Of the plan that was confirmed; if something else would happen now, nothing does.
            on_step: Told each step as it begins and ends.
        """
        return await self.parts.pipeline.sync(self.admission.actor, integration, job_id, expected_digest=expected_digest, on_step=on_step)

    @for_admins
    async def decline(self, plans: Sequence[SyncPlan], action: str = "sync") -> tuple[SyncResult, ...]:
        """Record that plans were shown and not confirmed, each as an attempt of that ``action``.

        Raises:
            AccessDenied, UsageError: A plan's integration is not one that the actor may sync.
        """
        return await self.parts.pipeline.cancelled(self.admission.actor, plans, action)

    @for_jobs
    @goes_first
    async def plan_many(self, jobs: Sequence[JobKey], on_progress: OnProgress | None = None) -> BulkPlan:
        """Return what syncing the jobs would do, in their order, under one digest."""
        return await self.parts.bulk.plan_many(self.admission.actor, jobs, on_progress)

    @for_jobs
    @goes_first
    async def dry_run_many(self, jobs: Sequence[JobKey], on_progress: OnProgress | None = None) -> tuple[BulkPlan, tuple[SyncResult, ...]]:
        """Return what syncing the jobs would do under one digest, and as the result of each; each is recorded as an attempt.

        Raises:
            StorageError: An attempt cannot be recorded.
        """
        plan = await self.parts.bulk.plan_many(self.admission.actor, jobs, on_progress)
        return plan, await self.parts.pipeline.shown(self.admission.actor, plan.plans)

    @for_jobs
    @goes_first
    async def sync_many(
        self,
        jobs: Sequence[JobKey],
        *,
        expected: BulkPlan | str | None = None,
        on_result: OnResult | None = None,
        cancel: asyncio.Event | None = None,
    ) -> tuple[SyncResult, ...]:
        """Sync the jobs, some side by side, and return what came of each, in their order.

        Args:
            jobs: Of one integration or of several.
            expected: The plan that was confirmed, or its digest; see `sync.bulk.Bulk.sync_many`.
            on_result: Told each result as it comes.
            cancel: Once set, what has begun ends and the rest is `cancelled`.

        Raises:
            CutShort: Something else ended it; has a result for every job, and what ended it.
        """
        return await self.parts.bulk.sync_many(self.admission.actor, jobs, expected=expected, on_result=on_result, cancel=cancel)

    @for_admins
    async def retry_candidates(self, integration: str | None = None) -> tuple[JobKey, ...]:
        """Return every job whose last sync failed, of one integration or of all the actor may use."""
        chosen = self.admission.visible()
        if integration is not None:
            await self._admit_to(integration, self.retry_candidates)
            chosen = (integration,)
        return await self.stores.jobs.ids(chosen, FAILED_JOBS, Sort())

    @for_admins
    @goes_first
    async def undo_plan(self, operation_id: str) -> SyncPlan:
        """Return what undoing an operation would change; a refusal says why it cannot be undone.

        Raises:
            UsageError: There is no such operation, or it is not the actor's to undo.
        """
        return await self.parts.undo.plan(self.admission.actor, operation_id)

    @for_admins
    @goes_first
    async def undo(self, operation_id: str, *, expected_digest: str | None = None, on_step: OnStep | None = None) -> SyncResult:
        """Put the owned fields back to what they were before an operation, and return what came of it.

        Raises:
            UsageError: There is no such operation, or it is not the actor's to undo.
        """
        return await self.parts.undo.undo(self.admission.actor, operation_id, expected_digest=expected_digest, on_step=on_step)

    @for_admins
    @goes_first
    async def recover(self) -> RecoveryReport:
        """Settle what a crash or a lost answer left open, and return when that is done."""
        return await self.parts.recovery.recover()
