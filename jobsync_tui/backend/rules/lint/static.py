"""What is wrong with rules whatever the jobs are: values that cannot occur, fields that no ATS delivers, doubles, names nobody has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...core.condition_words import describe, written
from ...core.models import (
    OPERATORS,
    ActionKind,
    FieldAvailability,
    Finding,
    FindingKind,
    JsonValue,
    Leaf,
    Op,
    Rule,
    RuleSet,
    Takes,
    in_acting_order,
)
from ...core.moments import span_in
from ...core.rule_document import action_document, condition_document
from ..compiled import compiled
from ..fields import KNOWN, Kind, covers
from ..fitting import CHOICES
from ..values import folded, truth_in
from ..yaml.reading import suggestion

_ASK_TRUTH = "Ask whether it is true or false."
_ASK_DATE = "Compare it with a date such as 2026-01-31."


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a target has, by kind of action, each None where it does not say; and the allowed values of its settings."""

    by_kind: Mapping[ActionKind, Collection[str] | None]
    settings: Mapping[str, Sequence[JsonValue]]


def static_findings(
    rules: RuleSet,
    availability: Mapping[str, FieldAvailability],
    names: Names | None,
    hidden: Mapping[str, FieldAvailability] | None = None,
) -> Iterator[Finding]:
    """Give what is wrong with the rules, active or not, as far as that can be told without looking at a job.

    Args:
        rules: Every rule.
        availability: What the ATS of each integration delivers, by id of the integration.
        names: Of the target; None where it was not asked.
        hidden: As ``availability``, of integrations that the reader may not see: a rule may mean them, but no finding names them.
    """
    ready, hidden = compiled(rules), hidden or {}
    for rule in (*ready.active, *ready.inactive):
        for path, number in rule.places:
            leaf = ready.leaves[number].leaf
            place = place_of(path)
            yield from _impossible(rule.rule, leaf, place, tuple(availability), tuple(hidden))
            yield from _case_without_text(rule.rule, leaf, place)
            yield from _undelivered(rule.rule, leaf, place, {**availability, **hidden})
        if names is not None:
            yield from _unknown_names(rule.rule, names)
    yield from _doubles([rule.rule for rule in ready.active])


def place_of(path: str) -> str:
    """Return a place below ``when`` as one in the rule."""
    return f"when.{path}" if path else "when"


def _impossible(rule: Rule, leaf: Leaf, place: str, integrations: Sequence[str], hidden: Sequence[str]) -> Iterator[Finding]:
    kind, operator = KNOWN[leaf.field].kind if leaf.field in KNOWN else Kind.ANY, OPERATORS[leaf.op]
    message = remedy = None
    if kind in {Kind.BOOL, Kind.MOMENT} and operator.is_textual:
        message = f"{leaf.field} is {kind.value} and no text, so this condition is never true nor false: {describe(leaf)}"
        remedy = _ASK_TRUTH if kind is Kind.BOOL else _ASK_DATE
    elif kind is Kind.MOMENT and operator.takes not in {Takes.NOTHING, Takes.DATE, Takes.DAYS}:
        wrong = [value for value in _values(leaf) if not isinstance(value, str) or span_in(value) is None]
        if wrong:
            message = f"{leaf.field} is a date and can never be compared with {written(wrong[0])}."
            remedy = _ASK_DATE
    elif kind is Kind.BOOL and operator.takes_value and not operator.is_choosing:
        message = (
            f"{leaf.field} is true or false and neither a number nor a date, so this condition is never true nor false: {describe(leaf)}"
        )
        remedy = _ASK_TRUTH
    elif operator.is_choosing:
        choices = tuple(integrations) if leaf.field == "integration" else CHOICES.get(leaf.field, ())
        others = hidden if leaf.field == "integration" else ()
        never = [value for value in _values(leaf) if choices and not _occurs(value, (*choices, *others))]
        if never:
            words = " nor ".join(written(value) for value in never)
            allowed = [str(value).lower() if isinstance(value, bool) else str(value) for value in choices]
            message = f"{leaf.field} can never be {words}."
            remedy = suggestion(str(never[0]), allowed).strip()
    if message is not None and remedy is not None:
        yield _finding(FindingKind.IMPOSSIBLE_VALUE, rule, message, remedy, place=place)


