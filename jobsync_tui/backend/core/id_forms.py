"""Forms in which one number is written as an ATS job id: spreadsheets make ``200.0`` of 200, and 42 of ``0042``."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"0*([0-9]+?)(?:\.0+)?", re.ASCII)
_FLOAT = re.compile(r"[0-9]+\.0+", re.ASCII)


def plain_id(job_id: str) -> str:
    """Return an id without leading zeros and without ``.0`` where it is a number, any other as it is."""
    number = _NUMBER.fullmatch(job_id)
    return job_id if number is None else number[1]


LONGEST = 12
"""Digits up to which an id is taken for one that may have had zeros in front."""


def other_forms(job_id: str) -> tuple[str, ...]:
    """Return the other forms in which an id that is a number may have been written, none for any other id."""
    number = plain_id(job_id)
    if _NUMBER.fullmatch(job_id) is None or len(number) > LONGEST:
        return ()
    padded = (number.zfill(width) for width in range(len(number), LONGEST + 1))
    return tuple(form for each in padded for form in (each, f"{each}.0") if form != job_id)


def is_float(job_id: str) -> bool:
    """Return whether an id is a whole number with ``.0`` behind it, as spreadsheets write what they take for a quantity."""
    return _FLOAT.fullmatch(job_id) is not None


def without_zeros(ids: Sequence[str]) -> list[str]:
    """Return the numbers among ids with fewer digits than those that begin with zeros, where these all have the same: 43 beside 0042."""
    numbers = [each for each in ids if each.isascii() and each.isdigit()]
    widths = {len(each) for each in numbers if each.startswith("0") and len(each) > 1}
    return [each for each in numbers if len(each) < max(widths)] if len(widths) == 1 else []
