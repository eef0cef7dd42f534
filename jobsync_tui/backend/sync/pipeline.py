"""The pipeline: what a sync is, for one job, whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..access.access import Actor
from ..core.errors import AccessDenied, JobNotFound, JobsyncError
from ..core.models import CachedJob, Failure, JobHead, JobKey, Outcome, PlanKind, SyncPlan, SyncResult
from ..storage.ledger.journal import OperationState
from .attempt import Attempt, AttemptState, failure_of, unread_head
from .dependencies import SyncDependencies
from .execution import Propose, SyncExecution
from .plan import unreadable_plan
from .planner import Planner
from .steps import OnStep, StepLog
from .writer import LOST, UNSETTLED

CLOSED_AT_ONCE = 500
"""Attempts whose end is recorded in one transaction: few enough that no other writer waits for long."""


@dataclass(frozen=True, slots=True)
class _End:
    """How an attempt ended that wrote nothing, and the plan that it came to."""

    attempt: Attempt
    plan: SyncPlan
    outcome: Outcome
    error: Failure | None


class Pipeline:
    """Plans and syncs single jobs; manual, bulk and automatic syncs all end here.

    Every attempt is one audit row: `sync`, `dry_run` and `cancelled` write it, `plan` does not, for a plan that is shown and then confirmed
    or not is one attempt, and its end is what is recorded.
    """

    def __init__(self, parts: SyncDependencies) -> None:
        self.parts = parts
        self._planner = Planner(parts)

    async def plan(self, actor: Actor, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncPlan:
        """Return what a sync would do at this moment. Reads the ATS and the target, and writes to neither.

        What stands in the way of a plan is said in it (`SyncPlan.error`).

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        await self.parts.authorise(actor, integration)
        state = AttemptState(self._attempt(actor, integration, job_id), await self._head(integration, job_id))
        steps = StepLog(on_step)
        try:
            plan = (await self._planner.propose(integration, job_id, steps, state.read)).plan
            unsettled = await self._unsettled(plan)
            return plan if unsettled is None else unreadable_plan(integration, state.head, unsettled, state.eligibility)
        except JobNotFound as error:
            return unreadable_plan(integration, state.head, error.failure())
        except JobsyncError as error:
            return unreadable_plan(integration, state.head, failure_of(error), state.eligibility)
        finally:
            steps.finish()

    async def no_plan(self, job: JobKey, error: Failure) -> SyncPlan:
        """Return the plan of a job that is not to be synced, whatever it looks like; neither side is read."""
        return unreadable_plan(job.integration, await self._head(*job), error)

    async def dry_run(self, actor: Actor, integration: str, job_id: str, on_step: OnStep | None = None) -> SyncResult:
        """Return what a sync would do, as its result, and record that it was asked for.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            StorageError: The attempt cannot be recorded.
        """
        attempt = self._attempt(actor, integration, job_id)
        plan = await self.plan(actor, integration, job_id, on_step)
        (result,) = await self._close([_End(attempt, plan, plan.outcome, plan.error)])
        return result

    async def shown(self, actor: Actor, plans: Sequence[SyncPlan]) -> tuple[SyncResult, ...]:
        """Record a dry run over many jobs, whose plans are there already, as an attempt for each.

        Raises:
            AccessDenied, UsageError: The actor may not use an integration.
            StorageError: The attempts cannot be recorded.
        """
        return await self._close([_End(attempt, plan, plan.outcome, plan.error) for attempt, plan in await self._attempts(actor, plans)])

    async def cancelled(self, actor: Actor, plans: Sequence[SyncPlan], action: str = "sync") -> tuple[SyncResult, ...]:
        """Record that somebody was shown plans of an ``action`` and did not confirm them.

        Raises:
            AccessDenied, UsageError: The actor may not use an integration.
            StorageError: The attempts cannot be recorded.
        """
        return await self.ended(actor, plans, Outcome.CANCELLED, Failure("cancelled", "Not confirmed"), action)

    async def ended(
        self, actor: Actor, plans: Sequence[SyncPlan], outcome: Outcome, error: Failure, action: str = "sync"
    ) -> tuple[SyncResult, ...]:
        """Record that attempts ended with their plans, which were not carried out, and return those ends.

        Raises:
            AccessDenied, UsageError: The actor may not use an integration.
            StorageError: The attempts cannot be recorded.
        """
        return await self._close([_End(attempt, plan, outcome, error) for attempt, plan in await self._attempts(actor, plans, action)])

    async def not_begun(
        self, actor: Actor, jobs: Sequence[tuple[str, str]], error: Failure, outcome: Outcome = Outcome.CANCELLED
    ) -> tuple[SyncResult, ...]:
        """Record attempts that were stopped before they read anything, and return those ends.

        Args:
            actor: On whose behalf.
            jobs: Integration and ATS job id of each.
            error: What stopped them.
            outcome: How they ended: cancelled, or refused where it was the actor's access that ended.

        Raises:
            StorageError: The attempts cannot be recorded.
        """
        heads: dict[tuple[str, str], JobHead] = {}
        for integration in dict.fromkeys(integration for integration, _ in jobs):
            ids = [job_id for each, job_id in jobs if each == integration]
            for start in range(0, len(ids), CLOSED_AT_ONCE):
                part = ids[start : start + CLOSED_AT_ONCE]
                cached = await self.parts.jobs.get_many(integration, part)
                heads |= {(integration, job_id): _head_of(job, job_id) for job_id, job in zip(part, cached, strict=True)}
        return await self._close(
            [_End(self._attempt(actor, *job), unreadable_plan(job[0], heads[job], error), outcome, error) for job in jobs]
        )

    def unrecorded(self, actor: Actor, job: tuple[str, str], outcome: Outcome, error: Failure) -> SyncResult:
        """Return the end of an attempt that the record cannot take, or has already: nothing is read and nothing written for it."""
        result = AttemptState(self._attempt(actor, *job), unread_head(job[1])).result(outcome, error)
        return replace(result, written=None) if outcome is Outcome.UNKNOWN else result

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
        return await self.run(attempt, partial(self._planner.propose, integration, job_id, unattended=actor.is_automatic), on_step)

    async def run(self, attempt: Attempt, propose: Propose, on_step: OnStep | None = None) -> SyncResult:
        """Carry out what ``propose`` says, by the path that every write to the target takes.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        await self.parts.authorise(attempt.actor, attempt.integration)
        head = await self._head(attempt.integration, attempt.job_id)
        return await SyncExecution(self.parts, attempt, head, propose, StepLog(on_step)).to_the_end()

    async def _attempts(self, actor: Actor, plans: Sequence[SyncPlan], action: str = "sync") -> list[tuple[Attempt, SyncPlan]]:
        # What was refused was refused by that already, and is recorded as such.
        allowed = (plan.integration for plan in plans if plan.error is None or plan.error.code != AccessDenied.code)
        for integration in dict.fromkeys(allowed):
            await self.parts.authorise(actor, integration)
        return [(replace(self._attempt(actor, plan.integration, plan.job.id), action=action), plan) for plan in plans]

    async def _close(self, ends: Sequence[_End]) -> tuple[SyncResult, ...]:
        """Record the ends, and return them as results."""
        results, records = [], []
        for end in ends:
            state = AttemptState(end.attempt, end.plan.job)
            state.planned(end.plan)
            results.append(state.result(end.outcome, end.error))
            records.append(state.record(results[-1]))
        for start in range(0, len(records), CLOSED_AT_ONCE):
            await self.parts.ledger.audit.record_all(records[start : start + CLOSED_AT_ONCE])
        return tuple(results)

    def _attempt(self, actor: Actor, integration: str, job_id: str) -> Attempt:
        return Attempt(actor=actor, action="sync", integration=integration, job_id=job_id, began=self.parts.now())

    async def _unsettled(self, plan: SyncPlan) -> Failure | None:
        """Return why a create is not to be planned yet: a write of the job that may still land, or that the target does not show yet."""
        if plan.kind is not PlanKind.CREATE:
            return None
        earlier = await self.parts.ledger.journal.open_for(plan.integration, plan.job.id)
        if earlier is None or earlier.state is OperationState.PLANNED:
            return None
        return Failure("unknown", f"{LOST}: {UNSETTLED}", "Try again when it is settled; nothing is sent before that.")

    async def _head(self, integration: str, job_id: str) -> JobHead:
        return _head_of(await self.parts.jobs.get(integration, job_id), job_id)


def _head_of(cached: CachedJob | None, job_id: str) -> JobHead:
    return unread_head(job_id) if cached is None else JobHead.of(cached)
