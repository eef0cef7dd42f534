"""Since the last visit: the line on the first screens that says what happened, and the screen that tells it in full."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.core import clock
from ..backend.core.models import Greeting
from ..commands import Group, bindings
from ..documents.greeting import greeting_document, greeting_text, greeting_words
from ..session.messages import GreetingCame
from ..widgets.content import line
from ..widgets.line import StatusLine
from . import routes
from .base import JobsyncScreen, ResultT
from .dialog import DialogScreen


class GreetedScreen(JobsyncScreen[ResultT]):
    """A screen with a `StatusLine`, whose least pressing slot holds the greeting."""

    def show_greeting(self) -> None:
        """Show the greeting; nothing, where there is none or it was read."""
        greeting = self.host.greeting
        words = None if greeting is None else line((f" {greeting_words(greeting, clock.now())}   w more, esc ok", "$text-muted"))
        self.query_one(StatusLine).put("greeting", words)

    def on_greeting_came(self, _: GreetingCame) -> None:
        """Show it."""
        self.show_greeting()

    def action_greeting(self) -> None:
        """Show what happened in full."""
        greeting, self.host.greeting = self.host.greeting, None
        self.show_greeting()
        self.host.open(routes.Greeting(greeting))

    def action_back(self) -> None:
        """Wave the greeting away, if it is there."""
        if self.host.greeting is None:
            super().action_back()
        else:
            self.host.greeting = None
            self.show_greeting()


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
        self.document.focus()
        self.set_heading()
        self.work(self._read(), group="greeting")

    def same_command(self) -> str | None:
        """Return the command that tells the same."""
        return "jobsync news"

    def action_copy(self) -> None:
        """Copy it."""
        self.host.copy(greeting_text(self._greeting, self._names, clock.now()), "what happened since your last visit")

    async def _read(self) -> None:
        self._names = {each.id: each.name for each in await self.backend.integrations.list()}
        if self._is_asked_for:
            self._greeting = await self.backend.greeting.news()
        self.show(lambda width: greeting_document(self._greeting, self._names, clock.now(), width))
        self.set_note("jobsync news shows the same; jobsync audit has every entry.")
