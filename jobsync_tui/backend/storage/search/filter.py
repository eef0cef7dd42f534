"""The words of a filter that come from a closed set: what is not among them is an error, and never a filter that means something else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from ...core.clock import to_ms
from ...core.durations import parse_duration
from ...core.errors import FilterError
from ...core.models import JobStatus, SyncStatus, Visibility
from ...core.moments import Span, span_in
from ...core.text import clean, nearest
from .field_lines import CUSTOM, PLACE_PARTS
from .fold import fold
from .query import (
    Age,
    Contains,
    FieldHas,
    Fuzzy,
    Is,
    MatchedBy,
    Moment,
    PartHas,
    Positive,
    Query,
    Relation,
    State,
    Term,
    TextField,
    TimeField,
    Without,
)

FEW = 8
"""Names of rules or integrations that a remedy lists; there may be thousands."""

_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Names:
    """What there is at this moment: the ids of the integrations that the actor may use, and the rules, by name and by id."""

    integrations: tuple[str, ...]
    rules: tuple[str, ...]
    rule_ids: tuple[str, ...]

    @property
    def asked_rules(self) -> frozenset[str]:
        """How a filter may ask for a rule."""
        return frozenset(fold(each).strip() for each in (*self.rules, *self.rule_ids))


CLOSED: Mapping[TextField, Mapping[str, str]] = {
    TextField.STATUS: {word: word for word in JobStatus},
    TextField.SYNC_STATUS: {word: word for word in SyncStatus},
    TextField.VISIBILITY: {word: word for word in Visibility},
    TextField.REMOTE: {"true": _YES, "false": _NO, _YES: _YES, _NO: _NO},
}
"""The words of each field that has only so many values, as they are typed, each with the word that is kept."""


def unknown(value: str, what: str, known: Iterable[str], most: int | None = None) -> tuple[str, str]:
    """Return the message that a filter knows no such word, with the words that are nearest, and the remedy that lists those there are."""
    words = list(known)
    listed = ", ".join(words[:most]) + (", and others" if len(words) > len(words[:most]) else "")
    remedy = f"Known are {listed}." if words else f"There is no {what} yet."
    return clean(f"{clean(value, limit=40)} is not a known {what}.{nearest(value, words)}"), clean(remedy)


MAX_LENGTH = 1000
MAX_TERMS = 50

_SIGNS = str.maketrans("", "", "~,'\"")
"""Signs of the filter language and of a shell; without quotation marks around them they are not looked for by themselves."""
_UNSEEN = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}
_UNSEEN_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that leave a blank."""

