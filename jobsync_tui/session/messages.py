"""News that concerns several screens: what the application's own workers have come to.

The application posts each to every screen on the stack. They are in the past tense and do not bubble. Newer progress replaces older that
was not yet handled, so a slow screen falls behind by one message at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ..backend.core.models import RefreshProgress
    from .runs import Errand, RefreshRun, SyncRun


class News(Message, bubble=False):
    """Base of everything the application tells its screens."""


class RefreshMoved(News):
    """A refresh got further; posted at most four times a second."""

    def __init__(self, run: RefreshRun, progress: RefreshProgress) -> None:
        super().__init__()
        self.run = run
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """Replace older progress of the same refresh."""
        return isinstance(message, RefreshMoved) and message.run is self.run


class RefreshEnded(News):
    """A refresh is over: ``run.report`` or ``run.error`` says how."""

    def __init__(self, run: RefreshRun) -> None:
        super().__init__()
        self.run = run


class SyncMoved(News):
    """A sync took a step; ``run.steps`` and ``run.results`` hold where it is."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__()
        self.run = run

    def can_replace(self, message: Message) -> bool:
        """Replace older news of the same sync: the run holds the state, the message only says that it moved."""
        return isinstance(message, SyncMoved) and message.run is self.run


class SyncEnded(News):
    """A sync is over: ``run.results`` or ``run.error`` says how."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__()
        self.run = run


class ErrandLasts(News):
    """An errand is not over yet after a while."""

    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self.errand = errand


class ErrandEnded(News):
    """An errand is over; ``errand.error`` says whether it failed."""

    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self.errand = errand


class AutomaticChanged(News):
    """The automatic sync was paused, resumed or let go on from here."""


class GreetingCame(News):
    """What happened since the last visit is known: the application holds it."""
