"""Wild jobs and rules from a seed: small vocabularies, so that conditions meet values, and everything awkward among them.

Hypothesis gives the seeds. Drawing whole rule sets from it piece by piece takes a hundred times as long, and what is lost, the
shrinking, is made up for by the number of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from jobsync_tui.backend.core.models import (
    OPERATORS,
    Action,
    ActionKind,
    AllOf,
    AnyOf,
    CachedJob,
    Condition,
    EvaluationPolicy,
    Job,
    JobStatus,
    JsonValue,
    Leaf,
    Location,
    Not,
    Op,
    Rule,
    RuleSet,
    SettingValue,
    SyncStatus,
    Takes,
    Visibility,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

WORDS = [
    *("Berlin", "berlin", "BERLIN ", "\uff22erlin", "K\u00f6ln", "Ko\u0308ln", "Koln", "Stra\u00dfe", "STRASSE"),
    *("NO", "5", "05", "-1e1", "true", "open", "closed", "a\x00b"),
]
DATES = ["2026-11-23", "2026-11-23T12:00:00Z", "2026-11-22T23:30:00-05:00", "2026-01-31", "1999-02-30"]
NUMBERS: list[int | float] = [0, 1, 5, 5.0, -3, 1e30]
BLANKS: list[JsonValue] = [None, "", "  ", [], {}, [None, ""]]
PARTS = ["b", "LIN", "ss", "\u00f6", " ", "5", "\x00", "o", "lin"]
PATTERNS = ["^b", "l.n$", "stra", "[0-9]", "K\u00f6"]
FIELDS = [
    *("id", "name", "name", "status", "department", "remote", "visibility", "tags", "custom.a", "custom.a", "custom.b", "created_at"),
    *("sync_status", "location", "location.city", "locations", "locations.city", "locations.country", "last_synced"),
]
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MIDNIGHT = datetime(2026, 1, 31, tzinfo=UTC)
MOMENTS = [
    *(NOW, NOW - DAY, NOW - DAY - SECOND, NOW - 5 * DAY, NOW - 5 * DAY - SECOND, NOW + 2 * DAY, NOW + 2 * DAY + SECOND),
    *(MIDNIGHT, MIDNIGHT - SECOND, MIDNIGHT + DAY - SECOND, MIDNIGHT + DAY, datetime(2026, 11, 23, 23, 59, 59, 999000, tzinfo=UTC)),
]
"""At the boundaries of days and of ages, and a second beside them."""
TEMPLATES = ["A", "B", "Screen one"]

T = TypeVar("T")

seeds = st.integers(0, 2**32 - 1)


class Wild:
    """Everything that follows from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - cases, not secrets
        self._pick = self._random.choice

    def _maybe(self, make: Callable[[], T], chance: float = 0.75) -> T | None:
        return make() if self._random.random() < chance else None

    def _some(self, make: Callable[[], T], least: int, most: int) -> list[T]:
        return [make() for _ in range(self._random.randint(least, most))]

    def scalar(self) -> JsonValue:
        options: Sequence[Sequence[JsonValue]] = [WORDS, WORDS, DATES, NUMBERS, [True, False]]
        return self._pick(self._pick(options))

    def _text(self) -> str | None:
        return self._pick([*WORDS, None, "", " "])

    def _custom(self) -> JsonValue:
        chance = self._random.random()
        if chance < 0.7:
            return self.scalar()
        if chance < 0.85:
            return self._some(self.scalar, 0, 3)
        odd: list[JsonValue] = [*BLANKS, {"deep": 1}, float("nan")]
        return self._pick(odd)

    def _place(self) -> Location:
        return Location(self._text(), self._text(), self._text(), self._text())

    def job(self) -> Job:
        custom = {"a": self._custom(), "b": self._custom()} if self._random.random() < 0.9 else {}
        location, locations = self._maybe(self._place), tuple(self._some(self._place, 0, 2))
        job = Job(
            integration="acme",
            id=self._pick(["1", "007"]),
            name=self._text(),
            status=self._pick(list(JobStatus)),
            location=location,
            locations=locations,
            department=self._text(),
            remote=self._pick([None, True, False]),
            visibility=self._pick([None, *Visibility]),
            tags=tuple(self._some(lambda: self._pick(WORDS), 0, 3)),
            custom=custom,
            created_at=self._pick([*MOMENTS, None]),
        )
        if self._random.random() < 0.5:
            return job
        return CachedJob(
            **{name: getattr(job, name) for name in Job.__slots__},
            sync_status=self._pick(list(SyncStatus)),
            last_synced=self._pick([*MOMENTS, None]),
            target_id=self._text(),
        )

    def jobs(self, least: int, most: int) -> list[Job]:
        return self._some(self.job, least, most)

    def leaf(self) -> Leaf:
        op = self._pick(list(Op))
        return Leaf(self._pick(FIELDS), op, self.operand(op), self._random.random() < 0.3)

    def leaves(self, least: int, most: int) -> list[Leaf]:
        return self._some(self.leaf, least, most)

    def operand(self, op: Op) -> JsonValue:
        """Return a value that the operator takes."""
        match OPERATORS[op].takes:
            case Takes.NOTHING:
                return None
            case Takes.VALUE:
                return self._pick([self.scalar(), "unknown"]) if self._random.random() < 0.2 else self.scalar()
            case Takes.VALUES:
                choices: list[JsonValue] = self._some(self.scalar, 1, 4)
                return choices if self._random.random() < 0.5 else [*self._random.sample(WORDS, 3), "unknown"]
            case Takes.PATTERN:
                return self._pick(PATTERNS)
            case Takes.TEXT:
                return self._pick(PARTS)
            case Takes.DATE:
                return self._pick(DATES[:4])
            case Takes.DAYS:
                return self._pick([0, 1, 2, 5, 0.5])
            case Takes.BOUND:
                return self._pick([self._pick(DATES[:4]), self._pick(NUMBERS)])
            case Takes.BOUNDS if self._random.random() < 0.5:
                return [*sorted([self._pick(NUMBERS), self._pick(NUMBERS)])]
            case Takes.BOUNDS:
                return [*sorted(self._pick([["2026-01-31", "2026-11-23"], ["2026-11-23", "2026-11-24"], ["2026-11-22", "2026-11-22"]]))]

    def tree(self, depth: int = 2) -> Condition:
        """Return a group of two or three, or its opposite."""

        def child() -> Condition:
            return self.leaf() if depth == 1 or self._random.random() < 0.6 else self.tree(depth - 1)

        kind = self._pick([AllOf, AnyOf, Not])
        return Not(child()) if kind is Not else kind(tuple(self._some(child, 2, 3)))

    def trees(self, least: int, most: int) -> list[Condition]:
        return self._some(self.tree, least, most)

    def _condition(self) -> Condition:
        return self.leaf() if self._random.random() < 0.6 else self.tree()

    def _action(self) -> Action:
        kind = self._pick(
            [kind for kind in ActionKind if kind is not ActionKind.EXCLUDE] * 4 + [ActionKind.EXCLUDE, ActionKind.GENERATION_TEMPLATE]
        )
        if kind is ActionKind.EXCLUDE:
            return Action(kind, value=True)
        if kind is ActionKind.SETTING:
            return Action(kind, self._pick([*TEMPLATES, True, 1]), self._pick(["voice", "language"]))
        return Action(kind, self._pick(TEMPLATES))

    def rule(self, number: int) -> Rule:
        return Rule(
            id=f"r{number}",
            name=self._pick(["Alpha", "beta", "Gamma"]),
            when=self._maybe(self._condition, 0.9),
            actions=tuple(self._some(self._action, 0, 3)),
            active=self._random.random() < 0.8,
            priority=self._pick([1, 100]),
            fallback=self._random.random() < 0.25,
        )

    def rule_set(self, least: int = 0, most: int = 6) -> RuleSet:
        return RuleSet(1, tuple(self.rule(number) for number in range(self._random.randint(least, most))))

    def edited(self, rules: RuleSet) -> RuleSet:
        """Return the rules with some changed, gone or new, and the others as they were."""
        kept = [rule for rule in rules.rules if self._random.random() < 0.85]
        changed = [self.rule(int(rule.id[1:])) if self._random.random() < 0.3 else rule for rule in kept]
        new = [self.rule(number + 50) for number in range(self._random.randint(0, 1))]
        return RuleSet(rules.revision + 1, (*changed, *new))

    def policy(self) -> EvaluationPolicy:
        def settings() -> tuple[SettingValue, ...]:
            return tuple(
                SettingValue(name, self._pick(TEMPLATES)) for name in ["voice", "language", "stars"] if self._random.random() < 0.3
            )

        return EvaluationPolicy(
            required_fields=self._pick([("name",), (), ("department", "location.city"), ("status", "custom.a"), ("nonsense",)]),
            required_settings=settings(),
            default_settings=settings(),
            default_generation_template=self._pick([None, "Default screen"]),
        )
