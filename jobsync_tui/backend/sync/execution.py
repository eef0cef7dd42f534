"""One attempt from its lease to its record: the one path that every sync, undo and adoption takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from ..core.errors import (
    AccessDenied,
    Busy,
    JobNotFound,
    JobsyncError,
    RemoteError,
    RemoteGone,
    StalePlan,
    StorageBusy,
    StorageError,
    UnknownIntegration,
)
from ..core.models import Change, Failure, Job, JobHead, Lease, Outcome, PlanKind, SyncResult, SyncState
from ..storage.ledger.journal import OperationKind
from .attempt import FAILED, Attempt, AttemptState, failure_of, withdrawn
from .dependencies import SyncDependencies
from .hold import in_hand
from .plan import Proposal
from .planner import OnRead
from .reconcile import Reconciler
from .steps import StepLog
from .sync_state import failed_mark, unchanged_mark
from .writer import LOST, UNSETTLED, TargetWriter, VersionConflict, landed

log = logging.getLogger(__name__)

CANCELLED = Failure("cancelled", "Stopped before anything was written")

Propose: TypeAlias = Callable[[StepLog, OnRead], Awaitable[Proposal]]
"""Reads both sides as they are now and says what to do; called again where the target moved under the write."""


class SyncExecution:
    """One attempt under way."""

    def __init__(self, parts: SyncDependencies, attempt: Attempt, head: JobHead, propose: Propose, steps: StepLog) -> None:
        self._parts = parts
        self._attempt = attempt
        self._state = AttemptState(attempt, head)
        self._propose = propose
        self._steps = steps
        self._committed = False
        self._record_number = 0

    async def to_the_end(self) -> SyncResult:
        """Run, and return what came of it.

        Whoever cancels the calling task asks the attempt to stop: one that has not begun to write stops and says `cancelled`, one that
        has goes through to its end. Either way a result comes back, and the cancellation has done its work.
        """
        inner = asyncio.create_task(self._listened_to())
        outer = asyncio.current_task()
        asked_to_stop = False
        while not inner.done():
            try:
                await asyncio.wait({inner})
            except asyncio.CancelledError:
                if outer is not None:
                    outer.uncancel()
                if not self._committed and not asked_to_stop:
                    asked_to_stop = inner.cancel()
        if inner.cancelled():
            if self._committed:
                # The process ends while a write is under way: the journal has it, and whoever looks next settles it.
                raise asyncio.CancelledError
            # Before its first step.
            result = await self._end(Outcome.CANCELLED, CANCELLED)
        else:
            result = inner.result()
        return replace(result, steps=self._steps.finish())

    async def _listened_to(self) -> SyncResult:
        """Run, and have the requests kept with the attempt's row in the record: not those of the many that change nothing."""
        with self._parts.wire.listening() as tap:
            try:
                result = await self._recorded()
            finally:
                tap.record = self._record_number
            if result.outcome is Outcome.UNCHANGED and result.operation_id is None:
                tap.record = 0
            return result

    async def _recorded(self) -> SyncResult:
        try:
            return await self._leased()
        except Busy as error:
            return await self._end(Outcome.BUSY, error.failure())
        except StorageBusy as error:
            # It was waited for as long as the message says; to record that would be to wait again.
            log.warning("the attempt on %s could not be recorded: %s", self._attempt.job_id, error.message)
            return self._state.result(Outcome.BUSY, error.failure())
        except JobNotFound as error:
            return await self._end(Outcome.NOT_FOUND, error.failure())
        except AccessDenied as error:
            return await self._end(Outcome.REFUSED, error.failure())
        except UnknownIntegration as error:
            return await self._end(Outcome.REFUSED, withdrawn(error).failure())
        except JobsyncError as error:
            return await self._end(Outcome.FAILED, failure_of(error))
        except asyncio.CancelledError:
            if self._committed:
                raise
            return await self._end(Outcome.CANCELLED, CANCELLED)
        except Exception:
            log.exception("the attempt on %s ended in a fault", self._attempt.job_id)
            await self._end(Outcome.FAILED, Failure("fault", f"{FAILED}: a fault in the program"))
            raise

    async def _leased(self) -> SyncResult:
        attempt = self._attempt
        async with in_hand(self._parts, attempt.integration, attempt.job_id, attempt.actor.user) as lease:
            try:
                return await self._under(lease)
            except (Busy, StorageBusy, JobNotFound, AccessDenied, UnknownIntegration):
                raise
            except JobsyncError as error:
                return await self._failed(error, lease)

    async def _under(self, lease: Lease) -> SyncResult:
        attempt = self._attempt
        earlier = await self._parts.ledger.journal.open_for(attempt.integration, attempt.job_id)
        if earlier is not None:
            reconciliation = await Reconciler(self._parts).reconcile(earlier)
            if reconciliation.outcome is None:
                return await self._still_unknown(reconciliation.settles_at, reconciliation.trouble)
        proposal = await self._planned()
        if attempt.confirmed is not None and proposal.plan.digest != attempt.confirmed:
            return await self._end(Outcome.STALE, _stale(proposal.plan.changes))
        return await self._act(proposal, lease)

    async def _planned(self) -> Proposal:
        proposal = await self._propose(self._steps, self._state.read)
        self._state.planned(proposal.plan)
        return proposal

    async def _act(self, proposal: Proposal, lease: Lease) -> SyncResult:
        plan = proposal.plan
        if plan.kind is PlanKind.REFUSE:
            return await self._end(Outcome.REFUSED, plan.error)
        if proposal.kind is None:
            return await self._unchanged(proposal, lease)
        if proposal.side.gone is not None and self._attempt.confirmed is None:
            return await self._failed(_gone(proposal.side.gone), lease)
        self._committed = True
        writing = TargetWriter(self._parts, self._state, self._steps, lease)
        try:
            return await self._write(writing, proposal)
        except StorageError as error:
            log.warning("operation of %s could not be recorded: %s", self._attempt.job_id, error.message)
            if writing.operation is None:
                raise
            return writing.unrecorded(error)
        finally:
            if writing.operation is not None:
                self._record_number = writing.operation.audit_seq

    async def _write(self, writing: TargetWriter, proposal: Proposal) -> SyncResult:
        if proposal.kind is None:
            raise AssertionError("there is nothing to write")
        try:
            return await writing.carry_out(proposal, proposal.kind)
        except VersionConflict as moved:
            return await self._moved(writing, proposal, moved)

    async def _moved(self, writing: TargetWriter, proposal: Proposal, moved: VersionConflict) -> SyncResult:
        """Go on where the target answered that its job had moved: it is read again, and planned again, once."""
        created = moved.operation.kind is OperationKind.CREATE
        try:
            again = _as_it_stood(await self._planned(), proposal)
        except JobsyncError as error:
            self._state.planned(proposal.plan)
            return await writing.lost(moved.operation, proposal, f"{moved.error.message}; {error.message}")
        found = again.side.job
        if found is not None and landed(moved.operation, found):
            self._state.planned(proposal.plan)
            return await writing.arrived(moved.operation, proposal, found, moved.error)
        if created and found is None:
            self._state.planned(proposal.plan)
            return await writing.lost(moved.operation, proposal, f"{moved.error.message}, and shows no job that would explain it")
        if self._attempt.confirmed is not None and not again.same_writing(proposal):
            return await writing.stale(moved, again, _stale(again.plan.changes))
        if again.plan.kind is PlanKind.UNCHANGED:
            return await writing.needless(moved, again)
        if again.kind is None:
            return await writing.failed(moved.operation, proposal, moved.error)
        if again.side.gone is not None and self._attempt.confirmed is None:
            return await writing.failed(moved.operation, proposal, _gone(again.side.gone))
        try:
            return await writing.carry_out(again, again.kind, supersedes=moved.operation)
        except Busy as error:
            return await writing.failed(moved.operation, proposal, error)

    async def _unchanged(self, proposal: Proposal, lease: Lease) -> SyncResult:
        self._committed = True
        now = self._parts.now()
        result = replace(self._state.result(Outcome.UNCHANGED), synced_at=now)
        await self._record_standing(result, lease, unchanged_mark(self._attempt.action, proposal, now), proposal.source)
        return result

    async def _failed(self, error: JobsyncError, lease: Lease) -> SyncResult:
        """End an attempt that wrote nothing because something failed; the job's mark says so, where the cache has the job."""
        self._committed = True
        result = self._state.result(Outcome.FAILED, failure_of(error))
        try:
            mark = await self._parts.jobs.sync_state(self._attempt.integration, self._attempt.job_id) or SyncState()
            await self._record_standing(result, lease, failed_mark(self._attempt.action, mark))
        except StorageError as storage:
            log.warning("the failure of %s could not be kept: %s", self._attempt.job_id, storage.message)
            return await self._end(Outcome.FAILED, failure_of(error))
        return result

    async def _still_unknown(self, settles_at: datetime | None, trouble: RemoteError | None) -> SyncResult:
        cause = UNSETTLED if trouble is None else trouble.message
        failure = Failure("unknown", f"{LOST}: {cause}", "Try again when it is settled; nothing is sent before that.")
        result = await self._end(Outcome.UNKNOWN, failure)
        return replace(result, settles_at=settles_at)

    async def _end(self, outcome: Outcome, error: Failure | None) -> SyncResult:
        """Record the end of an attempt that wrote nothing, and return it."""
        self._committed = True
        result = self._state.result(outcome, error)
        try:
            await self._record(result)
        except StorageError as storage:
            return self._state.result(Outcome.BUSY if isinstance(storage, StorageBusy) else Outcome.FAILED, failure_of(storage))
        return result

    async def _record_standing(self, result: SyncResult, lease: Lease, mark: SyncState, source: Job | None = None) -> None:
        """Record the end of an attempt that wrote nothing, and how the job stands."""
        keep = self._parts.jobs.keeping(self._attempt.integration, self._attempt.job_id, mark, source)
        self._record_number = await self._parts.ledger.record(self._state.record(result), lease, keep)

    async def _record(self, result: SyncResult) -> None:
        self._record_number = await self._parts.ledger.audit.record(self._state.record(result))


def _as_it_stood(again: Proposal, first: Proposal) -> Proposal:
    """Return a plan made anew in the middle of a write with the job's mark from before it: the present one says that it is under way."""
    return replace(again, side=replace(again.side, mark=first.side.mark))


def _stale(changes: tuple[Change, ...]) -> Failure:
    fields = ", ".join(change.field for change in changes) or "nothing"
    message = f"What was confirmed is no longer what would happen; now it would change: {fields}"
    return StalePlan(message, remedy="Look at the plan as it is now, and confirm that.").failure()


def _gone(target_id: str) -> RemoteGone:
    remedy = "Plan the sync, see that it creates a new job, and confirm that plan."
    return RemoteGone(f"the job {target_id} that this was synced to is gone from Tenzo", remedy=remedy)
