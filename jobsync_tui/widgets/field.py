"""A line to type in, in which keys act in the order in which they were typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from ..terminal.typed_ahead import act_at_once


class Field(Input):
    """Textual's input, in which a key that types nothing acts as it comes.

    Textual has backspace, the arrows and ctrl+u act behind letters that were typed after them, where they arrive together.
    """

    async def on_key(self, event: events.Key) -> None:
        """Let a key act that types nothing."""
        if not event.is_printable:
            await act_at_once(self, event)
