"""Many pieces of work, so many at a time, of which none is left half done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
T = TypeVar("T")


async def map_concurrently(items: Sequence[Item], work: Callable[[Item], Awaitable[T]], at_once: int) -> tuple[T, ...]:
    """Run ``work`` on every item, ``at_once`` at a time, and return the answers in the items' order.

    A cancellation, or an error of one, lets those that have begun come to their end before it goes on.
    """
    found: dict[int, T] = {}
    waiting = deque(enumerate(items))

    async def worker() -> None:
        while waiting:
            place, item = waiting.popleft()
            found[place] = await work(item)

    workers = [asyncio.create_task(worker()) for _ in range(min(at_once, len(items)))]
    try:
        for task in workers:
            await asyncio.shield(task)
    finally:
        waiting.clear()
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return tuple(found[place] for place in range(len(items)))
