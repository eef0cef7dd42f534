"""The process's end by a signal or by a terminal that is gone: in order, within a deadline, and at once when asked again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..backend.core.errors import ExitCode
from .driver import TerminalDriver

if TYPE_CHECKING:
    from textual.driver import Driver

SIGNALS = (signal.SIGHUP, signal.SIGTERM)

DEADLINE = 9.0
"""Seconds after which the process ends whatever is still under way; the journal settles that at the next start."""


class Application(Protocol):
    """What is asked of the application that ends.

    Attributes:
        terminal_lost: What it calls when the terminal is gone.
    """

    terminal_lost: Callable[[], object] | None
    _driver: Driver | None

    async def finish(self) -> None:
        """Let what is in flight end, and leave."""

    def terminal_left_behind(self) -> None:
        """Keep for the next start that the terminal could not be given back."""


class Shutdown:
    """Ends the application.

    A first signal, or the loss of the terminal, lets what is in flight end, for at most `DEADLINE` seconds. A second signal ends the
    process at once, even where the loop hangs. Either way the terminal is given back.

    Args:
        app: The application.
        loop: On which it runs.
        die: Ends the process with a code.
    """

    def __init__(self, app: Application, loop: asyncio.AbstractEventLoop, die: Callable[[int], object] = os._exit) -> None:
        self._app = app
        self._loop = loop
        self._die = die
        self._finishing: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Take the signals over. Without this both kill the process where it stands."""
        for number in SIGNALS:
            self._loop.add_signal_handler(number, self._signalled)
        self._app.terminal_lost = self.begin

    def begin(self) -> None:
        """Begin the orderly end, unless it has begun."""
        if self._finishing is None:
            self._finishing = self._loop.create_task(self._app.finish())
            # On a thread of its own: what keeps the application from ending may be the loop itself.
            deadline = threading.Timer(DEADLINE, self._at_once)
            deadline.daemon = True
            deadline.start()

    def _signalled(self) -> None:
        for number in SIGNALS:
            self._loop.remove_signal_handler(number)
            signal.signal(number, lambda *_: self._at_once())
        self.begin()

    def _at_once(self) -> None:
        # The driver is Textual's own business; there is no public way to it.
        driver = self._app._driver  # noqa: SLF001
        if isinstance(driver, TerminalDriver):
            driver.abandon()
            self._app.terminal_left_behind()
        self._die(int(ExitCode.INTERRUPTED))
