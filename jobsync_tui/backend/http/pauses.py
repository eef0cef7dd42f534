"""How long it is until the next try, and waiting for it: ``Retry-After``, backoff with jitter, a countdown for whoever listens.

Whether there is a next try is decided by `session.HttpSession`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..core import clock
from ..core.waits import OnWait, listener
from .network import Limits


async def wait_visibly(left: Callable[[], float], words: str, timing: Timing, default: OnWait | None) -> None:
    """Wait until ``left`` says that no seconds are left, counting down to the listener of the running code, or else to ``default``.

    It is asked anew every second, since what is waited for may come earlier or later than it seemed.
    """
    told_to = listener() or default
    told = False
    try:
        while (seconds := left()) > 0:
            if told_to is not None:
                told = True
                told_to(f"{words}, next try in {max(1, round(seconds))} s")
            await timing.sleep(min(1.0, seconds))
    finally:
        if told and told_to is not None:
            told_to("")


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a session takes time and chance from.

    Attributes:
        monotonic: Seconds that never go back; every wait is measured by them.
        wall: The present time in UTC; only for dates that a server sends.
        sleep: Waits that many seconds.
        chance: A number from 0 up to 1, for jitter.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = clock.now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


_A_MOMENT = 10**9
"""Numbers from here on are moments: as a pause it would be 31 years, as a moment it is in 2001."""


def retry_after(headers: Mapping[str, str], wall: datetime) -> float | None:
    """Return the seconds a reply asks to wait, never negative, or None where it does not say or says nonsense.

    Understands ``retry-after-ms`` (milliseconds), and ``Retry-After`` in seconds or as an HTTP date (RFC 9110, 10.2.3). A number that would
    be decades is the moment itself, in seconds or milliseconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    if seconds is not None:
        if seconds < _A_MOMENT:
            return seconds
        return max(0.0, seconds / (1000 if seconds > 1000 * _A_MOMENT else 1) - wall.timestamp())
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - wall).total_seconds())


def pause(failed_tries: int, asked: float | None, limits: Limits, timing: Timing) -> float:
    """Return how long to wait after that many failed tries, in seconds.

    What the service asked for counts up to a cap, but never as less than half a first backoff: a ``Retry-After: 0`` must not become a
    hot loop. Otherwise the pause doubles with every try, and jitter takes up to half of it away so that callers do not come in step.
    """
    if asked is not None:
        return min(max(asked, limits.backoff / 2), limits.longest_retry_after)
    full = min(limits.backoff * 2.0 ** (failed_tries - 1), limits.longest_backoff)
    return full * (1 - timing.chance() / 2)


def _number(text: str | None) -> float | None:
    """Return a plain decimal number of at most 15 digits, else None: ``float`` would take ``nan`` and ``1e9`` too."""
    if text is None:
        return None
    text = text.strip()
    whole, _, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(text) <= 15 and (not fraction or (fraction.isascii() and fraction.isdigit()))):
        return None
    return float(text)
