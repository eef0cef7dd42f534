"""The write of one sync: intent on disk, request, answer, read-back, record. From the intent on it goes through to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ..core.errors import AnswerLost, Busy, Conflict, JobsyncError, RemoteError, RemoteGone, StorageError
from ..core.ids import new_id
from ..core.models import Failure, Job, JsonValue, Kept, Lease, Outcome, StepName, SyncResult, SyncState, SyncStatus
from ..storage.ledger.journal import Operation, OperationKind, OperationState
from ..storage.ledger.ledger import Keep, OperationResult
from ..target.base import TargetJob
from .attempt import FAILED, AttemptState, failure_of, sides
from .dependencies import SyncDependencies, external_id
from .fields import flatten
from .kept_values import Holding, equal, holding, in_words, kept_fields
from .plan import Proposal
from .steps import StepLog
from .sync_state import done_mark, failed_mark, still_kept, unchanged_mark

log = logging.getLogger(__name__)

LOST = "The answer to the write was lost; whether it arrived is being checked"
UNSETTLED = "an earlier write is not settled yet"
UNSEEN = "Tenzo accepted the change but does not show it yet; checking again"
OUTCOMES = {OperationKind.CREATE: Outcome.CREATED, OperationKind.UPDATE: Outcome.UPDATED, OperationKind.LINK: Outcome.UPDATED}


class VersionConflict(Exception):
    """The target refused because its job is not as it was read; nothing was written, and the operation can be superseded."""

    def __init__(self, operation: Operation, error: Conflict) -> None:
        super().__init__()
        self.operation = operation
        self.error = error


@dataclass(slots=True)
class TargetWriter:
    """Carries out one proposal under one lease. ``operation`` is what it has begun, from the moment when that is on disk."""

    parts: SyncDependencies
    state: AttemptState
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
            VersionConflict: The target's job moved since it was read.
            Busy: The lease was lost before anything was sent.
            StorageError: The intent cannot be recorded; nothing was sent.
        """
        ledger = self.parts.ledger
        intent = self._intent(proposal, kind)
        operation = await (ledger.begin(intent, self.lease) if supersedes is None else ledger.supersede(supersedes, intent, self.lease))
        self.operation = operation
        try:
            with self.steps.step(StepName.WRITE):
                syncing = replace(proposal.side.mark, sync_status=SyncStatus.SYNCING)
                await ledger.sent(operation, self.lease, self._keeping(syncing))
                written = await self._send(operation, proposal)
                _about(operation, proposal, written)
        except Conflict as error:
            if supersedes is None:
                raise VersionConflict(operation, error) from error
            return await self._refused_again(operation, proposal, error)
        except Busy as error:
            return await self._late(operation, proposal, error)
        except AnswerLost as error:
            return await self.lost(operation, proposal, error.message)
        except JobsyncError as error:
            return await self.failed(operation, proposal, error)
        except Exception:
            log.exception("the write of operation %s ended in a fault", operation.id)
            return await self.lost(operation, proposal, "a fault in the program")
        return await self._verify(operation, proposal, written)

    async def stale(self, moved: VersionConflict, proposal: Proposal, error: Failure) -> SyncResult:
        """End an attempt whose plan is not the confirmed one any more."""
        ended = OperationResult(OperationState.ABANDONED, Outcome.STALE, error.message)
        return await self._settled(moved.operation, ended, proposal.side.mark, self._result(moved.operation, Outcome.STALE, error=error))

    async def needless(self, moved: VersionConflict, proposal: Proposal) -> SyncResult:
        """End an attempt whose work somebody else has done meanwhile."""
        now = self.parts.now()
        mark = unchanged_mark(self.state.attempt.action, proposal, now)
        result = self._result(moved.operation, Outcome.UNCHANGED, error=None, synced_at=now)
        ended = OperationResult(OperationState.ABANDONED, Outcome.UNCHANGED)
        return await self._settled(moved.operation, ended, mark, result, proposal.source)

    def _intent(self, proposal: Proposal, kind: OperationKind) -> Operation:
        attempt, plan = self.state.attempt, proposal.plan
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
            reason=attempt.reason,
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
            return await self._done(operation, proposal, written, holding(operation.after, flatten(written.fields)).kept, unread=unread)
        await noting
        if found is None or behind(proposal.side.job, written, found):
            self.steps.fail(StepName.VERIFY, UNSEEN)
            return await self.lost(operation, proposal, f"its job {written.id} is not there as it was written", UNSEEN, written.id)
        held = held_by(operation, found, _owner(operation, proposal))
        if not held.missing:
            return await self._done(operation, proposal, found, held.kept)
        message = f"Tenzo holds something else than was sent in: {', '.join(held.missing)}"
        self.steps.fail(StepName.VERIFY, message)
        return await self._differs(operation, proposal, written, message, held.kept)

    async def _refused_again(self, operation: Operation, proposal: Proposal, error: Conflict) -> SyncResult:
        """End an attempt that the target answered with a conflict for the second time: what it did is seen in its job."""
        try:
            found = None if operation.target_id is None else await self.parts.target.get(operation.target_id)
        except RemoteError as unread:
            return await self.lost(operation, proposal, unread.message)
        if found is not None and landed(operation, found):
            return await self.arrived(operation, proposal, found, error)
        if found is not None and found.version and found.version == operation.base_version:
            return await self.lost(operation, proposal, f"{error.message}, and shows its job as it was")
        return await self.failed(operation, proposal, error)

    async def arrived(self, operation: Operation, proposal: Proposal, found: TargetJob, error: Conflict) -> SyncResult:
        """End an operation that the target answered with a conflict, and that it carried out all the same."""
        cause = f"{error.message}, and holds what was sent: it was carried out"
        return await self._done(operation, proposal, found, held_by(operation, found, None).kept, cause=cause)

    async def _note(self, operation: Operation, target_id: str) -> None:
        with suppress(StorageError):  # where nothing can be recorded, the settlement says so
            await self.parts.ledger.applied(operation, target_id)

    async def _done(
        self,
        operation: Operation,
        proposal: Proposal,
        job: TargetJob,
        kept: Mapping[str, JsonValue],
        *,
        unread: Failure | None = None,
        cause: str | None = None,
    ) -> SyncResult:
        now, mark = self.parts.now(), proposal.side.mark
        state = OperationState.APPLIED if unread else OperationState.VERIFIED
        outcome = OUTCOMES[operation.kind]
        told = (cause, None if unread is None else unread.message, in_words(kept_fields(operation.after, kept)))
        ended = OperationResult(state, outcome, ". ".join(filter(None, told)) or None, job.id, kept)
        verified = None if unread else True
        result = self._result(operation, outcome, error=unread, target=job, written=True, verified=verified, synced_at=now)
        result = replace(result, kept=_all_kept(operation, mark, kept))
        return await self._settled(operation, ended, done_mark(operation, mark, job.id, now, kept), result, proposal.source)

    async def _differs(
        self, operation: Operation, proposal: Proposal, job: TargetJob, message: str, kept: Mapping[str, JsonValue]
    ) -> SyncResult:
        mark, action = proposal.side.mark, self.state.attempt.action
        known = still_kept(operation, mark, kept)
        failed = failed_mark(action, mark, target_id=job.id, written=operation.written, kept=known)
        ended = OperationResult(OperationState.FAILED, Outcome.FAILED, message, job.id, kept)
        failure = Failure("not_verified", f"{FAILED}: {message}", "Look at the job in Tenzo; it may change or refuse such a value.")
        result = self._result(operation, Outcome.FAILED, error=failure, target=job, written=True, verified=False)
        return await self._settled(operation, ended, failed, replace(result, kept=_all_kept(operation, mark, kept)))

    async def failed(self, operation: Operation, proposal: Proposal, error: JobsyncError) -> SyncResult:
        """End an operation that the target refused and that cannot go on."""
        mark = failed_mark(self.state.attempt.action, proposal.side.mark)
        ended = OperationResult(OperationState.FAILED, Outcome.FAILED, error.message)
        failure = failure_of(error)
        if isinstance(error, RemoteGone):
            failure = replace(
                failure, remedy="Its job is gone from Tenzo. Plan the sync again: it shows a new job to be created, and asks."
            )
        return await self._settled(operation, ended, mark, self._result(operation, Outcome.FAILED, error=failure))

    def unrecorded(self, error: StorageError) -> SyncResult:
        """Return the result of an attempt whose database failed it in the middle: the recovery says how it went."""
        operation = self.operation
        if operation is None:
            return self.state.result(Outcome.FAILED, failure_of(error))
        failure = Failure("unknown", f"How the sync ended could not be recorded: {error.message}", "Mend that, then run jobsync recover.")
        return self._result(operation, Outcome.UNKNOWN, error=failure, written=None)

    async def _late(self, operation: Operation, proposal: Proposal, error: Busy) -> SyncResult:
        ended = OperationResult(OperationState.ABANDONED, Outcome.BUSY, error.message)
        return await self._settled(operation, ended, proposal.side.mark, self._result(operation, Outcome.BUSY, error=error.failure()))

    async def lost(
        self, operation: Operation, proposal: Proposal, cause: str, words: str = LOST, target_id: str | None = None
    ) -> SyncResult:
        """Leave an operation in doubt, which may have been carried out: a look-up says later what became of it."""
        settles_at = self.parts.now() + self.parts.timing.settle_after
        mark = proposal.side.mark
        doubtful = replace(mark, sync_status=SyncStatus.UNKNOWN, target_id=target_id or mark.target_id)
        failure = Failure("unknown", f"{words}: {cause}", "jobsync recover looks it up; nothing is sent again before that.")
        result = self._result(operation, Outcome.UNKNOWN, error=failure, written=None, settles_at=settles_at)
        ours = await self.parts.ledger.lost(operation, settles_at, cause, self._keeping(doubtful))
        return result if ours else await self._overtaken(operation, result)

    async def _settled(
        self, operation: Operation, ended: OperationResult, mark: SyncState, result: SyncResult, source: Job | None = None
    ) -> SyncResult:
        """End an operation together with how its job stands then, and return what came of it: ``result``, unless another was first."""
        ours = await self.parts.ledger.settle(operation, ended, self._keeping(mark, source), self.lease)
        return result if ours else await self._overtaken(operation, result)

    async def _overtaken(self, operation: Operation, result: SyncResult) -> SyncResult:
        """Return what came of an operation that another process looked up and settled while this one did not get on.

        The job may have been synced again since, so that what this process saw of it last says nothing any more.
        """
        present = await self.parts.ledger.journal.get(operation.id)
        if present is None or present.state is OperationState.ABANDONED:
            return result
        landed = present.state is not OperationState.FAILED
        outcome = OUTCOMES[operation.kind] if landed else Outcome.FAILED
        message = f"Another process looked this write up and settled it as {outcome.value}: {present.error or 'it is there as it was sent'}"
        return replace(
            result,
            outcome=outcome,
            target_id=present.target_id or result.target_id,
            written=True if landed else None,
            verified=True if present.state is OperationState.VERIFIED else None,
            synced_at=present.settled_at if landed else None,
            settles_at=None,
            error=Failure("overtaken", message, "The job may have been synced again since: plan its sync to see how it stands."),
        )

    def _keeping(self, mark: SyncState, source: Job | None = None) -> Keep:
        return self.parts.jobs.keeping(self.state.attempt.integration, self.state.attempt.job_id, mark, source)

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
            self.state.result(outcome, error),
            operation_id=operation.id,
            written=written,
            verified=verified,
            synced_at=synced_at,
            settles_at=settles_at,
        )
        return result if target is None else replace(result, target_id=target.id, target_url=target.url)


