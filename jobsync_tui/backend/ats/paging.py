"""Reading pages ahead of the one who takes them, and noticing a server that leads in circles."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

from ..core.errors import UnexpectedAnswer

P = TypeVar("P")
Q = TypeVar("Q")


class CursorGuard:
    """Remembers the cursors of a listing: servers do answer with one that they gave before."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._seen: set[int] = set()

    def check(self, cursor: str) -> str:
        """Return ``cursor`` if it is new in this listing.

        Raises:
            UnexpectedAnswer: It is not; going on would never end.
        """
        key = hash(cursor)
        if key in self._seen:
            raise UnexpectedAnswer(
                f"{self._service} leads in circles: it gave the same page marker twice",
                service=self._service,
                remedy="Refresh again; if it happens every time, report it to the vendor.",
            )
        self._seen.add(key)
        return cursor


async def read_ahead(pages: AsyncIterator[P]) -> AsyncGenerator[P, None]:
    """Yield what ``pages`` yields, asking for the next one while the one before is being used.

    For an ATS whose page is only known from the one before. Closing this ends the request under way.
    """
    following = asyncio.create_task(_next(pages))
    try:
        while True:
            try:
                page = await following
            except StopAsyncIteration:
                return
            following = asyncio.create_task(_next(pages))
            yield page
    finally:
        await _drop([following])


async def map_concurrently(fetch: Callable[[int], Awaitable[P]], starts: Iterable[int], *, width: int) -> AsyncGenerator[P, None]:
    """Yield ``fetch(start)`` for each of ``starts``, in their order, with up to ``width`` of them under way or waiting to be taken.

    For an ATS whose pages can be asked for by number or offset. An error comes when its page's turn does, so every page before it stands.
    ``starts`` may be endless: the caller stops taking after the last page, and what was asked for beyond it is dropped.
    """
    rest = iter(starts)
    under_way: deque[asyncio.Task[P]] = deque()
    try:
        while True:
            while len(under_way) < width and (start := next(rest, None)) is not None:
                under_way.append(asyncio.create_task(_fetched(fetch, start)))
            if not under_way:
                return
            page = await under_way[0]
            under_way.popleft()
            yield page
    finally:
        await _drop(under_way)


async def together(calls: Iterable[Awaitable[P]]) -> list[P]:
    """Return what all of ``calls`` return, in their order. The first that fails ends the others: none goes on behind its caller's back."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _drop(tasks)


async def both(one: Awaitable[P], other: Awaitable[Q]) -> tuple[P, Q]:
    """Return what the two return, like `together`."""
    first, second = asyncio.ensure_future(one), asyncio.ensure_future(other)
    await together((first, second))
    return first.result(), second.result()


async def _next(pages: AsyncIterator[P]) -> P:
    return await anext(pages)


async def _fetched(fetch: Callable[[int], Awaitable[P]], start: int) -> P:
    return await fetch(start)


async def _drop(tasks: Iterable[asyncio.Future[P]]) -> None:
    """Cancel tasks whose results nobody will take, and see them end."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
