"""Walking a listing by offset: pages side by side where the ATS says how many rows there are, one after another where it does not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Generic, TypeAlias

from ..core.text import counted
from ..http import HttpSession
from .base import Listing, Page
from .paginator import contradiction, fingerprint, page_of
from .paging import CursorGuard, map_concurrently
from .resume import Place, where
from .rows import A, ReadRows


@dataclass(frozen=True, slots=True)
class Slice(Generic[A]):
    """What stands at ``offset`` of a listing.

    ``total`` and ``more`` are None where the ATS does not say how many rows there are in all, or whether others follow these.
    """

    offset: int
    read: ReadRows[A]
    total: int | None
    more: bool | None = None

    @property
    def end(self) -> int:
        """Where the next slice begins."""
        return self.offset + self.read.count


Fetch: TypeAlias = Callable[[Place, int], Awaitable[Slice[A]]]
"""Reads the slice at an offset of the listing that a place belongs to."""


async def by_offset(http: HttpSession, fetch: Fetch[A], listing: Listing, overlap: timedelta | None = None) -> AsyncGenerator[Page, None]:
    """Yield the pages of a listing whose slices ``fetch`` reads; the last one has a watermark where ``overlap`` is given.

    The first slice shows how long slices are: an ATS may cap them below what was asked for. A slice that is shorter although rows
    are announced behind it ends the listing with an error, since jobs that it lacks would look gone.

    Raises:
        UnexpectedAnswer: Rows are missing, the same rows come again and again, or there are more than were announced.
    """
    here, _ = where(listing)
    guard = CursorGuard(http.service)
    slice_ = await fetch(here, here.offset)
    step = slice_.read.count
    while True:
        _check(http, guard, slice_, step)
        if _is_last(slice_, step):
            yield _page(slice_, None, None if overlap is None else here.mark(overlap))
            return
        yield _page(slice_, here.moved(offset=slice_.end), None)
        if slice_.total is None:
            slice_ = await fetch(here, slice_.end)
            continue
        starts = range(slice_.end, slice_.total, step)
        width = max(1, http.limits.concurrency - 1)  # the last slot is a person's
        async with aclosing(map_concurrently(partial(fetch, here), starts, width=width)) as slices:
            async for slice_ in slices:
                if slice_.offset == starts[-1]:
                    break  # whether it is the last one is for its own total to say: rows may have come since
                _check(http, guard, slice_, step)
                yield _page(slice_, here.moved(offset=slice_.end), None)


def _is_last(slice_: Slice[A], step: int) -> bool:
    if slice_.total is not None:
        return slice_.end >= slice_.total
    return slice_.read.count == 0 or (slice_.read.count < step and not slice_.more)


def _check(http: HttpSession, guard: CursorGuard, slice_: Slice[A], step: int) -> None:
    count, total = slice_.read.count, slice_.total
    if total is None and slice_.more and not count:
        raise contradiction(http.service, f"says that more rows follow and gave none at {slice_.offset:,}")
    if total is not None and slice_.end < total and (count < step or step == 0):
        raise contradiction(http.service, f"announced {counted(total, 'row')} and gave {count:,} at {slice_.offset:,}")
    if total is not None and count and slice_.end > total:
        raise contradiction(http.service, f"announced {counted(total, 'row')} and gave {slice_.end:,}")
    if count:
        guard.check(_mark(slice_))


def _mark(slice_: Slice[A]) -> str:
    ids = fingerprint(slice_.read)
    return ids if ids or slice_.total is None else str(slice_.offset)


def _page(slice_: Slice[A], following: Place | None, watermark: str | None) -> Page:
    return page_of(slice_.read, cursor=None if following is None else following.text(), total=slice_.total, watermark=watermark)
