"""What was done, a line each: a run of the timer, or a row of the record."""

from __future__ import annotations

from ..backend.core.models import Activity, AuditEntry, AutomaticRun, TimerRun
from ..backend.core.text import counted

_ENDS = {None: "running", "ok": "ok", "cut_off": "cut off"}


def what_words(line: Activity) -> str:
    """Return what a line is about: the job by its name, the action of a row about none, or ``automatic run``."""
    if isinstance(line, TimerRun):
        return "automatic run"
    return line.job_name or (f"job {line.job_id}" if line.job_id else line.action)


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
    told = [f"{count:,} {outcome}" for outcome, count in run.outcomes.items() if count]
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


def by_words(line: Activity) -> str:
    """Return who did it."""
    return "auto" if isinstance(line, TimerRun) else line.actor


def reference_of(line: AuditEntry) -> str:
    """Return by what the requests of a row are asked for: its operation, or its number in the record."""
    return line.operation_id or str(line.seq)
