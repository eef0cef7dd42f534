"""What one job has in one field, made ready for comparing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum

from ..core.clock import rfc3339
from ..core.models import JsonValue, Location
from .values import Foreign, Scalar, composed, folded

MAX_SHOWN = 2_000
"""Characters of a text that an explanation repeats."""


class Form(Enum):
    """In which form a comparison wants its text."""

    RAW = "raw"
    COMPOSED = "composed"
    FOLDED = "folded"


class Cell:
    """The values of one field of one job; no values means that it is missing.

    Empty and blank text, empty lists and empty objects are missing, and so are the empty items of a list. A list is its items, to any
    depth; a place is its text, or else its parts; an object is one value that nothing compares with.

    Attributes:
        raw: The value as the job has it.
        values: The values to compare, without empty ones.
        many: Whether the field has several values by its nature.
    """

    __slots__ = ("_composed", "_folded", "many", "raw", "values")

    def __init__(self, raw: object) -> None:
        self.raw = raw
        self.many = isinstance(raw, list | tuple)
        self.values: tuple[Scalar, ...] = tuple(_scalars(raw))
        self._composed: tuple[Scalar, ...] | None = None
        self._folded: tuple[Scalar, ...] | None = None

    def in_form(self, form: Form) -> tuple[Scalar, ...]:
        """Return the values with every text in ``form``; worked out once."""
        if form is Form.FOLDED:
            if self._folded is None:
                self._folded = tuple(folded(value) if isinstance(value, str) else value for value in self.values)
            return self._folded
        if form is Form.COMPOSED:
            if self._composed is None:
                self._composed = tuple(composed(value) if isinstance(value, str) else value for value in self.values)
            return self._composed
        return self.values

    def shown(self) -> JsonValue:
        """Return the value for an explanation: None where missing, a list where there are several, long text shortened."""
        if not self.values:
            return None
        return shown(self.raw)


def shown(raw: object) -> JsonValue:
    """Return ``raw`` as a JSON value for people: times as RFC 3339, places as text, long text shortened."""
    if isinstance(raw, str):
        text = str(raw)
        return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "\u2026"
    if isinstance(raw, bool | int):
        return raw
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else str(raw)
    if isinstance(raw, datetime):
        return rfc3339(raw)
    if isinstance(raw, Location):
        return place_text(raw)
    if isinstance(raw, list | tuple):
        return [shown(item) for item in raw]
    if isinstance(raw, Mapping):
        return {str(key): shown(item) for key, item in raw.items()}
    return None


def place_text(place: Location) -> str | None:
    """Return a place as one text: what the ATS wrote, or else its parts."""
    return place.text or ", ".join(part for part in (place.city, place.region, place.country) if part) or None


def _scalars(raw: object) -> Iterable[Scalar]:
    if isinstance(raw, str):
        if raw and not raw.isspace():
            yield str(raw)
    elif isinstance(raw, bool | int):
        yield raw
    elif isinstance(raw, float):
        yield raw if math.isfinite(raw) else Foreign.OBJECT
    elif isinstance(raw, datetime):
        yield raw if raw.tzinfo is not None else raw.replace(tzinfo=UTC)
    elif isinstance(raw, Location):
        yield from _scalars(place_text(raw))
    elif isinstance(raw, list | tuple):
        for item in raw:
            yield from _scalars(item)
    elif raw:
        yield Foreign.OBJECT
