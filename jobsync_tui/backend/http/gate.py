"""How many requests of an integration are in flight, and whose goes first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """Whose call it is; the higher goes first."""

    BACKGROUND = 0
    PERSON = 1


_current: ContextVar[Priority] = ContextVar("jobsync_http_priority", default=Priority.BACKGROUND)


@contextmanager
def as_person() -> Iterator[None]:
    """Give every request sent inside, and by tasks begun inside, a person's priority."""
    token = _current.set(Priority.PERSON)
    try:
        yield
    finally:
        _current.reset(token)


def current_priority() -> Priority:
    """Return the priority of the code that is running."""
    return _current.get()


class Gate:
    """A counting lock with two queues. Background calls leave the last slot free, so that a person's never waits behind a full house."""

    def __init__(self, capacity: int) -> None:
        self._capacity = max(1, capacity)
        self._taken = 0
        self._queues: dict[Priority, deque[asyncio.Future[None]]] = {priority: deque() for priority in sorted(Priority, reverse=True)}

    @property
    def room(self) -> int:
        """How many background requests may be in flight."""
        return self._room(Priority.BACKGROUND)

    def resize(self, capacity: int) -> None:
        """Let so many be in flight from now on; what is in flight stays."""
        self._capacity = max(1, capacity)
        self._wake()

    @property
    def taken(self) -> int:
        """How many requests are in flight."""
        return self._taken

    @asynccontextmanager
    async def slot(self, priority: Priority) -> AsyncIterator[None]:
        """Hold one slot, waiting for it where none is free."""
        await self._acquire(priority)
        try:
            yield
        finally:
            self._taken -= 1
            self._wake()

    async def _acquire(self, priority: Priority) -> None:
        if self._taken < self._room(priority) and not any(self._queues[other] for other in Priority if other >= priority):
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[priority].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the slot was handed over just now: pass it on
                self._taken -= 1
                self._wake()
            elif turn in self._queues[priority]:  # unless a slot came free between the cancellation and now
                self._queues[priority].remove(turn)
            raise

    def _room(self, priority: Priority) -> int:
        return self._capacity if priority is Priority.PERSON else max(1, self._capacity - 1)

    def _wake(self) -> None:
        for priority, queue in self._queues.items():
            while queue and self._taken < self._room(priority):
                turn = queue.popleft()
                if not turn.done():
                    self._taken += 1
                    turn.set_result(None)
