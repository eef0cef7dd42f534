"""A plan from what was read: what would change, bound to a digest, with what it takes to carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..core.canonical import Plain, digest
from ..core.models import BulkPlan, Change, Eligibility, Failure, Job, JobHead, JsonValue, PlanKind, SyncPlan, SyncState
from ..storage.ledger.journal import OperationKind
from ..target.base import TargetJob
from .difference import Difference, difference
from .fields import flatten, merge_patch, nest


@dataclass(frozen=True, slots=True)
class TargetSide:
    """The target as it was read for a job.

    Attributes:
        job: The target's job, None where there is none.
        mark: What our last sync recorded.
        gone: Id of a job that we synced to and that the target does not have any more.
        read_at: When, UTC.
    """

    job: TargetJob | None
    mark: SyncState
    gone: str | None
    read_at: datetime

    @property
    def current(self) -> dict[str, JsonValue]:
        """The owned fields, flat; none where there is no job."""
        return {} if self.job is None else flatten(self.job.fields)

    @property
    def written(self) -> Mapping[str, JsonValue]:
        """What our last sync left in this job of the target; nothing where it is another one."""
        return self.mark.written if self._ours else {}

    @property
    def kept(self) -> Mapping[str, JsonValue]:
        """What this job of the target made of what our last sync left there, where it keeps it otherwise."""
        return self.mark.kept if self._ours else {}

    @property
    def _ours(self) -> bool:
        return self.job is not None and self.mark.target_id in {None, self.job.id}

    def compared(self, desired: Mapping[str, JsonValue]) -> Difference:
        """Return what would have to change for the owned fields to be as wanted."""
        return difference(desired, self.current, self.written, self.kept)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan together with what carries it out.

    Attributes:
        plan: What is shown and confirmed.
        kind: The kind of write; None where nothing is to be written.
        side: The target as it was read.
        payload: The fields of a create, or the merge patch of an update.
        written: What the job's mark records once it is done, flat.
        source: The job as it was read from the ATS, where it was.
    """

    plan: SyncPlan
    kind: OperationKind | None
    side: TargetSide
    payload: Mapping[str, JsonValue]
    written: Mapping[str, JsonValue]
    source: Job | None = None

    def same_writing(self, other: Proposal) -> bool:
        """Return whether both would write the same over the same, whatever else moved in the target's job."""
        return self.kind == other.kind and self.plan.changes == other.plan.changes and self.plan.target_id == other.plan.target_id


def sync_proposal(
    eligibility: Eligibility, desired: Mapping[str, JsonValue], side: TargetSide, *, ats_read_at: datetime, missing: tuple[str, ...] = ()
) -> Proposal:
    """Return what a sync of an eligible job would do.

    Args:
        eligibility: The rules' outcome.
        desired: The owned fields as wanted, flat.
        side: The target.
        ats_read_at: When the job was read from the ATS.
        missing: Names that the target lacks, in words; any of them makes it a refusal.
    """
    found = side.compared(desired)
    plan = _plan(eligibility, desired, side, found, ats_read_at)
    if missing:
        return refused(plan, side, unknown_names(missing))
    payload = nest(desired) if side.job is None else merge_patch(found.changes)
    kind = {PlanKind.CREATE: OperationKind.CREATE, PlanKind.UPDATE: OperationKind.UPDATE}.get(plan.kind)
    return Proposal(replace(plan, digest=plan_digest(plan)), kind, side, payload, dict(desired))


def refusal_proposal(eligibility: Eligibility, side: TargetSide, *, ats_read_at: datetime) -> Proposal:
    """Return the refusal of a job that is not eligible."""
    plan = _plan(eligibility, {}, side, Difference((), ()), ats_read_at)
    if side.mark.target_id is not None:
        plan = replace(plan, note=f"The job {side.mark.target_id}, synced before, stays as it is in Tenzo.")
    reason = "not_eligible" if eligibility.reason is None else eligibility.reason.value
    return refused(plan, side, Failure(reason, eligibility.message))


def refused(plan: SyncPlan, side: TargetSide, error: Failure) -> Proposal:
    """Return ``plan`` as a refusal, for the reason given."""
    refusal = replace(plan, kind=PlanKind.REFUSE, changes=(), error=error)
    return Proposal(replace(refusal, digest=plan_digest(refusal)), None, side, {}, side.mark.written)


def unreadable_plan(integration: str, job: JobHead, error: Failure, eligibility: Eligibility | None = None) -> SyncPlan:
    """Return the plan of a job whose two sides could not both be read: there is none, and why."""
    return SyncPlan(integration=integration, job=job, kind=PlanKind.REFUSE, eligibility=eligibility, error=error)


def bulk_plan(plans: tuple[SyncPlan, ...]) -> BulkPlan:
    """Return the plans of several jobs under one digest."""
    return BulkPlan(plans, digest([[plan.integration, plan.job.id, plan.digest] for plan in plans]))


def plan_digest(plan: SyncPlan) -> str:
    """Return the digest over what a confirmation is bound to: what would be written, over what, and why.

    Not the time, nor the rule set's bare number, nor the target's version, which moves with each candidate.
    """
    bound: dict[str, Plain] = {
        "integration": plan.integration,
        "job": plan.job.id,
        "kind": plan.kind.value,
        "target": plan.target_id,
        "changes": [_seen(change) for change in plan.changes],
        "desired": plan.desired,
        "rules": None if plan.eligibility is None else _rules_outcome(plan.eligibility),
        "error": None if plan.error is None else [plan.error.code, plan.error.message],
        "note": plan.note,
    }
    return digest(bound)


def unknown_names(missing: tuple[str, ...]) -> Failure:
    """Return the refusal to write names that the target does not have."""
    listed = ", ".join(missing)
    return Failure("unknown_name", f"Tenzo has no {listed}", "Correct the rule, or add it in Tenzo under exactly that name.")


def _plan(
    eligibility: Eligibility, desired: Mapping[str, JsonValue], side: TargetSide, found: Difference, ats_read_at: datetime
) -> SyncPlan:
    job = side.job
    kind = PlanKind.CREATE if job is None else PlanKind.UPDATE if found.changes else PlanKind.UNCHANGED
    return SyncPlan(
        integration=eligibility.integration,
        job=eligibility.job,
        kind=kind,
        eligibility=eligibility,
        target_id=None if job is None else job.id,
        target_version=None if job is None else job.version,
        target_url=None if job is None else job.url,
        changes=found.changes,
        same=found.same,
        kept=found.kept,
        desired=dict(desired),
        ats_read_at=ats_read_at,
        target_read_at=side.read_at,
        note=None if side.gone is None else f"The job {side.gone} that this was synced to is gone from Tenzo; a sync creates a new one.",
    )


def _seen(change: Change) -> list[Plain]:
    return [change.field, change.before, change.after, change.overwrites]


def _rules_outcome(eligibility: Eligibility) -> dict[str, Plain]:
    return {
        "eligible": eligibility.eligible,
        "reason": eligibility.reason,
        "missing": eligibility.missing_fields,
        "matched": [rule.id for rule in eligibility.matched_rules],
        "template_type": eligibility.template_type,
        "templates": eligibility.templates,
        "actions": [[each.kind, each.name, each.value, each.rule, each.effect, each.by] for each in eligibility.actions],
    }
