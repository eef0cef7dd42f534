"""How many requests of an integration are in flight, whose goes first, and how fast they may follow each other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .pauses import Timing


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


class PriorityLimiter:
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


class Reset(StrEnum):
    """What the number in a service's reset header means."""

    EPOCH = "epoch"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """The headers in which a service says how much of its rate limit is left; an adapter declares them.

    Attributes:
        limit: Header with the requests a window allows.
        remaining: Header with those left in it.
        reset: Header that says when the window ends, or None where the service has none.
        reset_as: What that header's number is: seconds since 1970, or seconds from now.
        window: Length of a window in seconds, for where the reset header is missing or makes no sense.
    """

    limit: str = "x-ratelimit-limit"
    remaining: str = "x-ratelimit-remaining"
    reset: str | None = "x-ratelimit-reset"
    reset_as: Reset = Reset.EPOCH
    window: float = 60.0


class RateLimiter:
    """Knows until when requests have to be held back: because the service said so, or because its window is used up."""

    def __init__(self, timing: Timing, longest: float) -> None:
        self._timing = timing
        self._longest = longest
        self._until = 0.0
        self._others_until = 0.0
        self._left: int | None = None
        self._window_began: float | None = None
        self._window_ends = 0.0

    def held(self) -> float:
        """Return for how many seconds more the service has asked this process to send nothing."""
        return max(0.0, self._until - self._timing.monotonic())

    def hold_as_others(self, seconds: float) -> None:
        """Hold every request back for as long as the service asked another process to; it does not count as asked of this one."""
        self._others_until = max(self._others_until, self._timing.monotonic() + min(seconds, self._longest))

    def delay(self) -> float:
        """Return how long a request has to wait as things stand, in seconds."""
        now = self._timing.monotonic()
        until = max(self._until, self._others_until)
        if until > now:
            return until - now
        if self._left is not None and self._left <= 0:
            if self._window_ends > now:
                return self._window_ends - now
            self._left = None  # a new window: the next answer says how much it allows
        return 0.0

    def sending(self) -> None:
        """Count a request that goes out now."""
        if self._left is not None:
            self._left -= 1

    def hold(self, seconds: float) -> None:
        """Hold every request back for that long; a hold that ends later stays."""
        self._until = max(self._until, self._timing.monotonic() + min(seconds, self._longest))

    def observe(self, headers: Mapping[str, str], names: RateHeaders, in_flight: int) -> None:
        """Take from an answer how much of the window is left.

        Requests still in flight may not be counted in it yet, so they are taken off: too slow at the edge is better than a 429. Those of
        other processes are too, as many as there may be: whoever has an older answer in mind sends no more than that before the next one.
        """
        remaining = _integer(headers.get(names.remaining))
        if remaining is None:
            return
        now = self._timing.monotonic()
        if self._window_began is None or now >= self._window_ends:
            self._window_began = now
        self._window_ends = self._end(headers, names, now)
        self._left = max(0, remaining - in_flight)

    def _end(self, headers: Mapping[str, str], names: RateHeaders, now: float) -> float:
        began = self._window_began if self._window_began is not None else now
        reset = _integer(headers.get(names.reset)) if names.reset else None
        if reset is None:
            return max(began + names.window, now)
        seconds = reset - self._timing.wall().timestamp() if names.reset_as is Reset.EPOCH else float(reset)
        if seconds < 0:  # the window is over, by a clock that may be a little ahead of ours
            return now + 1.0
        if seconds > self._longest:  # clocks disagree, or the number means something else
            return max(began + names.window, now)
        # The header is in whole seconds: the window may end up to one second later than it says.
        return now + seconds + (1.0 if names.reset_as is Reset.EPOCH else 0.0)


def _integer(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
