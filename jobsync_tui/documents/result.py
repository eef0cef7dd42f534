"""Sync Result as a document: what was done, by which rules, what it left alone, and what became of a write whose answer was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..backend.core.models import ActionKind, Effect, Failure, Link, Outcome, Step, StepName, StepState, SyncResult
from ..backend.core.text import counted
from . import words
from .change import change_rows, kept_rows
from .document import BLANK, Document, Line, Section, Span, as_text, dim, good, hint, line
from .failure import failure_document
from .layout import apart, wrap
from .links import link_command
from .steps import steps_line
from .subject import Subject, job_lines, where
from .words import OUTCOME_WORDS

_WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED})


def settled(result: SyncResult, outcome: Outcome, subject: Subject) -> SyncResult:
    """Return the result as it stands now.

    Args:
        result: Whose outcome was unknown.
        outcome: What the look-up says.
        subject: Read afterwards: its record holds why.
    """
    entry = next((each for each in subject.past if each.operation_id == result.operation_id), None)
    written = outcome in _WRITTEN
    cause = entry.cause if entry is not None and entry.cause else "Tenzo did not receive the change"
    return replace(
        result,
        outcome=outcome,
        written=written,
        error=None if written else Failure("not_arrived", f"Failed to sync job: {cause}", "Plan the sync again. Nothing is sent twice."),
        synced_at=entry.ended_at if written and entry is not None else None,
        settles_at=None,
        steps=tuple(_arrived(step) for step in result.steps) if written else result.steps,
        target_id=subject.cached.target_id if subject.cached is not None and written else result.target_id,
    )


def _arrived(step: Step) -> Step:
    """Return a step as it was after all: the write whose answer was lost came to its end."""
    return replace(step, state=StepState.OK, detail=None) if step.name is StepName.WRITE and step.state is StepState.FAILED else step


_LABEL = 14
_WENT_WELL = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
_LEFT_ALONE = "leaves the job alone until someone syncs it, or it changes in the ATS"
_SYNCED = {"created", "updated", "unchanged"}


def went_well(result: SyncResult) -> bool:
    """Return whether the sync ended as it was meant to."""
    return result.outcome in _WENT_WELL and result.error is None


def result_document(result: SyncResult, subject: Subject, width: int, *, undone: bool = False) -> Document:
    """Return what came of a sync, or of an undo."""
    if not went_well(result):
        return failure_document(result, subject, width)
    document: list[Line | Section] = [*_headline(result, subject, width), BLANK]
    for label, told in _facts(result):
        document += _fact(label, told, width)
    document += _changed(result, width)
    document += kept_rows(result.kept, width)
    document += _fact("never touched", words.NEVER_TOUCHED, width)
    document += _fact("Last Synced", _last_synced(result, subject), width)
    document += _fact("automatic", _LEFT_ALONE if undone else _automatic(result, subject), width)
    if result.reason:
        document += _fact("reason", result.reason, width)
    document.append(BLANK)
    if result.target_id:
        document += _fact(f"{words.TARGET} job", result.target_id, width)
    if result.target_url:
        document += _fact("link", result.target_url, width)
    if result.operation_id:
        document += _fact("operation", result.operation_id, width)
    if result.steps:
        document.append(line("   ", *steps_line(result.steps)))
    return tuple(document)


def result_text(result: SyncResult, subject: Subject, width: int = 100, *, undone: str | None = None, link: Link | None = None) -> str:
    """Return the result as text, for the clipboard or a support desk.

    Args:
        result: The result.
        subject: What it is told with.
        width: Cells of a line.
        undone: The operation that was undone, where it is of an undo.
        link: The link that was made, where it is of that.
    """
    title = line(f"{heading(undone, link)}: {where(subject, result.job.id)}")
    document = (title, *job_lines(result.job, subject, width), BLANK, *result_document(result, subject, width, undone=undone is not None))
    return as_text(document) + f"\n\n {command(result, undone, link)}\n"


def heading(undone: str | None, link: Link | None = None) -> str:
    """Return what a result is called."""
    return "Link Result" if link is not None else "Sync Result" if undone is None else "Undo Result"


def command(result: SyncResult, undone: str | None = None, link: Link | None = None) -> str:
    """Return the command line that does the same."""
    from shlex import join

    if link is not None:
        return link_command(link.integration, [link])
    if undone is not None:
        return join(["jobsync", "undo", undone])
    return join(["jobsync", "sync", "-i", result.integration, result.job.id])


def _headline(result: SyncResult, subject: Subject, width: int) -> list[Line]:
    told = {
        Outcome.CREATED: f" in {words.TARGET}",
        Outcome.UPDATED: f" in {words.TARGET}   {counted(len(result.changes), 'field')}",
        Outcome.UNCHANGED: f"   already up to date in {words.TARGET}; nothing was written",
    }[result.outcome]
    checked = ", verified" if result.verified else ""
    took = sum(step.seconds or 0.0 for step in result.steps)
    at = words.clock(result.synced_at, subject.now) if result.synced_at else ""
    right = ", ".join(part for part in (at, f"took {words.seconds(took)}" if took else "") if part)
    return apart((" ", good(OUTCOME_WORDS[result.outcome]), told + checked), dim(right), width)


def _facts(result: SyncResult) -> Iterable[tuple[str, str]]:
    found = result.eligibility
    if found is None:
        return
    rules = words.listing([rule.name for rule in found.matched_rules], 6)
    if rules:
        yield ("rules", f"{rules} (r{found.ruleset_revision})")
    if found.template_type:
        yield ("template", f"{words.TEMPLATE_TYPES[found.template_type].split(' (')[0]}: {', '.join(found.templates)}")
    for action in found.actions:
        if action.kind is ActionKind.FOLDER and action.effect is Effect.APPLIED:
            yield ("folder", words.value(action.value))


def _changed(result: SyncResult, width: int) -> list[Line | Section]:
    if not result.changes:
        return []
    names = _fact("changed", words.listing([change.field for change in result.changes], 6), width - 22)
    first, *rest = names
    closed = (line(*first.left, right=hint("+ before and after")), *rest)
    rows: list[Line | Section] = []
    for change in result.changes:
        rows += change_rows(change, width)
    return [Section("changed", closed, (*closed, *rows))]


def _last_synced(result: SyncResult, subject: Subject) -> str:
    if result.eligibility is None:  # an undo asked no rules, and is no sync
        last = subject.cached.last_synced if subject.cached is not None else None
        return f"unchanged, {words.ago(last, subject.now)}" if last is not None else "never"
    earlier = [
        entry.at
        for entry in subject.past
        if entry.operation_id != result.operation_id and entry.outcome in _SYNCED and entry.action == "sync"
    ]
    before = f"{words.ago(earlier[0], subject.now)} -> " if earlier else ""
    return f"{before}now, by {result.actor}" if result.actor else f"{before}now"


def _automatic(result: SyncResult, subject: Subject) -> str:
    decision = result.eligibility.automatic if result.eligibility else None
    following = f", next run {words.clock(decision.next_run, subject.now)}" if decision and decision.next_run else ""
    return f"not affected{following}"


def _fact(label: str, told: str, width: int) -> list[Line]:
    parts = wrap(told, width - _LABEL - 4)
    return [line("   ", Span(f"{label if number == 0 else '':<{_LABEL}}"), part) for number, part in enumerate(parts)]
