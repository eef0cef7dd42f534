"""Since the last visit: what happened to the jobs of each integration, and which is in trouble."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend import clock
from ..backend.models import Greeting
from ..commands import Group, bindings
from ..views.greeting import greeting_sheet, greeting_text
from .dialog import DialogScreen


class GreetingScreen(DialogScreen[None]):
    """Shows a greeting in full; without one, it asks for what happened since the last visit."""

    GROUPS = (Group.GREETING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.GREETING)
    HEADING = "Since your last visit"

    def __init__(self, greeting: Greeting | None) -> None:
        super().__init__()
        self._greeting = greeting or Greeting(None)
        self._names: dict[str, str] = {}
        self._is_asked_for = greeting is None

    def on_mount(self) -> None:
        """Show it."""
        self.sheet.focus()
        self.set_heading()
        self.work(self._read(), group="greeting")

    def action_copy(self) -> None:
        """Copy it."""
        self.host.copy(greeting_text(self._greeting, self._names, clock.now()), "what happened since your last visit")

    async def _read(self) -> None:
        self._names = {each.id: each.name for each in await self.backend.integrations.list()}
        if self._is_asked_for:
            self._greeting = await self.backend.greeting.news()
        self.show(lambda width: greeting_sheet(self._greeting, self._names, clock.now(), width))
        self.set_note("jobsync news tells the same; jobsync audit has every row.")
