"""What a change of rules does to jobs whose outcomes are known: only rules that differ are tried, and each way of coming together once.

A cached outcome says which rules apply to a job, and why it is not eligible. A rule whose conditions did not change applies where it did,
unless it is a fallback, which depends on the others; so what must be tried are new conditions and fallbacks, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ...core.models import EvaluationPolicy, ImpactList, Reason, Rule, RuleSet
from ..actions import excluders, resolve
from ..compiled import in_order
from .columns import Batch
from .evaluate import evaluate_batch, fields_needed
from .impact import configuration, differing, impact

Way: TypeAlias = tuple[ImpactList, tuple[str, ...]]
"""The group that a job is in, and the fields that it would have differently."""


@dataclass(frozen=True, slots=True)
class KnownOutcome:
    """How jobs were evaluated by the rules in force: why not, if not, and the ids of the rules that apply."""

    reason: str | None
    rules: tuple[str, ...]


class RuleSetComparison:
    """Compares two rule sets job by job, and knows the ways that it met, by number.

    Args:
        before: The rules in force.
        after: The rules to come.
        policy: What the configuration adds, the same for both.
        now: The moment from which ages in days count, UTC.

    Raises:
        RuleError: A rule cannot be evaluated.
    """

    def __init__(self, before: RuleSet, after: RuleSet, policy: EvaluationPolicy, now: datetime) -> None:
        self.before = before
        self.after = after
        self.policy = policy
        self.now = now
        self.ways: dict[Way, int] = {}
        old, new = ({rule.id: rule for rule in each.rules if rule.active} for each in (before, after))
        self._old = old
        self._new = in_order(tuple(new.values()))
        self._stays = {name for name, rule in new.items() if name in old and _asks_alike(old[name], rule)}
        self._tried = RuleSet(after.revision, tuple(rule for rule in self._new if rule.id not in self._stays))
        self._excluding = {rule.id for rule in excluders(self._new)}
        self._lacks = bool(self._tried.rules) or self._excluding != {rule.id for rule in excluders(tuple(old.values()))}

    @property
    def quick_fields(self) -> tuple[str, ...]:
        """The dotted fields that `with_outcomes` needs."""
        required = self.policy if self._lacks else EvaluationPolicy(required_fields=())
        return fields_needed(self._tried, required)

    @property
    def fields(self) -> tuple[str, ...]:
        """The dotted fields that `without_outcomes` needs."""
        return tuple(dict.fromkeys((*fields_needed(self.before, self.policy), *fields_needed(self.after, self.policy))))

    def with_outcomes(self, batch: Batch, outcomes: Sequence[int], known: Mapping[int, KnownOutcome]) -> list[int]:
        """Return the number of each job's way, from how it was evaluated.

        Args:
            batch: With the columns of `quick_fields`.
            outcomes: The number of each job's distinct outcome.
            known: The distinct outcomes by number.
        """
        tried = evaluate_batch(batch, self._tried, self.policy, self.now)
        lacking = [rows.flags() for rows in tried.missing.values()] if self._lacks else []
        flags = [item.matched.flags() for item in tried.rules]
        names = [item.rule.id for item in tried.rules]
        missing: Iterable[int] = map(any, zip(*lacking, strict=True)) if lacking else bytes(batch.size)
        met = _Met(self, known, names)
        return [met[key] for key in zip(outcomes, missing, *flags, strict=True)]

    def without_outcomes(self, batch: Batch) -> list[int]:
        """Return the number of each job's way, evaluating it by both rule sets; ``batch`` has the columns of `fields`."""
        found = impact(batch, self.before, self.after, self.policy, self.now)
        fields: dict[int, list[str]] = {}
        for name, rows in found.fields.items():
            for row in rows:
                fields.setdefault(row, []).append(name)
        ways = [self.number(ImpactList.UNCHANGED)] * batch.size
        turned = ((ImpactList.NEWLY_ELIGIBLE, found.newly_eligible), (ImpactList.NO_LONGER_ELIGIBLE, found.no_longer_eligible))
        for group, rows in (*turned, (ImpactList.RECONFIGURED, found.reconfigured)):
            for row in rows:
                ways[row] = self.number(group, tuple(fields.get(row, ())))
        return ways

    def number(self, group: ImpactList, fields: tuple[str, ...] = ()) -> int:
        """Return the number of a way."""
        return self.ways.setdefault((group, fields), len(self.ways))

    def way(self, known: KnownOutcome, matched: Iterable[str], *, missing: bool) -> int:
        """Return the number of the way of jobs that were evaluated so, and that the tried rules match so."""
        now_matched = set(matched)
        matching = [rule for rule in self._new if rule.id in now_matched or (rule.id in self._stays and rule.id in known.rules)]
        applying = [rule for rule in matching if not rule.fallback] or matching
        eligible = self._eligible(applying, known, missing=missing)
        if (known.reason is None) is not eligible:
            return self.number(ImpactList.NEWLY_ELIGIBLE if eligible else ImpactList.NO_LONGER_ELIGIBLE)
        if not eligible:
            return self.number(ImpactList.UNCHANGED)
        was = in_order(tuple(self._old[name] for name in known.rules))
        different = differing(*(configuration(resolve(rules, self.policy)) for rules in (was, applying)))
        return self.number(ImpactList.RECONFIGURED, different) if different else self.number(ImpactList.UNCHANGED)

    def _eligible(self, applying: Sequence[Rule], known: KnownOutcome, *, missing: bool) -> bool:
        if not applying or any(rule.id in self._excluding for rule in applying):
            return False
        lacks = missing if self._lacks else known.reason == Reason.MISSING_REQUIRED_FIELDS
        return not lacks


class _Met(dict[tuple[int, ...], int]):
    """Ways by distinct outcome, lack of required fields, and which of the tried rules match; worked out when first met."""

    def __init__(self, comparison: RuleSetComparison, known: Mapping[int, KnownOutcome], names: Sequence[str]) -> None:
        super().__init__()
        self._comparison = comparison
        self._known = known
        self._names = names

    def __missing__(self, key: tuple[int, ...]) -> int:
        outcome, missing, *flags = key
        matched = _chosen(self._names, flags)
        way = self[key] = self._comparison.way(self._known[outcome], matched, missing=bool(missing))
        return way


def _chosen(names: Sequence[str], flags: Sequence[int]) -> Iterator[str]:
    return (name for name, flag in zip(names, flags, strict=True) if flag)


def _asks_alike(before: Rule, after: Rule) -> bool:
    """Return whether a rule applies where it did, whatever others do. Conditions are compared as text, because True equals 1 as a value."""
    return not before.fallback and not after.fallback and repr(before.when) == repr(after.when)
