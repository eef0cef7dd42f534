"""The rows a table holds: one stretch of a list that may have a million."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

RowT = TypeVar("RowT")
RowT_co = TypeVar("RowT_co", covariant=True)


class RowSource(Protocol[RowT_co]):
    """Where a table's rows come from."""

    async def window(self, offset: int, limit: int) -> Sequence[RowT_co]:
        """Return the rows from ``offset`` on, at most ``limit``; fewer only at the end of the list."""


class RowBuffer(Generic[RowT]):
    """One contiguous stretch of rows. Memory does not grow with the list."""

    def __init__(self, offset: int = 0, rows: Sequence[RowT] = ()) -> None:
        self.offset = offset
        self.rows = tuple(rows)

    @property
    def end(self) -> int:
        """Return the index after the last row."""
        return self.offset + len(self.rows)

    def get(self, index: int) -> RowT | None:
        """Return the row at ``index`` of the list, None if it is not held."""
        place = index - self.offset
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def covers(self, start: int, stop: int) -> bool:
        """Return whether every row from ``start`` to before ``stop`` is held."""
        return start >= self.offset and stop <= self.end

    @staticmethod
    def wanted(top: int, height: int, total: int) -> tuple[int, int]:
        """Return the offset and limit to read for a view of ``height`` rows from ``top``: a page more on either side."""
        start = max(0, min(top, total - height) - height)
        return start, max(1, min(total, top + 2 * height + 1) - start)
