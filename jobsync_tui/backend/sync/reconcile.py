"""How long a write without an answer is waited for: by the time since the host's start, which no setting of a clock moves.

A clock that jumps ahead must not have a write looked up, and sent again, while it may still land; one that jumps back must not hold its
job up for as long as it jumped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..core.errors import Busy, RemoteError
from ..core.models import Job, Outcome, SyncState, SyncStatus
from ..storage.ledger.journal import Operation, OperationKind, OperationState
from ..storage.ledger.ledger import Keep, OperationResult
from ..target.base import TargetJob
from .dependencies import SyncDependencies
from .kept_values import in_words, kept_fields
from .sync_state import done_mark, failed_mark
from .target_lookup import look_up
from .writer import OUTCOMES, UNSEEN, held_by


@dataclass(frozen=True, slots=True)
class Wait:
    """How long until a look-up decides.

    Attributes:
        left: Nothing, where it decides now.
        corrected: Whether what is kept lies further ahead than any wait can be: the clock went back since, and it has to be kept anew.
    """

    left: timedelta
    corrected: bool = False


def until_settled(operation: Operation, parts: SyncDependencies) -> Wait:
    """Return how long an operation whose answer is unknown is still waited for."""
    after, longest = parts.timing.settle_after, parts.timing.write_deadline + parts.timing.settle_after
    here = parts.ledger.leases.process
    if operation.settles_at is None:
        return Wait(timedelta())
    if operation.process.same_boot(here):
        if operation.settles_uptime is not None:
            return Wait(_after_now(operation.settles_uptime - parts.ledger.uptime()))
    elif operation.process.host == here.host:
        # Its host was started anew since: it left before that.
        return Wait(_after_now(after // timedelta(milliseconds=1) - parts.ledger.uptime()))
    return _by_clock(operation.settles_at, parts.now(), longest)


def until_given_up(operation: Operation, parts: SyncDependencies) -> timedelta:
    """Return how long the request of an operation may still leave whose process has lost its lease; negative where that is past.

    A process that is known to be dead sends nothing any more, and what it sent left within the deadline all the same.
    """
    here, deadline = parts.ledger.leases.process, parts.timing.write_deadline
    if operation.sent_at is None:
        return timedelta()
    dead = operation.process.known_dead(here)
    if operation.process.same_boot(here) and operation.sent_uptime is not None:
        left = timedelta(milliseconds=operation.sent_uptime - parts.ledger.uptime()) + deadline
        return min(left, timedelta()) if dead else left
    if dead:
        # Its host was started anew since: it left before that.
        return timedelta(milliseconds=-parts.ledger.uptime()) if operation.process.host == here.host else timedelta()
    return _by_clock(operation.sent_at + deadline, parts.now(), deadline).left


def _by_clock(at: datetime, now: datetime, longest: timedelta) -> Wait:
    """Return the wait by the clock that those who use the database share."""
    left = max(at - now, timedelta())
    return Wait(min(left, longest), corrected=left > longest)


def _after_now(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=max(milliseconds, 0))


NOT_SENT = "interrupted before anything was sent"
LATE = "the process that sent it ended before the answer was kept"
NOT_ARRIVED = "Tenzo did not receive the change; nothing was changed"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came of looking at an open operation.

    Attributes:
        outcome: How it ended; None while it is not settled.
        settles_at: When it can be looked up, for one that cannot be yet.
        trouble: Why it could not be looked up, where the target failed.
    """

    operation: Operation
    outcome: Outcome | None
    settles_at: datetime | None = None
    trouble: RemoteError | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a look-up says: how the operation ended, and on which job of the target it landed, if it did."""

    result: OperationResult
    landed_on: str | None = None


class Reconciler:
    """Settles open operations, one at a time, for whoever holds the lease of the job."""

    def __init__(self, parts: SyncDependencies) -> None:
        self._parts = parts

    async def reconcile(self, operation: Operation) -> Reconciliation:
        """Settle an operation of which nobody else can be in the middle: the caller has the job's lease.

        A write that may still land is left for later, and so is one that the target cannot be asked about.

        Raises:
            Busy: Another process settled it first: the caller has lost the lease.
            StorageError: The settlement cannot be recorded.
        """
        with self._parts.wire.listening(operation.audit_seq):
            return await self._reconciled(operation)

    async def _reconciled(self, operation: Operation) -> Reconciliation:
        if operation.state is OperationState.PLANNED:
            result = OperationResult(OperationState.ABANDONED, Outcome.FAILED, NOT_SENT)
            return await self._close(operation, _Finding(result))
        if operation.state is OperationState.SENT:
            return await self._take_over(operation)
        wait = until_settled(operation, self._parts)
        if wait.left:
            settles_at = self._parts.now() + wait.left
            if wait.corrected:
                await self._parts.ledger.lost(operation, settles_at, operation.error or LATE)
            return Reconciliation(operation, None, settles_at)
        try:
            finding = await self._look(operation)
        except RemoteError as error:
            return Reconciliation(operation, None, operation.settles_at, error)
        return await self._wait(operation) if finding is None else await self._close(operation, finding)

    async def _take_over(self, operation: Operation) -> Reconciliation:
        """Fix from when on a look-up decides: the request left within its deadline, and not after its process had ended."""
        settles_at = self._parts.now() + until_given_up(operation, self._parts) + self._parts.timing.settle_after
        mark = replace(await self._present_mark(operation), sync_status=SyncStatus.UNKNOWN)
        await self._parts.ledger.observe_end(operation, settles_at, self._keeping(operation, mark))
        taken = replace(operation, state=OperationState.UNKNOWN, settles_at=settles_at)
        return await self._reconciled(taken)

    async def _wait(self, operation: Operation) -> Reconciliation:
        """Leave for later what the target said is done and does not show yet."""
        settles_at = self._parts.now() + self._parts.timing.settle_after
        mark = replace(await self._present_mark(operation), sync_status=SyncStatus.UNKNOWN, target_id=operation.target_id)
        await self._parts.ledger.lost(operation, settles_at, UNSEEN, self._keeping(operation, mark))
        return Reconciliation(operation, None, settles_at)

    async def _look(self, operation: Operation) -> _Finding | None:
        """Return what the target's job says about the operation; None where the target is behind what it said itself."""
        job = None if operation.target_id is None else await self._parts.target.get(operation.target_id)
        if operation.state is OperationState.APPLIED and (job is None or (job.version and job.version == operation.base_version)):
            return None
        if job is None and operation.kind is OperationKind.CREATE:
            found = await look_up(self._parts.target, operation.external_id)
            if len(found) > 1:
                return _missing(f"Tenzo has several jobs for this one: {', '.join(each.id for each in found)}")
            job = found[0] if found else None
        if job is not None:
            return _present(operation, job)
        return _missing(NOT_ARRIVED if operation.target_id is None else f"the job {operation.target_id} is gone from Tenzo")

    async def _close(self, operation: Operation, finding: _Finding) -> Reconciliation:
        mark = await self._present_mark(operation)
        landed_on, kept = finding.landed_on, finding.result.kept
        source = await self._parts.jobs.get(operation.integration, operation.job_id) if operation.action == "undo" else None
        ended = failed_mark(operation.action, mark) if landed_on is None else done_mark(operation, mark, landed_on, self._parts.now(), kept)
        if not await self._parts.ledger.settle(operation, finding.result, self._keeping(operation, ended, source)):
            raise Busy("Another process settled an earlier write to this job in the meantime.", remedy="Sync the job again.")
        return Reconciliation(operation, finding.result.outcome)

    async def _present_mark(self, operation: Operation) -> SyncState:
        return await self._parts.jobs.sync_state(operation.integration, operation.job_id) or SyncState()

    def _keeping(self, operation: Operation, mark: SyncState, source: Job | None = None) -> Keep:
        return self._parts.jobs.keeping(operation.integration, operation.job_id, mark, source)


