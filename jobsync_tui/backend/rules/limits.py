"""How large a rule set may be as a whole: so that what is exported can be imported, however many files it came from."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import RuleError
from ..core.models import AllOf, AnyOf, Condition, JsonValue, Leaf, Not, Rule
from .yaml.dumper import dump_rules
from .yaml.loader import MAX_RULES
from .yaml.nodes import MAX_NODES, MAX_TEXT

_LEAF, _RULE, _ACTION = 9, 16, 6
"""Parts of a document that a condition, a rule and an action are at most, their values aside."""


def require_importable(rules: Sequence[Rule], present: Sequence[Rule] = ()) -> None:
    """Let rules pass whose export is within the bounds of an import, and those that are no more than the present ones.

    Raises:
        RuleError: There are too many, or they are too long; says how long, and what is the most.
    """
    over = _beyond(rules)
    if over and not (len(rules) <= len(present) and len(dump_rules(rules)) <= len(dump_rules(present))):
        raise RuleError(f"All rules together would be {over}.", remedy="Delete rules that are not needed, or make the longest shorter.")


def _beyond(rules: Sequence[Rule]) -> str | None:
    if len(rules) > MAX_RULES:
        return f"{len(rules):,} rules, and {MAX_RULES:,} is the most"
    length = len(dump_rules(rules))
    if length > MAX_TEXT:
        return f"{length:,} characters as a file, and {MAX_TEXT:,} is the most"
    parts = sum(_RULE + _of_condition(rule.when) + sum(_ACTION + _of_value(action.value) for action in rule.actions) for rule in rules)
    return f"{parts:,} parts as a file, and {MAX_NODES:,} is the most" if parts > MAX_NODES else None


def _of_condition(condition: Condition | None) -> int:
    match condition:
        case None:
            return 0
        case Leaf(value=value):
            return _LEAF + _of_value(value)
        case Not(child):
            return 2 + _of_condition(child)
        case AllOf(children) | AnyOf(children):
            return 3 + sum(map(_of_condition, children))


def _of_value(value: JsonValue) -> int:
    if isinstance(value, list):
        return 1 + sum(map(_of_value, value))
    if isinstance(value, dict):
        return 1 + sum(1 + _of_value(item) for item in value.values())
    return 1
