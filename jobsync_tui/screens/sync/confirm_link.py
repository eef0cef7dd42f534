"""Confirm Link: what giving a job of the target to a job of an ATS changes, and the question."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.models import Link, SyncPlan
from ...commands import Group, bindings
from ...documents import words
from ...documents.links import link_command
from ...session.runs import SyncRun
from .confirm_sync import ConfirmSyncScreen


class ConfirmLinkScreen(ConfirmSyncScreen):
    """Plans a link and asks, in the dialog of every write.

    Args:
        link: The two jobs.
        confirmed: A plan of it that went stale; what moved since is shown.
    """

    GROUPS = (Group.LINKING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.LINKING)
    HEADING = "Confirm Link"
    CONFIRM_WORD: ClassVar[str] = "Confirm Link"
    OF_WHAT: ClassVar[str] = "a link"
    RECORDED_AS: ClassVar[str] = "adopt"

    def __init__(self, link: Link, *, confirmed: SyncPlan | None = None) -> None:
        super().__init__(link.integration, link.job_id, confirmed=confirmed)
        self._link = link

    def reads(self, ats: str) -> str:
        """Return what is waited for: the ATS is not asked."""
        del ats
        return f"Reading the job from {words.TARGET}, and what the link would change ..."

    def start(self, plan: SyncPlan, title: str) -> SyncRun:
        """Make the link, bound to the plan that is shown."""
        return self.host.runs.link([self._link], plan, title=f"Link of {title}", reason=self.reason)

    async def plan_now(self) -> SyncPlan:
        """Return the plan of the link, which a person decides from here on."""
        self._link, plan = await self.backend.adoption.link(self._link.integration, self._link.job_id, self._link.target_id)
        return plan

    def same_command(self) -> str | None:
        """Return the command that makes the same link."""
        return link_command(self._link.integration, [self._link], self.reason)
