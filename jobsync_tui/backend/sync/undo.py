"""Undo: a compensating change of the owned fields to what they were before an operation, by the path of every sync."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..access.access import Actor
from ..core.errors import JobsyncError, RemoteGone, UsageError
from ..core.models import Change, Failure, JsonValue, PlanKind, StepName, SyncPlan, SyncResult, SyncState
from ..storage.ledger.journal import Operation, OperationKind, OperationState
from .attempt import Attempt, failure_of, unread_head
from .fields import merge_patch, ordered
from .kept_values import equal
from .ownership import barred
from .pipeline import Pipeline
from .plan import Proposal, TargetSide, plan_digest, refused, unreadable_plan
from .planner import OnRead
from .steps import OnStep, StepLog

LEFT_ALONE = "Afterwards it is not synced automatically until someone syncs it, or it changes in the ATS"
"""What becomes of a job that was undone."""

DONE = frozenset({OperationState.VERIFIED, OperationState.APPLIED})


class Undo:
    """Plans and carries out undoing. A create is not undone: people may be at work in the job that it made."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._parts = pipeline.parts

    async def plan(self, actor: Actor, operation_id: str) -> SyncPlan:
        """Return what undoing the operation would change; a refusal says why it cannot be.

        Raises:
            AccessDenied: The actor may not use the integration.
            UsageError: There is no such operation, or it is not theirs.
        """
        operation = await self._operation(actor, operation_id)
        try:
            return (await self._propose(operation, StepLog(), lambda _: None)).plan
        except JobsyncError as error:
            return unreadable_plan(operation.integration, unread_head(operation.job_id), failure_of(error))

    async def undo(
        self, actor: Actor, operation_id: str, *, expected_digest: str | None = None, on_step: OnStep | None = None
    ) -> SyncResult:
        """Undo the operation, and return what came of it.

        Raises:
            AccessDenied: The actor may not use the integration.
            UsageError: There is no such operation, or it is not theirs.
        """
        operation = await self._operation(actor, operation_id)
        attempt = Attempt(
            actor=actor,
            action="undo",
            integration=operation.integration,
            job_id=operation.job_id,
            began=self._parts.now(),
            confirmed=expected_digest,
        )
        return await self._pipeline.run(attempt, partial(self._propose, operation), on_step)

    async def _operation(self, actor: Actor, operation_id: str) -> Operation:
        operation = await self._parts.ledger.journal.get(operation_id)
        unknown = UsageError(f"There is no operation {operation_id}", remedy="jobsync audit lists them.")
        if operation is None:
            raise unknown
        try:
            await self._parts.authorise(actor, operation.integration)
        except UsageError:
            # Its words would name an integration that the actor is not to know of.
            raise unknown from None
        return operation

    async def _propose(self, operation: Operation, steps: StepLog, on_read: OnRead) -> Proposal:
        del on_read  # no rule is asked
        with steps.step(StepName.PLAN):
            cached = await self._parts.jobs.get(operation.integration, operation.job_id)
            job = None if operation.target_id is None else await self._parts.target.get(operation.target_id)
            mark = await self._parts.jobs.sync_state(operation.integration, operation.job_id) or SyncState()
            side = TargetSide(job, mark, None, self._parts.now())
            proposal = replace(undo_proposal(operation, side, await self._before(operation)), source=cached)
            taken = None if job is None else await barred(self._parts, operation.integration, operation.job_id, job)
            return proposal if taken is None else refused(proposal.plan, side, taken)

    async def _before(self, operation: Operation) -> Operation | None:
        """Return the operation of the same job that was done before this one, if the journal has it."""
        past = await self._parts.ledger.journal.of_job(operation.integration, operation.job_id)
        return next(
            (each for each in past if each.id < operation.id and each.state in DONE and each.target_id == operation.target_id), None
        )


def undo_proposal(operation: Operation, side: TargetSide, before: Operation | None) -> Proposal:
    """Return what takes an operation back, given the target as it is now, and what our sync ``before`` that one left there.

    Raises:
        RemoteGone: The target does not have the job any more.
    """
    head = replace(unread_head(operation.job_id), name=operation.job_name)
    plan = SyncPlan(integration=operation.integration, job=head, kind=PlanKind.UPDATE, eligibility=None, target_read_at=side.read_at)
    barred = _barred(operation)
    if barred is not None:
        return refused(plan, side, barred)
    if side.job is None:
        raise RemoteGone(f"the job {operation.target_id} is gone from Tenzo", service="Tenzo")
    current = side.current
    plan = replace(plan, target_id=side.job.id, target_version=side.job.version, target_url=side.job.url)
    left = {**operation.after, **operation.kept}
    moved = [name for name in ordered(operation.after) if not equal(current.get(name), left[name])]
    if moved:
        message = f"Cannot be undone, because these fields changed in Tenzo since: {', '.join(moved)}"
        return refused(
            plan, side, Failure("changed_since", message, "It was undone already, or changed since; change the fields in Tenzo by hand.")
        )
    changes = tuple(Change(name, current.get(name), operation.before.get(name)) for name in ordered(operation.after))
    plan = replace(plan, changes=changes, desired={each.field: each.after for each in changes if each.after is not None})
    payload = merge_patch(changes)
    # What is restored and was somebody's own stays theirs: the next sync shows that before it overwrites it.
    written = {name: value for name, value in side.mark.written.items() if name not in operation.after}
    written |= _ours(operation, before)
    return Proposal(replace(plan, note=LEFT_ALONE, digest=plan_digest(plan)), OperationKind.UPDATE, side, payload, written)


def _ours(operation: Operation, before: Operation | None) -> dict[str, JsonValue]:
    """Return what a sync of ours wanted of those fields that the undo puts back to what that sync left."""
    if before is None:
        return {}
    left = {**before.written, **before.kept}
    return {
        name: before.written[name] for name in operation.after if name in before.written and equal(operation.before.get(name), left[name])
    }


def _barred(operation: Operation) -> Failure | None:
    """Return why an operation cannot be undone whatever the target holds, or None."""
    if operation.kind is OperationKind.CREATE:
        message = "This sync created the job, and creating a job cannot be undone: candidates and interviews may be in that job by now"
        return Failure("create_not_undone", message, "Archive or delete the job in Tenzo by hand.")
    if operation.kind is OperationKind.LINK:
        return Failure("link_not_undone", "It only linked the job, and changed no field", "Change the external id in Tenzo by hand.")
    if operation.open:
        return Failure("unknown", "Its own outcome is not known yet", "jobsync recover settles it.")
    if operation.state not in DONE:
        return Failure("nothing_written", f"It ended as {operation.state.value} and left nothing to undo")
    return None
