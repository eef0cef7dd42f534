"""A rule as a JSON document, in the shape of the rules file: what stands in one can be pasted into the other."""

from __future__ import annotations

from ..backend.core.models import OPERATORS, Action, ActionKind, AllOf, Condition, JsonValue, Leaf, Not, Rule


def rule_document(rule: Rule) -> dict[str, JsonValue]:
    """Return ``rule`` as a document."""
    document: dict[str, JsonValue] = {"id": rule.id, "name": rule.name, "active": rule.active, "priority": rule.priority}
    if rule.fallback:
        document["fallback"] = True
    if rule.when is not None:
        document["when"] = _condition(rule.when)
    document["actions"] = [_action(action) for action in rule.actions]
    return document


def _condition(condition: Condition) -> JsonValue:
    if isinstance(condition, Leaf):
        return _leaf(condition)
    if isinstance(condition, Not):
        return {"not": _condition(condition.child)}
    return {"all" if isinstance(condition, AllOf) else "any": [_condition(child) for child in condition.children]}


def _leaf(leaf: Leaf) -> JsonValue:
    document: dict[str, JsonValue] = {"field": leaf.field, "op": str(leaf.op)}
    if OPERATORS[leaf.op].takes_value:
        document["value"] = leaf.value
    if leaf.case_sensitive:
        document["case_sensitive"] = True
    return document


def _action(action: Action) -> JsonValue:
    if action.kind is ActionKind.SETTING:
        return {"setting": {"name": action.name, "value": action.value}}
    return {str(action.kind): action.value}
