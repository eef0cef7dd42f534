"""The words in which values, operators, times and outcomes are shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from ..backend.core.models import ActionKind, CachedJob, JobHead, JsonValue, Note, Op, PlanKind, RuleSet, StepName, TemplateType
from . import render

TARGET = "Tenzo"
NEVER_TOUCHED = "candidates, interviews, notes, shares, active flag"

OPERATORS = MappingProxyType(
    {
        Op.EQUALS: "is",
        Op.NOT_EQUALS: "is not",
        Op.IN: "in",
        Op.NOT_IN: "not in",
        Op.CONTAINS: "contains",
        Op.NOT_CONTAINS: "contains not",
        Op.STARTS_WITH: "starts with",
        Op.ENDS_WITH: "ends with",
        Op.MATCHES: "matches",
        Op.IS_SET: "is set",
        Op.IS_EMPTY: "is empty",
        Op.GT: ">",
        Op.GTE: ">=",
        Op.LT: "<",
        Op.LTE: "<=",
        Op.BETWEEN: "between",
        Op.BEFORE: "before",
        Op.AFTER: "after",
        Op.WITHIN_DAYS: "within days",
        Op.OLDER_THAN_DAYS: "older than",
    }
)
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


def value(found: JsonValue) -> str:
    """Return a field's value on one line, nothing as a dash."""
    return render.value_text(found, missing="-")


def note(found: Note, ats: str) -> str:
    """Return why a condition could not be decided, in words that say where the remedy is."""
    match found:
        case Note.FIELD_EMPTY:
            return "EMPTY in this job"
        case Note.FIELD_NOT_PROVIDED:
            return f"NOT PROVIDED by {ats}"
        case Note.NOT_LOADED:
            return "not loaded: l reads it"
        case Note.TYPE_MISMATCH:
            return "not of the kind the rule compares with"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was, in a sentence: ``just now`` or ``4 min ago``."""
    passed = render.age(moment, now)
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
    where = render.place(job.location)
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
