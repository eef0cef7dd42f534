"""Conditions in words: one readable line for a tree, and what would have to be so for a leaf to turn.

Values stand as the rule's author wrote them; whoever shows a line cleans it first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from .models import OPERATORS, AllOf, Condition, JsonValue, Leaf, Not
from .text import counted

MAX_LISTED = 6
"""Values of a list that a sentence names; the rest is counted."""

MAX_VALUE = 80
"""Characters of a value in a sentence."""


def describe(condition: Condition | None) -> str:
    """Return a condition as one line, such as ``location.city is Berlin and (department is Data or name contains engineer)``."""
    if condition is None:
        return "every job"
    return _line(condition, inside=False)


def _line(condition: Condition, *, inside: bool) -> str:
    if isinstance(condition, Leaf):
        return f"{condition.field} {_said(OPERATORS[condition.op].holds, condition.value)}"
    if isinstance(condition, Not):
        return f"not ({_line(condition.child, inside=False)})"
    word = " and " if isinstance(condition, AllOf) else " or "
    if not condition.children:
        return "every job" if isinstance(condition, AllOf) else "no job"
    text = word.join(_line(child, inside=len(condition.children) > 1) for child in condition.children)
    return f"({text})" if inside and len(condition.children) > 1 else text


def would_be(leaf: Leaf, *, want: bool) -> str:
    """Return what would have to be so of its field for ``leaf`` to be true, or false, such as ``were Berlin``."""
    operator = OPERATORS[leaf.op]
    return _said(operator.would if want else operator.would_not, leaf.value)


def by_field(phrases: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return what would have to be so, one text for each field: ``name contained icu and contained travel``.

    Args:
        phrases: Fields, each with what would have to be so of it.
    """
    found: dict[str, dict[str, None]] = {}
    for field, phrase in phrases:
        found.setdefault(field, {})[phrase] = None
    return tuple(f"{field} {' and '.join(each)}" for field, each in found.items())


def _said(words: str, value: JsonValue) -> str:
    return _PLACE.sub(lambda place: _TOLD[place[1]](value), words)


def written(value: JsonValue) -> str:
    """Return one value as it stands in a sentence: text plainly, quoted only where its ends would be lost; shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if len(text) > MAX_VALUE:
        text = text[: MAX_VALUE - 1] + "\u2026"
    return f'"{text}"' if text != text.strip() or not text else text


def listed(values: JsonValue, last: str) -> str:
    """Return a list of values as a sentence has it, with ``last`` before the last one: ``days, late or weekend``."""
    items = [written(item) for item in values] if isinstance(values, list) else [written(values)]
    if len(items) > MAX_LISTED:
        items = [*items[: MAX_LISTED - 1], counted(len(items) - MAX_LISTED + 1, "other")]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _ends(value: JsonValue) -> str:
    return f"{written(value[0])} and {written(value[1])}" if isinstance(value, list) and len(value) == 2 else written(value)


def _days(value: JsonValue) -> str:
    return "1 day" if value == 1 else f"{value} days"


def _none_of(value: JsonValue) -> str:
    count = len(value) if isinstance(value, list) else 1
    if count == 1:
        return f"not {listed(value, 'or')}"
    return f"neither {listed(value, 'nor')}" if count == 2 else f"none of {listed(value, 'and')}"


def _one_of(value: JsonValue) -> str:
    return listed(value, "or")


_PLACE = re.compile(r"\{(\w+)\}")
_TOLD: Mapping[str, Callable[[JsonValue], str]] = {
    "value": written,
    "one_of": _one_of,
    "none_of": _none_of,
    "ends": _ends,
    "days": _days,
}
"""How a value is told where an operator's words have a place for it (`core.models.Operator`)."""