_OPERATOR = re.compile(r"(?P<field>[a-z_.]+)(?P<operator>:|<=|>=|<|>|=)")
_CUSTOM = re.compile(r"""custom\.(?P<name>(?:"[^"]+"|[^\s":<>=])+):""")
"""A custom field by its name, which is quoted where it holds a space or a colon; so may be a part of it."""
_CUSTOM_BEGUN = re.compile(r"""custom\.(?:"[^"]*"|[^\s":<>=])*?(?=")""")
"""A custom field whose name is quoted, as far as the quotation mark that opens last."""
_PLACES = {f"location{s}.{part}": f"location.{part}" for s in ("", "s") for part in PLACE_PARTS}
_SYNONYMS = {
    "city": "location",
    "place": "location",
    "locations": "location",
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


def parse_filter(text: str, names: Names | None = None) -> Query:
    """Return the query that ``text`` asks for; a text that is empty or blank asks for everything.

    Args:
        text: As it was typed.
        names: What integrations and rules there are; without it those that the filter names are not looked up.

    Raises:
        FilterError: With the position of what is wrong.
    """
    return _Parser(text, names).query()


class _Parser:
    """Reads the text once, from left to right."""

    def __init__(self, text: str, names: Names | None) -> None:
        self._text = text
        self._names = names
        self._at = 0

    def query(self) -> Query:
        if len(self._text) > MAX_LENGTH:
            raise self._wrong(f"The filter is longer than {MAX_LENGTH} characters.", MAX_LENGTH)
        terms: list[Term] = []
        while self._skip_spaces():
            start = self._at
            term = self._term()
            if term is None:
                # Left out, it would make the filter mean more than was typed: a variable of a script that is not set, say.
                raise self._wrong("There is nothing to search for here.", start)
            terms.append(term)
            if len(terms) > MAX_TERMS:
                raise self._wrong(f"The filter has more than {MAX_TERMS} parts.", start)
        return Query(tuple(terms))

    def _wrong(self, message: str, position: int, *, remedy: str | None = None) -> FilterError:
        return FilterError(message, position, text=self._text, remedy=remedy)

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
            folded = self._looked_for()
            return Fuzzy(folded.replace(" ", "")) if folded else None
        custom = _CUSTOM.match(self._text, self._at)
        if custom is not None:
            self._at = custom.end()
            return self._part(CUSTOM + fold(custom["name"].replace('"', "")))
        self._refuse_unfinished()
        found = _OPERATOR.match(self._text, self._at)
        if found is None:
            folded = self._looked_for()
            return Contains(folded) if folded else None
        start, self._at = self._at, found.end()
        return self._field(found["field"], found["operator"], start)

    def _looked_for(self) -> str:
        """Return the folded text that begins here; the empty one where it asks for nothing: blanks, invisible characters, signs alone."""
        is_quoted = not self._ends(self._at) and self._text[self._at] == '"'
        folded = fold(self._value(stops=""))
        return folded if _is_seen(folded if is_quoted else folded.translate(_SIGNS)) else ""

    def _refuse_unfinished(self) -> None:
        """Refuse the quoted name of a custom field that does not end, or behind which no value stands."""
        begun = _CUSTOM_BEGUN.match(self._text, self._at)
        if begun is None:
            return
        self._at = begun.end()
        name = self._quoted()
        if not name:
            raise self._wrong("The name of a custom field is missing here.", begun.end())
        raise self._wrong('A colon and a value are missing here, as in custom."Req Type":new.', self._at)

    def _field(self, name: str, operator: str, start: int) -> Positive:
        name = _SYNONYMS.get(name, name)
        if operator != ":":
            return self._time(name, Relation(operator), start)
        if name == "is":
            return Is(tuple(self._word(value, at, State, "state") for value, at in self._values()))
        if name == "rule":
            return MatchedBy(tuple(self._rule(value, at) for value, at in self._values()))
        if name in _PLACES:
            return self._part(_PLACES[name])
        if name in set(TimeField):
            raise self._wrong(f"{name} is a time: compare it with < or >, as in {name}<7d.", start)
        field = self._word(name, start, TextField, "field")
        return FieldHas(field, tuple(self._value_of(field, value, at) for value, at in self._values()))

    def _value_of(self, field: TextField, value: str, at: int) -> str:
        """Return what is looked for in a field; of one that has only so many values, one of those."""
        folded = fold(value)
        closed = CLOSED.get(field)
        if field is TextField.INTEGRATION and self._names is not None:
            closed = {fold(each): each for each in self._names.integrations}
        if closed is None:
            return folded
        if folded not in closed:
            message, remedy = unknown(value, "value of remote" if field is TextField.REMOTE else field, closed, FEW)
            raise self._wrong(message, at, remedy=remedy)
        return closed[folded]

    def _rule(self, value: str, at: int) -> str:
        folded = fold(value).strip()
        if self._names is not None and folded not in self._names.asked_rules:
            message, remedy = unknown(value, "rule", self._names.rules, FEW)
            raise self._wrong(message, at, remedy=remedy)
        return folded

    def _part(self, name: str) -> Positive:
        return PartHas(name, tuple(fold(value) for value, _ in self._values()))

    def _time(self, name: str, comparison: Relation, start: int) -> Positive:
        field = self._word(name, start, TimeField, "time")
        at = self._at
        value = self._value(stops="")
        age = _age(value)
        if age is not None:
            if comparison is Relation.EQUAL:
                raise self._wrong("An age is compared with < or >, as in updated<7d.", start)
            return Age(field, comparison, age)
        span = span_in(value)
        if span is None:
            raise self._wrong("Not a time: write an age such as 7d, or a date such as 2026-01-31.", at)
        return Moment(field, comparison, *_milliseconds(span))

    def _values(self) -> list[tuple[str, int]]:
        """Return the values behind ``field:``, parted by commas, each with its position; at least one, none empty."""
        values: list[tuple[str, int]] = []
        while True:
            at = self._at
            value = self._value(stops=",")
            if not _is_seen(fold(value)):
                raise self._wrong("A value is missing here, for example is:open or client:acme.", at)
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
            raise self._wrong("The quotation mark that opens here is not closed.", start)
        self._at = end + 1
        return self._text[start + 1 : end]

    def _ends(self, at: int) -> bool:
        return at >= len(self._text) or self._text[at].isspace()

    def _word(self, value: str, at: int, words: type[_Word], what: str) -> _Word:
        try:
            return words(fold(value))
        except ValueError:
            known: tuple[str, ...] = (*words, *_DOTTED) if words is TextField else tuple(words)
            message, remedy = unknown(value, what, known)
            colon = "" if words is State else " Put a text with a colon in quotation marks."
            raise self._wrong(message, at, remedy=f"{remedy}{colon}") from None


def _is_seen(text: str) -> bool:
    return any(unicodedata.category(character) not in _UNSEEN and character not in _UNSEEN_LETTERS for character in text)


def _milliseconds(span: Span) -> tuple[int, int]:
    """Return where a span begins, and where it is over."""
    start, last = to_ms(span.first), to_ms(span.last)
    return start, last if last > start else start + 1


def _age(text: str) -> timedelta | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
