"""What every dialog shares that asks before something is changed: no key counts before what it asks about is on the screen."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.widget import Widget
from textual.widgets import Input

from ..documents.document import Tone
from ..documents.reason import reason_lines
from ..widgets.choice_line import ChoiceLine
from ..widgets.document import LinesView
from ..widgets.field import Field
from .dialog import DialogScreen
from .prompt import PromptScreen, Question, any_reason

ResultT = TypeVar("ResultT")
CANCEL = "Cancel"


def number_field() -> Input:
    """Return the field for a number that has to be typed, hidden until it is asked for."""
    field = Field(compact=True, type="integer", id="typed")
    field.cursor_blink = False
    field.display = False
    return field


class ArmingScreen(DialogScreen[ResultT]):
    """A dialog with a `ChoiceLine`, Cancel being what enter takes.

    It is armed once what it asks about was painted and a moment has passed in which keys typed ahead arrive and are dropped; until then
    only esc and scrolling do anything.

    Attributes:
        UNDONE: What to say where another number was typed than has to be.
        SETTLING: Seconds between the painting and the first key that counts: more than a slow line's way there and back.
    """

    UNDONE: ClassVar[str] = "nothing was done"
    REMEMBERS: ClassVar[bool] = False
    SETTLING: ClassVar[float] = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._armed = False
        self._arming = 0
        self.reason: str | None = None
        """Why the person confirms, where they say."""

    def body(self) -> list[Widget]:
        """Return the document, and the reason below it, which takes no room while there is none."""
        return [*super().body(), LinesView(id="reason", classes="fixed")]

    def why_not(self, action: str) -> str | None:
        """Return why nothing is confirmed: there is nothing to confirm, or not yet."""
        return "There is nothing to confirm" if action in {"confirm", "reason"} and not self._armed else None

    def action_reason(self) -> None:
        """Have the person say why. What is typed ahead for that confirms nothing: the dialog takes a yes again when the field is closed."""
        if not self.may("reason"):
            return
        self.disarm()

        def said(reason: str | None) -> None:
            if reason is not None:
                self.reason = reason.strip() or None
                self.query_one("#reason", LinesView).show(lambda width: reason_lines(self.reason, width))
            self.arm_when_painted()

        question = Question(title="Why? Kept in the record of who did what", value=self.reason or "", check=any_reason)
        self.app.push_screen(PromptScreen(question), said)

    @property
    def armed(self) -> bool:
        """Whether a key may confirm now."""
        return self._armed

    def disarm(self) -> None:
        """Take no confirmation until `arm_when_painted`."""
        self._armed = False
        self._arming += 1
        self.choices.arm(armed=False)

    def arm_when_painted(self) -> None:
        """Take confirmations once what is shown now is on the screen and typed-ahead keys are gone."""
        self.disarm()
        mine = self._arming
        self.call_after_refresh(lambda: self.set_timer(self.SETTLING, lambda: self._arm(mine)))

    def _arm(self, number: int) -> None:
        if number == self._arming:
            self._armed = True
            self.choices.arm(armed=True)

    @property
    def choices(self) -> ChoiceLine:
        """The line with Cancel and what is asked for."""
        return self.query_one(ChoiceLine)

    @property
    def asks(self) -> bool:
        """Whether there is something to choose."""
        return self.choices.display

    def ask_nothing(self) -> None:
        """Take the choices away: there is nothing to confirm."""
        self.choices.display = False
        self.document.focus()

    def on_choice_line_chosen(self, event: ChoiceLine.Chosen) -> None:
        """Confirm or cancel."""
        if event.choice != CANCEL:
            self.action_confirm()
        else:
            self.action_back()

    def confirms(self, key: str) -> bool:
        """Return whether ``key`` may confirm: the key for it, and enter, since what it will stand on is not known before it is there."""
        return key == "enter" or any(binding.action == "confirm" for binding in self._bindings.key_to_bindings.get(key, ()))

    @property
    def number(self) -> int | None:
        """The number that has to be typed into the field ``#typed``, None where a key is enough."""
        return None

    def ask_number(self, why: str, what: str) -> bool:
        """Show the field for the number that has to be typed, and return whether there is one; ``why`` it is, ``what`` it then does."""
        number = self.number
        field = self.typed
        field.display = number is not None
        if number is not None:
            field.placeholder = f"type {number} here, then enter"
            self.set_note(f"{why}: press y, type {number} and press enter to {what}.", Tone.WARN)
        return number is not None

    @property
    def typed(self) -> Input:
        """The field for the number."""
        return self.query_one("#typed", Input)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Confirm, if what was typed is the number."""
        if not self._armed or self.number is None:
            return
        if event.value.strip() == str(self.number):
            self.action_confirm()
        else:
            self.set_note(f"{event.value.strip() or 'Nothing'} is not {self.number}: {self.UNDONE}.", Tone.WARN)

    def action_confirm(self) -> None:
        """Confirm, if the dialog is armed and the number is typed where it has to be."""
        if not self._armed:
            return
        if self.number is not None and self.typed.value.strip() != str(self.number):
            self.typed.focus()
            return
        self.disarm()
        self.confirmed()

    def confirmed(self) -> None:
        """Start what was confirmed."""
        raise NotImplementedError

    def action_cursor_up(self) -> None:
        """Scroll what is asked about up."""
        self.document.action_cursor_up()

    def action_cursor_down(self) -> None:
        """Scroll what is asked about down."""
        self.document.action_cursor_down()

    def action_page_up(self) -> None:
        """Scroll what is asked about up by a page."""
        self.document.action_page_up()

    def action_page_down(self) -> None:
        """Scroll what is asked about down by a page."""
        self.document.action_page_down()

    def action_scroll_top(self) -> None:
        """Go to the beginning of what is asked about."""
        self.document.action_scroll_top()

    def action_scroll_bottom(self) -> None:
        """Go to the end of what is asked about."""
        self.document.action_scroll_bottom()
