"""The conditions of one rule against one job, leaf by leaf."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..backend.core.models import OPERATORS, ConditionResult, JsonValue, NearMiss, Note, Op, RuleResult, Takes
from ..backend.core.text import clean
from . import words
from .document import Line, Span, Tone, bad, dim, good, line, warn
from .layout import columns, wrap

_STEP = re.compile(r"(all|any|not)(?:\[(\d+)\])?")
_GROUPS = {"all": "all of these:", "any": "any of these:", "not": "not:"}
_INDENT = 5


def condition_lines(rule: RuleResult, near: NearMiss | None, ats: str, width: int) -> list[Line]:
    """Return a line for every leaf (mark, field, operator, expected, actual), its groups, and what would make the rule match."""
    if not rule.conditions:
        return [line(" " * _INDENT, dim("no conditions: it matches every job"))]
    lines: list[Line] = []
    open_groups: list[str] = []
    for leaf in rule.conditions:
        groups = list(_groups(leaf.path))
        shared = sum(1 for _ in _shared([group.place for group in groups], open_groups))
        for depth, group in enumerate(groups[shared:], shared):
            lines.append(line(" " * (_INDENT + 2 * depth), dim(_GROUPS[group.kind])))
        open_groups = [group.place for group in groups]
        negated = sum(group.kind == "not" for group in groups) % 2 == 1
        lines += _leaf(leaf, ats, width, _INDENT + 2 * len(groups), negated=negated)
    if near is not None:
        lines += [
            line(" " * _INDENT, Span("> " if number == 0 else "  ", Tone.KEY), "  " + part)
            for number, part in enumerate(wrap(would_match(near), width - _INDENT - 5))
        ]
    return lines


def would_match(near: NearMiss) -> str:
    """Return what would make the rule of a near miss match, as one sentence."""
    return f"would match if {' and '.join(near.would_match_if)}"


def first_obstacle(rule: RuleResult, near: NearMiss | None, ats: str) -> str:
    """Return in a few words what keeps a rule from matching: a missing value first, because it is mended elsewhere."""
    for leaf in rule.conditions:
        if leaf.note is not None and leaf.passed is None:
            return f"{leaf.field}: {clean(leaf.unknown) if leaf.unknown else words.note(leaf.note, ats, unreadable=leaf.unreadable)}"
    if near is not None:
        return would_match(near)
    failed = [leaf for leaf in rule.conditions if leaf.passed is False]
    if failed:
        leaf = failed[0]
        return f"{leaf.field} {OPERATORS[leaf.op].sign} {expected(leaf.op, leaf.expected)}; here {words.compared(leaf.actual)}"
    return ""


def expected(op: Op, found: JsonValue) -> str:
    """Return what a condition compares with, as people say it."""
    takes = OPERATORS[op].takes
    if takes is Takes.NOTHING:
        return ""
    if takes is Takes.BOUNDS and isinstance(found, list) and len(found) == 2:
        return f"{words.compared(found[0])} and {words.compared(found[1])}"
    if takes is Takes.DAYS:
        days = "day" if found == 1 else "days"
        return f"{words.compared(found)} {days}"
    return words.compared(found)


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of conditions around a leaf; ``place`` tells it from its like beside it."""

    kind: str
    place: str


def _groups(path: str) -> Iterator[_Group]:
    """Yield the groups around a leaf that a reader must know of; the outermost ``all`` goes without saying."""
    place = ""
    for number, found in enumerate(_STEP.finditer(path)):
        kind, index = found.group(1), found.group(2)
        if number > 0 or kind != "all":
            yield _Group(kind, f"{place}{kind}")
        place += f"{kind}[{index}]."


def _shared(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    for left, right in zip(one, other, strict=False):
        if left != right:
            return
        yield left


def _leaf(leaf: ConditionResult, ats: str, width: int, indent: int, *, negated: bool) -> list[Line]:
    room = width - indent - 4 - 3 * 2
    field, op = min(20, room // 4), min(12, room // 5)
    rest = room - field - op
    wanted = rest // 2
    cells = (
        _mark(leaf, negated=negated),
        leaf.field,
        OPERATORS[leaf.op].sign,
        expected(leaf.op, leaf.expected),
        _actual(leaf, ats),
    )
    return columns(cells, (2, field, op, wanted, rest - wanted - 2), indent=indent, gap=2)


def _mark(leaf: ConditionResult, *, negated: bool) -> Span:
    if leaf.passed is None:
        return warn("?")
    return good("ok") if leaf.passed is not negated else bad("X")


def _actual(leaf: ConditionResult, ats: str) -> Span:
    if leaf.note is None:
        return Span(words.compared(leaf.actual))
    told = clean(leaf.unknown) if leaf.unknown else words.note(leaf.note, ats, unreadable=leaf.unreadable)
    return warn(f"{words.compared(leaf.actual)} ({told})" if leaf.note is Note.TYPE_MISMATCH else told)
