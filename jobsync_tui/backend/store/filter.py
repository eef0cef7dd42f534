"""The filter language: text as a person types it, to a `Query`, or a `FilterError` that says where it is wrong.

Words are AND-ed. ``"two words"``, ``-word``, ``field:value``, ``-field:value``, ``field:a,b``, ``custom.shift:nights``,
``custom."Req Type":x``, ``location.city:Berlin``, ``updated<7d``, ``updated>=2026-01-31``, ``synced<1d``, ``is:failed``, ``rule:NAME``,
``~word``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from ..clock import to_ms
from ..durations import parse_duration
from ..errors import FilterError
from ..text import clean
from .fold import fold
from .parts import CUSTOM, PLACE_PARTS
from .query import (
    Age,
    Comparison,
    Contains,
    FieldHas,
    Fuzzy,
    Is,
    MatchedBy,
    Moment,
    PartHas,
    Positive,
    Query,
    State,
    Term,
    TextField,
    TimeField,
    Without,
)

MAX_LENGTH = 1000
MAX_TERMS = 50

_OPERATOR = re.compile(r"(?P<field>[a-z_.]+)(?P<operator>:|<=|>=|<|>|=)")
_CUSTOM = re.compile(r"""custom\.(?P<name>(?:"[^"]+"|[^\s":<>=])+):""")
"""A custom field by its name, which is quoted where it holds a space or a colon; so may be a part of it."""
_PLACES = {f"location{s}.{part}": f"location.{part}" for s in ("", "s") for part in PLACE_PARTS}
_SYNONYMS = {
    "city": "location",
    "place": "location",
    "dept": "department",
    "tag": "tags",
    "type": "employment_type",
    "req": "requisition_id",
    "requisition": "requisition_id",
    "sync": "sync_status",
    "updated_at": "updated",
    "created_at": "created",
    "last_synced": "synced",
}
_DOTTED = (*(f"location.{part}" for part in PLACE_PARTS), "custom.NAME")
_Word = TypeVar("_Word", bound=StrEnum)


def parse_filter(text: str) -> Query:
    """Return the query that ``text`` asks for; an empty text asks for everything.

    Raises:
        FilterError: With the position of what is wrong.
    """
    return _Parser(text).query()


class _Parser:
    """Reads the text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def query(self) -> Query:
        if len(self._text) > MAX_LENGTH:
            raise FilterError(f"The filter is longer than {MAX_LENGTH} characters.", MAX_LENGTH)
        terms: list[Term] = []
        while self._skip_spaces():
            start = self._at
            term = self._term()
            if term is not None:
                terms.append(term)
            if len(terms) > MAX_TERMS:
                raise FilterError(f"The filter has more than {MAX_TERMS} parts.", start)
        return Query(tuple(terms))

    def _skip_spaces(self) -> bool:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _term(self) -> Term | None:
        if self._text[self._at] == "-" and not self._ends(self._at + 1):
            self._at += 1
            term = self._positive()
            return None if term is None else Without(term)
        return self._positive()

    def _positive(self) -> Positive | None:
        if self._text[self._at] == "~" and not self._ends(self._at + 1):
            self._at += 1
            folded = fold(self._value(stops=""))
            return Fuzzy(folded.replace(" ", "")) if folded.strip() else None
        custom = _CUSTOM.match(self._text, self._at)
        if custom is not None:
            self._at = custom.end()
            return self._part(CUSTOM + fold(custom["name"].replace('"', "")))
        found = _OPERATOR.match(self._text, self._at)
        if found is None:
            folded = fold(self._value(stops=""))
            return Contains(folded) if folded else None
        start, self._at = self._at, found.end()
        return self._field(found["field"], found["operator"], start)

    def _field(self, name: str, operator: str, start: int) -> Positive:
        name = _SYNONYMS.get(name, name)
        if operator != ":":
            return self._time(name, Comparison(operator), start)
        if name == "is":
            return Is(tuple(self._word(value, at, State, "state") for value, at in self._values()))
        if name == "rule":
            return MatchedBy(tuple(fold(value).strip() for value, _ in self._values()))
        if name in _PLACES:
            return self._part(_PLACES[name])
        if name in set(TimeField):
            raise FilterError(f"{name} is a time: compare it with < or >, as in {name}<7d.", start)
        field = self._word(name, start, TextField, "field")
        return FieldHas(field, tuple(fold(value) for value, _ in self._values()))

    def _part(self, name: str) -> Positive:
        return PartHas(name, tuple(fold(value) for value, _ in self._values()))

    def _time(self, name: str, comparison: Comparison, start: int) -> Positive:
        field = self._word(name, start, TimeField, "time")
        at = self._at
        value = self._value(stops="")
        age = _parsed(parse_duration, value)
        if age is not None:
            if comparison is Comparison.EQUAL:
                raise FilterError("An age is compared with < or >, as in updated<7d.", start)
            return Age(field, comparison, age)
        span = _parsed(_span, value)
        if span is None:
            raise FilterError("Not a time: write an age such as 7d, or a date such as 2026-01-31.", at)
        return Moment(field, comparison, *span)

    def _values(self) -> list[tuple[str, int]]:
        """Return the values behind ``field:``, parted by commas, each with its position; at least one, none empty."""
        values: list[tuple[str, int]] = []
        while True:
            at = self._at
            value = self._value(stops=",")
            if not fold(value).strip():
                raise FilterError("A value is missing here.", at)
            values.append((value, at))
            if self._at >= len(self._text) or self._text[self._at] != ",":
                return values
            self._at += 1

    def _value(self, *, stops: str) -> str:
        """Return the quoted text that begins here, or what stands up to the next space or one of ``stops``."""
        if not self._ends(self._at) and self._text[self._at] == '"':
            return self._quoted()
        start = self._at
        while not self._ends(self._at) and self._text[self._at] not in stops:
            self._at += 1
        return self._text[start : self._at]

    def _quoted(self) -> str:
        start = self._at
        end = self._text.find('"', start + 1)
        if end < 0:
            raise FilterError("The quotation mark that opens here is not closed.", start)
        self._at = end + 1
        return self._text[start + 1 : end]

    def _ends(self, at: int) -> bool:
        return at >= len(self._text) or self._text[at].isspace()

    def _word(self, value: str, at: int, words: type[_Word], what: str) -> _Word:
        try:
            return words(fold(value))
        except ValueError:
            known = ", ".join((*words, *_DOTTED) if words is TextField else words)
            message = f"{clean(value, limit=40)} is no {what} that a filter knows."
            raise FilterError(message, at, remedy=f"Known are {known}. Put a text with a colon in quotation marks.") from None


def _span(text: str) -> tuple[int, int]:
    """Return the milliseconds of a day, or of an instant, in UTC; ValueError for anything else."""
    if len(text) == len("2026-01-31"):
        start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return to_ms(start), to_ms(start + timedelta(days=1))
    instant = datetime.fromisoformat(text)
    value = to_ms(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    return value, value + 1


_Parsed = TypeVar("_Parsed")


def _parsed(parse: Callable[[str], _Parsed], text: str) -> _Parsed | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None
