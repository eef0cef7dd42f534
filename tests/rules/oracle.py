"""A second rule engine, as plain as can be, to hold the real one against.

It is written from the rules' documentation alone, shares no code with the engine, and knows no columns, no costs and no caches: it asks
every question of every job in the most obvious way.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    AllOf,
    AnyOf,
    CachedJob,
    Condition,
    EvaluationPolicy,
    Job,
    Leaf,
    Location,
    Not,
    Rule,
)

Truth = bool | None


def place(location: Location) -> str | None:
    parts = [part for part in (location.city, location.region, location.country) if part]
    return location.text or (", ".join(parts) if parts else None)


def raw(job: Job, name: str) -> object:
    if name.startswith("custom."):
        return job.custom.get(name.removeprefix("custom."))
    if name in {"sync_status", "last_synced", "target_id"}:
        return getattr(job, name) if isinstance(job, CachedJob) else None
    if name == "status":
        return None if job.status == "unknown" else job.status.value
    head, _, part = name.partition(".")
    first = job.location or next(iter(job.locations), None)
    if head == "location":
        return None if first is None else place(first) if not part else getattr(first, part)
    if head == "locations":
        every = job.locations or tuple(filter(None, [job.location]))
        return [place(item) if not part else getattr(item, part) for item in every]
    return getattr(job, name, None)


def values(job: Job, name: str) -> list[object]:
    def flat(value: object) -> list[object]:
        if isinstance(value, list | tuple):
            return [leaf for item in value for leaf in flat(item)]
        if value is None or value == {} or (isinstance(value, str) and value.strip() == ""):
            return []
        return [value]

    return flat(raw(job, name))


def shape(text: str, *, sensitive: bool) -> str:
    text = unicodedata.normalize("NFKC", text)
    return text if sensitive else text.casefold()


def number(value: object) -> float | int | None:
    if isinstance(value, bool | datetime):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value, re.ASCII):
        return None if re.fullmatch(r"\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*", value, re.ASCII) else float(value)
    return None


def moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.match(r"\s*\d{4}-\d{2}-\d{2}([ Tt].*)?\s*$", value):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def same(value: object, expected: object, *, sensitive: bool) -> Truth:
    if isinstance(value, str) and isinstance(expected, str):
        return shape(value, sensitive=sensitive) == shape(expected, sensitive=sensitive)
    if isinstance(value, bool) or isinstance(expected, bool):
        words = {"true": True, "false": False}
        yes, wanted = (item if isinstance(item, bool) else words.get(str(item).lower()) for item in (value, expected))
        return None if yes is None or wanted is None else yes == wanted
    if isinstance(value, datetime):
        sign = order(value, expected) if isinstance(expected, str) else None
        return None if sign is None else sign == 0
    one, other = number(value), number(expected)
    return None if one is None or other is None else one == other


def passes(value: object, leaf: Leaf, now: datetime) -> Truth:
    expected, sensitive = leaf.value, leaf.case_sensitive
    match leaf.op.value.removeprefix("not_"):
        case "equals":
            return same(value, expected, sensitive=sensitive)
        case "in":
            assert isinstance(expected, list)
            answers = [same(value, item, sensitive=sensitive) for item in expected]
            return True if True in answers else False if False in answers else None
        case "contains" | "starts_with" | "ends_with" | "matches" as op:
            if not isinstance(value, str) or not isinstance(expected, str):
                return None
            if op == "matches":
                return re.search(expected, shape(value, sensitive=True), 0 if sensitive else re.IGNORECASE) is not None
            text, part = shape(value, sensitive=sensitive), shape(expected, sensitive=sensitive)
            return {"contains": part in text, "starts_with": text.startswith(part), "ends_with": text.endswith(part)}[op]
        case "within_days" | "older_than_days" as op:
            at = moment(value)
            assert isinstance(expected, int | float)
            if at is None:
                return None
            age = now - at
            return abs(age) <= timedelta(days=expected) if op == "within_days" else age > timedelta(days=expected)
        case "between":
            assert isinstance(expected, list)
            low, high = (order(value, end) for end in expected)
            return None if low is None or high is None else low >= 0 >= high
        case op:
            sign = order(value, expected)
            tests = {"gt": 1, "after": 1, "lt": -1, "before": -1}
            if sign is None:
                return None
            return sign == tests[op] if op in tests else sign >= 0 if op == "gte" else sign <= 0


def order(value: object, bound: object) -> int | None:
    """Where a value lies beside a bound; a bound that is a day is beside no moment of that day."""
    if isinstance(bound, str):
        at, limit = moment(value), moment(bound)
        if at is None or limit is None:
            return None
        if len(bound.strip()) == len("2026-01-31"):
            day, other = at.astimezone(UTC).date(), limit.date()
            return (day > other) - (day < other)
        return (at > limit) - (at < limit)
    found = number(value)
    assert isinstance(bound, int | float)
    return None if found is None else (found > bound) - (found < bound)


def leaf_truth(leaf: Leaf, job: Job, now: datetime) -> Truth:
    found = values(job, leaf.field)
    if leaf.op.value in {"is_set", "is_empty"}:
        return bool(found) == (leaf.op.value == "is_set")
    answers = [passes(value, leaf, now) for value in found]
    answer = True if True in answers else None if None in answers or not answers else False
    if leaf.field == "status" and not found and leaf.op.value in {"equals", "not_equals", "in", "not_in"}:
        named = leaf.value if isinstance(leaf.value, list) else [leaf.value]
        answer = True if "unknown" in [str(item).casefold() for item in named] else None
    return None if answer is None else answer != leaf.op.value.startswith("not_")


def truth(
    condition: Condition | None, job: Job, now: datetime, turned: frozenset[int] = frozenset(), wanted: tuple[bool, ...] = ()
) -> Truth:
    """Kleene's logic; the leaves numbered in ``turned`` answer as ``wanted`` says instead."""
    counter = itertools.count()
    forced = dict(zip(sorted(turned), wanted, strict=False))

    def walk(node: Condition) -> Truth:
        if isinstance(node, Leaf):
            index = next(counter)
            return forced[index] if index in forced else leaf_truth(node, job, now)
        if isinstance(node, Not):
            inner = walk(node.child)
            return None if inner is None else not inner
        answers = [walk(child) for child in node.children]
        if isinstance(node, AllOf):
            return False if False in answers else None if None in answers else True
        assert isinstance(node, AnyOf)
        return True if True in answers else None if None in answers else False

    return True if condition is None else walk(condition)


