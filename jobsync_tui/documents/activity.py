"""What was done, a line each: a run of the timer, or a row of the record."""

from __future__ import annotations

from ..backend.core.models import Activity, AuditEntry, AutomaticRun, TimerRun
from ..backend.core.text import counted
from . import words

_ORDER = ("failed", "unknown", "not_found", "created", "updated", "unchanged", "busy", "stale", "cancelled", "refused")
"""Outcomes of a run's jobs, those first that a person looks for; the last ones are cut off where there is little room."""
_ENDS = {None: "running", "ok": "ok", "cut_off": "cut off"}


def what_words(line: Activity) -> str:
    """Return what a line is about: the job by its name, the action of a row about none, or ``automatic run``."""
    if isinstance(line, TimerRun):
        return "automatic run"
    name = line.job_name or (f"job {line.job_id}" if line.job_id else "")
    if not name:
        return line.action
    return name if line.action == "sync" else f"{line.action}: {name}"


def result_words(line: Activity) -> str:
    """Return how it ended, short: ``ok``, ``failed``, ``running``; of a run, what came of its jobs."""
    if isinstance(line, TimerRun):
        said = "" if line.run is None else outcome_words(line.run)
        ended = _ENDS.get(line.outcome, "FAILED")
        return f"{ended}, {said}" if said and ended != "ok" else said or ended
    outcome = line.outcome or "running"
    return "FAILED" if outcome == "failed" else outcome.replace("_", " ")


def outcome_words(run: AutomaticRun) -> str:
    """Return what came of the jobs of a run, counted: ``3 created, 1 failed``, or that there was nothing to do."""
    ordered = sorted(run.outcomes.items(), key=lambda each: _ORDER.index(each[0]) if each[0] in _ORDER else len(_ORDER))
    told = [f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in ordered if count]
    if told or run.error is not None:
        return ", ".join(told)
    return "nothing to do" if not run.evaluated else f"{counted(run.evaluated, 'job')} looked at"


def why_words(line: Activity) -> str:
    """Return why it ended so, or why a person did it; empty where nobody said."""
    if isinstance(line, TimerRun):
        run = line.run
        failure = None if run is None else run.error or run.why
        return "" if failure is None else failure.message
    reason = f"reason: {line.reason}" if line.reason else ""
    return ". ".join(part for part in (line.cause or "", reason) if part)


def detail_words(line: Activity) -> str:
    """Return in full what the columns have little room for: what a run came to, how a row ended, and why."""
    took = ""
    if isinstance(line, TimerRun) and line.ended_at is not None:
        took = f", took {words.seconds((line.ended_at - line.started_at).total_seconds())}"
    why = why_words(line)
    return f"{what_words(line)}: {result_words(line)}{took}{'. ' + why if why else ''}"


def by_words(line: Activity) -> str:
    """Return who did it."""
    return "auto" if isinstance(line, TimerRun) else line.actor


def reference_of(line: AuditEntry) -> str:
    """Return by what the requests of a row are asked for: its operation, or its number in the record."""
    return line.operation_id or str(line.seq)
