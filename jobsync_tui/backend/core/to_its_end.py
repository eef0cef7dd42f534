"""Work that must not be left half done, however often whoever waits for it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for ``work`` however often the waiting task is cancelled: whoever goes on then closes the database that it needs.

    Raises:
        asyncio.CancelledError: The waiting task was cancelled meanwhile; ``work`` has ended all the same.
    """
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError
