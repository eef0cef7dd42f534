"""Which part of a sorted list to read to get at some of its rows: from the place nearby that skips the fewest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .query_cache import Anchor


@dataclass(frozen=True, slots=True)
class Seek:
    """A part of a sorted list: from an anchor (or an end of the list), in a direction, after skipping some."""

    anchor: Anchor | None
    forward: bool
    skip: int
    limit: int


def nearest(anchors: Iterable[Anchor], count: int | None, offset: int, limit: int) -> Seek | None:
    """Return how to reach rows with the fewest rows skipped; None where the list ends before them.

    Args:
        anchors: Places that are remembered.
        count: Of the list's rows, where that is known.
        offset: Of the first row.
        limit: The most rows.
    """
    if count is not None:
        limit = min(limit, count - offset)
    if limit <= 0:
        return None
    end = offset + limit
    ways = [Seek(None, skip=offset, limit=limit, forward=True)]
    if count is not None:
        ways.append(Seek(None, skip=count - end, limit=limit, forward=False))
    for anchor in anchors:
        if anchor.position <= offset:
            ways.append(Seek(anchor, skip=offset - anchor.position, limit=limit, forward=True))
        elif anchor.position >= end:
            ways.append(Seek(anchor, skip=anchor.position - end, limit=limit, forward=False))
    # A row stands at a remembered place; between an end of the list and the first one that matches there may be most of it.
    return min(ways, key=lambda way: (way.skip, way.anchor is None))
