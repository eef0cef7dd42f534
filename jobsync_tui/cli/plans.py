"""Plans and results of syncs in words, and a dry run's answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..backend.core.models import Change, Failure, Kept, Outcome, PlanKind, SyncPlan, SyncResult
from ..backend.core.text import counted
from .explanation import print_explanation, value_words
from .output import print_line
from .tables import Table, fit

_VERBS = {PlanKind.CREATE: "would CREATE", PlanKind.UPDATE: "would UPDATE", PlanKind.UNCHANGED: "would change nothing in"}


def planned_results(plans: Sequence[SyncPlan], actor: str) -> list[SyncResult]:
    """Return what a dry run says of several plans: planned, or why there would be no sync."""
    return [
        SyncResult(
            integration=plan.integration,
            job=plan.job,
            eligibility=plan.eligibility,
            outcome=plan.outcome,
            target_id=plan.target_id,
            target_url=plan.target_url,
            changes=plan.changes,
            kept=plan.kept,
            plan_digest=plan.digest,
            error=plan.error,
            actor=actor,
        )
        for plan in plans
    ]


def can_sync(plan: SyncPlan) -> bool:
    """Return whether the plan can be carried out, be it that it changes nothing."""
    return plan.error is None and plan.kind is not PlanKind.REFUSE


def print_plan(plan: SyncPlan) -> None:
    """Print one plan with every change, or why there is none."""
    if plan.eligibility is not None and not plan.eligibility.eligible:
        print_explanation(plan.eligibility)
        return
    print_line(f"{plan.job.id}  {plan.job.name or '(no name)'}")
    if plan.error is not None:
        _print_failure(plan.error)
        return
    where = f" {plan.target_id}" if plan.target_id else ""
    print_line(f"A sync {_VERBS.get(plan.kind, plan.kind)} the job{where} in the target ({counted(len(plan.changes), 'field')})")
    for change in plan.changes:
        print_line(f"    {_change_words(change)}")
    _print_kept(plan.kept)
    if plan.note:
        print_line(f"    {plan.note}")


def print_plans(plans: Sequence[SyncPlan]) -> None:
    """Print several plans, a line each, and their counts."""
    table = Table("ATS JOB ID", "NAME", "PLAN", "FIELDS", "")
    for plan in plans:
        why = plan.error.message if plan.error is not None else plan.note
        table.add(plan.job.id, plan.job.name, _plan_word(plan), len(plan.changes), why)
    table.finish()
    counts = Counter(map(_plan_word, plans))
    print_line(", ".join(f"{count} {kind}" for kind, count in counts.items()) or "No jobs")


def print_result(result: SyncResult) -> None:
    """Print what came of one sync, or what a dry run says of it."""
    where = f" {result.target_id}" if result.target_id else ""
    checked = {True: ", verified", False: ", NOT as sent", None: ""}[result.verified]
    print_line(f"{result.job.id}  {result.job.name or '(no name)'}: {result.outcome}{where}{checked}")
    if result.error is not None:
        _print_failure(result.error)
    for change in result.changes:
        print_line(f"    {_change_words(change)}")
    _print_kept(result.kept)
    if result.outcome is Outcome.PLANNED and result.plan_digest is not None:
        print_line(f"    plan {result.plan_digest}")


def _plan_word(plan: SyncPlan) -> str:
    return "failed" if plan.error is not None and plan.digest is None else str(plan.kind)


def _print_failure(failure: Failure) -> None:
    print_line(f"    {failure.message}")
    if failure.remedy:
        print_line(f"    {failure.remedy}")


def _print_kept(kept: Sequence[Kept]) -> None:
    for each in kept:
        print_line(f"    {each.field}: sent {fit(value_words(each.sent), 60)}; the target keeps {fit(value_words(each.kept), 60)}")


def _change_words(change: Change) -> str:
    edited = "  (edited in the target since our last sync)" if change.overwrites else ""
    return f"{change.field}: {fit(value_words(change.before), 80)} -> {fit(value_words(change.after), 80)}{edited}"
