"""Jobs turned by ninety degrees: for each field one column, in which every distinct value is known once.

A leaf is then asked once for each distinct value instead of once for each job, and its answers are laid over the rows by one lookup table.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import itemgetter

from ..models import Job, Location
from .cells import Cell, Form, place_text
from .fields import field_named
from .joined import JoinedTexts
from .operators import Test
from .values import Scalar, composed, folded

FALSE, NEITHER, TRUE = 0, 1, 3
"""Answers as two bits: the low one says "not false", the high one "true". So ``all`` is ``&`` and ``any`` is ``|``."""

_MANY_TEXTS = 1_000
"""Distinct texts from which on searching them as one pays."""

_CODES = {False: FALSE, None: NEITHER, True: TRUE}

_SHORT = 256
"""Distinct values up to which a row's value fits in one byte."""

_MOMENTS: frozenset[type] = frozenset({datetime})
_NUMBERS: frozenset[type] = frozenset({int, float})

_PASSED = bytes([FALSE, TRUE]) + bytes(254)
_TURNED = bytes([TRUE, FALSE]) + bytes(254)


class Column:
    """One field of many jobs.

    Values are as `Field.read` gives them: text, numbers, bool, datetime, None, a list or tuple of such, or an object. Distinct values are
    kept in three groups: texts, other single values, and the rest (missing, several values, objects).
    """

    __slots__ = ("_expand", "_forms", "_joined", "_kinds", "_rest", "_scalars", "_texts")

    def __init__(self, values: Sequence[object]) -> None:
        keys = _keys(values)
        texts: dict[object, str] = {}
        scalars: dict[object, Scalar] = {}
        rest: dict[object, Cell] = {}
        for key, value in dict(zip(keys, values, strict=True)).items():
            if isinstance(value, str) and value and not value.isspace():
                texts[key] = value
            elif (scalar := _scalar(value)) is not None:
                scalars[key] = scalar
            else:
                rest[key] = Cell(value)
        self._texts = list(texts.values())
        self._scalars = list(scalars.values())
        self._rest = list(rest.values())
        self._kinds = set(map(type, self._scalars))
        self._forms = {Form.RAW: self._texts}
        self._joined: dict[Form, JoinedTexts | None] = {}
        self._expand = _expander(keys, [*texts, *scalars, *rest])

    def answers(self, test: Test, now: datetime) -> bytes:
        """Return the answer of ``test`` for each row: `TRUE`, `FALSE` or `NEITHER`."""
        rest = bytes(_CODES[test(cell, now)] for cell in self._rest)
        if test.presence is not None:
            single = TRUE if test.presence else FALSE
            return self._expand(bytes([single]) * (len(self._texts) + len(self._scalars)) + rest)
        return self._expand(self._text_answers(test, now) + self._scalar_answers(test, now) + rest)

    def _scalar_answers(self, test: Test, now: datetime) -> bytes:
        """Ask the values that are no text: ranges of values of one kind without a call of ours for each."""
        kinds = _MOMENTS if test.dates else _NUMBERS
        if test.sides is None or not self._kinds <= kinds:
            return bytes(_others(test, self._scalars, now))
        passed = b"\x01" * len(self._scalars)
        for compare, bound in test.sides(now):
            passed = bytes(map(operator.and_, passed, map(compare, self._scalars, repeat(bound))))
        return passed.translate(_PASSED)

    def _text_answers(self, test: Test, now: datetime) -> bytes:
        texts = self._in_form(test.form)
        if test.text is None:
            return bytes(_others(test, texts, now))
        passed = self._found(test.form, test.part) if test.part is not None else None
        if passed is None:
            passed = bytes(map(test.text, texts))
        return passed.translate(_TURNED if test.negated else _PASSED)

    def _found(self, form: Form, part: str) -> bytes | None:
        """Return which texts hold ``part``, by one search through all; None where asking each is quicker."""
        if len(self._texts) < _MANY_TEXTS:
            return None
        if form not in self._joined:
            self._joined[form] = JoinedTexts.of(self._in_form(form))
        joined = self._joined[form]
        return joined.holding(part) if joined is not None else None

    def _in_form(self, form: Form) -> list[str]:
        texts = self._forms.get(form)
        if texts is None:
            texts = self._forms[form] = list(map(folded if form is Form.FOLDED else composed, self._texts))
        return texts


class Batch:
    """Some jobs as columns: enough of them to be quick, few enough to stop between two batches.

    Args:
        size: How many jobs.
        columns: By dotted field name, values as `Field.read` gives them; a field that is not there is missing in every job.
    """

    def __init__(self, size: int, columns: Mapping[str, Sequence[object]]) -> None:
        self.size = size
        self._values = columns
        self._columns: dict[str, Column] = {}

    @classmethod
    def of(cls, jobs: Sequence[Job], fields: Iterable[str]) -> Batch:
        """Return the given fields of ``jobs`` as columns; fields that nobody knows are left out."""
        known = {name: field for name in fields if (field := field_named(name)) is not None}
        return cls(len(jobs), {name: list(map(field.read, jobs)) for name, field in known.items()})

    def column(self, name: str) -> Column:
        """Return the column of a field; built once."""
        column = self._columns.get(name)
        if column is None:
            values = self._values.get(name) or [None] * self.size
            if name == "status":
                values = [None if value == "unknown" else value for value in values]
            column = self._columns[name] = Column(_placed(values))
        return column


def _placed(values: Sequence[object]) -> Sequence[object]:
    """Return the values with every place as its text."""
    if Location not in set(map(type, values)):
        return values
    return [place_text(value) if isinstance(value, Location) else value for value in values]


def _keys(values: Sequence[object]) -> Sequence[object]:
    """Return for each value a key that is equal only where the values compare alike; True and 1 do not."""
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) <= 1 and kinds <= {str, datetime, bool}:
        return values
    return [_key(value) for value in values]


def _key(value: object) -> object:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return (list, *map(_key, value))
    if isinstance(value, Mapping):
        return (dict, id(value))
    return (type(value), value)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _others(test: Test, values: Sequence[Scalar], now: datetime) -> Iterator[int]:
    """Yield the coded answers to single values, none of them missing, by the test for what is not compared as text."""
    other, negated = test.other, test.negated
    for value in values:
        answer = other(value, now)
        yield _CODES[answer if answer is None else answer is not negated]


def _expander(keys: Sequence[object], distinct: Sequence[object]) -> Callable[[bytes], bytes]:
    """Return what lays a table of answers, one byte for each of ``distinct``, over the rows."""
    if len(distinct) == 1:
        return lambda table: table * len(keys)
    number = {key: index for index, key in enumerate(distinct)}
    if len(distinct) <= _SHORT:
        codes = bytes(map(number.__getitem__, keys))
        return lambda table: codes.translate(table.ljust(_SHORT, b"\0"))
    gather = itemgetter(*map(number.__getitem__, keys))
    return lambda table: bytes(gather(table))
