"""Several jobs at once: their plans before, their results afterwards, grouped so that a person sees what matters first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from shlex import join
from typing import TypeVar

from ..backend.core.models import BulkPlan, JobKey, Outcome, PlanKind, SyncPlan, SyncResult
from ..backend.core.text import counted
from . import words
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, bad, dim, good, head, line, strong, warn
from .layout import columns, fit_end, wrap
from .reason import because, reason_lines
from .words import OUTCOME_WORDS, place

_PLANNED: dict[PlanKind | Outcome, tuple[str, str]] = {
    PlanKind.CREATE: ("create", "CREATE"),
    PlanKind.UPDATE: ("update", "UPDATE"),
    PlanKind.UNCHANGED: ("unchanged", "UNCHANGED"),
    Outcome.FAILED: ("could not be read", "COULD NOT BE READ, nothing is written"),
    Outcome.UNKNOWN: ("in doubt", "IN DOUBT, nothing is written"),
    Outcome.NOT_FOUND: ("not found", "NOT FOUND in the ATS, nothing is written"),
    PlanKind.REFUSE: ("refused", "REFUSED, nothing is written"),
}
"""What a plan comes to, in the order in which it is shown: the word beside its number, and the title of its group."""
_RESULT_ORDER = (
    Outcome.FAILED,
    Outcome.UNKNOWN,
    Outcome.NOT_FOUND,
    Outcome.BUSY,
    Outcome.STALE,
    Outcome.CANCELLED,
    Outcome.REFUSED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.PLANNED,
)
_GOOD = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_RETRIED = {Outcome.FAILED, Outcome.BUSY, Outcome.STALE, Outcome.CANCELLED}
ItemT = TypeVar("ItemT")
AttemptT = TypeVar("AttemptT", SyncPlan, SyncResult)

_WHOSE = 12
"""Cells of the id of an integration."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One job in a group: what is said of it and under which reason it is gathered."""

    job: JobKey
    name: str
    where: str
    told: str
    reason: str
    details: tuple[str, ...]


def syncable(plan: BulkPlan) -> tuple[SyncPlan, ...]:
    """Return the plans that a confirmation would carry out; unchanged jobs are confirmed, and nothing is written for them."""
    return tuple(each for each in plan.plans if each.kind is not PlanKind.REFUSE and each.error is None)


def bulk_headline(plan: BulkPlan) -> list[Line]:
    """Return the counts of a bulk plan, and a warning where edits in the target would be overwritten."""
    overwrites = sum(any(change.overwrites for change in each.changes) for each in plan.plans)
    lines = [line(" ", strong(counted(len(plan.plans), "job")), f"   {_planned(plan.plans)}")]
    lines += _by_integration(plan.plans, _planned)
    if overwrites:
        lines.append(
            line(
                " ",
                warn(f"! {counted(overwrites, 'job')} edited in {words.TARGET} since the last sync (!): the edits would be lost"),
            )
        )
    return lines


def bulk_document(plan: BulkPlan, width: int) -> Document:
    """Return the plans grouped by what would be done; jobs without a plan with the reasons."""
    document: list[Line | Section] = [*bulk_headline(plan), BLANK]
    for kind, (_, title) in _PLANNED.items():
        plans = [each for each in plan.plans if _kind(each) is kind]
        if plans:
            rows = [_plan_row(each) for each in plans]
            opened = kind is not PlanKind.UNCHANGED
            document += _group(kind.value, f"{title}   {len(plans):,}", rows, width, opened=opened, across=_is_across(plan.plans))
    document.append(line("   ", dim(f"never touched   {words.NEVER_TOUCHED}")))
    return tuple(document)


def bulk_text(plan: BulkPlan, width: int = 100, *, reason: str | None = None) -> str:
    """Return the plans as text, and why they are wanted, where that is said."""
    return as_text((*reason_lines(reason, width), *bulk_document(plan, width))) + "\n"


def bulk_command(jobs: Sequence[JobKey], reason: str | None = None) -> str:
    """Return the command line that does the same."""
    several = len({job.integration for job in jobs}) > 1
    which = [f"{job.integration}:{job.id}" for job in jobs] if several else ["-i", jobs[0].integration, *(job.id for job in jobs)]
    return join(["jobsync", "sync", *which, *because(reason)])


def results_line(results: Iterable[SyncResult]) -> str:
    """Return how several syncs ended, counted: ``ok UPDATED 3, x FAILED 1``."""
    counts = Counter(result.outcome for result in results)
    return ", ".join(f"{OUTCOME_WORDS[outcome]} {counts[outcome]:,}" for outcome in _RESULT_ORDER if counts[outcome])


