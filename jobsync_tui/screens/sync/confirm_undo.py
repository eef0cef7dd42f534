"""Confirm Undo: the fields as a sync found them, beside what they are now, and the question."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.models import SyncPlan
from ...commands import Group, bindings
from ...documents import words
from ...documents.reason import because
from ...session.runs import SyncRun
from .confirm_sync import ConfirmSyncScreen


class ConfirmUndoScreen(ConfirmSyncScreen):
    """Plans the undoing of an operation and asks, in the dialog of every write.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
        operation_id: What is to be undone.
        confirmed: A plan that was confirmed and went stale; what moved since is shown.
    """

    GROUPS = (Group.UNDO,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.UNDO)
    HEADING = "Confirm Undo"
    CONFIRM_WORD: ClassVar[str] = "Confirm Undo"
    OF_WHAT: ClassVar[str] = "an undo"
    RECORDED_AS: ClassVar[str] = "undo"

    def __init__(self, integration: str, job_id: str, operation_id: str, *, confirmed: SyncPlan | None = None) -> None:
        super().__init__(integration, job_id, confirmed=confirmed)
        self._operation = operation_id

    def reads(self, ats: str) -> str:
        """Return what is waited for: the ATS is not asked."""
        del ats
        return f"Reading the job from {words.TARGET}, and what the undo would restore ..."

    def start(self, plan: SyncPlan, title: str) -> SyncRun:
        """Start the undoing, bound to the plan that is shown."""
        return self.host.runs.undo(self._operation, plan, title=f"Undo of {title}", reason=self.reason)

    async def plan_now(self) -> SyncPlan:
        """Return the plan of the undoing."""
        return await self.backend.syncs.undo_plan(self._operation)

    def same_command(self) -> str | None:
        """Return the command that undoes the same."""
        return join(["jobsync", "undo", self._operation, *because(self.reason)])
