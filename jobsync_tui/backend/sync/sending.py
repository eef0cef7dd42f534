"""Sending that holds nobody up: beside the schedule, one at a time, and given up when the process is to end.

What was not acknowledged then is sent again by whoever sends next, under the same id, which a receiver that has it passes over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

LONGEST_END = 2.0
"""Seconds in which a sending that is given up lets go of its connection, its program and its lease; nobody waits longer."""


class Sending:
    """Messages of one process.

    Args:
        send: Sends what is new in the name of a holder, and is done when every channel took it or failed.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._beside: asyncio.Task[None] | None = None

    def begin(self, holder: str, stop: asyncio.Event) -> None:
        """Send beside what the process does, until ``stop`` is set. Where that is under way, what is new is left to the next time."""
        if self._beside is None or self._beside.done():
            self._beside = asyncio.create_task(self._logged(holder, stop))

    async def send(self, holder: str, stop: asyncio.Event) -> None:
        """Send, and return when that is done or given up because ``stop`` was set."""
        if stop.is_set():
            return
        sending, stopping = asyncio.ensure_future(self._send(holder)), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            sending.cancel()
            await asyncio.wait({sending}, timeout=LONGEST_END)
        if sending.done() and not sending.cancelled():
            sending.result()

    async def close(self) -> None:
        """Give up what is being sent."""
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.wait({self._beside})

    async def _logged(self, holder: str, stop: asyncio.Event) -> None:
        try:
            await self.send(holder, stop)
        except Exception:
            log.exception("sending messages ended in a fault")
