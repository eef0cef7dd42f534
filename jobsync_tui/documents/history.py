"""What happened to a job: the audit record in full, and the same told briefly."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend.core.models import AuditEntry, AutomaticDecision, Change, Eligibility, Outcome
from ..backend.core.text import counted
from . import words
from .change import change_rows
from .document import BLANK, Document, Line, Section, as_text, dim, head, line
from .layout import columns, wrap
from .subject import Subject

_TOLD = 4


def past_section(found: Eligibility, subject: Subject, width: int) -> list[Line]:
    """Return what was done about the job and when; empty where nothing is known."""
    told = [_entry(entry, subject) for entry in reversed(subject.past[:_TOLD])]
    automatic = found.automatic
    if automatic is not None:
        told.append(f"{words.clock(automatic.decided_at, subject.now)} auto: {decision_words(automatic)}")
        if automatic.next_run is not None:
            told.append(f"next automatic run {words.clock(automatic.next_run, subject.now)}")
    if subject.cached:
        synced = subject.cached.last_synced
        told.append(f"last synced {words.ago(synced, subject.now)}" if synced else "never synced")
    if not told:
        return []
    title = "AUTOMATIC SYNC" if automatic is not None and not found.eligible else "HISTORY"
    return [head(title, keys="H history" if subject.past else ""), *(line("   ", part) for part in _packed(told, width - 4))]


def decision_words(automatic: AutomaticDecision) -> str:
    """Return what the automatic sync decided: ``no rule matched (r42)``, ``failed: unreachable (r42)``, ``created (r42)``."""
    reason = None if automatic.reason is None else automatic.reason.replace("_", " ")
    told = reason if automatic.outcome == Outcome.REFUSED else automatic.outcome if reason is None else f"{automatic.outcome}: {reason}"
    return f"{told or automatic.outcome} (r{automatic.ruleset_revision})"


def entry_words(entry: AuditEntry) -> str:
    """Return what an audit row says, without its time: who, what, and how it ended."""
    ended = f": {entry.outcome}" if entry.outcome else ""
    cause = f" ({entry.cause})" if entry.cause else ""
    rules = f" r{entry.ruleset_revision}" if entry.ruleset_revision is not None else ""
    reason = f", reason: {entry.reason}" if entry.reason else ""
    return f"{entry.actor}: {entry.action}{rules}{ended}{cause}{reason}"


def _entry(entry: AuditEntry, subject: Subject) -> str:
    return f"{words.clock(entry.at, subject.now)} {entry_words(entry)}"


def _packed(told: list[str], width: int) -> list[str]:
    """Return short remarks three spaces apart, as many on a line as fit."""
    rows: list[str] = []
    for remark in told:
        parts = wrap(remark, width)
        if rows and len(parts) == 1 and len(rows[-1]) + 3 + len(parts[0]) <= width:
            rows[-1] = f"{rows[-1]}   {parts[0]}"
        else:
            rows += parts
    return rows


def history_document(entries: Sequence[AuditEntry], width: int) -> Document:
    """Return the entries, newest first, each with its changes folded in."""
    if not entries:
        return (line("   ", dim("No activity for this job yet.")),)
    document: list[Line | Section] = [head("NEWEST FIRST", counted(len(entries), "entry", "entries")), BLANK]
    document += [_section(entry, width) for entry in entries]
    return tuple(document)


def history_text(entries: Sequence[AuditEntry], title: str, width: int = 100) -> str:
    """Return the history as text."""
    return as_text((line(title), BLANK, *history_document(entries, width))) + "\n"


def record_document(entries: Sequence[AuditEntry], width: int) -> Document:
    """Return entries about any job, newest first, each with the job that it is about."""
    if not entries:
        return (line("   ", dim("Nothing is in the record.")),)
    document: list[Line | Section] = [head("NEWEST FIRST", counted(len(entries), "entry", "entries")), BLANK]
    return (*document, *(_section(entry, width, of_all=True) for entry in entries))


def record_text(entries: Sequence[AuditEntry], width: int = 100) -> str:
    """Return the record as text."""
    return as_text((line("Record"), BLANK, *record_document(entries, width))) + "\n"


def changes_of(entry: AuditEntry) -> tuple[Change, ...]:
    """Return what an entry changed, field by field."""
    fields = list(dict.fromkeys([*entry.before, *entry.after]))
    return tuple(Change(field, entry.before.get(field), entry.after.get(field)) for field in fields)


def fold_key(entry: AuditEntry) -> str:
    """Return the key of the section that shows an entry."""
    return f"entry:{entry.seq}"


def _section(entry: AuditEntry, width: int, *, of_all: bool = False) -> Section:
    changes = changes_of(entry)
    about = f"{entry.integration}:{entry.job_id}" if entry.job_id else entry.integration
    said = f"{about}  {entry_words(entry)}" if of_all and about else entry_words(entry)
    if changes:
        said += f", {counted(len(changes), 'field')}"
    details: list[Line | Section] = []
    for label, told in _details(entry):
        details += columns((dim(label), told), (12, width - 20), indent=5)
    for change in changes:
        details += change_rows(change, width)
    return Section(fold_key(entry), _row("+", entry, said, width), (*_row("-", entry, said, width), *details, BLANK), entry.operation_id)


def _row(mark: str, entry: AuditEntry, said: str, width: int) -> tuple[Line, ...]:
    return tuple(columns((f"{mark} {words.day_and_time(entry.at)}", said), (21, width - 26), indent=1))


def _details(entry: AuditEntry) -> list[tuple[str, str]]:
    rules = f"r{entry.ruleset_revision}" if entry.ruleset_revision is not None else ""
    origin = ", ".join(f"{name} {value}" for name, value in entry.origin.items())
    found = [("operation", entry.operation_id or ""), ("rules", rules), ("plan", entry.plan_digest or ""), ("from", origin)]
    return [(label, told) for label, told in found if told]
