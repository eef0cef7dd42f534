"""The write of one sync: intent on disk, request, answer, read-back, record. From the intent on it goes through to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import AnswerLost, Busy, Conflict, JobsyncError, RemoteError, RemoteGone, StorageError
from ..ids import new_id
from ..models import Failure, Job, JsonValue, Lease, Outcome, StepName, SyncMark, SyncResult, SyncStatus
from ..store.journal import Operation, OperationKind, OperationState
from ..store.ledger import Verdict
from ..target.base import TargetJob
from .attempt import FAILED, Story, failure_of, sides
from .difference import mismatches
from .fields import flatten
from .marks import done_mark, failed_mark, unchanged_mark
from .parts import SyncParts, external_id
from .plan import Proposal
from .steps import StepLog

log = logging.getLogger(__name__)

LOST = "The answer to the write was lost; whether it arrived is being checked"
OUTCOMES = {OperationKind.CREATE: Outcome.CREATED, OperationKind.UPDATE: Outcome.UPDATED, OperationKind.LINK: Outcome.UPDATED}


class Moved(Exception):
    """The target refused because its job is not as it was read; nothing was written, and the operation can be superseded."""

    def __init__(self, operation: Operation, error: Conflict) -> None:
        super().__init__()
        self.operation = operation
        self.error = error


@dataclass(slots=True)
class Writing:
    """Carries out one proposal under one lease. ``operation`` is what it has begun, from the moment when that is on disk."""

    parts: SyncParts
    story: Story
    steps: StepLog
    lease: Lease
    operation: Operation | None = None

    async def carry_out(self, proposal: Proposal, kind: OperationKind, supersedes: Operation | None = None) -> SyncResult:
        """Write what ``proposal`` says, and return what came of it.

        Args:
            proposal: Has something to write.
            kind: How it is written.
            supersedes: The operation of this attempt that the target refused.

        Raises:
            Moved: The target's job moved since it was read.
            Busy: The lease was lost before anything was sent.
            StorageError: The intent cannot be recorded; nothing was sent.
        """
        ledger = self.parts.ledger
        intent = self._intent(proposal, kind)
        operation = await (ledger.begin(intent, self.lease) if supersedes is None else ledger.supersede(supersedes, intent, self.lease))
        self.operation = operation
        try:
            with self.steps.step(StepName.WRITE):
                syncing = self._set(replace(proposal.side.mark, sync_status=SyncStatus.SYNCING))
                await asyncio.gather(syncing, ledger.sent(operation, self.lease))
                written = await self._send(operation, proposal)
        except Conflict as error:
            if supersedes is None:
                await self._set(proposal.side.mark)
                raise Moved(operation, error) from error
            return await self._failed(operation, proposal, error)
        except Busy as error:
            return await self._late(operation, proposal, error)
        except AnswerLost as error:
            return await self._lost(operation, proposal, error.message)
        except JobsyncError as error:
            return await self._failed(operation, proposal, error)
        except Exception:
            log.exception("the write of operation %s ended in a fault", operation.id)
            return await self._lost(operation, proposal, "a fault in the program")
        return await self._verify(operation, proposal, written)

    async def stale(self, moved: Moved, proposal: Proposal, error: Failure) -> SyncResult:
        """End an attempt whose plan is not the confirmed one any more."""
        await self._set(proposal.side.mark)
        await self._settle(moved.operation, Verdict(OperationState.ABANDONED, Outcome.STALE, error.message))
        return self._result(moved.operation, Outcome.STALE, error=error)

    async def needless(self, moved: Moved, proposal: Proposal) -> SyncResult:
        """End an attempt whose work somebody else has done meanwhile."""
        now = self.parts.now()
        await self._set(unchanged_mark(self.story.attempt.action, proposal, now), proposal.source)
        await self._settle(moved.operation, Verdict(OperationState.ABANDONED, Outcome.UNCHANGED))
        return self._result(moved.operation, Outcome.UNCHANGED, error=None, synced_at=now)

    async def give_up(self, moved: Moved, proposal: Proposal, error: JobsyncError) -> SyncResult:
        """End an attempt that the target refused and that cannot go on."""
        return await self._failed(moved.operation, proposal, error)

    def _intent(self, proposal: Proposal, kind: OperationKind) -> Operation:
        attempt, plan = self.story.attempt, proposal.plan
        before, after = sides(plan.changes)
        made = new_id()
        return Operation(
            id=made,
            kind=kind,
            action=attempt.action,
            integration=attempt.integration,
            job_id=attempt.job_id,
            job_name=plan.job.name,
            external_id=external_id(attempt.integration, attempt.job_id),
            target_id=plan.target_id,
            actor=attempt.actor.user,
            origin=attempt.actor.origin,
            idempotency_key=made,
            payload=proposal.payload,
            before=before,
            after=after,
            written=proposal.written,
            base_version=plan.target_version,
            plan_digest=plan.digest,
            ruleset_revision=None if plan.eligibility is None else plan.eligibility.ruleset_revision,
            fence=self.lease.fence,
            process=self.parts.ledger.leases.process,
            created_at=attempt.began,
        )

    async def _send(self, operation: Operation, proposal: Proposal) -> TargetJob:
        target, side = self.parts.target, proposal.side.job
        try:
            async with asyncio.timeout(self.parts.timing.write_deadline.total_seconds()):
                if operation.kind is OperationKind.CREATE:
                    return await target.create(operation.external_id, operation.payload, idempotency_key=operation.idempotency_key)
                if side is None:
                    raise RemoteGone(f"{target.title} has no job to update", service=target.title)
                if operation.kind is OperationKind.LINK:
                    return await target.link(side.id, operation.external_id, etag=side.etag)
                return await target.update(side.id, operation.payload, etag=side.etag)
        except TimeoutError as error:
            seconds = self.parts.timing.write_deadline.total_seconds()
            raise AnswerLost(f"{target.title} did not answer within {seconds:g} s", service=target.title) from error

    async def _verify(self, operation: Operation, proposal: Proposal, written: TargetJob) -> SyncResult:
        # What the target answered is noted while the job is read back; that it is there a look-up would find out as well.
        noting = asyncio.create_task(self._note(operation, written.id))
        try:
            with self.steps.step(StepName.VERIFY):
                found = await self.parts.target.get(written.id)
        except RemoteError as error:
            unread = Failure("not_read_back", f"Written, but not read back: {error.message}", error.remedy)
            await noting
            return await self._done(operation, proposal, written, unread=unread)
        await noting
        differing = ("the job itself",) if found is None else unequal(operation, found)
        if not differing:
            return await self._done(operation, proposal, found or written)
        message = f"Tenzo holds something else than was sent in: {', '.join(differing)}"
        self.steps.fail(StepName.VERIFY, message)
        return await self._differs(operation, proposal, written, message)

    async def _note(self, operation: Operation, target_id: str) -> None:
        with suppress(StorageError):  # where nothing can be recorded, the settlement says so
            await self.parts.ledger.applied(operation, target_id)

    async def _settle(self, operation: Operation, verdict: Verdict) -> None:
        await self.parts.ledger.settle(operation, verdict, self.lease)

    async def _done(self, operation: Operation, proposal: Proposal, job: TargetJob, unread: Failure | None = None) -> SyncResult:
        now = self.parts.now()
        await self._set(done_mark(operation, proposal.side.mark, job.id, now), proposal.source)
        state = OperationState.APPLIED if unread else OperationState.VERIFIED
        outcome = OUTCOMES[operation.kind]
        verdict = Verdict(state, outcome, None if unread is None else unread.message, job.id)
        await self._settle(operation, verdict)
        verified = None if unread else True
        return self._result(operation, outcome, error=unread, target=job, written=True, verified=verified, synced_at=now)

    async def _differs(self, operation: Operation, proposal: Proposal, job: TargetJob, message: str) -> SyncResult:
        await self._set(failed_mark(self.story.attempt.action, proposal.side.mark, target_id=job.id, written=operation.written))
        await self._settle(operation, Verdict(OperationState.FAILED, Outcome.FAILED, message, job.id))
        failure = Failure(
            "not_verified", f"{FAILED}: {message}", "Look at the job in Tenzo; it may change or refuse such a value by itself."
        )
        return self._result(operation, Outcome.FAILED, error=failure, target=job, written=True, verified=False)

    async def _failed(self, operation: Operation, proposal: Proposal, error: JobsyncError) -> SyncResult:
        await self._set(failed_mark(self.story.attempt.action, proposal.side.mark))
        await self._settle(operation, Verdict(OperationState.FAILED, Outcome.FAILED, error.message))
        failure = failure_of(error)
        if isinstance(error, RemoteGone):
            failure = replace(
                failure, remedy="Its job is gone from Tenzo. Plan the sync again: it shows a new job to be created, and asks."
            )
        return self._result(operation, Outcome.FAILED, error=failure)

    def unrecorded(self, error: StorageError) -> SyncResult:
        """Return the result of an attempt whose database failed it in the middle: the recovery says how it went."""
        operation = self.operation
        if operation is None:
            return self.story.result(Outcome.FAILED, failure_of(error))
        failure = Failure("unknown", f"How the sync ended could not be recorded: {error.message}", "Mend that, then run jobsync recover.")
        return self._result(operation, Outcome.UNKNOWN, error=failure, written=None)

    async def _late(self, operation: Operation, proposal: Proposal, error: Busy) -> SyncResult:
        await self._set(proposal.side.mark)
        await self._settle(operation, Verdict(OperationState.ABANDONED, Outcome.BUSY, error.message))
        return self._result(operation, Outcome.BUSY, error=error.failure())

    async def _lost(self, operation: Operation, proposal: Proposal, cause: str) -> SyncResult:
        settles_at = self.parts.now() + self.parts.timing.settle_after
        await self._set(replace(proposal.side.mark, sync_status=SyncStatus.UNKNOWN))
        await self.parts.ledger.lost(operation, settles_at, cause)
        failure = Failure("unknown", f"{LOST}: {cause}", "jobsync recover looks it up; nothing is sent again before that.")
        return self._result(operation, Outcome.UNKNOWN, error=failure, written=None, settles_at=settles_at)

    async def _set(self, mark: SyncMark, source: Job | None = None) -> None:
        await self.parts.jobs.set_sync(self.story.attempt.integration, self.story.attempt.job_id, mark, source)

    def _result(
        self,
        operation: Operation,
        outcome: Outcome,
        *,
        error: Failure | None,
        target: TargetJob | None = None,
        written: bool | None = False,
        verified: bool | None = None,
        synced_at: datetime | None = None,
        settles_at: datetime | None = None,
    ) -> SyncResult:
        result = replace(
            self.story.result(outcome, error),
            operation_id=operation.id,
            written=written,
            verified=verified,
            synced_at=synced_at,
            settles_at=settles_at,
        )
        return result if target is None else replace(result, target_id=target.id, target_url=target.url)


def unequal(operation: Operation, found: TargetJob) -> tuple[str, ...]:
    """Return what the target's job does not hold of what the operation wrote."""
    if operation.kind is OperationKind.LINK:
        return () if found.external_id == operation.external_id else ("external_id",)
    expected: Mapping[str, JsonValue] = operation.after
    return mismatches(expected, flatten(found.fields))
