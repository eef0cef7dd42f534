"""Plans and results of syncs in words, and a dry run's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..backend.core.errors import JobsyncError
from ..backend.core.models import Eligibility, PlanKind, SyncPlan, SyncResult
from ..documents.bulk import results_text
from ..documents.eligibility import FURTHER_RULES, explanation_text
from ..documents.plan import plan_text
from ..documents.result import result_text
from ..documents.subject import PAST, Subject, read_subject
from .output import print_text, text_width

if TYPE_CHECKING:
    from ..backend.services.backend import Backend


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


def print_plan(plan: SyncPlan, subject: Subject, of_what: str) -> None:
    """Print one plan with every change, or why there is none, as a dialog shows it."""
    if plan.kind is PlanKind.REFUSE and plan.eligibility is not None and not plan.eligibility.eligible:
        print_explanation(plan.eligibility, subject)
    else:
        print_text(plan_text(plan, subject, of_what, text_width()))


def print_explanation(found: Eligibility, subject: Subject) -> None:
    """Print whether a job is eligible and why, the rules that are far from matching counted only."""
    print_text(explanation_text(found, subject, text_width(), {FURTHER_RULES}))


async def print_result(backend: Backend, result: SyncResult, *, undone: str | None = None) -> None:
    """Print what came of one sync, or of the undo of the operation ``undone``, as a dialog shows it."""
    try:
        subject = await read_subject(backend, result.integration, result.job.id, past=PAST)
    except JobsyncError:
        # What was done is done, and is said, even where nothing can be read any more.
        print_results([result], 1)
    else:
        print_text(result_text(result, subject, text_width(), undone=undone))


def print_results(results: Sequence[SyncResult], asked: int) -> None:
    """Print what came of several syncs, of as many as were asked for, as a dialog shows it."""
    print_text(results_text(results, asked, text_width()))
