"""What the confirmations of syncs share: what was shown and not confirmed is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from ...backend.core.errors import JobsyncError
from ...backend.core.models import SyncPlan
from ...commands import Group, bindings
from .. import routes
from ..arming import ArmingScreen
from ..base import Host

if TYPE_CHECKING:
    from ...backend.services.backend import Backend
    from ...session.runs import SyncRun

CONFIRM = "Confirm Sync"


class ConfirmingScreen(ArmingScreen[None]):
    """A dialog that asks before a write.

    Attributes:
        CONFIRM_WORD: What the choice that writes is called.
        RECORDED_AS: What the record calls it that the plans were shown and not confirmed.
    """

    GROUPS = (Group.CONFIRM,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.CONFIRM, Group.SHEET)
    HEADING = "Confirm Sync"
    CONFIRM_WORD: ClassVar[str] = CONFIRM
    RECORDED_AS: ClassVar[str] = "sync"

    def shown_plans(self) -> Sequence[SyncPlan]:
        """Return the plans that could be confirmed now."""
        raise NotImplementedError

    def go_on(self, run: SyncRun) -> None:
        """Show the sync that was started; where another screen is in front, a message tells its end."""
        if self.is_active:
            self.host.open(routes.Running(run), instead=True)

    def action_back(self) -> None:
        """Go back, and have the record say that what was shown was not confirmed."""
        plans = self.shown_plans() if self.asks else ()
        if plans:
            # The record is the application's to write: this screen's workers end with it.
            self.app.run_worker(self._decline(self.host, self.backend, plans, self.RECORDED_AS), group="decline", exit_on_error=True)
        super().action_back()

    @staticmethod
    async def _decline(host: Host, backend: Backend, plans: Sequence[SyncPlan], action: str) -> None:
        try:
            await backend.syncs.decline(plans, action)
        except JobsyncError as error:
            host.report(error)
