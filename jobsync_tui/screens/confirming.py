"""What both confirmations share: no key counts before the plan is on the screen, and Cancel is what enter takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from ..backend.errors import JobsyncError
from ..backend.models import SyncPlan
from ..commands import Group, bindings
from ..widgets.choice_line import ChoiceLine
from .base import Host
from .dialog import DialogScreen

if TYPE_CHECKING:
    from ..backend.facade import Backend

CANCEL, CONFIRM = "Cancel", "Confirm Sync"


class ConfirmingScreen(DialogScreen[None]):
    """A dialog that asks before a write.

    It is armed once its plan was painted and a moment has passed in which keys typed ahead arrive and are dropped; until then only
    esc and scrolling do anything.

    Attributes:
        CONFIRM_WORD: What the choice that writes is called.
        SETTLING: Seconds between the painting of the plan and the first key that counts: more than a slow line's way there and back.
    """

    GROUPS = (Group.CONFIRM,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.CONFIRM, Group.SHEET)
    HEADING = "Confirm Sync"
    SETTLING: ClassVar[float] = 0.5
    CONFIRM_WORD: ClassVar[str] = CONFIRM

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
        """The line with Cancel and Confirm Sync."""
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

    def shown_plans(self) -> Sequence[SyncPlan]:
        """Return the plans that could be confirmed now."""
        raise NotImplementedError

    def action_back(self) -> None:
        """Go back, and have the record say that what was shown was not confirmed."""
        plans = self.shown_plans()
        if plans:
            # The record is the application's to write: this screen's workers end with it.
            self.app.run_worker(self._decline(self.host, self.backend, plans), group="decline", exit_on_error=True)
        super().action_back()

    @staticmethod
    async def _decline(host: Host, backend: Backend, plans: Sequence[SyncPlan]) -> None:
        try:
            for plan in plans:
                await backend.syncs.decline(plan)
        except JobsyncError as error:
            host.report(error)

    def action_cursor_up(self) -> None:
        """Scroll the plan up."""
        self.sheet.action_cursor_up()

    def action_cursor_down(self) -> None:
        """Scroll the plan down."""
        self.sheet.action_cursor_down()

    def action_page_up(self) -> None:
        """Scroll the plan up by a page."""
        self.sheet.action_page_up()

    def action_page_down(self) -> None:
        """Scroll the plan down by a page."""
        self.sheet.action_page_down()

    def action_scroll_top(self) -> None:
        """Go to the beginning of the plan."""
        self.sheet.action_scroll_top()

    def action_scroll_bottom(self) -> None:
        """Go to the end of the plan."""
        self.sheet.action_scroll_bottom()
