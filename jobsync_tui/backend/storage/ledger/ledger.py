"""The ledger: journal, leases and audit moved together, each step in one transaction on disk before the next one is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from ...core import clock
from ...core.errors import Busy, UsageError
from ...core.models import JsonValue, Lease, Outcome
from ...core.reasons import given_reason
from ...core.text import counted
from ...database import Database, Db
from . import audit, journal, leases
from .audit import AuditStore, NewEntry
from .journal import Journal, Operation, OperationKind, OperationState
from .leases import DEFAULT_TTL, LeaseStore
from .process import ProcessIdentity

Keep: TypeAlias = Callable[[Db], None]
"""Keeps how the job stands towards the target, within the ledger's transaction and only where that was true (`JobCache.keeping`)."""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """How an operation ended: its last state, the sync's outcome, why, on which job of the target, and what that keeps otherwise."""

    state: OperationState
    outcome: Outcome
    cause: str | None = None
    target_id: str | None = None
    kept: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of the audit record, operations of the journal, and requests of syncs were taken out."""

    rows: int
    operations: int
    requests: int = 0


class Ledger:
    """What is intended, who has it in hand, and what came of it.

    Attributes:
        journal, leases, audit: The three records, for reading and for what concerns one of them alone.
        uptime: The milliseconds since this host's start.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease_ttl: timedelta = DEFAULT_TTL,
        process: ProcessIdentity | None = None,
        now: Callable[[], datetime] | None = None,
        uptime: Callable[[], int] = clock.uptime,
    ) -> None:
        self._database = database
        self.now = now or database.now
        self.uptime = uptime
        self.journal = Journal(database)
        self.leases = LeaseStore(database, ttl=lease_ttl, process=process, now=now, uptime=uptime)
        self.audit = AuditStore(database, now=now)

    async def begin(self, operation: Operation, lease: Lease) -> Operation:
        """Write the intent down, and begin its audit row; nothing may be sent before `sent` has returned, which takes both to the disk.

        A create that repeats one whose answer never came gets the idempotency key of that one.

        Raises:
            Busy: The lease is lost, the job has an operation that is not settled, or another one writes to the same job of the target.
            StorageError: The intent or the audit row cannot be written.
        """
        return await self._database.write_unsynced(self._begin, operation, lease)

    async def supersede(self, refused: Operation, operation: Operation, lease: Lease) -> Operation:
        """Put another intent in the place of one that the target refused without acting; both are one attempt and share its audit row.

        Raises:
            Busy: The lease is lost.
        """
        return await self._database.write_unsynced(self._supersede, refused, operation, lease)

    async def sent(self, operation: Operation, lease: Lease, keep: Keep) -> datetime:
        """Say that the request leaves now, and how the job stands meanwhile; the last point at which a late writer is refused.

        Returns the moment.

        When it returns, the intent, its audit row and this are on the disk.

        Raises:
            Busy: The lease is lost; the operation is abandoned by whoever settles it.
        """
        return await self._database.write(self._sent, operation, lease, keep)

    async def applied(self, operation: Operation, target_id: str) -> None:
        """Say that the target answered that it is done, on which job. Without it, a look-up would find out."""
        await self._database.write_unsynced(self._applied, operation, target_id)

    async def lost(self, operation: Operation, settles_at: datetime, cause: str, keep: Keep | None = None) -> bool:
        """Say that the answer did not come, and from when on a look-up decides. The audit row stays begun, as unknown.

        Seen from the host that sent it, that moment is kept as time since the host's start too, which no setting of its clock moves.

        Returns:
            False where somebody else ended it first: then nothing is changed, nor how the job stands.
        """
        return await self._database.write(self._lost, operation, settles_at, cause, keep)

    async def settle(self, operation: Operation, result: OperationResult, keep: Keep, lease: Lease | None = None) -> bool:
        """End an operation: its journal row, how its job stands, its audit row and, where it is given, the job's lease, in one transaction.

        A process that comes back late, after another one has ended its operation, finds it ended and changes nothing: the job may have been
        synced again since, and how it stands is what that sync left.

        Returns:
            False where somebody else ended it first: then nothing is changed but the lease.
        """
        settled = await self._database.write(self._settle, operation, result, keep, lease)
        if lease is not None:
            self.leases.released(lease)
        return settled

    async def observe_end(self, operation: Operation, settles_at: datetime, keep: Keep) -> bool:
        """Take over an operation whose process ended or lost its lease, and keep how its job stands meanwhile.

        Returns:
            False while it is in progress or where it is settled: then nothing is changed.
        """
        return await self._database.write(self._observe_end, operation, settles_at, keep)

    async def record(self, entry: NewEntry, lease: Lease, keep: Keep) -> int:
        """Record an attempt that wrote nothing, and how its job stands, in one transaction; returns the row's number.

        Where the lease is lost, somebody else may have had the job in hand since, and how it stands is left as it is.
        """
        return await self._database.write(self._record, entry, lease, keep)

    async def break_lease(self, lease_id: str, actor: str, origin: dict[str, str] | None = None) -> Lease:
        """Take a lease away from its holder, and record that.

        Raises:
            UsageError: There is no lease of that id.
        """
        return await self._database.write(self._break, lease_id, actor, origin or {}, given_reason())

    async def prune(self, before: datetime, actor: str) -> Pruned:
        """Take out audit rows from before that moment and the operations they were about, and record that; the chain still verifies."""
        return await self._database.write(self._prune, before, actor, given_reason())

    def _begin(self, db: Db, operation: Operation, lease: Lease) -> Operation:
        self.leases.require(db, lease, renew=False)
        if journal.has_open(db, operation.integration, operation.job_id):
            raise Busy("An earlier write to this job is not settled yet.", remedy="Wait until its outcome is known.")
        if journal.written_beside(db, operation):
            raise Busy("Another ATS job was just written to the same job in Tenzo.", remedy="Sync the job again.")
        key = journal.key_for(db, operation) if operation.kind is OperationKind.CREATE else operation.idempotency_key
        begun = replace(operation, idempotency_key=key, audit_seq=audit.begin(db, entry_about(operation)))
        journal.insert(db, begun)
        return begun

    def _supersede(self, db: Db, refused: Operation, operation: Operation, lease: Lease) -> Operation:
        self.leases.require(db, lease)
        cause = "the target's job had moved; planned again"
        if not journal.move(db, refused.id, OperationState.FAILED, now=self.now(), settled=True, error=cause):
            raise Busy("This sync was ended by a recovery, so nothing was written.", remedy="Sync the job again.")
        begun = replace(operation, audit_seq=refused.audit_seq)
        journal.insert(db, begun)
        audit.revise(db, begun.audit_seq, entry_about(begun))
        return begun

    def _sent(self, db: Db, operation: Operation, lease: Lease, keep: Keep) -> datetime:
        self.leases.require(db, lease)
        now = self.now()
        if not journal.move(db, operation.id, OperationState.SENT, now=now, sent_uptime=self.uptime()):
            raise Busy("This sync was ended by a recovery, so nothing was written.", remedy="Sync the job again.")
        keep(db)
        return now

    def _applied(self, db: Db, operation: Operation, target_id: str) -> None:
        journal.move(db, operation.id, OperationState.APPLIED, now=self.now(), target_id=target_id)

    def _lost(self, db: Db, operation: Operation, settles_at: datetime, cause: str, keep: Keep | None) -> bool:
        now = self.now()
        here = operation.process.same_boot(self.leases.process)
        uptime = self.uptime() + round((settles_at - now).total_seconds() * 1000) if here else None
        moved = journal.move(db, operation.id, OperationState.UNKNOWN, now=now, settles_at=settles_at, settles_uptime=uptime, error=cause)
        if not moved:
            return False
        if keep is not None:
            keep(db)
        audit.revise(db, operation.audit_seq, entry_about(operation, Outcome.UNKNOWN, cause))
        return True

    def _settle(self, db: Db, operation: Operation, result: OperationResult, keep: Keep, lease: Lease | None) -> bool:
        if lease is not None:
            leases.release(db, lease)
        now = self.now()
        state, cause = result.state, result.cause
        landed_on, kept = result.target_id, result.kept
        if not journal.move(db, operation.id, state, now=now, target_id=landed_on, settled=True, error=cause, kept=kept):
            return False
        keep(db)
        audit.seal(db, operation.audit_seq, entry_about(operation, result.outcome, cause), now)
        return True

    def _record(self, db: Db, entry: NewEntry, lease: Lease, keep: Keep) -> int:
        with suppress(Busy):
            self.leases.require(db, lease, renew=False)
            keep(db)
        return audit.append(db, entry, self.now())

    def _observe_end(self, db: Db, operation: Operation, settles_at: datetime, keep: Keep) -> bool:
        present = journal.get(db, operation.id)
        if present is None or not present.open:
            return False
        if self.leases.in_progress(db, operation.integration, operation.job_id, operation.fence):
            return False
        if present.state is OperationState.SENT:
            return self._lost(db, operation, settles_at, "the process that sent it ended before the answer was kept", keep)
        keep(db)
        return True

    def _break(self, db: Db, lease_id: str, actor: str, origin: dict[str, str], reason: str | None) -> Lease:
        lease = leases.get(db, lease_id)
        if lease is None or not leases.release(db, lease):
            raise UsageError(f"No job is being synced under the lease {lease_id}.", remedy="jobsync leases lists them.")
        cause = f"the lease {lease.id} of {lease.holder} since {clock.rfc3339(lease.since)} was broken"
        row = NewEntry(
            actor=actor,
            action="leases break",
            at=self.now(),
            integration=lease.integration,
            job_id=lease.job_id,
            outcome="done",
            cause=cause,
            origin=origin,
            reason=reason,
        )
        audit.append(db, row, self.now())
        return lease

    def _prune(self, db: Db, before: datetime, actor: str, reason: str | None) -> Pruned:
        pruned = Pruned(audit.prune(db, before), journal.prune(db, before))
        cause = (
            f"{counted(pruned.rows, 'row')} of the record and {counted(pruned.operations, 'operation')} of the journal"
            f" from before {clock.rfc3339(before)} were taken out"
        )
        after = audit.prune_mark(db) if pruned.rows else {}
        row = NewEntry(actor=actor, action=audit.PRUNE, at=self.now(), outcome="done", cause=cause, after=after, reason=reason)
        audit.append(db, row, self.now())
        return pruned


def entry_about(operation: Operation, outcome: Outcome | None = None, cause: str | None = None) -> NewEntry:
    """Return what the audit record says of an operation."""
    return NewEntry(
        actor=operation.actor,
        action=operation.action,
        at=operation.created_at,
        integration=operation.integration,
        job_id=operation.job_id,
        job_name=operation.job_name,
        outcome=None if outcome is None else outcome.value,
        cause=cause,
        operation_id=operation.id,
        ruleset_revision=operation.ruleset_revision,
        plan_digest=operation.plan_digest,
        before=operation.before,
        after=operation.after,
        origin=operation.origin,
        reason=operation.reason,
    )