def _case_without_text(rule: Rule, leaf: Leaf, place: str) -> Iterator[Finding]:
    kind = KNOWN[leaf.field].kind if leaf.field in KNOWN else Kind.ANY
    of_text = kind in {Kind.TEXT, Kind.ANY} and any(isinstance(value, str) for value in _values(leaf))
    compares_text = OPERATORS[leaf.op].is_choosing or OPERATORS[leaf.op].is_textual
    if leaf.case_sensitive and not (of_text and compares_text):
        message = f"case_sensitive has no effect here, where no text is compared: {describe(leaf)}"
        yield _finding(FindingKind.NO_EFFECT, rule, message, "Take case_sensitive out.", place=place)


def _values(leaf: Leaf) -> Sequence[JsonValue]:
    return leaf.value if isinstance(leaf.value, list) else [leaf.value]


def _occurs(value: JsonValue, choices: Sequence[JsonValue]) -> bool:
    if any(isinstance(choice, bool) for choice in choices):
        return isinstance(value, bool | str) and truth_in(value) is not None
    return isinstance(value, str) and folded(value) in {folded(str(choice)) for choice in choices}


def _undelivered(rule: Rule, leaf: Leaf, place: str, availability: Mapping[str, FieldAvailability]) -> Iterator[Finding]:
    if leaf.op is not Op.IS_EMPTY and availability and all(covers(each.never, leaf.field) for each in availability.values()):
        yield undelivered(rule, leaf, place)


def undelivered(rule: Rule, leaf: Leaf, place: str) -> Finding:
    """Return the finding that no integration delivers the field of a condition."""
    message = f"No integration delivers {leaf.field}, so this condition is never true: {describe(leaf)}"
    if leaf.field.startswith("custom."):
        message = f"No cached job has {leaf.field}, so this condition is never true: {describe(leaf)}"
    return _finding(FindingKind.UNDELIVERED_FIELD, rule, message, "Ask for another field, or take the condition out.", place=place)


def _unknown_names(rule: Rule, names: Names) -> Iterator[Finding]:
    for number, action in enumerate(rule.actions):
        known, message, remedy = names.by_kind.get(action.kind), None, ""
        if known is not None and isinstance(action.value, str) and action.value not in known:
            what = _NAMED[action.kind]
            message, remedy = f"The target has no {what} {written(action.value)}.", suggestion(action.value, sorted(known)[:20]).strip()
        elif action.kind is ActionKind.SETTING and action.name is not None:
            options = names.settings.get(action.name, ())
            if options and json.dumps(action.value) not in {json.dumps(option) for option in options}:
                message = f"The setting {action.name} cannot be {written(action.value)} in the target."
                remedy = f"Allowed: {', '.join(map(written, options))}."
        if message is not None:
            yield _finding(FindingKind.MISSING_IN_TARGET, rule, message, remedy, place=f"actions[{number}]")


_NAMED = {
    ActionKind.JOB_TEMPLATE: "template",
    ActionKind.GENERATION_TEMPLATE: "template",
    ActionKind.FOLDER: "folder",
    ActionKind.FOLLOW_UP_USER: "user",
}


def _doubles(active: Iterable[Rule]) -> Iterator[Finding]:
    first: dict[str, Rule] = {}
    for rule in in_acting_order(list(active)):
        same = first.setdefault(_acts_alike(rule), rule)
        if same is not rule:
            message = f"It has the conditions and the actions of the rule {same.name}, which acts before it."
            yield _finding(FindingKind.DUPLICATE, rule, message, "Delete one of the two.", place=None, other=same.id)


def _acts_alike(rule: Rule) -> str:
    """Return a text that is the same for rules that match the same jobs and do the same to them, as far as that can be read off."""
    when = rule.when and condition_document(rule.when, arranged=lambda children: sorted(children, key=json.dumps))
    return json.dumps([when, [action_document(action) for action in rule.actions], rule.fallback])


def _finding(kind: FindingKind, rule: Rule, message: str, remedy: str, *, place: str | None, other: str | None = None) -> Finding:
    return Finding(kind=kind, rule=rule.id, rule_name=rule.name, message=message, remedy=remedy, place=place, other=other)
