"""Whether anybody is still there: a session that stands idle for the configured time ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

WARN_BEFORE = 60.0
"""Seconds before the end at which the person is told, where the limit is longer than twice that."""


class IdleTimeout:
    """Counts the time since the last sign of a person.

    Args:
        limit: How long the session may stand idle.
        clock: Seconds that only go forward; a suspended machine's sleep counts or not, as its clock says.
    """

    def __init__(self, limit: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._last = clock()
        self._warned = False

    @property
    def every(self) -> float:
        """Seconds between two looks: a twentieth of the limit, at most 15."""
        return min(15.0, self.limit.total_seconds() / 20)

    def touch(self) -> None:
        """Note a key, a click or work that is under way."""
        self._last = self._clock()
        self._warned = False

    @property
    def is_over(self) -> bool:
        """Whether the limit is reached."""
        return self._left() <= 0

    def should_warn(self) -> bool:
        """Return, once an idle stretch, that the end is near."""
        if self._warned or self.limit.total_seconds() <= 2 * WARN_BEFORE or self._left() > WARN_BEFORE:
            return False
        self._warned = True
        return True

    def _left(self) -> float:
        return self.limit.total_seconds() - (self._clock() - self._last)
