"""Durations as people write them: ``20s``, ``5m``, ``12h``, ``365d``, ``2w``."""

from __future__ import annotations

import re
from datetime import timedelta

_SHAPE = re.compile(r"([0-9]{1,6})\s*(ms|s|m|h|d|w)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_duration(text: str) -> timedelta:
    """Return the duration that ``text`` names.

    Raises:
        ValueError: It is not a whole number followed by one of the units ms, s, m, h, d, w.
    """
    match = _SHAPE.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError("must be a duration such as 20s, 5m, 12h or 365d")
    return int(match[1]) * _UNITS[match[2]]


def format_duration(duration: timedelta) -> str:
    """Return ``duration`` in the largest unit that divides it, so that it reads back as the same."""
    for unit in ("w", "d", "h", "m", "s"):
        count, rest = divmod(duration, _UNITS[unit])
        if count and not rest:
            return f"{count}{unit}"
    return f"{duration // _UNITS['ms']}ms"