def _missing(cause: str) -> _Finding:
    return _Finding(OperationResult(OperationState.FAILED, Outcome.FAILED, cause))


def _present(operation: Operation, job: TargetJob) -> _Finding:
    """Return what a job of the target says about the operation that wrote it, or should have."""
    outcome = OUTCOMES[operation.kind]
    held = held_by(operation, job, operation.external_id if operation.kind is OperationKind.CREATE else None)
    if not held.missing:
        told = (_found(operation), in_words(kept_fields(operation.after, held.kept)))
        return _Finding(OperationResult(OperationState.VERIFIED, outcome, ". ".join(filter(None, told)), job.id, held.kept), job.id)
    differing = ", ".join(held.missing)
    if operation.kind is OperationKind.CREATE or operation.state is OperationState.APPLIED:
        cause = f"written; since then changed there: {differing}"
        return _Finding(OperationResult(OperationState.APPLIED, outcome, cause, job.id, held.kept), job.id)
    if not job.version:
        return _missing(
            f"Tenzo gives its jobs no version, so it is not known whether the change was saved; its current values differ in: {differing}"
        )
    if job.version == operation.base_version:
        return _missing(NOT_ARRIVED)
    return _missing(f"Tenzo's job was changed in the meantime and has other values in: {differing}")


def _found(operation: Operation) -> str:
    known = operation.state is OperationState.APPLIED
    return "finished after an interruption" if known else "the answer was lost; a look-up found it done"
