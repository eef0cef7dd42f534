"""Making a decoded answer fit the shape it should have, field by field, where it does not by itself.

The usual page is decoded in one go and never comes here. What comes is looked at as a person would: a number is read where a text is
expected, and the other way round; within a row whatever else does not fit is left out and named, and an item of a list that cannot be
used is left out of the list. Around the rows nothing may be missing: a cursor of another type must not look like the last page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias, cast
from uuid import UUID

import msgspec
from msgspec import inspect

from .excerpt import excerpt

OUT_OF_RANGE = msgspec.Raw(b"1e999")
"""Stands in a decoded answer for a number that is none, such as NaN, or that nothing can hold."""
_EXACT = 2**53
"""Beyond this a floating-point number may stand for several whole ones."""
_YES_NO = {"true": True, "false": False, "1": True, "0": False, 1: True, 0: False}

Fault: TypeAlias = tuple[str, str]
"""A field, by its name on the wire, and what is wrong with it: ("department.label", "a list, not a text")."""


class Misfit(ValueError):
    """A value that fits nowhere; the text says which and why, in words for a person."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{excerpt(place) or 'the answer'} is {reason}")
        self.place = place
        self.reason = reason


@dataclass(slots=True)
class Fitting:
    """One value made to fit.

    Attributes:
        row: The type in which, and below which, what does not fit is left out.
        vital: Fields of a row, by their names on the wire and dots, without which it is none.
        left_out: What was left out.
        guessing: Whether a value of the right type is put in its place, for finding out what hangs on it.
    """

    row: Any = None
    vital: tuple[str, ...] = ()
    left_out: list[Fault] = field(default_factory=list)
    guessing: bool = False

    def fit(self, value: object, kind: Any) -> Any:
        """Return ``value`` as a ``kind``.

        Raises:
            Misfit: It cannot be one.
        """
        return self._any(value, _described(kind), "", lenient=False)

    def _any(self, value: object, kind: inspect.Type, place: str, *, lenient: bool) -> Any:
        if value is OUT_OF_RANGE:
            raise Misfit(place, "a number out of range")
        if isinstance(kind, inspect.UnionType):
            return self._union(value, kind, place, lenient=lenient)
        if isinstance(kind, inspect.StructType):
            return self._struct(value, kind, place, lenient=lenient)
        if isinstance(kind, inspect.ListType) and isinstance(value, list):
            return self._list(value, kind, place, lenient=lenient)
        if isinstance(kind, inspect.DictType) and isinstance(value, dict):
            return self._dict(value, kind, place, lenient=lenient)
        if isinstance(kind, inspect.RawType):
            return msgspec.Raw(msgspec.json.encode(value))
        if isinstance(kind, inspect.AnyType | inspect.CustomType):
            if holds_out_of_range(value):
                raise Misfit(place, "something with a number out of range")
            return value
        read = _converted(value, kind) if type(kind) in _FOREIGN else _scalar(value, kind)
        if read is _NOTHING:
            raise Misfit(place, f"{_named(value)}, not {_expected(kind)}")
        return read

    def _union(self, value: object, kind: inspect.UnionType, place: str, *, lenient: bool) -> Any:
        """Read the value as the member that is like it; only where there is none, as one that it can be read as."""
        if value is None and any(isinstance(each, inspect.NoneType) for each in kind.types):
            return None
        for each in kind.types:
            if type(value) in _PYTHON.get(type(each), ()):
                return self._any(value, each, place, lenient=lenient)
        for each in kind.types:
            read = _converted(value, each) if type(each) in _FOREIGN else _scalar(value, each)
            if read is not _NOTHING:
                return read
        raise Misfit(place, f"{_named(value)}, not {_expected(kind)}")

    def _struct(self, value: object, kind: inspect.StructType, place: str, *, lenient: bool) -> Any:
        if not isinstance(value, dict):
            raise Misfit(place, f"{_named(value)}, not {_expected(kind)}")
        if not lenient and _is(kind, self.row):
            return self._row(value, kind)
        return kind.cls(**self._fields(value, kind, place, lenient=lenient))

    def _row(self, value: dict[str, Any], kind: inspect.StructType) -> Any:
        """Read a row; one from which something was left out carries the same with guesses in the places (`guess_of`)."""
        before = len(self.left_out)
        found = self._fields(value, kind, "", lenient=True)
        if self.guessing or len(self.left_out) == before:
            return kind.cls(**found)
        guess = Fitting(self.row, self.vital, guessing=True).fit(value, kind.cls)
        return _with_guess(kind.cls)(**found, **{GUESS: guess})

    def _fields(self, value: dict[str, Any], kind: inspect.StructType, place: str, *, lenient: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in kind.fields:
            name = each.encode_name
            inner = f"{place}.{name}" if place else name
            if name not in value:
                if each.required:
                    raise Misfit(inner, "missing")
                continue
            try:
                found[each.name] = self._any(value[name], each.type, inner, lenient=lenient)
            except Misfit as misfit:
                if not lenient or each.required or misfit.place in self.vital:
                    raise
                self.left_out.append((misfit.place, misfit.reason))
                if self.guessing:
                    found[each.name] = _guess(each.type)
                elif each.default is msgspec.NODEFAULT and each.default_factory is msgspec.NODEFAULT:
                    found[each.name] = None  # there and of no use is not the same as not asked for (`UNSET`)
        return found

    def _list(self, value: list[Any], kind: inspect.ListType, place: str, *, lenient: bool) -> list[Any]:
        drops = lenient or _is(kind.item_type, self.row)
        found: list[Any] = []
        for number, item in enumerate(value):
            try:
                found.append(self._any(item, kind.item_type, place if drops else f"{place}[{number}]", lenient=lenient))
            except Misfit as misfit:
                if not drops or misfit.place in self.vital:
                    raise
                if self.guessing:
                    found.append(_guess(kind.item_type))
                inside = misfit.place not in {"", place}
                self.left_out.append((place, f"an item whose {misfit.place} is {misfit.reason}" if inside else misfit.reason))
        return found

    def _dict(self, value: dict[str, Any], kind: inspect.DictType, place: str, *, lenient: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, item in value.items():
            try:
                found[name] = self._any(item, kind.value_type, place, lenient=lenient)
            except Misfit as misfit:
                if not lenient or misfit.place in self.vital:
                    raise
                self.left_out.append((misfit.place, misfit.reason))
                if self.guessing:
                    found[name] = _guess(kind.value_type)
        return found


def holds_out_of_range(value: object) -> bool:
    """Return whether a decoded value is, or holds, a number that nothing can hold."""
    if isinstance(value, dict | list):
        return any(map(holds_out_of_range, value.values() if isinstance(value, dict) else value))
    return value is OUT_OF_RANGE


def guess_of(row: object) -> Any:
    """Return a row from which something was left out with values of the right type in the places; None for one that came as it should."""
    return getattr(row, GUESS, None)


GUESS = "guess_in_place_of_what_was_left_out"
GUESSED_TEXT = "2001-02-03T04:05:06Z"
"""A text that is a time as well."""


@lru_cache(maxsize=128)
def _with_guess(cls: type[msgspec.Struct]) -> type[msgspec.Struct]:
    return msgspec.defstruct(cls.__name__, [(GUESS, Any, None)], bases=(cls,), kw_only=True)


def _guess(kind: inspect.Type) -> Any:
    """Return a value of a type, as unlike a missing one as can be."""
    if isinstance(kind, inspect.UnionType):
        return _guess(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
    if isinstance(kind, inspect.StructType):
        return kind.cls(**{each.name: _guess(each.type) for each in kind.fields})
    if isinstance(kind, inspect.ListType):
        return [_guess(kind.item_type)]
    if isinstance(kind, inspect.DictType):
        return {GUESSED_TEXT: _guess(kind.value_type)}
    if isinstance(kind, inspect.BoolType):
        return True
    return 7 if isinstance(kind, inspect.IntType | inspect.FloatType) else GUESSED_TEXT


_NOTHING = object()
_PYTHON: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StructType: (dict,),
    inspect.DictType: (dict,),
    inspect.ListType: (list,),
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.FloatType: (float,),
    inspect.BoolType: (bool,),
}
_FOREIGN: dict[type[inspect.Type], type] = {
    inspect.DateTimeType: datetime,
    inspect.DateType: date,
    inspect.UUIDType: UUID,
    inspect.DecimalType: Decimal,
}
"""Types that an adapter of a third party may use."""
_WORDS: dict[type[inspect.Type], str] = {
    inspect.StructType: "an object",
    inspect.DictType: "an object",
    inspect.ListType: "a list",
    inspect.StrType: "a text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.RawType: "a value",
    inspect.DateTimeType: "a time",
    inspect.DateType: "a date",
    inspect.UUIDType: "a UUID",
    inspect.DecimalType: "a number",
}


_NAMES: tuple[tuple[type, str], ...] = ((str, "a text"), (list, "a list"), (dict, "an object"))


@lru_cache(maxsize=128)
def _described(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _is(kind: inspect.Type, row: Any) -> bool:
    """Return whether a description is that of the row, or of a choice with the row in it."""
    if row is None:
        return False
    if isinstance(kind, inspect.UnionType):
        return any(_is(each, row) for each in kind.types)
    return isinstance(kind, inspect.StructType) and kind.cls is row


def _scalar(value: object, kind: inspect.Type) -> object:
    """Return the value as a text, a number, or true or false, where it can be read as one; else `_NOTHING`."""
    if isinstance(kind, inspect.NoneType) and value is None:
        return None
    if isinstance(kind, inspect.BoolType):
        key = value.strip().lower() if isinstance(value, str) else value
        return _YES_NO.get(cast("Any", key), _NOTHING) if isinstance(key, str | int) else _NOTHING
    if isinstance(value, bool):
        return _NOTHING
    if isinstance(kind, inspect.StrType):
        return value if isinstance(value, str) else _digits(value) if isinstance(value, int | float) else _NOTHING
    if isinstance(kind, inspect.IntType | inspect.FloatType) and isinstance(value, int | float | str):
        return _number(value, whole=isinstance(kind, inspect.IntType))
    return _NOTHING


def _converted(value: object, kind: inspect.Type) -> object:
    try:
        return msgspec.convert(value, _FOREIGN[type(kind)], strict=False)
    except msgspec.ValidationError:
        return _NOTHING


def _digits(value: float) -> str:
    """Return a number as a text: 7 and 7.0 as "7"."""
    return str(int(value)) if isinstance(value, int) or (value.is_integer() and abs(value) < _EXACT) else repr(value)


def _number(value: float | str, *, whole: bool) -> object:
    if isinstance(value, str):
        text = value.strip()
        if not (text.isascii() and text.lstrip("-").replace(".", "", 1).isdigit() and len(text) < 30):
            return _NOTHING
        value = float(text) if "." in text else int(text)
    if not whole:
        return float(value)
    return int(value) if isinstance(value, int) or (value.is_integer() and abs(value) < _EXACT) else _NOTHING


def _named(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return next((words for kind, words in _NAMES if isinstance(value, kind)), "a number")


def _expected(kind: inspect.Type) -> str:
    kinds: Iterable[inspect.Type] = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return " or ".join(dict.fromkeys(_WORDS[type(each)] for each in kinds if type(each) in _WORDS)) or "a value"
