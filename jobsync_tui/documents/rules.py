"""Rules for reading: a line each in order of priority, with what they come to in the cache, and each in full."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..backend.core.models import OPERATORS, Action, AllOf, AnyOf, Condition, Finding, Leaf, Not, Rule, RuleCount
from ..backend.core.text import among, counted
from . import words
from .conditions import expected
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, dim, good, line, warn
from .layout import columns, fit, padded, wrap

_INDENT = 5
_PRIORITY, _STATE, _NUMBER, _AGO = 6, 3, 7, 4
"""Cells of the columns of a fixed width."""

_FIXED = 1 + _PRIORITY + _STATE + 2 * _NUMBER + _AGO + 7
"""Cells that are neither the name's nor the conditions', gaps included."""

_NARROW = _FIXED + 20
"""Width below which a rule is told by its name alone."""

NO_RULES = "There are no rules: n makes one, jobsync rules import FILE brings in some."
"""What is said where nothing can be done with a rule."""

_TITLES = ("  at", "", "rule", "jobs", "only", "last", "when")


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule with its conditions as one line, what it comes to in the cache as far as that was counted, and what is wrong with it.

    ``fixed`` says that whoever looks may not change it, because it also acts on integrations that are not theirs.
    """

    rule: Rule
    told: str
    count: RuleCount | None = None
    findings: tuple[Finding, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class RulesHead:
    """What stands above the rules.

    Attributes:
        revision: Of the rules.
        of: How many rules there are, where only some are listed.
        counted: Words on how far the counting is.
        now: The present, for ages.
        reordered: Whether the order is one that was not saved yet.
        part: How many jobs every count is of, where these are a part of all only.
    """

    revision: int
    of: int | None = None
    counted: str = ""
    now: datetime | None = None
    reordered: bool = False
    part: int | None = None


def rules_document(top: RulesHead, listed: Sequence[ListedRule], width: int, unfolded: Collection[str] = ()) -> Document:
    """Return the rules in order of priority; only the sections in ``unfolded`` are filled, as there may be hundreds."""
    active = sum(each.rule.active for each in listed)
    how_many = counted(len(listed), "rule") + ("" if top.of is None else f" of {top.of}")
    fixed = "= you cannot change this rule" if any(each.fixed for each in listed) else ""
    told = ", ".join(filter(None, (among(top.part), fixed, top.counted)))
    document: list[Line | Section] = [
        line(" ", f"{how_many}, {active} active", dim(f"   {told}"), right=dim(f"revision r{top.revision}")),
        line("   ", warn("ORDER CHANGED, not saved: w saves it, esc discards it")) if top.reordered else BLANK,
    ]
    if not any(each.rule.active for each in listed) and top.of is None:
        told = "space activates the one under the cursor, A all." if listed else NO_RULES
        document += [line("   ", "No active rules configured: no job is eligible."), *(line("   ", part) for part in wrap(told, width - 4))]
    if listed:
        document.append(_cells([dim(title) for title in _TITLES], width))
    document += [_section(each, width, top.now, unfolded) for each in listed]
    return tuple(document)


def rule_note(each: ListedRule) -> str:
    """Return what is said of the rule under the cursor: what is wrong with it, else its conditions."""
    if each.findings:
        return f"! {'  '.join(finding.message for finding in each.findings)}"
    if each.fixed:
        return f"{each.rule.name} also affects other people's integrations: d makes a copy for yours."
    return f"{each.rule.name}: {'fallback, ' if each.rule.fallback else ''}{each.told or 'every job'}"


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


def _section(each: ListedRule, width: int, now: datetime | None, unfolded: Collection[str]) -> Section:
    rule, key = each.rule, f"rule:{each.rule.id}"
    told = f"fallback: {each.told or 'every job'}" if rule.fallback else each.told or "every job"
    closed = (_row("+", each, told, width, now),)
    if key not in unfolded:
        return Section(key, closed, closed, rule.id)
    opened: list[Line | Section] = [_row("-", each, "", width, now)]
    if len(rule.name) > _name_width(width):
        opened += [line(" " * _INDENT, part) for part in wrap(rule.name, width - _INDENT - 1)]
    opened += [line(" " * _INDENT, warn(("! " if number == 0 else "  ") + part)) for number, part in enumerate(_wrapped(each, width))]
    return Section(key, closed, (*opened, *rule_lines(rule, width), BLANK), rule.id)


def _wrapped(each: ListedRule, width: int) -> list[str]:
    return [part for finding in each.findings for part in wrap(f"{finding.message} {finding.remedy}", width - _INDENT - 3)]


def _row(mark: str, each: ListedRule, told: str, width: int, now: datetime | None) -> Line:
    rule, count = each.rule, each.count
    cells = (
        Span(f"{mark} {rule.priority}"),
        good("on") if rule.active else dim("off"),
        Span(f"! {rule.name}", Tone.WARN) if each.findings else Span(f"= {rule.name}", Tone.DIM) if each.fixed else Span(rule.name),
        Span("-" if count is None else _short(count.matched))
        if rule.active
        else dim("-" if count is None else f"({_short(count.matched)})"),
        Span("-" if count is None or not rule.active else _short(count.alone)),
        dim("-" if count is None or now is None else words.short_ago(count.last_effect, now)),
        dim(told),
    )
    return _cells(cells, width)


def _name_width(width: int) -> int:
    return min(44, (width - _FIXED) * 3 // 5)


def _cells(cells: Sequence[Span], width: int) -> Line:
    """Return a line of the table: when the rule acts, its state, its name, three numbers, its conditions."""
    *fixed, told = cells
    if width < _NARROW:
        mark, state, name = fixed[:3]
        left = [Span(padded(cell.text, room) + " ", cell.tone) for cell, room in ((mark, _PRIORITY), (state, _STATE))]
        return line(" ", *left, Span(fit(name.text, width - _PRIORITY - _STATE - 4), name.tone))
    wide = _name_width(width)
    widths = (_PRIORITY, _STATE, wide, _NUMBER, _NUMBER, _AGO)
    texts = [padded(cell.text, room) for cell, room in zip(fixed, widths, strict=True)]
    texts[3:] = [text.strip().rjust(room) for text, room in zip(texts[3:], widths[3:], strict=True)]
    left = [Span(text + " ", cell.tone) for text, cell in zip(texts, fixed, strict=True)]
    return line(" ", *left, Span(" " + fit(told.text, width - _FIXED - wide - 1), told.tone))


def _short(number: int) -> str:
    """Return a number in at most six cells."""
    return words.count(number) if number < 100_000 else f"{number // 1000:,}k"


def _condition(condition: Condition, width: int, indent: int) -> list[Line]:
    match condition:
        case Leaf():
            told = f"{condition.field} {OPERATORS[condition.op].sign} {expected(condition.op, condition.value)}"
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
