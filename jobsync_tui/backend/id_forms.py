"""Forms in which one number is written as an ATS job id: spreadsheets make ``200.0`` of 200, and 42 of ``0042``."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"0*([0-9]+?)(?:\.0+)?", re.ASCII)
_FLOAT = re.compile(r"[0-9]+\.0+", re.ASCII)


def plain_id(job_id: str) -> str:
    """Return an id without leading zeros and without ``.0`` where it is a number, any other as it is."""
    number = _NUMBER.fullmatch(job_id)
    return job_id if number is None else number[1]


def is_float(job_id: str) -> bool:
    """Return whether an id is a whole number with ``.0`` behind it, as spreadsheets write what they take for a quantity."""
    return _FLOAT.fullmatch(job_id) is not None
