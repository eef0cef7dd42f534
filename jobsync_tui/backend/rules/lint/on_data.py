"""What is wrong with rules seen from the jobs there are: rules that match none, that another one covers, actions that never stand.

Jobs are looked at batch by batch. Every job is evaluated once; what counts afterwards are the few ways in which rules come together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from ...core.condition_words import describe, written
from ...core.models import (
    ActionKind,
    AllOf,
    Condition,
    Effect,
    EvaluationPolicy,
    FieldAvailability,
    Finding,
    FindingKind,
    Op,
    Rule,
    RuleSet,
    Witness,
)
from ...core.text import counted
from ..actions import excluders, resolve
from ..columnar.columns import Batch
from ..columnar.evaluate import Answers, BatchOutcome, evaluate_batch
from ..columnar.rows import Rows
from ..compiled import CompiledRule, GroupNode, Node, compiled
from ..fields import covers
from ..operators import LeafTest
from .static import place_of, undelivered

_PRESENT = LeafTest(presence=True)


class DataLint:
    """Looks at jobs, and says what it found when it has seen them all.

    Args:
        rules: Every rule.
        policy: What the configuration adds.
        single_only: What the ATSs give only for one job at a time: such a field may be there although no cached job has it.
        now: The moment from which ages in days count, UTC.
    """

    def __init__(self, rules: RuleSet, policy: EvaluationPolicy, single_only: Collection[FieldAvailability], now: datetime) -> None:
        self._ready = compiled(rules)
        self._rules = rules
        self._policy = policy
        self._now = now
        self._jobs = 0
        self._unmatched = {rule.rule.id: rule for rule in self._ready.active}
        self._parts_seen: set[tuple[str, int]] = set()
        custom = {leaf.leaf.field for leaf in self._ready.leaves if leaf.leaf.field.startswith("custom.")}
        self._unseen = {name for name in custom if not any(covers(each.single_only, name) for each in single_only)}
        self._excluding = {rule.id for rule in excluders([rule.rule for rule in self._ready.active])}
        self._coverers: dict[int, set[int]] = {}
        self._matched: dict[int, Witness] = {}
        self._together: dict[tuple[int, ...], Witness] = {}

    def look(self, batch: Batch, witness: Callable[[int], Witness]) -> None:
        """Look at some jobs.

        Args:
            batch: With the columns that the rules and the policy need.
            witness: Names the job of a row.
        """
        self._jobs += batch.size
        answers = Answers(batch, self._ready, self._now)
        outcomes = evaluate_batch(batch, self._rules, self._policy, self._now, answers)
        self._look_for_matches(outcomes, answers)
        self._unseen -= {name for name in self._unseen if 3 in batch.column(name).answers(_PRESENT, self._now)}
        self._look_for_cover(outcomes, witness)
        for row, numbers in zip(range(batch.size), outcomes.applying_in(Rows.every(batch.size)), strict=True):
            if numbers not in self._together:
                self._together[numbers] = witness(row)

    def _look_for_matches(self, outcomes: BatchOutcome, answers: Answers) -> None:
        for item, rule in zip(outcomes.rules, self._ready.active, strict=True):
            if item.matched:
                self._unmatched.pop(rule.rule.id, None)
            elif rule.rule.id in self._unmatched:
                for number, part in enumerate(_parts(rule)):
                    if (rule.rule.id, number) not in self._parts_seen and answers.where(part):
                        self._parts_seen.add((rule.rule.id, number))

    def _look_for_cover(self, outcomes: BatchOutcome, witness: Callable[[int], Witness]) -> None:
        """Keep for each rule the others that apply wherever it matches and act before it, or exclude."""
        for number, item in enumerate(outcomes.rules):
            if not item.matched:
                continue
            if number not in self._matched:
                self._matched[number] = witness(next(iter(item.matched)))
                others = range(len(outcomes.rules))
                self._coverers[number] = {other for other in others if other < number or self._acts_first(outcomes, other, number)}
            self._coverers[number] = {
                other for other in self._coverers[number] if other != number and not item.matched - outcomes.rules[other].applied
            }

    def _acts_first(self, outcomes: BatchOutcome, other: int, number: int) -> bool:
        """Return whether a rule wins over another whatever their order: it excludes, or the other one is a fallback."""
        one, two = outcomes.rules[other].rule, outcomes.rules[number].rule
        return (one.id in self._excluding and two.id not in self._excluding) or (two.fallback and not one.fallback)

    def findings(self) -> Iterator[Finding]:
        """Give what was found; nothing where there was no job to look at."""
        if not self._jobs:
            return
        stands, gives_way = self._effects()
        rules = [rule.rule for rule in self._ready.active]
        yield from self._undelivered()
        yield from map(self._never, self._unmatched.values())
        for number, rule in enumerate(rules):
            if number not in self._matched:
                continue
            coverer = self._coverer(number, rules, stands)
            if coverer is not None:
                yield self._covered(rule, coverer, self._matched[number])
                continue
            for action in range(len(rule.actions)):
                if (number, action) in gives_way and (number, action) not in stands:
                    yield _overridden(rule, action, *gives_way[number, action])

    def _coverer(self, number: int, rules: Sequence[Rule], stands: Collection[tuple[int, int]]) -> Rule | None:
        """Return the rule without which a rule would count, None where it counts: taken out, it would change nothing for any job."""
        standing = [action for index, action in enumerate(rules[number].actions) if (number, index) in stands]
        coverers = sorted(self._coverers[number])
        if rules[number].id in self._excluding:
            coverers = [other for other in coverers if rules[other].id in self._excluding]
            standing = [action for action in standing if action.kind is not ActionKind.EXCLUDE]
        return rules[coverers[0]] if coverers and not standing else None

    def _effects(self) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[str, Witness]]]:
        """Return the actions that stand on some job, and those that give way, with whom they give way to and on which job.

        An action is told by the numbers of its rule and of itself within it.
        """
        rules = [rule.rule for rule in self._ready.active]
        stands: set[tuple[int, int]] = set()
        gives_way: dict[tuple[int, int], tuple[str, Witness]] = {}
        for numbers, witness in self._together.items():
            places = [(number, action) for number in numbers for action in range(len(rules[number].actions))]
            results = resolve([rules[number] for number in numbers], self._policy).actions
            for place, result in zip(places, results, strict=False):  # what the policy fills in stands behind them
                if result.effect is Effect.APPLIED:
                    stands.add(place)
                else:
                    gives_way.setdefault(place, (result.by or "another rule", witness))
        return stands, gives_way

    def _undelivered(self) -> Iterator[Finding]:
        for rule in self._ready.active:
            for path, number in rule.places:
                leaf = self._ready.leaves[number].leaf
                if leaf.field in self._unseen and leaf.op is not Op.IS_EMPTY:
                    yield undelivered(rule.rule, leaf, place_of(path))

    def _never(self, rule: CompiledRule) -> Finding:
        parts = _conditions(rule.rule)
        never = [part for number, part in enumerate(parts) if (rule.rule.id, number) not in self._parts_seen]
        if never:
            why = f"for none this holds: {describe(never[0])}"
        else:
            why = "each of its conditions holds for some, but never all of them for the same"
        return Finding(
            kind=FindingKind.NEVER_MATCHES,
            rule=rule.rule.id,
            rule_name=rule.rule.name,
            message=f"It matches none of {counted(self._jobs, 'cached job')}: {why}.",
            remedy="Change the condition, or keep it if such jobs are still to come.",
            place="when",
        )

    def _covered(self, rule: Rule, other: Rule, witness: Witness) -> Finding:
        if rule.fallback and not other.fallback:
            why = f"It is a fallback, and wherever it matches, {other.name} matches too"
        elif other.id in self._excluding and rule.id not in self._excluding:
            why = f"Wherever it matches, {other.name} excludes the job"
        else:
            why = f"Wherever it matches, {other.name} matches too, and nothing that it does stands"
        return Finding(
            kind=FindingKind.COVERED,
            rule=rule.id,
            rule_name=rule.name,
            message=f"{why}, for instance on {_name(witness)}.",
            remedy="Delete it, let it act earlier, or narrow the other rule.",
            other=other.id,
            witness=witness,
        )


def _parts(rule: CompiledRule) -> tuple[Node, ...]:
    """Return the conditions that must hold together: the children of an ``all`` at the root, else the root."""
    if isinstance(rule.root, GroupNode) and rule.root.every:
        return rule.root.children
    return () if rule.root is None else (rule.root,)


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    """Return the same as they are written."""
    if isinstance(rule.when, AllOf):
        return rule.when.children
    return () if rule.when is None else (rule.when,)


def _overridden(rule: Rule, number: int, by: str, witness: Witness) -> Finding:
    action = rule.actions[number]
    what = action.kind.value if action.name is None else f"the setting {action.name}"
    itself = by == rule.name
    winner = "another action of the same rule" if itself else by
    message = f"{what} {written(action.value)} never stands: it gives way to {winner}, for instance on {_name(witness)}."
    return Finding(
        kind=FindingKind.OVERRIDDEN_ACTION,
        rule=rule.id,
        rule_name=rule.name,
        message=message,
        remedy="Take one of the two actions out." if itself else "Take the action out, or let the rule act earlier.",
        place=f"actions[{number}]",
        witness=witness,
    )


def _name(witness: Witness) -> str:
    return f"{witness.name or 'a job without a name'} ({witness.integration}:{witness.id})"
