"""Two buttons on one line, the safe one first and in focus: ``[[ Cancel ]]      [ Confirm Sync ]``."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class ChoiceLine(Widget, can_focus=True):
    """Shows the choices, double brackets around the one that enter takes; the first stands at the beginning.

    ``armed`` False shows that no choice but the first is taken yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("left", "turn(-1)", "Other choice"),
        ("right", "turn(1)", "Other choice"),
        ("tab", "turn(1)", "Other choice"),
        ("shift+tab", "turn(-1)", "Other choice"),
        ("enter", "choose", "Choose"),
    ]
    DEFAULT_CSS = "ChoiceLine { height: 1; content-align: center middle; text-align: center; }"

    class Chosen(Message):
        """A choice was taken."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, *choices: str, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._choices = choices
        self._at = 0
        self._armed = False
        self._spans: list[tuple[int, int, str]] = []

    @property
    def chosen(self) -> str:
        """The choice that enter would take."""
        return self._choices[self._at]

    def arm(self, *, armed: bool) -> None:
        """Say whether choices are taken now; a line that is not armed stands on its first choice."""
        self._armed = armed
        if not armed:
            self._at = 0
        self.refresh()

    def action_turn(self, step: int) -> None:
        """Go to another choice."""
        if self._armed:
            self._at = (self._at + step) % len(self._choices)
            self.refresh()

    def action_choose(self) -> None:
        """Take the choice that is in focus."""
        if self._armed:
            self.post_message(self.Chosen(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Take the first choice, or go to another one: that takes a key, for what looks like a click may be something else."""
        for number, (start, end, choice) in enumerate(self._spans):
            if self._armed and start <= event.x < end:
                if number == 0:
                    self.post_message(self.Chosen(choice))
                self._at = number
                self.refresh()

    def render(self) -> Content:
        """Return the choices."""
        labels = [f"[[ {choice} ]]" if choice == self.chosen else f" [ {choice} ] " for choice in self._choices]
        text = "     ".join(labels)
        start = (self.size.width - len(text)) // 2
        self._spans = []
        pieces: list[Content] = []
        for label, choice in zip(labels, self._choices, strict=True):
            self._spans.append((start, start + len(label), choice))
            start += len(label) + 5
            style = "" if self._armed else "$text-muted"
            pieces.append(Content.styled(label, "bold reverse" if choice == self.chosen and self._armed else style))
        return Content("     ").join(pieces)