def leaves(condition: Condition | None) -> list[Leaf]:
    if condition is None:
        return []
    if isinstance(condition, Leaf):
        return [condition]
    children = (condition.child,) if isinstance(condition, Not) else condition.children
    return [leaf for child in children for leaf in leaves(child)]


def fewest_turns(condition: Condition | None, job: Job, now: datetime) -> int | None:
    """Try every set of leaves, small ones first."""
    count = len(leaves(condition))
    for size in range(count + 1):
        for turned in itertools.combinations(range(count), size):
            for wanted in itertools.product([True, False], repeat=size):
                if truth(condition, job, now, frozenset(turned), wanted) is True:
                    return size
    return None


def applying(rules: tuple[Rule, ...], job: Job, now: datetime) -> list[Rule]:
    matched = [
        rule for rule in sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)) if rule.active and truth(rule.when, job, now)
    ]
    plain = [rule for rule in matched if not rule.fallback]
    return plain or matched


def near_misses(rules: tuple[Rule, ...], job: Job, now: datetime) -> list[str]:
    """The names of the rules that are at most two leaves away and of which something held, those first of which the most held."""
    plain = any(rule.active and not rule.fallback and truth(rule.when, job, now) for rule in rules)
    near = []
    for rule in sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)):
        missed = fewest_turns(rule.when, job, now)
        held = sum(leaf_truth(leaf, job, now) is True for leaf in leaves(rule.when))
        if rule.active and missed in {1, 2} and held and not (rule.fallback and plain):
            excludes = any(action.kind == "exclude" for action in rule.actions)
            near.append((-held, missed, excludes, rule.name))
    return [name for *_, name in sorted(near, key=lambda each: each[:3])]


