r"""The journal: every write to the target is intended here, committed to disk, before it leaves.

::

    planned --> sent --> applied --> verified
       |          |  \        |
       |          |   \       +----> failed      what was read back is not what was sent
       |          |    +-> unknown --> verified, applied, failed     after the look-up
       |          +------> failed      the target declined
       +-> abandoned                   it never left

An operation is open until it is settled; a job with an open operation gets no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import peewee

from ...core import clock
from ...core.canonical import canonical, digest, parse_object, storable
from ...core.models import JsonValue
from ...database import Database, Db
from ..jobs.statements import change, first, insertion, run
from .process import ProcessIdentity
from .tables import AuditRow, OperationRow

_OF_JOB = "integration = ? AND job_id = ?"
_HAS_OPEN = f"SELECT 1 FROM operations WHERE {_OF_JOB} AND settled_ms IS NULL LIMIT 1"  # noqa: S608 - its own texts
_BESIDE = (
    "SELECT 1 FROM operations WHERE target_id = ? AND (settled_ms IS NULL OR settled_ms > ?) AND (integration <> ? OR job_id <> ?) LIMIT 1"
)
_LAST_CREATE = (
    f"SELECT idempotency_key, sent_ms, target_id, payload_hash, external_id FROM operations WHERE {_OF_JOB} AND kind = ?"  # noqa: S608
    " ORDER BY id DESC LIMIT 1"
)


class OperationState(StrEnum):
    """Where a write stands."""

    PLANNED = "planned"
    SENT = "sent"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"


class OperationKind(StrEnum):
    """What is written."""

    CREATE = "create"
    UPDATE = "update"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One intended write.

    Attributes:
        id: Sorts by time.
        action: For what: ``sync``, ``undo`` or ``adopt``.
        payload: The fields of a create, or the merge patch of an update.
        before, after: The owned fields that change, flat (``settings.language``), as they were and as they are to be.
        written: The owned fields, flat, that the job's mark records once the write is there.
        reason: Why a person has it done, where they said.
        kept: What the target made of those of ``after`` that it keeps otherwise, once that is known.
        base_version: The target's version before the write; None for a create.
        fence: The lease's fencing number under which it was intended.
        settles_at: For one without an answer: from when on a look-up decides.
        sent_uptime, settles_uptime: `sent_at` and `settles_at` in milliseconds since the start of the host of ``process``, where known.
        audit_seq: Its row in the audit record.
    """

    id: str
    kind: OperationKind
    action: str
    integration: str
    job_id: str
    job_name: str | None
    external_id: str
    target_id: str | None
    actor: str
    idempotency_key: str
    payload: Mapping[str, JsonValue]
    before: Mapping[str, JsonValue]
    after: Mapping[str, JsonValue]
    written: Mapping[str, JsonValue]
    base_version: str | None
    plan_digest: str | None
    ruleset_revision: int | None
    fence: int
    process: ProcessIdentity
    created_at: datetime
    state: OperationState = OperationState.PLANNED
    origin: Mapping[str, str] = field(default_factory=dict)
    sent_at: datetime | None = None
    sent_uptime: int | None = None
    settles_at: datetime | None = None
    settles_uptime: int | None = None
    settled_at: datetime | None = None
    audit_seq: int = 0
    error: str | None = None
    kept: Mapping[str, JsonValue] = field(default_factory=dict)
    reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether it is not settled yet."""
        return self.settled_at is None


class Journal:
    """Reads the journal; it is written by the ledger, together with leases and audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, operation_id: str) -> Operation | None:
        """Return the operation with that id."""
        return await self._database.read(get, operation_id)

    async def open_operations(self) -> tuple[Operation, ...]:
        """Return what is not settled, oldest first."""
        return await self._database.read(_open)

    async def open_for(self, integration: str, job_id: str) -> Operation | None:
        """Return the operation of that job that is not settled, of which there is at most one."""
        return await self._database.read(open_for, integration, job_id)

    async def of_job(self, integration: str, job_id: str, limit: int = 100) -> tuple[Operation, ...]:
        """Return the job's operations, newest first."""
        return await self._database.read(_of_job, integration, job_id, limit)


def insert(db: Db, operation: Operation) -> None:
    """Write the intent down."""
    row: dict[str, str | int | None] = {
        "id": operation.id,
        "kind": operation.kind.value,
        "action": operation.action,
        "state": operation.state.value,
        "integration": storable(operation.integration),
        "job_id": storable(operation.job_id),
        "job_name": None if operation.job_name is None else storable(operation.job_name),
        "external_id": storable(operation.external_id),
        "target_id": operation.target_id,
        "actor": storable(operation.actor),
        "origin": canonical(operation.origin),
        "idempotency_key": operation.idempotency_key,
        "payload": canonical(operation.payload),
        "payload_hash": digest(operation.payload),
        "plan_digest": operation.plan_digest,
        "ruleset_revision": operation.ruleset_revision,
        "before": canonical(operation.before),
        "after": canonical(operation.after),
        "written": canonical(operation.written),
        "kept": canonical(operation.kept),
        "base_version": operation.base_version,
        "fence": operation.fence,
        "process": operation.process.dump(),
        "created_ms": clock.to_ms(operation.created_at),
        "audit_seq": operation.audit_seq,
        "reason": None if operation.reason is None else storable(operation.reason),
    }
    run(db, insertion("operations", row), *row.values())


