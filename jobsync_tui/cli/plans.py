"""Plans and results of syncs in words, and a dry run's answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..backend.errors import JobNotFound
from ..backend.models import Change, Outcome, PlanKind, SyncPlan, SyncResult
from .explanation import print_explanation, value_words
from .output import print_line
from .tables import Table, fit

_VERBS = {PlanKind.CREATE: "would CREATE", PlanKind.UPDATE: "would UPDATE", PlanKind.UNCHANGED: "would change nothing in"}


def dry_run_result(plan: SyncPlan, actor: str) -> SyncResult:
    """Return what a dry run says of a plan: planned, or why there would be no sync."""
    if plan.error is not None:
        outcome = Outcome.NOT_FOUND if plan.error.code == JobNotFound.code else Outcome.FAILED
    else:
        outcome = Outcome.REFUSED if plan.kind is PlanKind.REFUSE else Outcome.PLANNED
    return SyncResult(
        integration=plan.integration,
        job=plan.job,
        eligibility=plan.eligibility,
        outcome=outcome,
        target_id=plan.target_id,
        target_url=plan.target_url,
        changes=plan.changes,
        plan_digest=plan.digest,
        error=plan.error,
        actor=actor,
    )


def print_plan(plan: SyncPlan) -> None:
    """Print one plan with every change."""
    if plan.error is not None:
        print_line(f"{plan.job.id}: {plan.error.message}")
        if plan.error.remedy:
            print_line(f"    {plan.error.remedy}")
        return
    if plan.kind is PlanKind.REFUSE and plan.eligibility is not None:
        print_explanation(plan.eligibility)
        return
    print_line(f"{plan.job.id}  {plan.job.name or '(no name)'}")
    where = f" {plan.target_id}" if plan.target_id else ""
    print_line(f"A sync {_VERBS.get(plan.kind, plan.kind)} the job{where} in the target ({len(plan.changes)} fields)")
    for change in plan.changes:
        print_line(f"  {_change_words(change)}")
    if plan.note:
        print_line(plan.note)
    if plan.digest is not None:
        print_line(f"plan {plan.digest}")


def print_plans(plans: Sequence[SyncPlan]) -> None:
    """Print several plans, a line each, and their counts."""
    table = Table("ATS JOB ID", "NAME", "PLAN", "FIELDS", "")
    for plan in plans:
        why = plan.error.message if plan.error is not None else None
        if plan.kind is PlanKind.REFUSE and why is None and plan.eligibility is not None:
            why = plan.eligibility.message
        table.add(plan.job.id, plan.job.name, "failed" if plan.error is not None else plan.kind, len(plan.changes), why)
    table.finish()
    counts = Counter("failed" if plan.error is not None else str(plan.kind) for plan in plans)
    print_line(", ".join(f"{count} {kind}" for kind, count in counts.items()) or "No jobs")


def print_result(result: SyncResult) -> None:
    """Print what came of one sync."""
    where = f" {result.target_id}" if result.target_id else ""
    checked = {True: ", verified", False: ", NOT as sent", None: ""}[result.verified]
    print_line(f"{result.job.id}  {result.job.name or '(no name)'}: {result.outcome}{where}{checked}")
    if result.error is not None:
        print_line(f"    {result.error.message}")
        if result.error.remedy:
            print_line(f"    {result.error.remedy}")
    elif result.outcome is Outcome.REFUSED and result.eligibility is not None:
        print_line(f"    {result.eligibility.message}")
    for change in result.changes:
        print_line(f"    {_change_words(change)}")


def _change_words(change: Change) -> str:
    edited = "  (edited in the target since our last sync)" if change.overwrites else ""
    return f"{change.field}: {fit(value_words(change.before), 80)} -> {fit(value_words(change.after), 80)}{edited}"
