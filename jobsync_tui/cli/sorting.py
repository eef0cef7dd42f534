"""``--sort``: a field to sort jobs by, and its direction."""

from __future__ import annotations

from ..backend.core.errors import UsageError
from ..backend.core.models import Sort, SortField
from ..backend.core.text import clean

SORT_HELP = f"Sort by one of {', '.join(SortField)}; -FIELD sorts descending."


def parse_sort(text: str | None) -> Sort | None:
    """Return the sort that ``--sort`` names: a field ascending, or with a minus before it descending.

    Raises:
        UsageError: There is no such column.
    """
    if text is None:
        return None
    try:
        return Sort.parse(text)
    except ValueError:
        name = clean(text.removeprefix("-"), limit=40)
        raise UsageError(f"Jobs cannot be sorted by {name!r}", remedy=f"One of: {', '.join(SortField)}") from None
