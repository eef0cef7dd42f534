"""Conditions in words: one readable line for a tree, and what would have to be so for a leaf to turn.

Values stand as the rule's author wrote them; whoever shows a line cleans it first.
"""

from __future__ import annotations

from collections.abc import Callable

from .models import AllOf, Condition, JsonValue, Leaf, Not, Op
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
        return f"{condition.field} {_IS[condition.op](condition.value)}"
    if isinstance(condition, Not):
        return f"not ({_line(condition.child, inside=False)})"
    word = " and " if isinstance(condition, AllOf) else " or "
    if not condition.children:
        return "every job" if isinstance(condition, AllOf) else "no job"
    text = word.join(_line(child, inside=len(condition.children) > 1) for child in condition.children)
    return f"({text})" if inside and len(condition.children) > 1 else text


def would_be(leaf: Leaf, *, want: bool) -> str:
    """Return what would have to be so for ``leaf`` to be true, or false, such as ``location.city were Berlin``."""
    phrases = _WERE if want else _WERE_NOT
    return f"{leaf.field} {phrases[leaf.op](leaf.value)}"


def value_text(value: JsonValue) -> str:
    """Return one value as it stands in a sentence: text plainly, quoted only where its ends would be lost; shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if len(text) > MAX_VALUE:
        text = text[: MAX_VALUE - 1] + "\u2026"
    return f'"{text}"' if text != text.strip() or not text else text


def listed(values: JsonValue, last: str) -> str:
    """Return a list of values as a sentence has it, with ``last`` before the last one: ``days, late or weekend``."""
    items = [value_text(item) for item in values] if isinstance(values, list) else [value_text(values)]
    if len(items) > MAX_LISTED:
        items = [*items[: MAX_LISTED - 1], counted(len(items) - MAX_LISTED + 1, "other")]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _ends(value: JsonValue) -> str:
    return f"{value_text(value[0])} and {value_text(value[1])}" if isinstance(value, list) and len(value) == 2 else value_text(value)


def _days(value: JsonValue) -> str:
    return "1 day" if value == 1 else f"{value} days"


def _none_of(value: JsonValue) -> str:
    count = len(value) if isinstance(value, list) else 1
    if count == 1:
        return f"not {listed(value, 'or')}"
    return f"neither {listed(value, 'nor')}" if count == 2 else f"none of {listed(value, 'and')}"


def _one_of(value: JsonValue) -> str:
    return listed(value, "or")


Phrase = Callable[[JsonValue], str]

_IS: dict[Op, Phrase] = {
    Op.EQUALS: lambda value: f"is {value_text(value)}",
    Op.NOT_EQUALS: lambda value: f"is not {value_text(value)}",
    Op.IN: lambda value: f"is {_one_of(value)}",
    Op.NOT_IN: lambda value: f"is {_none_of(value)}",
    Op.CONTAINS: lambda value: f"contains {value_text(value)}",
    Op.NOT_CONTAINS: lambda value: f"does not contain {value_text(value)}",
    Op.STARTS_WITH: lambda value: f"starts with {value_text(value)}",
    Op.ENDS_WITH: lambda value: f"ends with {value_text(value)}",
    Op.MATCHES: lambda value: f"matches /{value_text(value)}/",
    Op.IS_SET: lambda _value: "is set",
    Op.IS_EMPTY: lambda _value: "is empty",
    Op.GT: lambda value: f"> {value_text(value)}",
    Op.GTE: lambda value: f">= {value_text(value)}",
    Op.LT: lambda value: f"< {value_text(value)}",
    Op.LTE: lambda value: f"<= {value_text(value)}",
    Op.BETWEEN: lambda value: f"is between {_ends(value)}",
    Op.BEFORE: lambda value: f"is before {value_text(value)}",
    Op.AFTER: lambda value: f"is after {value_text(value)}",
    Op.WITHIN_DAYS: lambda value: f"is within {_days(value)}",
    Op.OLDER_THAN_DAYS: lambda value: f"is older than {_days(value)}",
}

_WERE: dict[Op, Phrase] = {
    Op.EQUALS: lambda value: f"were {value_text(value)}",
    Op.NOT_EQUALS: lambda value: f"were not {value_text(value)}",
    Op.IN: lambda value: f"were {_one_of(value)}",
    Op.NOT_IN: lambda value: f"were {_none_of(value)}",
    Op.CONTAINS: lambda value: f"contained {value_text(value)}",
    Op.NOT_CONTAINS: lambda value: f"did not contain {value_text(value)}",
    Op.STARTS_WITH: lambda value: f"started with {value_text(value)}",
    Op.ENDS_WITH: lambda value: f"ended with {value_text(value)}",
    Op.MATCHES: lambda value: f"matched /{value_text(value)}/",
    Op.IS_SET: lambda _value: "were set",
    Op.IS_EMPTY: lambda _value: "were empty",
    Op.GT: lambda value: f"were more than {value_text(value)}",
    Op.GTE: lambda value: f"were at least {value_text(value)}",
    Op.LT: lambda value: f"were less than {value_text(value)}",
    Op.LTE: lambda value: f"were at most {value_text(value)}",
    Op.BETWEEN: lambda value: f"were between {_ends(value)}",
    Op.BEFORE: lambda value: f"were before {value_text(value)}",
    Op.AFTER: lambda value: f"were after {value_text(value)}",
    Op.WITHIN_DAYS: lambda value: f"were within {_days(value)} of now",
    Op.OLDER_THAN_DAYS: lambda value: f"were older than {_days(value)}",
}

_WERE_NOT: dict[Op, Phrase] = {
    Op.EQUALS: _WERE[Op.NOT_EQUALS],
    Op.NOT_EQUALS: _WERE[Op.EQUALS],
    Op.IN: _WERE[Op.NOT_IN],
    Op.NOT_IN: _WERE[Op.IN],
    Op.CONTAINS: _WERE[Op.NOT_CONTAINS],
    Op.NOT_CONTAINS: _WERE[Op.CONTAINS],
    Op.STARTS_WITH: lambda value: f"did not start with {value_text(value)}",
    Op.ENDS_WITH: lambda value: f"did not end with {value_text(value)}",
    Op.MATCHES: lambda value: f"did not match /{value_text(value)}/",
    Op.IS_SET: _WERE[Op.IS_EMPTY],
    Op.IS_EMPTY: _WERE[Op.IS_SET],
    Op.GT: _WERE[Op.LTE],
    Op.GTE: _WERE[Op.LT],
    Op.LT: _WERE[Op.GTE],
    Op.LTE: _WERE[Op.GT],
    Op.BETWEEN: lambda value: f"were not between {_ends(value)}",
    Op.BEFORE: lambda value: f"were not before {value_text(value)}",
    Op.AFTER: lambda value: f"were not after {value_text(value)}",
    Op.WITHIN_DAYS: lambda value: f"were not within {_days(value)} of now",
    Op.OLDER_THAN_DAYS: lambda value: f"were not older than {_days(value)}",
}