def held_by(operation: Operation, found: TargetJob, external_id: str | None) -> Holding:
    """Return what the target's job holds of what the operation wrote; with an external id given, also whether it carries that one."""
    if operation.kind is OperationKind.LINK:
        return Holding() if found.external_id == operation.external_id else Holding(missing=("external_id",))
    held = holding(operation.after, flatten(found.fields))
    if external_id is None or found.external_id == external_id:
        return held
    return replace(held, missing=(*held.missing, "external_id"))


def landed(operation: Operation, found: TargetJob) -> bool:
    """Return whether a job holds what was written, and did not before: that it was answered with a conflict says nothing against it."""
    if operation.target_id not in {None, found.id} or held_by(operation, found, None).missing:
        return False
    if operation.kind is not OperationKind.UPDATE:
        return True
    now = flatten(found.fields)
    moved = not found.version or found.version != operation.base_version
    return moved and any(not equal(now.get(name), operation.before.get(name)) for name in operation.after)


def behind(before: TargetJob | None, answer: TargetJob, found: TargetJob) -> bool:
    """Return whether a job that was read back is still shown as it was before the write, which the answer to the write was not."""
    if before is None:
        return False
    if before.version and found.version:
        return found.version == before.version != answer.version
    return found.fields == before.fields != answer.fields


def _owner(operation: Operation, proposal: Proposal) -> str | None:
    """Return the external id that the job has after the write: a create gives it one, an update leaves it alone."""
    side = proposal.side.job
    return operation.external_id if side is None else side.external_id


def _about(operation: Operation, proposal: Proposal, answer: TargetJob) -> None:
    """Make sure that the answer to an update is about the job that was to be updated.

    Raises:
        AnswerLost: It is another one's.
    """
    owner = _owner(operation, proposal)
    if operation.kind is OperationKind.UPDATE and owner is not None and answer.external_id not in {None, owner}:
        raise AnswerLost(f"Tenzo answered with the job of {answer.external_id}", service="Tenzo")


def _all_kept(operation: Operation, mark: SyncState, kept: Mapping[str, JsonValue]) -> tuple[Kept, ...]:
    """Return what the target keeps otherwise of all that the operation leaves there, and of what it wrote."""
    return kept_fields({**operation.written, **operation.after}, {**still_kept(operation, mark, kept), **kept})
