"""Rules as JSON for the database; what a person writes and reads is YAML, which is the rules' own matter."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.canonical import Plain, canonical, parse
from ...core.errors import StorageError
from ...core.models import Action, ActionKind, AllOf, AnyOf, Condition, JsonValue, Leaf, Not, Op, Rule
from ...core.rule_document import condition_document


def dump(rules: Sequence[Rule]) -> str:
    """Return the rules as JSON; equal rules give equal text."""
    return canonical([_rule(rule) for rule in rules])


def load(text: str) -> tuple[Rule, ...]:
    """Return the rules that `dump` wrote.

    Raises:
        StorageError: Something else wrote them.
    """
    try:
        return tuple(_load_rule(each) for each in _list(parse(text)))
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            "The rules in the database cannot be read.", remedy="Restore a backup, or import the rules again with jobsync rules import."
        ) from error


def _rule(rule: Rule) -> Plain:
    return {
        "id": rule.id,
        "name": rule.name,
        "when": None if rule.when is None else condition_document(rule.when, _leaf),
        "actions": [{"kind": action.kind.value, "value": action.value, "name": action.name} for action in rule.actions],
        "active": rule.active,
        "priority": rule.priority,
        "fallback": rule.fallback,
    }


def _leaf(leaf: Leaf) -> JsonValue:
    return {"field": leaf.field, "op": leaf.op.value, "value": leaf.value, "case_sensitive": leaf.case_sensitive}


def _load_rule(value: JsonValue) -> Rule:
    rule = _dict(value)
    return Rule(
        id=_text(rule["id"]),
        name=_text(rule["name"]),
        when=None if rule["when"] is None else _load_condition(rule["when"]),
        actions=tuple(_load_action(each) for each in _list(rule["actions"])),
        active=rule["active"] is True,
        priority=_number(rule["priority"]),
        fallback=rule["fallback"] is True,
    )


def _load_action(value: JsonValue) -> Action:
    action = _dict(value)
    name = action["name"]
    return Action(ActionKind(_text(action["kind"])), action["value"], None if name is None else _text(name))


def _load_condition(value: JsonValue) -> Condition:
    node = _dict(value)
    if "all" in node:
        return AllOf(tuple(_load_condition(child) for child in _list(node["all"])))
    if "any" in node:
        return AnyOf(tuple(_load_condition(child) for child in _list(node["any"])))
    if "not" in node:
        return Not(_load_condition(node["not"]))
    return Leaf(_text(node["field"]), Op(_text(node["op"])), node["value"], node["case_sensitive"] is True)


def _dict(value: JsonValue) -> dict[str, JsonValue]:
    if isinstance(value, dict):
        return value
    raise TypeError(value)


def _list(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, list):
        return value
    raise TypeError(value)


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(value)


def _number(value: JsonValue) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(value)
