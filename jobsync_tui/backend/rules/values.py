"""How single values compare: text folded, numbers, moments, and what counts as empty.

A text that spells a number compares as that number where the other side is a number, and a text that spells a date compares as that date
where the other side is a date; this is for custom fields, which most systems deliver as text. Nothing else is converted: what cannot be
compared is told by None, never by False.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime
from enum import Enum
from typing import TypeAlias


class Foreign(Enum):
    """A value that no operator compares: an object, or a number that is none."""

    OBJECT = "object"


Scalar: TypeAlias = str | bool | int | float | datetime | Foreign
"""One value of a field. Moments are aware, in UTC."""

MAX_NUMBER_LENGTH = 40
"""A longer text is not read as a number."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII)


def composed(text: str) -> str:
    """Return ``text`` after NFKC: what is compared where case matters."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """Return ``text`` after NFKC and casefold, accents kept: what is compared where case does not matter."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def number_in(value: Scalar) -> int | float | None:
    """Return the number that ``value`` is or spells, or None. A bool is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or len(value) > MAX_NUMBER_LENGTH:
        return None
    text = value.strip()
    if not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def moment_in(value: Scalar) -> datetime | None:
    """Return the moment that ``value`` is or spells (RFC 3339 or ISO 8601), or None.

    A date without a time is its start, a time without an offset is UTC.
    """
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def truth_in(value: Scalar) -> bool | None:
    """Return the truth value that ``value`` is, or spells as true or false in any case, or None."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(folded(value).strip()) if isinstance(value, str) else None


def equal(value: Scalar, expected: Scalar) -> bool | None:
    """Return whether two values that are not both text are equal, or None where they cannot be compared."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return _same(truth_in(value), truth_in(expected))
    if isinstance(value, datetime) or isinstance(expected, datetime):
        return _same(moment_in(value), moment_in(expected))
    return _same(number_in(value), number_in(expected))


def _same(one: object, other: object) -> bool | None:
    return None if one is None or other is None else one == other
