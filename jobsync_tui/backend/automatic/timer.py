"""Waiting for the next slot of the grid, by a wall clock that may jump."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias

from ..core import clock
from ..storage.automatic.schedule import slot, width

LONGEST_NAP = 15.0
"""Seconds after which the clock is looked at again: it may have been set meanwhile, or the machine may have slept."""

Wait: TypeAlias = Callable[[asyncio.Event, float], Awaitable[None]]


async def wait_for(stop: asyncio.Event, seconds: float) -> None:
    """Return after so long, or as soon as ``stop`` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def next_slot(
    every: timedelta, stop: asyncio.Event, *, since: datetime, now: Callable[[], datetime] = clock.now, wait: Wait = wait_for
) -> None:
    """Return in another slot than ``since`` was in, or as soon as ``stop`` is set."""
    grid = width(every)
    present = slot(clock.to_ms(since), grid)
    while not stop.is_set():
        moment = clock.to_ms(now())
        if slot(moment, grid) != present:
            return
        await wait(stop, min(LONGEST_NAP, (present + grid - moment) / 1000))
