"""Keeping a screen true to what other processes do: a look every few seconds, while the screen is the one that is seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..backend.core.errors import AccessDenied, JobsyncError
from ..documents.render import line
from ..session.failures import words_for
from ..session.notices import Severity
from ..widgets.line import StatusLine
from .base import JobsyncScreen, ResultT


class Poll:
    """Looks again and again, one look at a time. What a look shows is painted only where it changed: that is up to the look.

    Nobody asked for a look, so a trouble that it meets (a database that is locked, or damaged) opens no dialog:
    the status line says it, once, until a look goes well again. A withdrawn access and a fault of ours go the way of all errors.

    Args:
        screen: The screen; it has a `StatusLine`.
        look: Reads and shows.
        every: Seconds between two looks.
    """

    def __init__(self, screen: JobsyncScreen[ResultT], look: Callable[[], Awaitable[None]], *, every: float) -> None:
        self._screen = screen
        self._look = look
        self._looking = False
        self._trouble: str | None = None
        screen.set_interval(every, self.look)

    def look(self) -> None:
        """Look now; not below another screen, and not while a look is under way."""
        if not self._looking and self._screen.is_current:
            self._looking = True
            self._screen.work(self._look_once(), group=f"watch {id(self)}")

    async def _look_once(self) -> None:
        try:
            await self._look()
        except AccessDenied:
            raise
        except JobsyncError as error:
            self._say(error)
        else:
            self._trouble = None
            self._screen.query_one(StatusLine).put("watch", None)
        finally:
            self._looking = False

    def _say(self, error: JobsyncError) -> None:
        text, remedy = words_for(error)
        if text != self._trouble:
            self._trouble = text
            self._screen.host.notices.add(text, Severity.ERROR, remedy=remedy)
        words = line((" x ", "bold $text-error"), text, ("  L log", "$text-muted"))
        self._screen.query_one(StatusLine).put("watch", words)
