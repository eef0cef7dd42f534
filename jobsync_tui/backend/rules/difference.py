"""How one set of rules became another, rule by rule."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..core.condition_words import describe
from ..core.models import Action, ActionKind, JsonValue, RevisionDifference, Rule, RuleDifference, RuleFieldChange, RuleSet, in_acting_order


def difference(before: RuleSet, after: RuleSet) -> RevisionDifference:
    """Return what was added, removed and changed between two rule sets, in the order in which the rules act."""
    old, new = ({rule.id: rule for rule in each.rules} for each in (before, after))
    every = in_acting_order([*after.rules, *(rule for rule in before.rules if rule.id not in new)])
    found = (_rule(rule, old.get(rule.id), new.get(rule.id)) for rule in every if old.get(rule.id) != new.get(rule.id))
    return RevisionDifference(before.revision, after.revision, tuple(found))


def _rule(either: Rule, before: Rule | None, after: Rule | None) -> RuleDifference:
    changes = () if before is None or after is None else tuple(_changes(before, after))
    return RuleDifference(either.id, either.name, before, after, changes)


def _changes(before: Rule, after: Rule) -> Iterator[RuleFieldChange]:
    """Give what differs. Values are compared as they are written, because True equals 1 as a value and not as a setting."""
    for name in ("name", "active", "priority", "fallback"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield RuleFieldChange(name, old, new)
    if repr(before.when) != repr(after.when):
        yield RuleFieldChange("when", describe(before.when), describe(after.when))
    old_actions, new_actions = [_action(each) for each in before.actions], [_action(each) for each in after.actions]
    if json.dumps(old_actions) != json.dumps(new_actions):
        yield RuleFieldChange("actions", old_actions, new_actions)


def _action(action: Action) -> JsonValue:
    if action.kind is ActionKind.SETTING:
        return {action.kind.value: {"name": action.name, "value": action.value}}
    return {action.kind.value: action.value}