def reason(rules: tuple[Rule, ...], job: Job, policy: EvaluationPolicy, now: datetime) -> str | None:
    found = applying(rules, job, now)
    if not any(rule.active for rule in rules):
        return "no_active_rules"
    if any(action.kind == "exclude" for rule in found for action in rule.actions):
        return "excluded"
    if not found:
        return "no_rule_matched"
    return "missing_required_fields" if any(not values(job, name) for name in policy.required_fields) else None


def configuration(rules: list[Rule], policy: EvaluationPolicy) -> dict[str, object]:
    """What the applying rules leave on a job that none of them excludes."""
    actions: list[Action] = [action for rule in rules for action in rule.actions]

    def first(kind: ActionKind) -> object:
        return next((action.value for action in actions if action.kind is kind), None)

    result: dict[str, object] = {
        "folder": first(ActionKind.FOLDER),
        "follow_up_user": first(ActionKind.FOLLOW_UP_USER),
        "interview_instructions": first(ActionKind.INTERVIEW_INSTRUCTIONS),
    }
    script = first(ActionKind.JOB_TEMPLATE)
    stacked = list(
        dict.fromkeys(action.value for action in actions if action.kind is ActionKind.GENERATION_TEMPLATE and isinstance(action.value, str))
    )
    if script is None and not stacked and policy.default_generation_template and rules:
        stacked = [policy.default_generation_template]
    result["templates"] = [script] if script is not None else stacked
    result["template_type"] = "script" if script is not None else "ai_generation" if stacked else None
    settings: dict[str, object] = {setting.name: setting.value for setting in policy.default_settings} if rules else {}
    for action in reversed(actions):
        if action.kind is ActionKind.SETTING and action.name is not None:
            settings[action.name] = action.value
    settings |= {setting.name: setting.value for setting in policy.required_settings} if rules else {}
    result |= {f"settings.{name}": value for name, value in settings.items()}
    return result


@dataclass(frozen=True)
class Part:
    """One part of a filter: what is asked of which field, and the words for it. No code of the filter's stands behind it."""

    field: str
    op: str
    values: tuple[str, ...]
    negated: bool = False

    @property
    def text(self) -> str:
        said = ",".join(f'"{value}"' if " " in value else value for value in self.values)
        return f"{'-' if self.negated else ''}{self.field}{self.op}{said}"

    def holds(self, job: CachedJob, now: datetime) -> bool:
        return any(self._one(job, value, now) for value in self.values) is not self.negated

    def _one(self, job: CachedJob, value: str, now: datetime) -> bool:
        wanted = bare(value)
        if self.field == "is":
            return wanted in {job.sync_status.value, *({job.status.value} & {"open", "closed"})}
        if self.field in {"updated", "created", "synced"}:
            at = {"updated": job.updated_at, "created": job.created_at, "synced": job.last_synced}[self.field]
            return at is not None and self._at(at, value, now)
        if self.field in {"status", "sync_status"}:
            return wanted == str(getattr(job, self.field).value)
        if self.field == "remote":
            return job.remote is {"true": True, "yes": True, "false": False, "no": False}[wanted]
        if not self.field:
            return any(wanted in bare(text) for text in (job.name or "", job.id))
        name = {"location": "locations"}.get(self.field, self.field.replace("location.", "locations."))
        if name == "locations":
            found: list[object] = [getattr(place, part) for place in job.locations for part in ("text", "city", "region", "country")]
        else:
            found = values(job, name)
        return any(wanted in bare(text) for each in found if each is not None for text in spelled(each))

    def _at(self, at: datetime, value: str, now: datetime) -> bool:
        if value[-1] in "dh" and value[:-1].isdigit():
            age = now - at
            limit = timedelta(**{"days" if value[-1] == "d" else "hours": int(value[:-1])})
            return {"<": age < limit, "<=": age <= limit, ">": age > limit, ">=": age >= limit}[self.op]
        sign = order(at, value)
        assert sign is not None
        return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "=": sign == 0}[self.op]


def bare(text: str) -> str:
    """Text without case, accents and compatibility forms."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", "".join(character for character in decomposed if unicodedata.category(character) != "Mn"))


def spelled(value: object) -> tuple[str, ...]:
    """How a value may be asked for: true and false as yes and no too."""
    return (("true", "yes") if value else ("false", "no")) if isinstance(value, bool) else (str(value),)
