"""Dates and times as people and ATSs write them; rules and filters read them alike. Days are days in UTC, but where a person says when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .durations import parse_duration

_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}(?P<time>[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII)
_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
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


def said_ahead(text: str, now: datetime) -> datetime | None:
    """Return the moment until which a person says that something is to last, None where they name none; it may lie behind ``now``.

    Args:
        text: ``18:00``, the next one there is, or a date or a time of a date, by the clock on their wall; or how long, such as ``2h``.
        now: The present time.
    """
    text = text.strip()
    try:
        return now + parse_duration(text)
    except (ValueError, OverflowError):
        pass
    of_day = _OF_DAY.fullmatch(text)
    try:
        if of_day is not None:
            here = now.astimezone()
            named = datetime(here.year, here.month, here.day, int(of_day[1]), int(of_day[2]))  # noqa: DTZ001 - made local below
            passed = named.astimezone() <= now
            return (named + timedelta(days=1) if passed else named).astimezone(UTC)
        return datetime.fromisoformat(text.upper()).astimezone(UTC) if _SHAPE.fullmatch(text) else None
    except (ValueError, OverflowError, OSError):
        return None
