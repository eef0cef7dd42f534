"""The place where a filter is wrong, shown under the filter itself."""

from __future__ import annotations

from ..backend.core.errors import FilterError
from ..backend.core.text import clean
from .tables import width

BEFORE, BEHIND = 50, 20
"""Characters that are shown before and behind the place; more would not fit on a line."""


def marked(error: FilterError) -> tuple[str, ...]:
    """Return the filter, as far as it stands near the place where it is wrong, and a line with a mark under that place."""
    start = max(0, error.position - BEFORE)
    before, behind = error.text[start : error.position], error.text[error.position : error.position + BEHIND]
    if not before.strip() and not behind.strip():
        return ()
    # Each line is cleaned once more where it is printed: what is empty or blank at its ends must stay.
    lead = ("\u2026" if start else "") + clean(before)
    return f"{lead}{clean(behind)}", f"{' ' * width(lead)}^"
