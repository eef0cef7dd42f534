"""What did not go well as a document: a sync, with whether anything was written, where it stopped and what to do; or any other error."""

from __future__ import annotations

from shlex import join

from ..backend.core.models import Outcome, StepState, SyncResult
from . import words
from .document import BLANK, Document, Line, Span, bad, dim, head, hint, key, line, strong, warn
from .eligibility import to_fix
from .layout import wrap, wrap_lines
from .steps import steps_line
from .subject import Subject
from .words import OUTCOME_WORDS

FAILED = "Failed to sync job"
LINKED_OTHERWISE = frozenset({"target_job_taken", "already_linked", "not_decided", "several_target_jobs"})
"""Codes of refusals after which a person decides which job of the target a job is."""

_LABEL = 14
_WHOLE_INTEGRATION = {"credentials_rejected", "permission_missing", "not_ready", "rate_limited", "unreachable"}
TESTABLE = frozenset({"credentials_rejected", "permission_missing", "unreachable", "not_ready", "unexpected_answer"})
"""Codes of failures about which a test of the connection says more."""


def failure_document(result: SyncResult, subject: Subject, width: int) -> Document:
    """Return what came of a sync that was refused, failed, got no answer or did not begin."""
    document: list[Line] = [*_headline(result, width), BLANK]
    document += [line("   ", strong(part)) for part in wrap(_written(result, subject), width - 4)]
    document.append(BLANK)
    if result.steps:
        document.append(line("   ", Span(f"{'where':<{_LABEL}}"), *steps_line(result.steps, timed=False)))
    for label, told in _facts(result, subject):
        document += _fact(label, told, width)
    document += [BLANK, head("WHAT TO DO"), *_ways(result, subject, width)]
    document.append(_closing(result, subject))
    return tuple(document)


def error_document(text: str, remedy: str | None, ways: tuple[tuple[str, str], ...], width: int) -> Document:
    """Return an error with what can be done about it."""
    first, *rest = wrap_lines(text, width, 5)
    headline = line(" ", bad("x "), *(strong(span.text.lstrip()) for span in first.left))
    todo = [("", remedy), *ways] if remedy else [*ways]
    document = [headline, *rest, BLANK]
    if todo:
        document.append(head("WHAT TO DO"))
    for name, told in todo:
        part, *more = wrap_lines(told or "", width, 10)
        document += [line("   ", key(f"{name:<7}"), *(Span(span.text.lstrip()) for span in part.left)), *more]
    return tuple(document)


def seconds_to_look_up(result: SyncResult, subject: Subject) -> int | None:
    """Return in how many seconds an unknown outcome will be looked up, None where it is not unknown."""
    if result.outcome is not Outcome.UNKNOWN or result.settles_at is None:
        return None
    return max(round((result.settles_at - subject.now).total_seconds()), 0)


def _headline(result: SyncResult, width: int) -> list[Line]:
    shown = OUTCOME_WORDS[result.outcome]
    told = _cause(result)
    tone = warn(shown) if result.outcome in {Outcome.UNKNOWN, Outcome.BUSY, Outcome.STALE, Outcome.CANCELLED} else bad(shown)
    first, *more = wrap(told, width - len(shown) - 6)
    indent = " " * (len(shown) + 4)
    return [line(" ", tone, f"   {first}"), *(line(indent, part) for part in more)]


def _cause(result: SyncResult) -> str:
    message = result.error.message if result.error else result.eligibility.message if result.eligibility else ""
    if result.outcome is Outcome.FAILED and not message.startswith(FAILED):
        return f"{FAILED}: {message}" if message else FAILED
    if result.outcome is Outcome.UNKNOWN and not message:
        return f"no reply from {words.TARGET}; the change may have been saved"
    return message


def _written(result: SyncResult, subject: Subject) -> str:
    if result.written is None:
        return f"We sent the change but got no reply from {words.TARGET}. Whether it was saved is checked before anything is sent again."
    if result.written:
        return f"{words.TARGET} was changed, but not all of it could be verified."
    synced = subject.cached.last_synced if subject.cached else None
    asof = f" The job there is as it was {words.ago(synced, subject.now)}." if synced and result.target_id else ""
    return f"Nothing was written to {words.TARGET}.{asof}"


def _facts(result: SyncResult, subject: Subject) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    failed = next((step for step in result.steps if step.state is StepState.FAILED), None)
    if failed and failed.detail:
        facts.append(("error", failed.detail))
    if result.outcome is Outcome.UNKNOWN and result.settles_at is not None:
        left = seconds_to_look_up(result, subject) or 0
        facts.append(("next check", f"at {words.clock(result.settles_at, subject.now)}, in {left} s" if left else "now"))
    if result.error and result.error.code in _WHOLE_INTEGRATION and failed and failed.name.value == "fetch":
        facts.append(("also affects", f"every job of {subject.integration.name}, and the automatic sync"))
    if result.reason:
        facts.append(("reason", result.reason))
    if result.outcome is Outcome.REFUSED and subject.cached and subject.cached.target_id:
        facts.append(("synced before", f"{words.TARGET} job {subject.cached.target_id} will not be changed"))
    return facts


def _ways(result: SyncResult, subject: Subject, width: int) -> list[Line]:
    code = result.error.code if result.error else ""
    job = join(["-i", result.integration, result.job.id])
    ways: list[tuple[str, str]] = []
    if code in TESTABLE:
        ways.append(("t", f"Test the connection: {join(['jobsync', 'test', '-i', result.integration])}"))
    if result.error and result.error.remedy:
        ways.append(("", result.error.remedy))
    if code in LINKED_OTHERWISE:
        ways.append(("a", f"Decide which job in {words.TARGET} it is: jobsync adopt {job.rpartition(' ')[0]} --dry-run"))
    match result.outcome:
        case Outcome.REFUSED:
            if result.eligibility:
                ways.append(("", f"To fix: {to_fix(result.eligibility, subject)}"))
            ways.append(("e", f"Check Eligibility shows every condition: jobsync check {job}"))
        case Outcome.NOT_FOUND:
            ways.append(("", f"Look in {subject.ats}: was it deleted, reposted under another ID, or hidden from the API user?"))
            ways.append(("f", "Search ATS Job by another ID: jobsync fetch"))
        case Outcome.UNKNOWN:
            ways.append(("", f"Nothing: {words.TARGET} is checked automatically. jobsync recover checks now."))
        case Outcome.BUSY:
            ways.append(("b", "Show who is syncing it, and break a lease that is left over: jobsync leases"))
            ways.append(("r", "Try again; nothing was sent."))
        case Outcome.STALE:
            ways.append(("r", "Plan again and see what changed."))
        case _:
            ways.append(("r", "Try again: no job is ever created twice."))
    lines: list[Line] = []
    for name, told in ways:
        for number, part in enumerate(wrap(told, width - 8)):
            lines.append(line("   ", key(f"{name if number == 0 else '':<4}"), part))
    return [*lines, line("   ", key("c   "), hint("Copy this report for support. It holds no secrets."))]


def _closing(result: SyncResult, subject: Subject) -> Line:
    synced = subject.cached.last_synced if subject.cached else None
    kept = f"Last Synced stays {words.ago(synced, subject.now)}" if synced else "Last Synced never"
    record = f"operation {result.operation_id}" if result.operation_id else ""
    return line("   ", dim("" if result.written is None else kept), right=dim(record) if record else ())


def _fact(label: str, told: str, width: int) -> list[Line]:
    parts = wrap(told, width - _LABEL - 4)
    return [line("   ", Span(f"{label if number == 0 else '':<{_LABEL}}"), part) for number, part in enumerate(parts)]