def bulk_progress(results: Sequence[SyncResult], asked: int, seconds: float, width: int, waits_for: str = "") -> Document:
    """Return how far several syncs are: a bar, the counts so far, what is waited for, and the last that went wrong."""
    done = len(results)
    room = max(min(width - 30, 60), 10)
    full = room * done // asked if asked else room
    document: list[Line] = [
        line(" ", strong(f"{done:,} of {counted(asked, 'job')}"), right=dim(words.seconds(seconds))),
        line(" ", f"[{'#' * full}{'.' * (room - full)}]"),
        BLANK,
    ]
    document += [line("   ", part) for part in wrap(results_line(results), width - 4)]
    if waits_for:
        document.append(line("   ", warn(waits_for)))
    wrong = [result for result in results if result.outcome not in _GOOD][-5:]
    if wrong:
        document += [BLANK, head("LATEST PROBLEMS")]
        across = _is_across(results)
        for result in wrong:
            document += columns(
                (dim(_address(result.key, across=across)), words.job_name(result.job), bad(_result_row(result).reason)),
                (20 if across else 12, 24, width - (54 if across else 46)),
                indent=3,
                most=2,
            )
    return tuple(document)


def results_document(results: Sequence[SyncResult], asked: int, width: int, deed: str = "synced") -> Document:
    """Return how several syncs ended: what went wrong first, each with its reason; ``deed`` is what was to be done."""
    well = sum(result.outcome in _GOOD for result in results)
    glyph = good("ok DONE") if well == asked else warn("! FINISHED with problems")
    document: list[Line | Section] = [line(" ", glyph, f"   {well:,} of {counted(asked, 'job')} {deed}")]
    document += [line("   ", part) for told in (results_line(results), *_notes(results, asked)) for part in wrap(told, width - 4)]
    return (*document, *_by_integration(results, results_line), BLANK, *result_groups(results, width))


def result_groups(results: Sequence[SyncResult], width: int) -> Document:
    """Return syncs by how they ended, each job with its reason."""
    document: list[Line | Section] = []
    for outcome in _RESULT_ORDER:
        found = [result for result in results if result.outcome is outcome]
        if found:
            title = f"{OUTCOME_WORDS[outcome]}   {len(found):,}"
            rows = [_result_row(each) for each in found]
            document += _group(outcome.value, title, rows, width, opened=outcome not in _GOOD, across=_is_across(results))
    return tuple(document)


def results_text(results: Sequence[SyncResult], asked: int, width: int = 100, deed: str = "synced") -> str:
    """Return how several syncs ended as text."""
    return as_text((line("Sync Result" if deed == "synced" else "Link Result"), *results_document(results, asked, width, deed))) + "\n"


def result_groups_text(results: Sequence[SyncResult], width: int = 100) -> str:
    """Return syncs by how they ended as text."""
    return as_text(result_groups(results, width)) + "\n"


def to_retry(results: Iterable[SyncResult]) -> tuple[JobKey, ...]:
    """Return the jobs whose sync may go better a second time."""
    return tuple(result.key for result in results if result.outcome in _RETRIED)


def _kind(plan: SyncPlan) -> PlanKind | Outcome:
    """Return what a plan comes to: where there is none, why, as a dry run says it."""
    if plan.error is None:
        return plan.kind
    return PlanKind.REFUSE if plan.outcome is Outcome.REFUSED else plan.outcome


def _notes(results: Sequence[SyncResult], asked: int) -> list[str]:
    moved = sum(result.outcome is Outcome.STALE for result in results)
    notes = [f"{counted(moved, 'job')} changed after the plan was made, not synced"] if moved else []
    if len(results) < asked:
        notes.append(f"{asked - len(results):,} not started")
    return notes


def _plan_row(plan: SyncPlan) -> _Row:
    told = {PlanKind.CREATE: _rules(plan), PlanKind.UPDATE: _fields(plan)}.get(plan.kind, "")
    reason = plan.error.message if plan.error else plan.eligibility.message if plan.kind is PlanKind.REFUSE and plan.eligibility else ""
    details = [plan.note or "", _rules(plan) and f"by {_rules(plan)}", ", ".join(change.field for change in plan.changes)]
    details += [f"! overwrites an edit of {change.field}" for change in plan.changes if change.overwrites]
    return _Row(plan.key, words.job_name(plan.job), place(plan.job.location), told, reason, tuple(each for each in details if each))


