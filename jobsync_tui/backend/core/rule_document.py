"""A rule as a document, in the shape of the rules file: what is written in YAML, shown as JSON, kept, and compared."""

from __future__ import annotations

from collections.abc import Callable

from .models import OPERATORS, Action, ActionKind, AllOf, Condition, JsonValue, Leaf, Not, Rule


def rule_document(rule: Rule) -> dict[str, JsonValue]:
    """Return ``rule`` as a document."""
    document: dict[str, JsonValue] = {"id": rule.id, "name": rule.name, "active": rule.active, "priority": rule.priority}
    if rule.fallback:
        document["fallback"] = True
    if rule.when is not None:
        document["when"] = condition_document(rule.when)
    document["actions"] = [action_document(action) for action in rule.actions]
    return document


def leaf_document(leaf: Leaf) -> dict[str, JsonValue]:
    """Return a comparison as a document, without what goes without saying."""
    document: dict[str, JsonValue] = {"field": leaf.field, "op": leaf.op.value}
    if OPERATORS[leaf.op].takes_value:
        document["value"] = leaf.value
    if leaf.case_sensitive:
        document["case_sensitive"] = True
    return document


def condition_document(
    condition: Condition,
    leaf: Callable[[Leaf], JsonValue] = leaf_document,
    arranged: Callable[[list[JsonValue]], list[JsonValue]] = list,
) -> JsonValue:
    """Return a tree of conditions as a document.

    Args:
        condition: The tree.
        leaf: Writes a comparison.
        arranged: Puts what a group holds in the order in which it is to stand.
    """
    if isinstance(condition, Leaf):
        return leaf(condition)
    if isinstance(condition, Not):
        return {"not": condition_document(condition.child, leaf, arranged)}
    word = "all" if isinstance(condition, AllOf) else "any"
    return {word: arranged([condition_document(child, leaf, arranged) for child in condition.children])}


def action_document(action: Action) -> dict[str, JsonValue]:
    """Return an action as a document: one key with its value."""
    if action.kind is ActionKind.SETTING:
        return {"setting": {"name": action.name, "value": action.value}}
    return {action.kind.value: action.value}
