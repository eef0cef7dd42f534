"""Changes of a rule set as an editor makes them: pure functions from the rules to the rules to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .operators import Op
from .rules import AllOf, Condition, Leaf, Rule

_STEP = 10
"""Between the priorities of two rules, where they are numbered anew."""


def in_acting_order(rules: Collection[Rule]) -> tuple[Rule, ...]:
    """Return the rules in order of priority: by priority, then name; ids settle what is left."""
    return tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)))


def same_rule(one: Rule, other: Rule) -> bool:
    """Return whether two rules are the same to the letter: a setting of 1 is another than one of true, which Python takes for equal."""
    return repr(one) == repr(other)


def held(when: Condition | None, integrations: Collection[str]) -> Condition:
    """Return the conditions ``when`` with one before them that holds their rule to the integrations."""
    names = sorted(integrations)
    leaf = Leaf("integration", Op.EQUALS, names[0]) if len(names) == 1 else Leaf("integration", Op.IN, list(names))
    return AllOf((leaf, *(when.children if isinstance(when, AllOf) else () if when is None else (when,))))


def with_rule(rules: Collection[Rule], rule: Rule, replaces: str | None = None) -> tuple[Rule, ...]:
    """Return the rules with ``rule`` among them, in the place of the one of its id and of the one that it ``replaces``."""
    gone = {rule.id, replaces}
    return in_acting_order([*(each for each in rules if each.id not in gone), rule])


def with_rule_of(rules: Collection[Rule], former: Collection[Rule], rule_id: str) -> tuple[Rule, ...]:
    """Return the rules with one of them as it was among ``former`` ones: back where it is missing, and away where it was not there yet."""
    then = next((rule for rule in former if rule.id == rule_id), None)
    return without_rules(rules, {rule_id}) if then is None else with_rule(rules, then)


def without_rules(rules: Collection[Rule], ids: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules but those."""
    return tuple(rule for rule in rules if rule.id not in ids)


def with_duplicate(rules: Collection[Rule], rule_id: str) -> tuple[tuple[Rule, ...], Rule]:
    """Return the rules with an inactive copy of one right behind it, and the copy.

    Raises:
        KeyError: There is no such rule.
    """
    by_id = {rule.id: rule for rule in rules}
    original = by_id[rule_id]
    number = next(number for number in range(2, len(by_id) + 3) if f"{rule_id}-{number}" not in by_id)
    copy = replace(original, id=f"{rule_id}-{number}", name=f"{original.name} {number}", active=False)
    return in_acting_order([*rules, copy]), copy


def with_active(rules: Collection[Rule], ids: Collection[str], *, active: bool) -> tuple[Rule, ...]:
    """Return the rules with those switched on or off."""
    return tuple(replace(rule, active=active) if rule.id in ids else rule for rule in rules)


def moved(rules: Collection[Rule], rule_id: str, by: int) -> tuple[Rule, ...]:
    """Return the rules with one acting ``by`` places later (earlier, where negative), as far as there are places.

    Only that rule gets another priority where one fits in between; else all are numbered anew, in their order.

    Raises:
        KeyError: There is no such rule.
    """
    order = list(in_acting_order(rules))
    at = next((index for index, rule in enumerate(order) if rule.id == rule_id), None)
    if at is None:
        raise KeyError(rule_id)
    rule = order.pop(at)
    to = min(max(0, at + by), len(order))
    if to == at:
        return tuple(rules)
    wanted = [each.id for each in (*order[:to], rule, *order[to:])]
    for priority in _fitting(order, to):
        tried = in_acting_order([*order, replace(rule, priority=priority)])
        if [each.id for each in tried] == wanted:
            return tried
    by_id = {each.id: each for each in rules}
    return tuple(replace(by_id[each], priority=_STEP * place) for place, each in enumerate(wanted, 1))


def _fitting(others: list[Rule], to: int) -> tuple[int, ...]:
    """Return the priorities that may put a rule at that place: between its neighbours, or that of one of them."""
    if to == 0:
        return others[0].priority, others[0].priority - 1
    if to == len(others):
        return others[-1].priority, others[-1].priority + 1
    low, high = others[to - 1].priority, others[to].priority
    return (low + high) // 2, low, high