def _rules(plan: SyncPlan) -> str:
    return ", ".join(rule.name for rule in plan.eligibility.matched_rules) if plan.eligibility else ""


def _fields(plan: SyncPlan) -> str:
    mark = "! " if any(change.overwrites for change in plan.changes) else ""
    return mark + ", ".join(change.field for change in plan.changes)


def _result_row(result: SyncResult) -> _Row:
    told = result.target_id or "" if result.outcome in _GOOD else ""
    reason = ""
    if result.error is not None:
        reason = result.error.message
    elif result.outcome is Outcome.REFUSED and result.eligibility is not None:
        reason = result.eligibility.message
    written = {True: f"{words.TARGET} was changed", False: "", None: f"no reply from {words.TARGET}, it may have been saved"}[
        result.written
    ]
    details = (
        ", ".join(change.field for change in result.changes),
        result.error.remedy or "" if result.error else "",
        written if result.outcome not in _GOOD else "",
        f"operation {result.operation_id}" if result.operation_id else "",
    )
    return _Row(result.key, words.job_name(result.job), place(result.job.location), told, reason, tuple(each for each in details if each))


def _planned(plans: Sequence[SyncPlan]) -> str:
    """Return what plans come to, counted: ``3 create, 2 unchanged``."""
    counts = Counter(_kind(each) for each in plans)
    return ", ".join(f"{counts[kind]:,} {word}" for kind, (word, _) in _PLANNED.items() if counts[kind])


def _is_across(items: Iterable[SyncPlan | SyncResult]) -> bool:
    """Return whether the jobs are of several integrations, so that each has to say of which."""
    return len({each.integration for each in items}) > 1


def _by_integration(items: Sequence[AttemptT], told: Callable[[Sequence[AttemptT]], str]) -> list[Line]:
    """Return a line for each of several integrations: how many jobs are of it, and what is ``told`` of those."""
    if not _is_across(items):
        return []
    parts = _by(items, lambda each: each.integration)
    name = max(len(integration) for integration, _ in parts)
    jobs = max(len(counted(len(some), "job")) for _, some in parts)
    return [line("   ", f"{integration:<{name}}  {counted(len(some), 'job'):<{jobs}}   ", dim(told(some))) for integration, some in parts]


def _group(key: str, title: str, rows: Sequence[_Row], width: int, *, opened: bool, across: bool) -> list[Line | Section]:
    lines: list[Line | Section] = []
    for reason, of_reason in _by(rows, lambda row: row.reason):
        if reason:
            lines += [line("   ", Span(part, Tone.WARN)) for part in wrap(reason, width - 5)]
        lines += [_row(f"{key}:{row.job.integration}:{row.job.id}", row, width, across=across) for row in of_reason]
    return [Section(key, (head(f"+ {title}", keys="+ show"),), (head(f"- {title}"), *lines, BLANK), starts_open=opened)]


def _row(key: str, row: _Row, width: int, *, across: bool) -> Section:
    """Return a job as one line, which opens to its whole name and what there is to say of it; ``across`` says of which integration."""
    id_width, where_width = 10, 15
    whose = [dim(fit_end(row.job.integration, _WHOSE))] if across else []
    rest = width - id_width - where_width - 13 - (_WHOSE + 2) * len(whose)
    name_width = rest * 3 // 5
    cells: tuple[str | Span, ...] = (*whose, dim(fit_end(row.job.id, id_width)), row.name, row.where, dim(row.told))
    short = columns(cells, (*[_WHOSE] * len(whose), id_width, name_width, where_width, rest - name_width), indent=4, most=1)
    details = [
        line(" " * 16, part)
        for told in (f"{_address(row.job, across=across)}  {row.name}", *row.details)
        for part in wrap(told, width - 18)
    ]
    return Section(key, tuple(short), (*short, *details), target_of(row.job))


def _by(items: Iterable[ItemT], name: Callable[[ItemT], str]) -> list[tuple[str, list[ItemT]]]:
    found: dict[str, list[ItemT]] = {}
    for item in items:
        found.setdefault(name(item), []).append(item)
    return list(found.items())


def _address(job: JobKey, *, across: bool) -> str:
    """Return by what a job is named, beside jobs of other integrations with its own."""
    return target_of(job) if across else job.id


def target_of(job: JobKey) -> str:
    """Return by what the section of a job names it."""
    return f"{job.integration}:{job.id}"


def job_at(target: str) -> JobKey:
    """Return the job that the section under a cursor names: no id of an integration holds a colon."""
    integration, _, job_id = target.partition(":")
    return JobKey(integration, job_id)
