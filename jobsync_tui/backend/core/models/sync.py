"""A sync as values: what it would change, its steps as they happen, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from .eligibility import Eligibility
from .job import JobHead, JobKey, JsonValue


class Outcome(StrEnum):
    """How a sync of one job ended."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"
    BUSY = "busy"
    STALE = "stale"
    CANCELLED = "cancelled"
    PLANNED = "planned"


class PlanKind(StrEnum):
    """What a sync would do to the target."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REFUSE = "refuse"


class StepName(StrEnum):
    """The steps of a sync, in order."""

    FETCH = "fetch"
    RULES = "rules"
    PLAN = "plan"
    WRITE = "write"
    VERIFY = "verify"


class StepState(StrEnum):
    """Where a step stands."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sync; ``seconds`` is how long it took, None while it runs. ``detail`` says what is waited for, or what failed."""

    name: StepName
    state: StepState
    seconds: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One owned field of the target's job, dotted (``settings.language``), before and after.

    ``overwrites`` says that the target's value is not what our last sync left there: somebody edited it, and the sync would undo that.
    """

    field: str
    before: JsonValue
    after: JsonValue
    overwrites: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One owned field that the target keeps otherwise than it was sent: trimmed, sanitized, sorted, or in another form of its own."""

    field: str
    sent: JsonValue
    kept: JsonValue


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure for documents and screens: stable code, message without secrets, and the remedy where there is one."""

    code: str
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What a sync of one job would do: shown before the confirmation, and bound to it by ``digest``.

    Attributes:
        kind: create, update, unchanged or refuse.
        eligibility: Why; None only where the job was not found or could not be read.
        target_id, target_version, target_url: The target's job as it was read, None for a create.
        changes: Owned fields that differ, in the owned fields' order.
        same: Owned fields that are as wanted already.
        kept: Those of them that the target keeps in a form of its own.
        desired: The owned fields as the sync would leave them.
        digest: Hex digest over what the confirmation is bound to; times that move by themselves are not part of it.
        ats_read_at, target_read_at: When the two sides were read, UTC.
        error: Why there is no plan (job not found, ATS or target failed, a name the target lacks), else None.
        note: What the person should know before confirming: that the target's job is gone and a create would replace it.
    """

    integration: str
    job: JobHead
    kind: PlanKind
    eligibility: Eligibility | None
    target_id: str | None = None
    target_version: str | None = None
    target_url: str | None = None
    changes: tuple[Change, ...] = ()
    same: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    desired: Mapping[str, JsonValue] = field(default_factory=dict)
    digest: str | None = None
    ats_read_at: datetime | None = None
    target_read_at: datetime | None = None
    error: Failure | None = None
    note: str | None = None

    @property
    def key(self) -> JobKey:
        """Return which job it is of."""
        return JobKey(self.integration, self.job.id)

    @property
    def writes(self) -> bool:
        """Whether a sync by this plan sends anything to the target: only that is to be confirmed."""
        return self.error is None and self.kind in {PlanKind.CREATE, PlanKind.UPDATE}

    @property
    def outcome(self) -> Outcome:
        """What a dry run says that came to this plan."""
        if self.error is None:
            return Outcome.PLANNED
        words = {"job_not_found": Outcome.NOT_FOUND, "unknown": Outcome.UNKNOWN, "access_denied": Outcome.REFUSED}
        named = words.get(self.error.code)
        return named or (Outcome.FAILED if self.digest is None else Outcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What came of one sync: the contract's ``sync`` document.

    ``written`` says whether anything reached the target, None where that is unknown. ``verified`` is whether the target, read back,
    holds what was sent; None where nothing was written. ``kept`` are the fields that it keeps otherwise than they were sent.
    ``reason`` is why the person who had it done said they did.
    """

    integration: str
    job: JobHead
    eligibility: Eligibility | None
    outcome: Outcome
    target_id: str | None = None
    target_url: str | None = None
    changes: tuple[Change, ...] = ()
    plan_digest: str | None = None
    kept: tuple[Kept, ...] = ()
    verified: bool | None = None
    written: bool | None = False
    error: Failure | None = None
    synced_at: datetime | None = None
    operation_id: str | None = None
    actor: str = ""
    steps: tuple[Step, ...] = ()
    settles_at: datetime | None = None
    reason: str | None = None

    @property
    def key(self) -> JobKey:
        """Return which job it is of."""
        return JobKey(self.integration, self.job.id)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is syncing a job: ``fence`` grows with every lease of the job, so a late writer can be told from the present one."""

    id: str
    integration: str
    job_id: str
    holder: str
    since: datetime
    expires: datetime
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row of the audit record; ``before`` and ``after`` are the owned fields that changed.

    ``reason`` is why the person who acted said they did.
    ``hash`` is empty and ``ended_at`` None while the attempt is under way or its outcome is still looked for.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    integration: str | None = None
    job_id: str | None = None
    job_name: str | None = None
    outcome: str | None = None
    cause: str | None = None
    operation_id: str | None = None
    ruleset_revision: int | None = None
    plan_digest: str | None = None
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    after: Mapping[str, JsonValue] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    hash: str = ""
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The plans of several jobs, in the order they were asked for; ``digest`` is one over all of theirs."""

    TYPED_ABOVE: ClassVar[int] = 50
    """Above this many jobs that would be written, whoever confirms types the number."""

    plans: tuple[SyncPlan, ...]
    digest: str

    @property
    def writes(self) -> int:
        """How many jobs would be created or updated."""
        return sum(each.writes for each in self.plans)

    @property
    def to_type(self) -> int | None:
        """The number that has to be typed to confirm; None where a yes is enough."""
        return self.writes if self.writes > self.TYPED_ABOVE else None


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What settling open operations came to: how many were open, how each was settled, how many are still unknown."""

    open: int
    settled: Mapping[str, str]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordHead:
    """Where the audit record ends: how many rows were ever ended in it, and the hash of the last of them.

    Whoever has kept it elsewhere can tell later that nothing up to there was cut off or written anew.
    """

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """Whether the audit record's chain holds.

    Attributes:
        ok: Whether it does, and holds the head that was expected.
        rows: Of the head: how many rows were ever ended, those taken out by a prune counted too.
        hash: Of the head.
        kept: How many of the rows are there and were looked at.
        first_bad: The sequence number where it breaks.
        message: The same in words.
    """

    ok: bool
    rows: int
    hash: str
    kept: int
    first_bad: int | None
    message: str