def move(
    db: Db,
    operation_id: str,
    state: OperationState,
    *,
    now: datetime,
    target_id: str | None = None,
    sent_uptime: int | None = None,
    settles_at: datetime | None = None,
    settles_uptime: int | None = None,
    settled: bool = False,
    error: str | None = None,
    kept: Mapping[str, JsonValue] | None = None,
) -> bool:
    """Bring an open operation to ``state``; returns False where somebody else has settled it."""
    changes: dict[str, str | int | None] = {"state": state.value}
    if state is OperationState.SENT:
        changes |= {"sent_ms": clock.to_ms(now), "sent_uptime": sent_uptime}
    if target_id is not None:
        changes["target_id"] = storable(target_id)
    if settles_at is not None:
        changes |= {"settles_ms": clock.to_ms(settles_at), "settles_uptime": settles_uptime}
    if settled:
        changes["settled_ms"] = clock.to_ms(now)
    if error is not None:
        changes["error"] = storable(error)
    if kept:
        changes["kept"] = canonical(kept)
    return run(db, change("operations", changes, "id = ? AND settled_ms IS NULL"), *changes.values(), operation_id) > 0


def prune(db: Db, before: datetime) -> int:
    """Take out settled operations from before that moment whose row the audit record has no more; returns how many went.

    What the record still shows can still be looked into and undone.
    """
    recorded = AuditRow.select(AuditRow.seq).where(AuditRow.seq == OperationRow.audit_seq)
    old = (OperationRow.created_ms < clock.to_ms(before)) & ~OperationRow.settled_ms.is_null()
    removed: int = OperationRow.delete().where(old & ~peewee.fn.EXISTS(recorded)).execute(db)
    return removed


def get(db: Db, operation_id: str) -> Operation | None:
    """Return the operation with that id."""
    row = OperationRow.select().where(OperationRow.id == storable(operation_id)).first(db)
    return None if row is None else _operation(row)


def open_for(db: Db, integration: str, job_id: str) -> Operation | None:
    """Return the open operation of that job."""
    if not has_open(db, integration, job_id):
        return None
    query = OperationRow.select().where(_job(integration, job_id) & OperationRow.settled_ms.is_null())
    row = query.order_by(OperationRow.id).first(db)
    return None if row is None else _operation(row)


def has_open(db: Db, integration: str, job_id: str) -> bool:
    """Return whether the job has an operation that is not settled."""
    return first(db, _HAS_OPEN, storable(integration), storable(job_id)) is not None


def written_beside(db: Db, operation: Operation) -> bool:
    """Return whether another job has an open write to the same job of the target, or one that ended since this attempt began."""
    if operation.target_id is None:
        return False
    since = clock.to_ms(operation.created_at)
    return first(db, _BESIDE, operation.target_id, since, storable(operation.integration), storable(operation.job_id)) is not None


def key_for(db: Db, operation: Operation) -> str:
    """Return the idempotency key for a create: that of the last one, if that may have left, was never seen there, and was the same."""
    last = first(db, _LAST_CREATE, storable(operation.integration), storable(operation.job_id), OperationKind.CREATE.value)
    if last is not None:
        key, sent_ms, target_id, payload_hash, external_id = last
        same = payload_hash == digest(operation.payload) and external_id == storable(operation.external_id)
        if sent_ms is not None and target_id is None and same:
            return str(key)
    return operation.idempotency_key


def _open(db: Db) -> tuple[Operation, ...]:
    query = OperationRow.select().where(OperationRow.settled_ms.is_null()).order_by(OperationRow.id)
    return tuple(_operation(row) for row in query.execute(db))


def _of_job(db: Db, integration: str, job_id: str, limit: int) -> tuple[Operation, ...]:
    query = OperationRow.select().where(_job(integration, job_id)).order_by(OperationRow.id.desc()).limit(limit)
    return tuple(_operation(row) for row in query.execute(db))


def _job(integration: str, job_id: str) -> peewee.Expression:
    return (OperationRow.integration == storable(integration)) & (OperationRow.job_id == storable(job_id))


def _operation(row: OperationRow) -> Operation:
    return Operation(
        id=row.id,
        kind=OperationKind(row.kind),
        action=row.action,
        state=OperationState(row.state),
        integration=row.integration,
        job_id=row.job_id,
        job_name=row.job_name,
        external_id=row.external_id,
        target_id=row.target_id,
        actor=row.actor,
        origin={name: str(value) for name, value in parse_object(row.origin).items()},
        idempotency_key=row.idempotency_key,
        payload=parse_object(row.payload),
        plan_digest=row.plan_digest,
        ruleset_revision=row.ruleset_revision,
        before=parse_object(row.before),
        after=parse_object(row.after),
        written=parse_object(row.written),
        base_version=row.base_version,
        fence=row.fence,
        process=ProcessIdentity.load(row.process),
        created_at=clock.from_ms(row.created_ms),
        sent_at=_moment(row.sent_ms),
        sent_uptime=row.sent_uptime,
        settles_at=_moment(row.settles_ms),
        settles_uptime=row.settles_uptime,
        settled_at=_moment(row.settled_ms),
        audit_seq=row.audit_seq,
        error=row.error,
        kept=parse_object(row.kept),
        reason=row.reason,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else clock.from_ms(milliseconds)
