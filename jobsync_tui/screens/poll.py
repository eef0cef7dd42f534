"""Keeping a screen true to what other processes do: a look every few seconds, while the screen is the one that is seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..backend.core.errors import AccessDenied, JobsyncError
from ..session.failures import words_for
from ..session.notices import Severity
from ..widgets.content import line
from ..widgets.line import StatusLine
from .base import JobsyncScreen, ResultT

FOLLOWED = 2.0
"""Seconds between two looks of a dialog at whether what it shows is still so."""


class Poll:
    """Looks again and again, one look at a time. What a look shows is painted only where it changed: that is up to the look.

    Nobody asked for a look, so a trouble that it meets (a database that is locked, or damaged) opens no dialog:
    the status line says it, once, until a look goes well again. A withdrawn access and a fault of ours go the way of all errors.

    Args:
        screen: The screen; where it has no `StatusLine`, the log alone tells of trouble.
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
            for status in self._screen.query(StatusLine):
                status.put("watch", None)
        finally:
            self._looking = False

    def _say(self, error: JobsyncError) -> None:
        text, remedy = words_for(error)
        if text != self._trouble:
            self._trouble = text
            self._screen.host.notices.add(text, Severity.ERROR, remedy=remedy)
        words = line((" x ", "bold $text-error"), text, ("  L log", "$text-muted"))
        for status in self._screen.query(StatusLine):
            status.put("watch", words)


class Follow(Poll):
    """Has a dialog show itself anew whenever what it shows has become something else.

    Args:
        screen: The dialog.
        state: Reads something small that is another value then.
        again: Shows anew.
        every: Seconds between two looks.
    """

    def __init__(
        self, screen: JobsyncScreen[ResultT], state: Callable[[], Awaitable[object]], again: Callable[[], object], *, every: float
    ) -> None:
        super().__init__(screen, self._compare, every=every)
        self._state = state
        self._again = again
        self._last: object = None

    async def shown(self) -> None:
        """Take what there is now as what is shown."""
        self._last = await self._state()

    async def _compare(self) -> None:
        last, self._last = self._last, await self._state()
        if last is not None and last != self._last:
            self._again()
