"""What happened to a job so far: the audit record and the automatic sync, told briefly."""

from __future__ import annotations

from ..backend.models import AuditEntry, AutomaticDecision, Eligibility, Outcome
from . import words
from .layout import wrap
from .sheet import Line, head, line
from .subject import Subject

_TOLD = 4


def past_section(found: Eligibility, subject: Subject, width: int) -> list[Line]:
    """Return what was done about the job and when; empty where nothing is known."""
    told = [_entry(entry, subject) for entry in reversed(subject.past[:_TOLD])]
    automatic = found.automatic
    if automatic is not None:
        told.append(f"{words.clock(automatic.decided_at, subject.now)} auto: {decision_words(automatic)}")
        if automatic.next_run is not None:
            told.append(f"next auto {words.clock(automatic.next_run, subject.now)}")
    if subject.cached:
        synced = subject.cached.last_synced
        told.append(f"last synced {words.ago(synced, subject.now)}" if synced else "never synced")
    if not told:
        return []
    title = "WHY NOT BY ITSELF" if automatic is not None and not found.eligible else "SO FAR"
    return [head(title, "H history" if subject.past else ""), *(line("   ", part) for part in _packed(told, width - 4))]


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
    return f"{entry.actor}: {entry.action}{rules}{ended}{cause}"


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
