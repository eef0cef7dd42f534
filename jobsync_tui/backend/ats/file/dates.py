"""Dates of an export: ISO 8601 in its forms, times since 1970, days as Excel counts them, and the formats that the configuration names.

A local format is never guessed. What could not be read is remembered by its shape, so that the formats that fit all of it can be proposed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from ...core.clock import from_ms
from ...core.errors import ConfigError
from ...core.text import clean
from ..values import moment

NOT_A_DATE = "not a date that can be read"

_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
"""A bare number is a time only within these."""
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
"""The day from which Excel counts."""
_NONE = re.compile(r"(?:000[01]-?0[01]-?0[01]|0[01]/0[01]/000[01]|0[01]\.0[01]\.000[01])(?:[T ][\d:.]*Z?)?|0+(?:\.0*)?")
"""How programs write that there is no date."""
_NUMBER = re.compile(r"\d+(?:\.\d*)?")
_DAY = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=$|[T ])|(\d{4})-(\d)-(\d{1,2})(?=$|[T ])|(\d{4})-(\d{2})-(\d)(?=$|[T ])")
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})(?=$|[T ])")
_ZONE = re.compile(r"\s+(?:UTC|GMT|Z)$")
_PLACE = re.compile(r"(?<=[+-]\d\d:\d\d)\[[\w/+-]+\]$|(?<=Z)\[[\w/+-]+\]$")
_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
_MIDNIGHT = re.compile(r"([T ])24(:?00)?(:?00)?(?:\.0+)?(?=$|[Z+-])")
_SCALES = (1000.0, 1.0, 0.001, 0.000001)
"""Milliseconds in what a number since 1970 may count: seconds, milliseconds, microseconds, nanoseconds."""

_MOST_SHAPES = 20


def _formats() -> tuple[str, ...]:
    dates = [
        mark.join(parts) for mark in "/.-" for parts in (("%m", "%d", "%Y"), ("%d", "%m", "%Y"), ("%m", "%d", "%y"), ("%d", "%m", "%y"))
    ]
    dates += [mark.join(("%d", month, year)) for mark in " -." for month in ("%b", "%B") for year in ("%Y", "%y")]
    dates += [f"{weekday}{day}" for weekday in ("", "%a, ", "%A, ") for day in ("%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%B %d %Y")]
    dates += [f"{weekday}{day}" for weekday in ("%a, ", "%A, ") for day in ("%d %b %Y", "%d %B %Y")]
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p", ", %H:%M:%S", ", %I:%M:%S %p", " %H:%M:%S %z")
    return tuple(day + time for day, time in product(dates, times))


_FORMATS = _formats()
"""Local formats that are proposed."""


class Dates:
    """Reads dates, and remembers what it could not read.

    Args:
        formats: Those of the configuration, tried first.

    Raises:
        ConfigError: A format is none.
    """

    def __init__(self, formats: Sequence[str] = ()) -> None:
        for each in formats:
            _check(each)
        self._formats = tuple(formats)
        self._fitting: dict[tuple[str, str], tuple[str, ...]] = {}

    def read(self, text: str, name: str) -> datetime | None:
        """Return the time that a text of the field ``name`` is in UTC, or None where it says that there is none.

        Raises:
            ValueError: It cannot be read.
        """
        text = text.strip()
        if not text or _NONE.fullmatch(text):
            return None
        found = self._by_formats(text) or _number(text) or _iso(text)
        if found is None:
            self._remember(text, name)
            raise ValueError(NOT_A_DATE)
        return found

    def proposals(self) -> list[str]:
        """Return, in words, which formats would read what could not be read, one line a field."""
        words: list[str] = []
        for name in dict.fromkeys(field for field, _ in self._fitting):
            sets = [formats for (field, _), formats in self._fitting.items() if field == name and formats]
            if sure := [formats[0] for formats in sets if len(formats) == 1]:
                words.append(f"{name}: set dates = [{', '.join(quoted(each) for each in dict.fromkeys(sure))}] to read these dates")
            words += [
                f"{name}: the dates fit {' and '.join(quoted(each) for each in formats[:3])}; set dates = [...] to the right one"
                for formats in sets
                if len(formats) > 1
            ]
        return list(dict.fromkeys(words))

    def sure_formats(self) -> tuple[str, ...]:
        """Return the formats that alone fit all of what could not be read, by its shape."""
        return tuple(dict.fromkeys(formats[0] for formats in self._fitting.values() if len(formats) == 1))

    def _by_formats(self, text: str) -> datetime | None:
        return next((found for each in self._formats if (found := _by_format(text, each)) is not None), None)

    def _remember(self, text: str, name: str) -> None:
        key = (name, _shape(text))
        if key in self._fitting or len(self._fitting) < _MOST_SHAPES:
            before = self._fitting.get(key, _FORMATS)
            self._fitting[key] = _narrowed(tuple(each for each in before if _by_format(text, each) is not None))


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _narrowed(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats without those that say the same: a short month name fits %B only in May, and two digits are no year of four."""
    return tuple(each for each in formats if not ("%B" in each and each.replace("%B", "%b") in formats))


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text))


