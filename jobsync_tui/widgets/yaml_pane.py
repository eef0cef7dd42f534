"""The YAML of a rule beside its form: a field of many lines that says when a person changed it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea

from ..terminal.typed_ahead import act_at_once, take


class YamlPane(TextArea):
    """Holds text; `Typed` is posted for what a person typed, not for what `put` shows."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Back to the form")]
    DEFAULT_CSS = """
    YamlPane { border: none; padding: 0; background: $surface; }
    YamlPane:focus { border: none; }
    """

    class Typed(Message):
        """A person changed the text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """The newest text counts."""
            return isinstance(message, YamlPane.Typed)

    class Left(Message):
        """A person is done with the text."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(soft_wrap=True, tab_behavior="focus", show_line_numbers=True, compact=True, highlight_cursor_line=False, id=id)
        self.cursor_blink = False
        self.indent_width = 2
        self._shown = ""

    def put(self, text: str) -> None:
        """Show ``text``, with the cursor where it is as far as there is a place."""
        if text == self.text:
            self._shown = text
            return
        self._shown = text
        row, column = self.cursor_location
        self.load_text(text)
        row = min(row, self.document.line_count - 1)
        self.cursor_location = (row, min(column, len(self.document.get_line(row))))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        if self.text != self._shown:
            self._shown = self.text
            self.post_message(self.Typed(self.text))

    async def on_key(self, event: events.Key) -> None:
        """Have a tab indent by two, for YAML takes no tabs, and let a key act that types nothing."""
        if event.key == "tab":
            take(event)
            self.insert("  ")
        elif not event.is_printable and event.key != "enter":
            await act_at_once(self, event)

    def action_leave(self) -> None:
        """Go back to the form."""
        self.post_message(self.Left())
