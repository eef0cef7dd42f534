"""The pipeline: what a sync is, for one job, whoever asks for it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..access import Actor
from ..errors import JobNotFound, JobsyncError
from ..models import Failure, JobHead, Outcome, PlanKind, SyncPlan, SyncResult
from .attempt import Attempt, Story, failure_of, unread_head
from .parts import SyncParts
from .plan import unreadable_plan
from .planner import Planner
from .run import Propose, Run
from .steps import OnStep, StepLog


class Pipeline:
    """Plans and syncs single jobs; manual, bulk and automatic syncs all end here.

    Every attempt is one audit row: `sync`, `dry_run` and `cancelled` write it, `plan` does not, for a plan that is shown and then confirmed
    or not is one attempt, and its end is what is recorded.
    """

    def __init__(self, parts: SyncParts) -> None:
        self.parts = parts
        self._planner = Planner(parts)

    async def plan(self, actor: Actor, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncPlan:
        """Return what a sync would do at this moment. Reads the ATS and the target, and writes to neither.

        What stands in the way of a plan is said in it (`SyncPlan.error`).

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        await self.parts.authorise(actor, integration)
        story = Story(self._attempt(actor, integration, job_id), await self._head(integration, job_id))
        steps = StepLog(on_step)
        try:
            return (await self._planner.propose(integration, job_id, steps, story.read)).plan
        except JobNotFound as error:
            return unreadable_plan(integration, story.head, error.failure())
        except JobsyncError as error:
            return unreadable_plan(integration, story.head, failure_of(error), story.eligibility)
        finally:
            steps.finish()

    async def dry_run(self, actor: Actor, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncResult:
        """Return what a sync would do, as its result, and record that it was asked for.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            StorageError: The attempt cannot be recorded.
        """
        attempt = self._attempt(actor, integration, job_id)
        plan = await self.plan(actor, integration, job_id, on_step)
        return await self._close(attempt, plan, planned_outcome(plan), plan.error)

    async def shown(self, actor: Actor, plan: SyncPlan) -> SyncResult:
        """Record a dry run that came to a plan which is there already, as part of one over many jobs.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            StorageError: The attempt cannot be recorded.
        """
        await self.parts.authorise(actor, plan.integration)
        return await self._close(self._attempt(actor, plan.integration, plan.job.id), plan, planned_outcome(plan), plan.error)

    async def cancelled(self, actor: Actor, plan: SyncPlan) -> SyncResult:
        """Record that somebody was shown a plan and did not confirm it.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            StorageError: The attempt cannot be recorded.
        """
        await self.parts.authorise(actor, plan.integration)
        attempt = self._attempt(actor, plan.integration, plan.job.id)
        return await self._close(attempt, plan, Outcome.CANCELLED, Failure("cancelled", "Not confirmed"))

    async def ended(
        self, actor: Actor, integration: str, job_id: str, *, outcome: Outcome, error: Failure, plan: SyncPlan | None = None
    ) -> SyncResult:
        """Record the end of an attempt that did not get as far as reading anything, and return it.

        Raises:
            StorageError: The attempt cannot be recorded.
        """
        known = plan or unreadable_plan(integration, await self._head(integration, job_id), error)
        return await self._close(self._attempt(actor, integration, job_id), known, outcome, error)

    async def sync(
        self, actor: Actor, integration: str, job_id: str, *, expected_digest: str | None = None, on_step: OnStep | None = None
    ) -> SyncResult:
        """Bring the job into the target, and return what came of it.

        Whatever happens to the job, the ATS or the target is an outcome of the result. A cancellation of the calling task asks the sync
        to stop; one that has begun to write ends first, and the result says which it was.

        Args:
            actor: On whose behalf.
            integration: Of the job.
            job_id: The ATS job id.
            expected_digest: Of the plan that was confirmed; anything else that would happen makes the sync `stale`. Without one, a target
                job that vanished is not made anew.
            on_step: Told each step as it begins and ends.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        attempt = replace(self._attempt(actor, integration, job_id), confirmed=expected_digest)
        return await self.run(attempt, partial(self._planner.propose, integration, job_id), on_step)

    async def run(self, attempt: Attempt, propose: Propose, on_step: OnStep | None = None) -> SyncResult:
        """Carry out what ``propose`` says, by the path that every write to the target takes.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        await self.parts.authorise(attempt.actor, attempt.integration)
        head = await self._head(attempt.integration, attempt.job_id)
        return await Run(self.parts, attempt, head, propose, StepLog(on_step)).to_the_end()

    async def _close(self, attempt: Attempt, plan: SyncPlan, outcome: Outcome, error: Failure | None) -> SyncResult:
        story = Story(attempt, plan.job)
        story.planned(plan)
        result = story.result(outcome, error)
        await self.parts.ledger.audit.record(story.record(result))
        return result

    def _attempt(self, actor: Actor, integration: str, job_id: str) -> Attempt:
        return Attempt(actor=actor, action="sync", integration=integration, job_id=job_id, began=self.parts.now())

    async def _head(self, integration: str, job_id: str) -> JobHead:
        cached = await self.parts.jobs.get(integration, job_id)
        return unread_head(job_id) if cached is None else JobHead.of(cached)


def planned_outcome(plan: SyncPlan) -> Outcome:
    """Return the outcome of a dry run that came to ``plan``."""
    if plan.error is None:
        return Outcome.PLANNED
    if plan.error.code == JobNotFound.code:
        return Outcome.NOT_FOUND
    return Outcome.REFUSED if plan.digest is not None and plan.kind is PlanKind.REFUSE else Outcome.FAILED
