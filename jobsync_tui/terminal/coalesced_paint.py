"""A typed key and the rows that it asks for as one paint: the echo waits a moment for them."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from textual.screen import Screen

PATIENCE = 0.015
"""Seconds for which an echo may wait: too short to be felt, and long enough for most answers of the cache."""


class CoalescedPaint:
    """Keeps the application from painting until it is let go, and never for longer than `PATIENCE`.

    The deadline is the event loop's own: a hold outlives neither its screen nor a search that never answers.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._held: ExitStack | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def take(self) -> None:
        """Hold back what is painted from now on; one that is held already keeps its deadline."""
        if self._held is None:
            self._held = ExitStack()
            self._held.enter_context(self._screen.app.batch_update())
            self._deadline = asyncio.get_running_loop().call_later(PATIENCE, self.let_go)

    def let_go(self) -> None:
        """Paint what was held back, with whatever else has changed meanwhile."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._held is not None:
            held, self._held = self._held, None
            held.close()
            self._screen.check_idle()
