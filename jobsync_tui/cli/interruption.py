"""Ending in order: the first signal lets the job in flight finish, a second one ends the process at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from .output import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Interruption:
    """Whether the process was asked to end; ``event`` is set as soon as it is."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def happened(self) -> bool:
        """Whether it was asked to end."""
        return self.event.is_set()


@asynccontextmanager
async def finishing_what_is_in_flight() -> AsyncIterator[Interruption]:
    """Turn the signals that end a process into an event, once; afterwards they do what they always do."""
    loop = asyncio.get_running_loop()
    interruption = Interruption()

    def first_signal() -> None:
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        interruption.event.set()
        say("Interrupted: the job in flight is finished first; once more ends at once")

    before = {each: signal.getsignal(each) for each in _SIGNALS}
    for each in _SIGNALS:
        loop.add_signal_handler(each, first_signal)
    try:
        yield interruption
    finally:
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
            signal.signal(each, before[each])
