"""Keeping below a service's rate limit by what its answers say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .timing import Timing


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


class Pacer:
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
