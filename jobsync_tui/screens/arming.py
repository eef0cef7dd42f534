"""What every dialog shares that asks before something is changed: no key counts before what it asks about is on the screen."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from ..widgets.choice_line import ChoiceLine
from .dialog import DialogScreen

ResultT = TypeVar("ResultT")
CANCEL = "Cancel"


class ArmingScreen(DialogScreen[ResultT]):
    """A dialog with a `ChoiceLine`, Cancel being what enter takes.

    It is armed once what it asks about was painted and a moment has passed in which keys typed ahead arrive and are dropped; until then
    only esc and scrolling do anything.

    Attributes:
        SETTLING: Seconds between the painting and the first key that counts: more than a slow line's way there and back.
    """

    SETTLING: ClassVar[float] = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._armed = False
        self._arming = 0

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

    def on_choice_line_chosen(self, event: ChoiceLine.Chosen) -> None:
        """Confirm or cancel."""
        if event.choice != CANCEL:
            self.action_confirm()
        else:
            self.action_back()

    def action_confirm(self) -> None:
        """Confirm, if the dialog is armed."""
        if self._armed:
            self.disarm()
            self.confirmed()

    def confirmed(self) -> None:
        """Start what was confirmed."""
        raise NotImplementedError

    def action_cursor_up(self) -> None:
        """Scroll what is asked about up."""
        self.sheet.action_cursor_up()

    def action_cursor_down(self) -> None:
        """Scroll what is asked about down."""
        self.sheet.action_cursor_down()

    def action_page_up(self) -> None:
        """Scroll what is asked about up by a page."""
        self.sheet.action_page_up()

    def action_page_down(self) -> None:
        """Scroll what is asked about down by a page."""
        self.sheet.action_page_down()

    def action_scroll_top(self) -> None:
        """Go to the beginning of what is asked about."""
        self.sheet.action_scroll_top()

    def action_scroll_bottom(self) -> None:
        """Go to the end of what is asked about."""
        self.sheet.action_scroll_bottom()
