"""Confirm Sync as a document: what would change in the target, field by field, before anybody says yes."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend.core.models import Change, PlanKind, SyncPlan
from ..backend.core.text import counted
from . import words
from .applied import lost, lost_lines
from .change import change_rows, kept_rows
from .document import BLANK, Document, Line, Section, Span, as_text, dim, hint, line, strong, warn
from .eligibility import to_fix
from .failure import error_document
from .layout import apart, wrap, wrap_lines
from .reason import reason_lines
from .subject import Subject, job_lines, where

_LABEL = 16


def plan_document(plan: SyncPlan, subject: Subject, width: int, moved: Sequence[Line] = ()) -> Document:
    """Return the plan as a document; ``moved`` says what is different from a plan that was confirmed before this one."""
    if plan.error is not None:
        return error_document(plan.error.message, plan.error.remedy, (), width)
    document: list[Line | Section] = [*headline(plan, width), _read_line(plan, subject)]
    if plan.note:
        document += [line(" ", warn(part)) for part in wrap(f"! {plan.note}", width - 2)]
    if moved:
        document += [BLANK, *moved]
    document.append(BLANK)
    for change in plan.changes:
        document += change_rows(change, width)
    if plan.changes:
        document.append(BLANK)
    document += [*kept_rows(plan.kept, width), *_folded(plan, width)]
    document.append(_fact("never touched", words.NEVER_TOUCHED))
    return tuple(document)


def headline(plan: SyncPlan, width: int) -> tuple[Line, ...]:
    """Return what the sync would do, in one line where it fits."""
    told = {
        PlanKind.CREATE: f" in {words.TARGET}, a new job",
        PlanKind.UPDATE: f" in {words.TARGET} ({plan.target_id}), {counted(len(plan.changes), 'field')}",
        PlanKind.UNCHANGED: f": already up to date in {words.TARGET} ({plan.target_id}), nothing to sync",
        PlanKind.REFUSE: f": {plan.eligibility.message if plan.eligibility else 'the job is not eligible'}",
    }[plan.kind]
    return tuple(apart((" ", strong(words.PLANS[plan.kind]), told), dim(by_rules(plan)), width))


def by_rules(plan: SyncPlan) -> str:
    """Return which rules decided: ``by rules ICU travel, Ohio (r42)``."""
    if plan.eligibility is None or not plan.eligibility.matched_rules:
        return ""
    names = [rule.name for rule in plan.eligibility.matched_rules]
    noun = "rule" if len(names) == 1 else "rules"
    return f"by {noun} {words.listing(names, 4, last='and')} (r{plan.eligibility.ruleset_revision})"


def plan_text(plan: SyncPlan, subject: Subject, of_what: str, width: int = 100) -> str:
    """Return the plan as text, for the command line."""
    return as_text(plan_page(plan, subject, of_what, width)) + "\n"


def plan_page(plan: SyncPlan, subject: Subject, of_what: str, width: int = 100, *, reason: str | None = None) -> Document:
    """Return the plan with the job that it is about; ``of_what`` says what it plans, such as ``a sync``, ``reason`` why it is wanted."""
    title = line(f"Plan of {of_what}: {where(subject, plan.job.id)}")
    why = reason_lines(reason, width)
    return (title, *job_lines(plan.job, subject, width), *why, BLANK, *plan_document(plan, subject, width))


def what_moved(before: SyncPlan, after: SyncPlan, width: int) -> tuple[Line, ...]:
    """Return what is different between a plan that was confirmed and the plan of now; never empty."""
    told: list[str] = []
    if before.kind is not after.kind:
        told.append(f"the plan was {words.PLANS[before.kind]} and is now {words.PLANS[after.kind]}")
    if before.target_version != after.target_version:
        told.append(f"the job changed in {words.TARGET}")
    if before.eligibility and after.eligibility and before.eligibility.ruleset_revision != after.eligibility.ruleset_revision:
        told.append(f"the rules changed (r{before.eligibility.ruleset_revision} to r{after.eligibility.ruleset_revision})")
    old, new = _by_field(before), _by_field(after)
    told += [f"{field} was added" for field in new if field not in old]
    told += [f"{field} was removed" for field in old if field not in new]
    told += [
        f"{field} would become {words.value(new[field].after)}, not {words.value(old[field].after)}"
        for field in new
        if field in old and _differ(new[field], old[field])
    ]
    moved = "; ".join(told) or "nothing that it would write"
    lines = [line(" ", warn("! Not synced: something changed after you opened this plan."))]
    return (*lines, *wrap_lines(f"Changed: {moved}.", width, 3), line("   ", "Here is the updated plan."))


def refusal(plan: SyncPlan, subject: Subject) -> str:
    """Return what can be done about a plan that refuses the job."""
    return to_fix(plan.eligibility, subject) if plan.eligibility else ""


def _read_line(plan: SyncPlan, subject: Subject) -> Line:
    read = [
        f"{name} read {words.clock(moment, subject.now)}"
        for name, moment in ((subject.ats, plan.ats_read_at), (words.TARGET, plan.target_read_at))
        if moment is not None
    ]
    return line(" ", dim(", ".join(read)))


def _folded(plan: SyncPlan, width: int) -> list[Line | Section]:
    folded: list[Line | Section] = []
    if plan.same:
        names = [line(" " * (_LABEL + 3), part) for part in wrap(", ".join(plan.same), width - _LABEL - 4)]
        folded.append(_fact_section("same", counted(len(plan.same), "field"), names))
    if plan.eligibility and lost(plan.eligibility):
        rows = lost_lines(plan.eligibility, width)
        folded.append(_fact_section("overridden", counted(len(lost(plan.eligibility)), "action"), rows))
    return folded


def _fact_section(label: str, told: str, rows: Sequence[Line]) -> Section:
    return Section(label, (_fact(label, told, "+ show"),), (_fact(label, told, "+ hide"), *rows))


def _fact(label: str, told: str, keys: str = "") -> Line:
    return line("   ", Span(f"{label:<{_LABEL - 2}}"), "  ", told, right=(hint(keys),) if keys else ())


def _by_field(plan: SyncPlan) -> dict[str, Change]:
    return {change.field: change for change in plan.changes}


def _differ(one: Change, other: Change) -> bool:
    return one.after != other.after or one.before != other.before
