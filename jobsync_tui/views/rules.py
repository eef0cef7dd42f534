"""Rules for reading: a line each in the order in which they act, and each in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..backend.models import Action, AllOf, AnyOf, Condition, Leaf, Not, Rule, RuleRevision, RuleSet
from . import words
from .conditions import expected
from .layout import columns, fit, wrap
from .sheet import BLANK, Fold, Line, Sheet, as_text, dim, good, head, line

_INDENT = 5


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule with its conditions as one readable line."""

    rule: Rule
    told: str


def rules_sheet(revision: int, listed: Sequence[ListedRule], width: int, shown_of: int | None = None) -> Sheet:
    """Return the rules in the order in which they act; ``shown_of`` is how many there are where only some are listed."""
    active = sum(each.rule.active for each in listed)
    counted = f"{words.count(len(listed), 'rule')} of {shown_of}" if shown_of is not None else words.count(len(listed), "rule")
    sheet: list[Line | Fold] = [line(" ", f"{counted}, {active} active", right=dim(f"revision r{revision}")), BLANK]
    if not any(each.rule.active for each in listed) and shown_of is None:
        sheet += [line("   ", "No active rules configured: no job is eligible. space activates the one under the cursor, A all.")]
    sheet += [_fold(each, width) for each in listed]
    return tuple(sheet)


def found(listed: Sequence[ListedRule], text: str) -> tuple[ListedRule, ...]:
    """Return the rules whose name, id, conditions or actions contain every word of ``text``."""
    wanted = text.casefold().split()
    return tuple(each for each in listed if all(word in _haystack(each) for word in wanted))


def rule_text(rule: Rule, width: int = 100) -> str:
    """Return a rule in full as text."""
    return as_text((line(f"{rule.name} ({rule.id})"), *rule_lines(rule, width))) + "\n"


def rule_lines(rule: Rule, width: int) -> list[Line]:
    """Return the conditions of a rule as an indented tree, and its actions."""
    rows = [
        line(
            " " * _INDENT,
            dim(f"id {rule.id}, priority {rule.priority}{', fallback: only if no other rule matches' if rule.fallback else ''}"),
        )
    ]
    if rule.when is None:
        rows.append(line(" " * _INDENT, dim("no conditions: it matches every job")))
    else:
        rows += _condition(rule.when, width, _INDENT)
    rows += [row for action in rule.actions for row in _action(action, width)]
    return rows


def revisions_sheet(revisions: Sequence[RuleRevision], now_at: int, width: int) -> Sheet:
    """Return who changed the rules and when, newest first."""
    if not revisions:
        return (line("   ", dim("The rules were never changed.")),)
    sheet: list[Line] = [head("HISTORY OF THE RULES", f"in force: r{now_at}")]
    for each in revisions:
        cells = (f"r{each.revision}", dim(words.day_and_time(each.at)), each.actor, each.what)
        sheet += columns(cells, (6, 19, 14, width - 6 - 19 - 14 - 10), indent=1)
    return tuple(sheet)


def switch_question(rules: Sequence[Rule], *, active: bool) -> tuple[str, str]:
    """Return the question before rules are switched on, or off, and what the switch does."""
    named = fit(rules[0].name, 40) if len(rules) == 1 else f"{len(rules)} rules"
    one = len(rules) == 1
    if active:
        return f"Activate {named}?", f"from then on {'it decides' if one else 'they decide'} too, also in the automatic sync"
    return (
        f"Deactivate {named}?",
        f"from then on {'it matches' if one else 'they match'} no job; jobs synced before stay in Tenzo as they are",
    )


def listed(rules: RuleSet, told: Mapping[str, str]) -> tuple[ListedRule, ...]:
    """Return the rules with what ``told`` says of their conditions, by id."""
    return tuple(ListedRule(rule, told.get(rule.id, "")) for rule in rules.rules)


def _fold(each: ListedRule, width: int) -> Fold:
    rule = each.rule
    told = each.told or "every job"
    if rule.fallback:
        told = f"fallback: {told}"
    return Fold(
        f"rule:{rule.id}",
        _row("+", rule, told, width, most=1),
        (*_row("-", rule, "", width, most=3), *rule_lines(rule, width), BLANK),
        rule.id,
    )


def _row(mark: str, rule: Rule, told: str, width: int, *, most: int) -> tuple[Line, ...]:
    name = (width - 24) * 2 // 5
    state = good("ok on") if rule.active else dim("- off")
    cells = (f"{mark} {rule.priority}", state, rule.name, dim(told))
    return tuple(columns(cells, (6, 5, name, width - 6 - 5 - name - 9), indent=1, most=most))


def _condition(condition: Condition, width: int, indent: int) -> list[Line]:
    match condition:
        case Leaf():
            told = f"{condition.field} {words.OPERATORS[condition.op]} {expected(condition.op, condition.value)}"
            case_ = "  (case counts)" if condition.case_sensitive else ""
            return [
                line(" " * (indent + (2 if number else 0)), part)
                for number, part in enumerate(wrap(told.rstrip() + case_, width - indent - 4))
            ]
        case AllOf(children):
            return _group("all of these:", children, width, indent)
        case AnyOf(children):
            return _group("any of these:", children, width, indent)
        case Not(child):
            return _group("not:", (child,), width, indent)


def _group(title: str, children: Sequence[Condition], width: int, indent: int) -> list[Line]:
    rows = [line(" " * indent, dim(title))]
    for child in children:
        rows += _condition(child, width, indent + 2)
    return rows


def _action(action: Action, width: int) -> list[Line]:
    return columns(
        (f"-> {words.action(action.kind, action.name)}", words.value(action.value)), (26, width - 26 - _INDENT - 4), indent=_INDENT, most=8
    )


def _haystack(each: ListedRule) -> str:
    rule = each.rule
    actions = " ".join(f"{words.action(action.kind, action.name)} {words.value(action.value)}" for action in rule.actions)
    return f"{rule.id} {rule.name} {each.told} {actions} {'active on' if rule.active else 'inactive off'}".casefold()
