"""The clocks and the chance of a session in one value, so that tests need not wait."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from .. import clock


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
