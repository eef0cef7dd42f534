"""How single values compare: text folded, numbers, moments, and what counts as empty.

A text that spells a number compares as that number where the other side is a number, and a text that spells a date compares as that date
where the other side is a date; this is for custom fields, which most systems deliver as text. Nothing else is converted: what cannot be
compared is told by None, never by False.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from ..core.moments import span_in


class Foreign(Enum):
    """A value that no operator compares: an object, or a number that is none."""

    OBJECT = "object"


Scalar: TypeAlias = str | bool | int | float | datetime | Foreign
"""One value of a field. Moments are aware, in UTC."""

MAX_NUMBER_LENGTH = 40
"""A longer text is not read as a number."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A number that may be grouped by thousands or have three decimals."""


def composed(text: str) -> str:
    """Return ``text`` after NFKC: what is compared where case matters."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """Return ``text`` after NFKC and casefold, accents kept: what is compared where case does not matter."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def number_in(value: Scalar) -> int | float | None:
    """Return the number that ``value`` is or spells, or None. A bool is no number.

    Neither is a text such as "85.000": whether that is 85 or 85,000 depends on who wrote it, and a rule must not act on a guess.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or len(value) > MAX_NUMBER_LENGTH:
        return None
    text = value.strip()
    if not _NUMBER.fullmatch(text) or _GROUPED.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def moment_in(value: Scalar) -> datetime | None:
    """Return the moment that ``value`` is or spells, or None; a date without a time is its start."""
    if isinstance(value, datetime):
        return value
    span = span_in(value) if isinstance(value, str) else None
    return None if span is None else span.first


def truth_in(value: Scalar) -> bool | None:
    """Return the truth value that ``value`` is, or spells as true or false in any case, or None."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(folded(value).strip()) if isinstance(value, str) else None


def equal(value: Scalar, expected: Scalar) -> bool | None:
    """Return whether two values that are not both text are equal, or None where they cannot be compared."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return _same(truth_in(value), truth_in(expected))
    if isinstance(value, datetime):
        span = span_in(expected) if isinstance(expected, str) else None
        return None if span is None else span.first <= value <= span.last
    return _same(number_in(value), number_in(expected))


def _same(one: object, other: object) -> bool | None:
    return None if one is None or other is None else one == other
