"""How an operation that was left open is settled: by looking at the target, never by sending anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import RemoteError
from ..models import Outcome, SyncMark, SyncStatus
from ..store.journal import Operation, OperationKind, OperationState
from ..store.ledger import Verdict
from ..target.base import TargetJob
from .marks import done_mark, failed_mark
from .parts import SyncParts
from .waiting import until_given_up, until_settled
from .writing import OUTCOMES, unequal

NOT_SENT = "interrupted before anything was sent"
LATE = "the process that sent it ended before the answer was kept"
NOT_ARRIVED = "the write did not arrive; nothing was changed"


@dataclass(frozen=True, slots=True)
class Settlement:
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

    verdict: Verdict
    landed_on: str | None = None


class Settler:
    """Settles open operations, one at a time, for whoever holds the lease of the job."""

    def __init__(self, parts: SyncParts) -> None:
        self._parts = parts

    async def settle(self, operation: Operation) -> Settlement:
        """Settle an operation of which nobody else can be in the middle: the caller has the job's lease.

        A write that may still land is left for later, and so is one that the target cannot be asked about.

        Raises:
            StorageError: The settlement cannot be recorded.
        """
        if operation.state is OperationState.PLANNED:
            verdict = Verdict(OperationState.ABANDONED, Outcome.FAILED, NOT_SENT)
            return await self._close(operation, _Finding(verdict))
        if operation.state is OperationState.SENT:
            return await self._take_over(operation)
        wait = until_settled(operation, self._parts)
        if wait.left:
            settles_at = self._parts.now() + wait.left
            if wait.corrected:
                await self._parts.ledger.lost(operation, settles_at, operation.error or LATE)
            return Settlement(operation, None, settles_at)
        try:
            return await self._close(operation, await self._look(operation))
        except RemoteError as error:
            return Settlement(operation, None, operation.settles_at, error)

    async def _take_over(self, operation: Operation) -> Settlement:
        """Fix from when on a look-up decides: the request left within its deadline, and not after its process had ended."""
        settles_at = self._parts.now() + until_given_up(operation, self._parts) + self._parts.timing.settle_after
        await self._parts.ledger.observe_end(operation, settles_at)
        await self._mark(operation, replace(await self._present_mark(operation), sync_status=SyncStatus.UNKNOWN))
        taken = replace(operation, state=OperationState.UNKNOWN, settles_at=settles_at)
        return await self.settle(taken)

    async def _look(self, operation: Operation) -> _Finding:
        if operation.target_id is None:
            found = await self._parts.target.find(operation.external_id)
            if not found:
                return _missing(NOT_ARRIVED)
            if len(found) > 1:
                ids = ", ".join(job.id for job in found)
                return _missing(f"Tenzo has several jobs for this one: {ids}")
            return _present(operation, found[0])
        job = await self._parts.target.get(operation.target_id)
        return _missing(f"the job {operation.target_id} is gone from Tenzo") if job is None else _present(operation, job)

    async def _close(self, operation: Operation, finding: _Finding) -> Settlement:
        mark = await self._present_mark(operation)
        landed_on = finding.landed_on
        await self._mark(
            operation,
            failed_mark(operation.action, mark) if landed_on is None else done_mark(operation, mark, landed_on, self._parts.now()),
        )
        await self._parts.ledger.settle(operation, finding.verdict)
        return Settlement(operation, finding.verdict.outcome)

    async def _present_mark(self, operation: Operation) -> SyncMark:
        return await self._parts.jobs.sync_mark(operation.integration, operation.job_id) or SyncMark()

    async def _mark(self, operation: Operation, mark: SyncMark) -> None:
        await self._parts.jobs.set_sync(operation.integration, operation.job_id, mark)


def _missing(cause: str) -> _Finding:
    return _Finding(Verdict(OperationState.FAILED, Outcome.FAILED, cause))


def _present(operation: Operation, job: TargetJob) -> _Finding:
    """Return what a job of the target says about the operation that wrote it, or should have."""
    outcome = OUTCOMES[operation.kind]
    differing = unequal(operation, job)
    if not differing:
        return _Finding(Verdict(OperationState.VERIFIED, outcome, _found(operation), job.id), job.id)
    if operation.kind is OperationKind.CREATE or operation.state is OperationState.APPLIED:
        cause = f"written; since then changed there: {', '.join(differing)}"
        return _Finding(Verdict(OperationState.APPLIED, outcome, cause, job.id), job.id)
    if job.version == operation.base_version:
        return _missing(NOT_ARRIVED)
    return _missing(f"Tenzo's job was changed meanwhile and holds something else in: {', '.join(differing)}")


def _found(operation: Operation) -> str:
    known = operation.state is OperationState.APPLIED
    return "finished after an interruption" if known else "the answer was lost; a look-up found it done"
