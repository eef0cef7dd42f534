"""Keys that come before a list is there: what acts on its rows waits for them."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.widgets import Input

from ..terminal.typed_ahead import send_on, take
from .base import JobsyncScreen, ResultT


class EarlyKeysScreen(JobsyncScreen[ResultT]):
    """A screen around a list that is still being read when it opens, and keys that come too early for it.

    Keys that move the list's cursor, and one that then acts on what is under it, are kept until `list_came`; any other acts at once.

    Attributes:
        ON_A_ROW: The actions that need what is under the cursor; a screen without any keeps no key.
    """

    ON_A_ROW: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self._early: list[events.Key] | None = []
        self._acts = False

    def on_key(self, event: events.Key) -> None:
        """Keep a key for the list while that is not there. What comes behind one that acts is impatience, and goes nowhere."""
        if self._early is None or not self.ON_A_ROW or isinstance(self.focused, Input):
            return
        found = self.active_bindings.get(event.key)
        if found is None:
            return
        acts = found.binding.action in self.ON_A_ROW or (event.key == "enter" and found.node is self.focused)
        if acts or found.node is self.focused:
            take(event)
            if not self._acts:
                self._early.append(event)
                self._acts = acts

    def list_came(self) -> None:
        """Have the keys act that came before the list was there, once its rows are on the screen."""
        early, self._early = self._early, None
        if early:
            self.call_after_refresh(self._send, early)

    def _send(self, early: list[events.Key]) -> None:
        if self.is_current:
            for key in early:
                send_on(self.focused or self, key)
