"""How long a lock is waited for, so that waits that follow one another stay within the seconds that a message names.

A command opens the database, may bring it up to date, and writes: each waits for whoever holds the file, and what fails is often written
down by one more write. What counts for a person is when the command ends.
"""

from __future__ import annotations

import time

from .. import clock

WAITED = 0.8
"""Of the seconds that a message names, those in which a lock is waited for: the rest is for saying it and ending."""

LEAST = 0.1
"""The part of them that is waited for in any case."""


class LockWait:
    """The waits for the locks of one database.

    From the start of the program to the first write they share one deadline; from then on each has its own. After one that failed the
    next are short for as long as that is news.

    Args:
        named: Seconds that the message names.
    """

    def __init__(self, named: float) -> None:
        self._whole = named * WAITED
        self._least = named * LEAST
        age = clock.age()
        self._deadline: float | None = time.monotonic() + self._whole - (age if age < self._whole else 0)

    def left(self) -> float:
        """Return the seconds for which a wait that begins now may last."""
        now = time.monotonic()
        if self._deadline is None or now > self._deadline + self._whole:
            return self._whole
        return max(self._least, self._deadline - now)

    def taken(self) -> None:
        """Take note that the lock was had."""
        self._deadline = None

    def failed(self) -> None:
        """Take note that it was not."""
        self._deadline = time.monotonic()
