"""How long a lock is waited for, so that waits that follow one another stay within the seconds that a message names.

A command opens the database, may bring it up to date, and writes: each waits for whoever holds the file, and what fails is often written
down by one more write. What counts for a person is when the command ends.
"""

from __future__ import annotations

import time
from typing import ClassVar

from ..core import clock

WAITED = 0.8
"""Of the seconds that a message names, those in which a lock is waited for: the rest is for saying it and ending."""

LEAST = 0.1
"""The part of them that is waited for in any case."""


class LockWait:
    """The waits for the locks of one database.

    From the start of the program to the first write they share one deadline; from then on each has its own. After one that failed, for
    this database or another one of the program, the next are short for as long as that is news.

    Args:
        named: Seconds that the message names.
    """

    _failed: ClassVar[tuple[LockWait, float] | None] = None

    def __init__(self, named: float) -> None:
        self._whole = named * WAITED
        self._least = named * LEAST
        age = clock.age()
        self._deadline = time.monotonic() + self._whole - (age if age < self._whole else 0)
        self._opening = True

    def left(self) -> float:
        """Return the seconds for which a wait that begins now may last."""
        now = time.monotonic()
        if LockWait._failed is not None and now < LockWait._failed[1] + self._whole:
            return self._least
        if self._opening and now < self._deadline + self._whole:
            return max(self._least, self._deadline - now)
        return self._whole

    def taken(self) -> None:
        """Take note that the lock was had."""
        self._opening = False
        if LockWait._failed is not None and LockWait._failed[0] is self:
            LockWait._failed = None

    def failed(self) -> None:
        """Take note that it was not."""
        LockWait._failed = (self, time.monotonic())
