"""Pages on their way from the ATS to the cache: read ahead while others are stored, but never far."""

from __future__ import annotations

import asyncio
from collections import deque

from ..ats.base import Page


class PageBuffer:
    """A queue that is full by jobs rather than by pages, and from which all that waits is taken at once.

    Args:
        jobs: How many jobs may wait before the reader has to; one page always may.
    """

    def __init__(self, jobs: int) -> None:
        self._room = jobs
        self._pages: deque[Page] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self._changed = asyncio.Condition()

    async def put(self, page: Page) -> None:
        """Add a page, as soon as there is room."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._pages or self._waiting() < self._room)
            self._pages.append(page)
            self._changed.notify_all()

    async def end(self, error: BaseException | None = None) -> None:
        """Say that no page follows, for the reason of ``error`` or because the last one was there."""
        async with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    async def take(self) -> tuple[Page, ...]:
        """Return the pages that wait, at least one; none behind the end.

        Raises:
            BaseException: What `end` was given, once the pages before it are taken.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._pages) or self._ended)
            pages = tuple(self._pages)
            self._pages.clear()
            self._changed.notify_all()
        if not pages and self._error is not None:
            raise self._error
        return pages

    def _waiting(self) -> int:
        return sum(len(page.jobs) for page in self._pages)
