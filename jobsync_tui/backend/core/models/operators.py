"""The operators of conditions: what each compares with, which fields it fits, and the words for it. One row each; all else follows.

How an operator answers is its line in `rules.operators`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType


class FieldKind(StrEnum):
    """What a field holds; ``mixed`` where custom values differ in kind."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    OBJECT = "object"
    MIXED = "mixed"


class Op(StrEnum):
    """The operators of a condition."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    IS_SET = "is_set"
    IS_EMPTY = "is_empty"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    BEFORE = "before"
    AFTER = "after"
    WITHIN_DAYS = "within_days"
    OLDER_THAN_DAYS = "older_than_days"


class Takes(Enum):
    """What an operator compares a field with."""

    NOTHING = "nothing"
    VALUE = "one text, number or truth value"
    VALUES = "a list of them"
    TEXT = "a text"
    PATTERN = "a regular expression"
    BOUND = "a number or a date"
    BOUNDS = "two numbers or two dates"
    DATE = "a date"
    DAYS = "a number of days"


@dataclass(frozen=True, slots=True)
class Operator:
    """What there is to know of an operator, but for how it answers.

    Words stand behind the field. In them stand for the value: ``{value}``, ``{one_of}`` and ``{none_of}`` of a list, ``{ends}`` of a range,
    ``{days}``.

    Attributes:
        takes: What it compares with.
        fits: The kinds of field that it makes sense for, first the one that it is mostly for.
        sign: It alone, as it stands between a field and a value on screens.
        holds: A condition that says so, such as ``is older than {days}``.
        would: What would have to be so for it to be true, after ``if``: ``were older than {days}``.
        would_not: The same for false.
        note: What to type, or what it means, where that is not plain.
    """

    takes: Takes
    fits: tuple[FieldKind, ...]
    sign: str
    holds: str
    would: str
    would_not: str
    note: str = ""

    @property
    def is_choosing(self) -> bool:
        """Whether it compares with whole values, and not with a part or a bound of them."""
        return self.takes in {Takes.VALUE, Takes.VALUES}

    @property
    def is_textual(self) -> bool:
        """Whether it compares text only."""
        return self.takes in {Takes.TEXT, Takes.PATTERN}

    @property
    def takes_list(self) -> bool:
        """Whether it compares with several values."""
        return self.takes in {Takes.VALUES, Takes.BOUNDS}

    @property
    def takes_value(self) -> bool:
        """Whether it compares with anything."""
        return self.takes is not Takes.NOTHING


_TEXT = (FieldKind.TEXT, FieldKind.MIXED)
_NUMBER = (FieldKind.NUMBER, FieldKind.MIXED)
_DATE = (FieldKind.DATE, FieldKind.MIXED)
_CHOICE = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.MIXED)
_ANYTHING = (FieldKind.OBJECT, *(kind for kind in FieldKind if kind is not FieldKind.OBJECT))

OPERATORS: Mapping[Op, Operator] = MappingProxyType(
    {
        Op.EQUALS: Operator(Takes.VALUE, (*_CHOICE, FieldKind.TRUTH), "is", "is {value}", "were {value}", "were not {value}"),
        Op.IN: Operator(Takes.VALUES, _CHOICE, "in", "is {one_of}", "were {one_of}", "were {none_of}", "one of several, with commas"),
        Op.NOT_EQUALS: Operator(Takes.VALUE, (*_CHOICE, FieldKind.TRUTH), "is not", "is not {value}", "were not {value}", "were {value}"),
        Op.NOT_IN: Operator(
            Takes.VALUES, _CHOICE, "not in", "is {none_of}", "were {none_of}", "were {one_of}", "none of several, with commas"
        ),
        Op.CONTAINS: Operator(Takes.TEXT, _TEXT, "contains", "contains {value}", "contained {value}", "did not contain {value}"),
        Op.STARTS_WITH: Operator(
            Takes.TEXT, _TEXT, "starts with", "starts with {value}", "started with {value}", "did not start with {value}"
        ),
        Op.ENDS_WITH: Operator(Takes.TEXT, _TEXT, "ends with", "ends with {value}", "ended with {value}", "did not end with {value}"),
        Op.MATCHES: Operator(
            Takes.PATTERN, _TEXT, "matches", "matches /{value}/", "matched /{value}/", "did not match /{value}/", "a regular expression"
        ),
        Op.NOT_CONTAINS: Operator(
            Takes.TEXT, _TEXT, "does not contain", "does not contain {value}", "did not contain {value}", "contained {value}"
        ),
        Op.GTE: Operator(
            Takes.BOUND,
            _NUMBER,
            ">=",
            ">= {value}",
            "were at least {value}",
            "were less than {value}",
            "a number, or a date: that day or later",
        ),
        Op.LTE: Operator(
            Takes.BOUND,
            _NUMBER,
            "<=",
            "<= {value}",
            "were at most {value}",
            "were more than {value}",
            "a number, or a date: that day or earlier",
        ),
        Op.GT: Operator(
            Takes.BOUND,
            _NUMBER,
            ">",
            "> {value}",
            "were more than {value}",
            "were at most {value}",
            "a number, or a date: after that day",
        ),
        Op.LT: Operator(
            Takes.BOUND,
            _NUMBER,
            "<",
            "< {value}",
            "were less than {value}",
            "were at least {value}",
            "a number, or a date: before that day",
        ),
        Op.BETWEEN: Operator(
            Takes.BOUNDS,
            (FieldKind.NUMBER, FieldKind.DATE, FieldKind.MIXED),
            "between",
            "is between {ends}",
            "were between {ends}",
            "were not between {ends}",
            "two values, with a comma; the last day counts whole",
        ),
        Op.WITHIN_DAYS: Operator(
            Takes.DAYS,
            _DATE,
            "within",
            "is within {days}",
            "were within {days} of now",
            "were not within {days} of now",
            "at most that many days back or ahead",
        ),
        Op.OLDER_THAN_DAYS: Operator(
            Takes.DAYS,
            _DATE,
            "older than",
            "is older than {days}",
            "were older than {days}",
            "were not older than {days}",
            "longer ago than that many days",
        ),
        Op.AFTER: Operator(
            Takes.DATE,
            _DATE,
            "after",
            "is after {value}",
            "were after {value}",
            "were not after {value}",
            "a date, such as 2026-01-31: after that day",
        ),
        Op.BEFORE: Operator(
            Takes.DATE,
            _DATE,
            "before",
            "is before {value}",
            "were before {value}",
            "were not before {value}",
            "a date, such as 2026-01-31: before that day",
        ),
        Op.IS_SET: Operator(Takes.NOTHING, _ANYTHING, "is set", "is set", "were set", "were empty"),
        Op.IS_EMPTY: Operator(Takes.NOTHING, _ANYTHING, "is empty", "is empty", "were empty", "were set"),
    }
)
"""The row of each operator, in the order in which they are offered."""
