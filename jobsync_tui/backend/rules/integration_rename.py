"""Rules that ask for an integration by its id, when that gets another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..core.models import OPERATORS, Condition, JsonValue, Leaf, Not, Rule
from .compiled import leaves_of

FIELD = "integration"


@dataclass(frozen=True, slots=True)
class RenamedRules:
    """Rules after a rename. ``changed`` names those that ask for the new id now, ``doubtful`` those that a person should look at."""

    rules: tuple[Rule, ...]
    changed: tuple[str, ...]
    doubtful: tuple[str, ...]


def renamed(rules: tuple[Rule, ...], old: str, new: str) -> RenamedRules:
    """Return the rules with every condition on the integration ``old`` asking for ``new``."""
    after = tuple(rule if rule.when is None else replace(rule, when=_condition(rule.when, old, new)) for rule in rules)
    changed = tuple(rule.name for rule, before in zip(after, rules, strict=True) if rule != before)
    doubtful = tuple(rule.name for rule in after if any(map(_partial, leaves_of(rule.when))))
    return RenamedRules(after, changed, doubtful)


def _condition(condition: Condition, old: str, new: str) -> Condition:
    match condition:
        case Leaf():
            return replace(condition, value=_value(condition.value, old, new)) if _asks(condition) else condition
        case Not():
            return Not(_condition(condition.child, old, new))
        case _:
            return type(condition)(tuple(_condition(child, old, new) for child in condition.children))


def _asks(leaf: Leaf) -> bool:
    return leaf.field == FIELD and OPERATORS[leaf.op].is_choosing


def _partial(leaf: Leaf) -> bool:
    """Return whether a condition compares with a part of an id: only a person can say what it is to ask for."""
    return leaf.field == FIELD and OPERATORS[leaf.op].takes_value and not _asks(leaf)


def _value(value: JsonValue, old: str, new: str) -> JsonValue:
    if isinstance(value, list):
        return [_value(each, old, new) for each in value]
    return new if isinstance(value, str) and value.casefold() == old.casefold() else value
