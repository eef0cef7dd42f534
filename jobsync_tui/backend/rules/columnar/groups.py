"""The distinct values of a column and which row has which; texts are laid end to end, so that one search goes through all."""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, chain, repeat
from operator import itemgetter

from ..cells import Cell, Form
from ..operators import LeafTest
from ..values import Scalar, composed, folded
from .rows import CODES, FALSE, TRUE

SEPARATOR = "\0"

MAX_CHARACTERS = 32_000_000
"""Beyond this the copy costs more memory than the search is worth: descriptions are asked one by one."""


IMPATIENCE = 16
"""One text in so many may hold the part before the search gives up."""


class JoinedTexts:
    """Texts joined by a character that none of them holds."""

    __slots__ = ("_count", "_starts", "_text")

    def __init__(self, text: str, starts: list[int]) -> None:
        self._text = text
        self._starts = starts
        self._count = len(starts) - 1

    @classmethod
    def of(cls, texts: Sequence[str]) -> JoinedTexts | None:
        """Return ``texts`` joined, or None where they are too long or hold the separator."""
        lengths = list(map(len, texts))
        if sum(lengths) > MAX_CHARACTERS:
            return None
        text = SEPARATOR.join(texts)
        if text.count(SEPARATOR) != len(texts) - 1:
            return None
        return cls(text, list(accumulate((length + 1 for length in lengths), initial=0)))

    def holding(self, part: str) -> bytes | None:
        """Return 1 for each text that holds ``part`` and 0 for the others; None once so many do that asking each is quicker."""
        if SEPARATOR in part:
            return bytes(self._count)
        found = bytearray(self._count)
        patience = self._count // IMPATIENCE
        at = self._text.find(part)
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            found[index] = 1
            patience -= 1
            if patience < 0:
                return None
            at = self._text.find(part, self._starts[index + 1])
        return bytes(found)


_MANY_TEXTS = 1_000
"""Distinct texts from which on searching them as one pays."""

_SHORT = 256
"""Distinct values up to which a row's value fits in one byte."""

_MOMENTS: frozenset[type] = frozenset({datetime})
_NUMBERS: frozenset[type] = frozenset({int, float})

_PASSED = bytes([FALSE, TRUE]) + bytes(254)
_TURNED = bytes([TRUE, FALSE]) + bytes(254)


class Groups:
    """Distinct values in three groups: texts, other single values, and the rest (missing, several values, objects).

    Args:
        values: One for each row.
        kinds: The types among them, None apart.
    """

    __slots__ = ("_expand", "_forms", "_joined", "_kinds", "_rest", "_scalars", "_texts")

    def __init__(self, values: Sequence[object], kinds: set[type]) -> None:
        keys = _keys(values, kinds)
        texts: dict[object, str] = {}
        scalars: dict[object, Scalar] = {}
        rest: dict[object, Cell] = {}
        for key, value in _distinct(keys, values):
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

    def answers(self, test: LeafTest, now: datetime) -> bytes:
        """Return the coded answer of ``test`` for each row."""
        rest = bytes(CODES[test(cell, now)] for cell in self._rest)
        if test.presence is not None:
            single = TRUE if test.presence else FALSE
            return self._expand(bytes([single]) * (len(self._texts) + len(self._scalars)) + rest)
        return self._expand(self._text_answers(test, now) + self._scalar_answers(test, now) + rest)

    def _text_answers(self, test: LeafTest, now: datetime) -> bytes:
        texts = self._in_form(test.form)
        if test.text is None:
            return bytes(_one_by_one(test, texts, now))
        passed = self._holding(test.form, test.part) if test.part is not None else None
        if passed is None:
            passed = bytes(map(test.text, texts))
        return passed.translate(_TURNED if test.negated else _PASSED)

    def _holding(self, form: Form, part: str) -> bytes | None:
        """Return which texts hold ``part``, by one search through all; None where asking each is quicker."""
        if len(self._texts) < _MANY_TEXTS:
            return None
        if form not in self._joined:
            self._joined[form] = JoinedTexts.of(self._in_form(form))
        joined = self._joined[form]
        return joined.holding(part) if joined is not None else None

    def _scalar_answers(self, test: LeafTest, now: datetime) -> bytes:
        """Ask the values that are no text: ranges of values of one kind without a call of ours for each."""
        if test.sides is None or not self._kinds <= (_MOMENTS if test.dates else _NUMBERS):
            return bytes(_one_by_one(test, self._scalars, now))
        passed = b"\x01" * len(self._scalars)
        for compare, bound in test.sides(now):
            passed = bytes(map(operator.and_, passed, map(compare, self._scalars, repeat(bound))))
        return passed.translate(_PASSED)

    def _in_form(self, form: Form) -> list[str]:
        texts = self._forms.get(form)
        if texts is None:
            texts = self._forms[form] = _shaped(self._texts, folded if form is Form.FOLDED else composed)
        return texts


def _keys(values: Sequence[object], kinds: set[type]) -> Sequence[object]:
    """Return for each value a key that is equal only where the values compare alike; True and 1 do not."""
    if len(kinds) <= 1 and kinds <= {str, datetime, bool, int, float}:
        return values
    if kinds == {tuple} and set(map(type, chain.from_iterable(value for value in values if isinstance(value, tuple)))) <= {str}:
        return values
    return [_key(value) for value in values]


def _distinct(keys: Sequence[object], values: Sequence[object]) -> Iterable[tuple[object, object]]:
    if keys is values:
        once = dict.fromkeys(values)
        return zip(once, once, strict=True)
    return dict(zip(keys, values, strict=True)).items()


def _shaped(texts: list[str], shape: Callable[[str], str]) -> list[str]:
    """Return every text in another shape; plain ASCII all at once."""
    whole = SEPARATOR.join(texts)
    if whole.isascii() and whole.count(SEPARATOR) == len(texts) - 1:
        return shape(whole).split(SEPARATOR)
    return list(map(shape, texts))


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


def _one_by_one(test: LeafTest, values: Sequence[Scalar], now: datetime) -> Iterator[int]:
    """Yield the coded answers to single values, none of them missing, by the test for what is not compared as text."""
    other, negated = test.other, test.negated
    for value in values:
        answer = other(value, now)
        yield CODES[answer if answer is None else answer is not negated]


def _expander(keys: Sequence[object], distinct: Sequence[object]) -> Callable[[bytes], bytes]:
    """Return what lays a table of answers, one byte for each of ``distinct``, over the rows."""
    if len(distinct) == 1:
        return lambda table: table * len(keys)
    if len(distinct) == len(keys) and all(map(operator.is_, keys, distinct)):
        return lambda table: table
    number = dict(zip(distinct, range(len(distinct)), strict=True))
    if len(distinct) <= _SHORT:
        codes = bytes(map(number.__getitem__, keys))
        return lambda table: codes.translate(table.ljust(256, b"\0"))
    gather = itemgetter(*map(number.__getitem__, keys))
    return lambda table: bytes(gather(table))
