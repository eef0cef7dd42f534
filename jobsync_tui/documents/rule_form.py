"""A rule as a form, a line for each thing that can be changed, and what the rule comes to while it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..backend.core.models import OPERATORS, Action, AllOf, AnyOf, Condition, ConditionResult, Leaf, Not, Rule
from ..backend.core.text import counted
from ..editor.rule_tree import Way
from . import words
from .conditions import expected
from .document import BLANK, Document, Line, Section, Span, bad, dim, good, head, line, warn
from .layout import fit, wrap


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the rule as it is now.

    Attributes:
        jobs: Cached jobs that its conditions match, for themselves; None where they were never counted.
        counted: Whether ``jobs`` is of the rule as it is now.
        matched: Whether they match the job at hand; None where there is none.
    """

    jobs: int | None = None
    counted: bool = False
    matched: bool | None = None

    def counting(self) -> Look:
        """Return the look with a number that is being counted anew."""
        return replace(self, counted=False)

    def with_count(self, jobs: int) -> Look:
        """Return the look with the number of the jobs that match."""
        return replace(self, jobs=jobs, counted=True)

    def with_job(self, *, matched: bool) -> Look:
        """Return the look with what the job at hand says."""
        return replace(self, matched=matched)


def look_words(look: Look, rule: Rule) -> str:
    """Return what the rule comes to, in a line."""
    if look.jobs is None:
        told = "counting the cached jobs that match ..."
    else:
        told = f"{'ok' if look.jobs else '!'} matches {counted(look.jobs, 'cached job')}{'' if look.counted else ' ...'}"
    if look.matched is not None:
        told += f"   this job: {'ok yes' if look.matched else 'x no'}"
    if not rule.actions:
        told += "   sets nothing: A adds"
    elif not rule.active:
        told += "   switched off"
    return told


_INDENT = 3
_NAMES = 10
"""Cells of the names beside the rule's own traits."""


class Part(StrEnum):
    """What of a rule a line is about."""

    NAME = "name"
    PRIORITY = "priority"
    STATE = "state"
    FALLBACK = "fallback"
    WHEN = "when"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of the form. ``way`` leads to a condition, or is the number of an action; None where there is none yet."""

    part: Part
    way: Way | None = None

    @property
    def key(self) -> str:
        """The name of the line's section."""
        return self.part.value if self.way is None else f"{self.part}:{'.'.join(map(str, self.way))}"

    @classmethod
    def of(cls, key: str) -> Spot:
        """Return the spot that a section is named after."""
        part, colon, way = key.partition(":")
        return cls(Part(part), tuple(int(number) for number in way.split(".") if number) if colon else None)


def form_document(rule: Rule, checked: Sequence[ConditionResult] | None, width: int) -> Document:
    """Return a rule as a form.

    Args:
        rule: The rule.
        checked: Its comparisons against the job at hand, in order; None where there is no job.
        width: Cells.
    """
    results = iter(checked or ())
    state = good("ok on") if rule.active else dim("- off: never applied")
    fallback = "yes: only if no other rule matches" if rule.fallback else "no"
    document: list[Line | Section] = [
        _trait(Part.NAME, rule.name or "(no name yet)", width),
        _trait(Part.PRIORITY, f"{rule.priority}", width, "lower numbers run first"),
        _row(Spot(Part.STATE), (Span("active".ljust(_NAMES)), state), width),
        _trait(Part.FALLBACK, fallback, width),
        BLANK,
        head("WHEN", "this job has" if checked is not None else ""),
    ]
    if rule.when is None:
        document.append(_row(Spot(Part.WHEN), (dim("every job; a adds a condition"),), width))
    else:
        document += _conditions(rule.when, (), 0, results, width)
    document += [BLANK, head("THEN")]
    document += [_action(action, number, width) for number, action in enumerate(rule.actions)]
    if not rule.actions:
        document.append(_row(Spot(Part.ACTION), (dim("nothing is set; a adds an action"),), width))
    return tuple(document)


def _trait(part: Part, value: str, width: int, hint: str = "") -> Section:
    return _row(Spot(part), (Span(part.value.ljust(_NAMES)), Span(value)), width, right=dim(hint) if hint else None)


def _conditions(node: Condition, way: Way, depth: int, results: Iterator[ConditionResult], width: int) -> Iterator[Section]:
    match node:
        case Leaf():
            yield _leaf(node, way, depth, next(results, None), width)
        case Not(Leaf() as leaf):
            yield _leaf(leaf, way, depth, next(results, None), width, negated=True)
        case Not(AllOf() | AnyOf() as group):
            yield from _group("not all of these" if isinstance(group, AllOf) else "none of these", way, depth, width)
            for number, child in enumerate(group.children):
                yield from _conditions(child, (*way, 0, number), depth + 1, results, width)
        case Not(child):
            yield from _group("not", way, depth, width)
            yield from _conditions(child, (*way, 0), depth + 1, results, width)
        case AllOf(below) | AnyOf(below):
            yield from _group("all of these" if isinstance(node, AllOf) else "any of these", way, depth, width)
            for number, child in enumerate(below):
                yield from _conditions(child, (*way, number), depth + 1, results, width)


def _group(title: str, way: Way, depth: int, width: int) -> Iterator[Section]:
    yield _row(Spot(Part.WHEN, way), (Span("  " * depth), dim(f"{title}:")), width)


def _leaf(leaf: Leaf, way: Way, depth: int, result: ConditionResult | None, width: int, *, negated: bool = False) -> Section:
    told = f"{leaf.field}  {OPERATORS[leaf.op].sign}  {expected(leaf.op, leaf.value)}".rstrip()
    if leaf.case_sensitive:
        told += "  (case counts)"
    lead = (Span("  " * depth), *((warn("not "),) if negated else ()))
    right = None if result is None else _seen(result, width // 3, negated=negated)
    return _row(Spot(Part.WHEN, way), (*lead, Span(told)), width, right=right)


def _seen(result: ConditionResult, room: int, *, negated: bool) -> Span:
    found = fit(words.compared(result.actual) if result.note is None else result.note.value.replace("_", " "), room)
    if result.passed is None:
        return warn(f"? {found}")
    return good(f"ok {found}") if result.passed is not negated else bad(f"X {found}")


def _action(action: Action, number: int, width: int) -> Section:
    told = f"{words.action(action.kind, action.name):<22}  {words.value(action.value)}"
    return _row(Spot(Part.ACTION, (number,)), (dim("-> "), Span(told)), width)


def _row(spot: Spot, parts: Sequence[Span], width: int, *, right: Span | None = None) -> Section:
    """Return a line as a section: short it is cut to the width, unfolded it goes on over as many lines as it needs."""
    *lead, last = parts
    taken = _INDENT + sum(len(span.text) for span in lead)
    room = width - taken - 1 - (len(right.text) + 2 if right is not None else 0)
    closed = line(" " * _INDENT, *lead, Span(fit(last.text, room), last.tone), right=() if right is None else right)
    first, *more = wrap(last.text, room)
    opened = [line(" " * _INDENT, *lead, Span(first, last.tone), right=() if right is None else right)]
    opened += [line(" " * (taken + 2), Span(part, last.tone)) for part in more for part in wrap(part, width - taken - 3)]
    return Section(spot.key, (closed,), tuple(opened), spot.key)