def _check(each: str) -> None:
    try:
        sample = datetime(2026, 11, 30, 14, 5, tzinfo=UTC).strftime(each)
        datetime.strptime(sample, each)  # noqa: DTZ007 - only whether it is a format
    except ValueError:
        sample = ""
    if not sample or "%" not in each:
        raise ConfigError(f"dates: {clean(each, limit=60)} is not a format of dates", remedy='Such as "%m/%d/%Y" or "%d.%m.%Y %H:%M".')


def _by_format(text: str, form: str) -> datetime | None:
    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - a time without a zone is taken for UTC
        return _utc(found)
    except (ValueError, OverflowError):
        return None


def _utc(found: datetime) -> datetime:
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _number(text: str) -> datetime | None:
    """Return the time that a bare number is: digits of a date, since 1970 in any unit, or a day of Excel's."""
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    if text.isdigit() and len(text) in {8, 12, 14}:
        form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}[len(text)]
        found = _by_format(text, form)
        if found is not None and _EARLIEST <= found < _LATEST:
            return found
    if len(text) > 30:
        return None
    number = float(text)
    for scale in _SCALES:
        if _EARLIEST.timestamp() * 1000 <= number * scale < _LATEST.timestamp() * 1000:
            return from_ms(int(number * scale))
    # A day as Excel counts it; four digits are a year alone, which is no date.
    found = _DAY_ZERO + timedelta(seconds=round(number * 86_400)) if 10_000 <= number < 100_000 else None
    return found if found is not None and _EARLIEST <= found < _LATEST else None


def _iso(text: str) -> datetime | None:
    """Return the time that a text in ISO 8601 is, also with a space before its zone, a day of the year, or slashes behind the year."""
    if not text[:4].isdigit() or not text.isascii():
        return None
    if (found := moment(text)) is not None:
        return found if found.year > 1 else None
    text = _OFFSET.sub(r"\1", _ZONE.sub("Z", _PLACE.sub("", text.upper())))
    text = text[:-1] if text.endswith("Z") and len(text) <= 11 else text
    if ordinal := _ORDINAL.match(text):
        day = _by_format(ordinal[0].replace("-", ""), "%Y%j")
        text = text if day is None else day.date().isoformat() + text[ordinal.end() :]
    if parts := _DAY.match(text):
        year, month, number = (each for each in parts.groups() if each is not None)
        text = f"{year}-{int(month):02}-{int(number):02}{text[parts.end() :]}"
    late = _MIDNIGHT.search(text)
    found = moment(_MIDNIGHT.sub(r"\g<1>00:00:00", text).replace(":60", ":59") if late or ":60" in text else text)
    return found + timedelta(days=1) if found is not None and late else found
