"""Dates and times as people and ATSs write them; rules and filters read them alike. Days are days in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}(?P<time>[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII)
_ALMOST_A_DAY = timedelta(days=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a text names: a date without a time is its whole day, everything else one moment. Both ends belong to it."""

    first: datetime
    last: datetime


def span_in(text: str) -> Span | None:
    """Return the time that ``text`` names (RFC 3339 or ISO 8601), or None; a time without an offset is UTC."""
    text = text.strip()
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        first = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Span(first, first if shape["time"] else first + _ALMOST_A_DAY)
