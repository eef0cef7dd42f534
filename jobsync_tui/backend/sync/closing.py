"""Jobs that close: where the configuration says so, a job synced before that closes or vanishes in its ATS is closed in the target too.

Its status alone is written, by the path of every write. Where somebody changed the job in the target since our last sync, the automatic
sync leaves it to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ..core.models import ENDED, Change, Eligibility, Failure, Job, JobHead, JobStatus, JsonValue, PlanKind, SyncPlan, SyncState
from ..storage.ledger.journal import OperationKind
from .fields import merge_patch, ordered
from .kept_values import equal, nothing
from .plan import Proposal, TargetSide, plan_digest, refused

STATUS = "status"


def is_left_open(mark: SyncState) -> bool:
    """Return whether a job was synced before, and our last sync left it open."""
    return mark.target_id is not None and mark.written.get(STATUS) not in ENDED


def closing_proposal(
    integration: str,
    head: JobHead,
    eligibility: Eligibility | None,
    side: TargetSide,
    *,
    ats_read_at: datetime,
    unattended: bool,
    source: Job | None = None,
) -> Proposal:
    """Return what closes a job in the target.

    Args:
        integration: Of the job.
        head: The job; its status is closed or archived, or it is gone.
        eligibility: What the rules say of it; None where it is gone.
        side: The target.
        ats_read_at: When the ATS said so.
        unattended: Whether nobody sees the plan: then a job that somebody changed in the target is left alone.
        source: The job as it was read; None where it is gone.
    """
    gone = source is None
    wanted: JsonValue = JobStatus.CLOSED.value if gone else head.status.value
    plan = SyncPlan(
        integration=integration,
        job=head,
        kind=PlanKind.UPDATE,
        eligibility=eligibility,
        desired={STATUS: wanted},
        ats_read_at=ats_read_at,
        target_read_at=side.read_at,
    )
    if side.job is None:
        return refused(plan, side, Failure("remote_gone", f"The job {side.mark.target_id} is gone from Tenzo: there is nothing to close"))
    plan = replace(plan, target_id=side.job.id, target_version=side.job.version, target_url=side.job.url)
    present = side.current.get(STATUS)
    written = {**side.written, STATUS: wanted}
    if equal(present, wanted):
        plan = replace(plan, kind=PlanKind.UNCHANGED, same=(STATUS,))
        return Proposal(replace(plan, digest=plan_digest(plan)), None, side, {}, written, source)
    edited = _edited(side)
    if edited and unattended:
        return refused(plan, side, _left_to_a_person(edited))
    change = Change(STATUS, present, wanted, overwrites=STATUS in edited)
    plan = replace(plan, changes=(change,), note=_note(gone=gone, edited=edited))
    return Proposal(replace(plan, digest=plan_digest(plan)), OperationKind.UPDATE, side, merge_patch(plan.changes), written, source)


def _edited(side: TargetSide) -> list[str]:
    """Return the fields that somebody changed in the target since our last sync, the status where we never wrote it among them."""
    left: Mapping[str, JsonValue] = {**side.written, **side.kept}
    current = side.current
    found = [name for name in ordered(left) if not equal(current.get(name), left[name])]
    return found if STATUS in left or nothing(current.get(STATUS)) else [*found, STATUS]


def _left_to_a_person(edited: list[str]) -> Failure:
    message = f"It closed, and somebody changed {', '.join(edited)} in Tenzo since our last sync: it is not closed there without a person"
    return Failure("changed_since", message, "Plan its sync: the plan shows what closes it, and asks.")


def _note(*, gone: bool, edited: list[str]) -> str:
    why = "The ATS has the job no more" if gone else "The job closed in the ATS"
    kept = f" Somebody changed {', '.join(edited)} in Tenzo since our last sync." if edited else ""
    return f"{why}: its status in Tenzo is set, and nothing else.{kept}"
