"""The words in which values, operators, times and outcomes are shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import MappingProxyType

from ..backend.core.models import (
    ActionKind,
    CachedJob,
    JobHead,
    JobStatus,
    JsonValue,
    Location,
    Note,
    Outcome,
    PlanKind,
    RuleSet,
    StepName,
    SyncStatus,
    TemplateType,
)
from ..backend.core.text import clean

TARGET = "Tenzo"
NEVER_TOUCHED = "candidates, interviews, notes, shares, active flag"

ACTIONS = MappingProxyType(
    {
        ActionKind.JOB_TEMPLATE: "script",
        ActionKind.GENERATION_TEMPLATE: "AI template",
        ActionKind.FOLDER: "folder",
        ActionKind.SETTING: "setting",
        ActionKind.FOLLOW_UP_USER: "follow-up user",
        ActionKind.INTERVIEW_INSTRUCTIONS: "instructions",
        ActionKind.EXCLUDE: "exclude",
    }
)
TEMPLATE_TYPES = MappingProxyType({TemplateType.SCRIPT: "Script (job template)", TemplateType.AI_GENERATION: "AI generation"})
STEPS = MappingProxyType(
    {
        StepName.FETCH: "fetch",
        StepName.RULES: "rules",
        StepName.PLAN: "plan",
        StepName.WRITE: "write",
        StepName.VERIFY: "verify",
    }
)
PLANS = MappingProxyType(
    {
        PlanKind.CREATE: "CREATE",
        PlanKind.UPDATE: "UPDATE",
        PlanKind.UNCHANGED: "UNCHANGED",
        PlanKind.REFUSE: "REFUSED",
    }
)

SYNC_WORDS: dict[SyncStatus, str] = {
    SyncStatus.NEVER: "never",
    SyncStatus.SYNCING: "syncing",
    SyncStatus.SYNCED: "synced",
    SyncStatus.CHANGED: "changed",
    SyncStatus.FAILED: "FAILED",
    SyncStatus.UNKNOWN: "unknown",
    SyncStatus.GONE: "gone",
    SyncStatus.UNDONE: "undone",
}
"""What the table says about a job's standing. The words differ in the first letters, and trouble is loud without a colour."""

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.CREATED: "ok CREATED",
    Outcome.UPDATED: "ok UPDATED",
    Outcome.UNCHANGED: "ok UNCHANGED",
    Outcome.REFUSED: "x REFUSED",
    Outcome.FAILED: "x FAILED",
    Outcome.NOT_FOUND: "x NOT FOUND",
    Outcome.UNKNOWN: "? UNKNOWN, checking",
    Outcome.BUSY: "- BUSY",
    Outcome.STALE: "- STALE",
    Outcome.CANCELLED: "- CANCELLED",
    Outcome.PLANNED: "- PLANNED",
}
"""A glyph and a word for each way a sync ends."""


def value(found: JsonValue) -> str:
    """Return a field's value on one line, nothing as a dash."""
    return value_text(found, missing="-")


def compared(found: JsonValue) -> str:
    """Return a value that a condition compares, on one line: true and false as they are written in a rule and typed."""
    return str(found).lower() if isinstance(found, bool) else value(found)


def note(found: Note, ats: str, *, unreadable: bool = False) -> str:
    """Return why a condition could not be decided, in words that say where the remedy is."""
    if unreadable:
        return f"NOT READABLE in {ats}"
    match found:
        case Note.FIELD_EMPTY:
            return "EMPTY in this job"
        case Note.FIELD_NOT_PROVIDED:
            return f"NOT PROVIDED by {ats}"
        case Note.NOT_LOADED:
            return "not loaded: check the live job"
        case Note.TYPE_MISMATCH:
            return "of another type than the rule compares with"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was, in a sentence: ``just now`` or ``4 min ago``."""
    passed = age(moment, now)
    return passed if passed == "just now" else f"{passed} ago"


def clock(moment: datetime, now: datetime | None = None) -> str:
    """Return the local time of day of ``moment``, to the second, with its date if it is not within half a day of ``now``."""
    local = moment.astimezone()
    if now is not None and abs(now - moment) > timedelta(hours=12):
        return local.strftime("%Y-%m-%d %H:%M")
    return local.strftime("%H:%M:%S")


def day_and_time(moment: datetime) -> str:
    """Return the local date and time of ``moment``, to the second."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def seconds(length: float) -> str:
    """Return a length of time in seconds: ``0.4 s``, ``12 s``."""
    return f"{length:.1f} s" if length < 10 else f"{length:.0f} s"


def listing(names: list[str], most: int = 4, *, last: str = "and") -> str:
    """Return names as a sentence has them: ``a, b and c``; beyond ``most`` the rest is counted."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def job_place(job: JobHead | CachedJob) -> str:
    """Return where a job is, with the number of its further places where they are known."""
    more = max(len(job.locations) - 1, 0) if isinstance(job, CachedJob) else 0
    where = place(job.location)
    return f"{where} +{more}" if more else where


def job_name(job: JobHead | CachedJob) -> str:
    """Return the name of a job, or words that say that it has none."""
    return job.name or "(job without a name)"


def rule_set(revision: int, rules: RuleSet | None = None) -> str:
    """Return which rules decided: ``rules r42`` and, where they are given, how many of them are active."""
    if rules is None:
        return f"rules r{revision}"
    return f"rules r{revision}, {sum(rule.active for rule in rules.rules)} active"


def action(kind: ActionKind, name: str | None) -> str:
    """Return what an action sets: ``folder``, ``setting language``."""
    return f"{ACTIONS[kind]} {name}" if name else ACTIONS[kind]


def field(name: str) -> str:
    """Return what is configured, by its dotted name: ``folder``, ``setting language``."""
    head, dot, rest = name.partition(".")
    return f"setting {rest}" if dot and head == "settings" else name.replace("_", " ")


def short_ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago ``moment`` was, in at most five cells: ``now``, ``4m``, ``2h``, ``3d``, ``5mo``, ``2y``; ``-`` for never."""
    if moment is None:
        return "-"
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "now"
    for size, unit, until in ((60, "m", 3600), (3600, "h", 86_400), (86_400, "d", 61 * 86_400), (30 * 86_400, "mo", 730 * 86_400)):
        if seconds < until:
            return f"{seconds // size}{unit}"
    return f"{seconds // (365 * 86_400)}y"


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago ``moment`` was, in words for a header: ``just now``, ``4 min``, ``2 h``, ``3 days``; ``never``."""
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 2 * 86_400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86_400} days"


def count(number: int) -> str:
    """Return a number with separators of thousands."""
    return f"{number:,}"


def place(location: Location | None) -> str:
    """Return a location as one text."""
    if location is None:
        return ""
    return location.text or ", ".join(part for part in (location.city, location.region, location.country) if part)


def places(first: str | None, more: int) -> str:
    """Return the first place and how many there are beside it, such as ``Cleveland +2``: the region gives way to the number."""
    if not first:
        return f"+{more}" if more else ""
    return f"{first.split(',')[0]} +{more}" if more else first


def status_word(status: JobStatus) -> str:
    """Return a job's status in the ATS as a word."""
    return status.value.replace("_", " ")


def value_text(value: JsonValue, *, missing: str = "EMPTY") -> str:
    """Return any field's value on one line, cleaned; lists with commas, ``missing`` for what is not there."""
    if value is None or value in ("", []):
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_text(item, missing=missing) for item in value)
    if isinstance(value, dict):
        return clean(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return clean(str(value))
