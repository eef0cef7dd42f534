"""Reading a listing to its end by what its answers promise of the rest, which is checked here once for every ATS.

An ATS says in several ways that a page is not the last one: by a word ("more follow"), by a way to the next page (a cursor, a link), and
by how many rows there are in all. Where two of them contradict each other, what is missing behind the page would look gone, so the listing
ends with an error and the pages before it stand.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeAlias

from ..core.errors import UnexpectedAnswer
from ..core.text import counted
from .base import Listing, Page
from .paging import CursorGuard, read_ahead
from .resume import Place, where
from .rows import A, ReadRows

MOST_EMPTY = 3
"""Empty pages in a row behind which no other is asked for."""

REMEDY = "Refresh again; if it happens every time, report it to the vendor."


@dataclass(frozen=True, slots=True)
class Part(Generic[A]):
    """One answer of a listing, and what it promises of the rest. What the ATS does not say is None.

    Attributes:
        read: Its rows.
        cursor: What the next page is asked for with.
        more: Whether the answer says that more rows follow.
        total: How many rows it says that the listing has.
    """

    read: ReadRows[A]
    cursor: str | None = None
    more: bool | None = None
    total: int | None = None


Ask: TypeAlias = Callable[[Place], Awaitable[Part[A]]]
"""Reads the part of a listing that a place stands for."""

End: TypeAlias = Callable[[Place, Part[A]], Awaitable[Page]]
"""Makes the last page of a listing, for an ATS that has to be asked for something else with it."""


class Promises:
    """What the answers of one listing promised so far.

    Args:
        service: The ATS, for messages.
        rows: How many rows came before, where a listing goes on; None where that is not known.
    """

    def __init__(self, service: str, rows: int | None = 0) -> None:
        self._service = service
        self._rows = rows
        self._empty = 0
        self._cursors = CursorGuard(service)
        self._pages = CursorGuard(service)

    def take(self, part: Part[A]) -> bool:
        """Take in an answer, and return whether another page follows it.

        Raises:
            UnexpectedAnswer: It contradicts itself, or the answers before it.
        """
        self._count(part)
        if part.cursor is None:
            self._refuse_loose_end(part)
            return False
        if part.more is False and not part.read.count:
            return False  # an ATS that names a way behind its last page, too
        self._cursors.check(part.cursor)
        if part.read.count:
            self._empty = 0
            if ids := fingerprint(part.read):
                self._pages.check(ids)
        else:
            self._empty += 1
            if self._empty > MOST_EMPTY:
                raise contradiction(self._service, f"gave {self._empty} empty pages in a row and named a further one")
        return True

    def _count(self, part: Part[A]) -> None:
        if self._rows is None:
            return
        self._rows += part.read.count
        if part.total is not None and self._rows > part.total:
            raise contradiction(self._service, f"announced {counted(part.total, 'row')} and gave {self._rows:,}")

    def _refuse_loose_end(self, part: Part[A]) -> None:
        way_on(self._service, more=part.more, cursor=None)
        if part.total is not None and self._rows is not None and self._rows < part.total:
            raise contradiction(
                self._service, f"announced {counted(part.total, 'row')} and gave {self._rows:,} without a way to the others"
            )


async def by_cursor(
    service: str, ask: Ask[A], listing: Listing, *, overlap: timedelta | None = None, end: End[A] | None = None
) -> AsyncGenerator[Page, None]:
    """Yield the pages of a listing in which each answer names the way to the next, asking for one while the one before is used.

    A place of an interrupted listing that the ATS takes no longer is refused: whoever keeps the listing decides what becomes of it.

    Args:
        service: The ATS, for messages.
        ask: Reads one answer.
        listing: What is asked of the listing.
        overlap: Where given, the last page has a watermark: the start of the listing less that time.
        end: Makes the last page, where more than its rows and that watermark belong to it.

    Raises:
        UnexpectedAnswer: The answers contradict themselves, so that some rows may be missing.
    """
    async with aclosing(read_ahead(_walk(service, ask, listing, end or _ending(overlap)))) as pages:
        async for page in pages:
            yield page


async def _walk(service: str, ask: Ask[A], listing: Listing, end: End[A]) -> AsyncGenerator[Page, None]:
    here, resumed = where(listing)
    promises = Promises(service, here.offset if here.offset or not resumed else None)
    while True:
        part = await ask(here)
        if not promises.take(part):
            yield await end(here, part)
            return
        here = here.moved(cursor=part.cursor, offset=here.offset + part.read.count)
        yield page_of(part.read, cursor=here.text(), total=part.total, doubt=None if part.read.count else f"{service} gave an empty page")


def _ending(overlap: timedelta | None) -> End[A]:
    async def end(here: Place, part: Part[A]) -> Page:
        return page_of(part.read, total=part.total, watermark=None if overlap is None else here.mark(overlap))

    return end


def page_of(
    read: ReadRows[A], *, cursor: str | None = None, total: int | None = None, watermark: str | None = None, doubt: str | None = None
) -> Page:
    """Return the page that these rows are."""
    return Page(
        read.jobs,
        read.rejected,
        read.deleted,
        cursor=cursor,
        total=total,
        watermark=watermark,
        left_out=read.left_out,
        doubt=doubt,
        own_ids=read.own_ids,
    )


def way_on(service: str, *, more: bool | None, cursor: str | None) -> str | None:
    """Return the way to the next page of any list, None behind the last one.

    Raises:
        UnexpectedAnswer: More rows are announced and no way to them is named.
    """
    if more and not cursor:
        raise contradiction(service, "says that more rows follow and names no way to them")
    return cursor or None


def contradiction(service: str, what: str) -> UnexpectedAnswer:
    """Return the error of a listing that contradicts itself; ``what`` says how, behind the name of the ATS."""
    return UnexpectedAnswer(f"{service} {what}, so some may be missing", service=service, remedy=REMEDY)


def fingerprint(read: ReadRows[A]) -> str:
    """Return what tells one page from another: the ids in it, as far as they can be read."""
    return "\n".join([*(job.id for job in read.jobs), *read.deleted, *(row.id for row in read.rejected if row.id is not None)])
