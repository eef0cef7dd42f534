"""The line on the first screens that says what happened since the last visit, until it was read or waved away."""

from __future__ import annotations

from ..backend import clock
from ..messages import GreetingCame
from ..render import line
from ..views.greeting import greeting_words
from ..widgets.line import StatusLine
from .base import JobsyncScreen, ResultT


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
        self.host.go.greeting(greeting)

    def action_back(self) -> None:
        """Wave the greeting away, if it is there."""
        if self.host.greeting is None:
            super().action_back()
        else:
            self.host.greeting = None
            self.show_greeting()
