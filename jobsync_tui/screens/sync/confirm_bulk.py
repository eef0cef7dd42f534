"""Confirm Sync of several jobs: one list, grouped by what would be done; above a number of writes, the number is typed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from ...backend.core.errors import NotPermitted, RemoteError
from ...backend.core.models import BulkPlan, JobKey, SyncPlan
from ...backend.core.text import counted
from ...documents.bulk import bulk_command, bulk_document, bulk_text, syncable
from ...documents.subject import whose
from ...widgets.choice_line import ChoiceLine
from ..arming import CANCEL, number_field
from .confirming import CONFIRM, ConfirmingScreen


class ConfirmBulkScreen(ConfirmingScreen):
    """Plans the sync of several jobs and asks.

    Args:
        jobs: In the order in which they are to be synced.
    """

    UNDONE = "nothing was started"

    def __init__(self, jobs: tuple[JobKey, ...]) -> None:
        super().__init__()
        self._jobs = jobs
        self._plan: BulkPlan | None = None
        self._planned = 0

    def foot(self) -> list[Widget]:
        """Return the field for the number, shown where it is needed, and the question."""
        return [number_field(), ChoiceLine(CANCEL, CONFIRM)]

    @property
    def plan(self) -> BulkPlan | None:
        """The plan that is shown."""
        return self._plan

    @property
    def number(self) -> int | None:
        """The number that has to be typed, None where a key is enough."""
        return self._plan.to_type if self._plan else None

    def on_mount(self) -> None:
        """Plan."""
        self.choices.focus()
        self.work(self._make_plan(), group="plan")

    def confirmed(self) -> None:
        """Start the sync of the jobs that are not refused, each bound to its part of the plan that is shown; one that moved drops out."""
        if self._plan is None:
            return
        title = counted(len(self._jobs), "job")
        run = self.host.runs.sync(self._jobs, expected=self._plan, title=title, reason=self.reason)
        self.go_on(run)

    def shown_plans(self) -> Sequence[SyncPlan]:
        """Return the plans of the jobs that are not refused."""
        return syncable(self._plan) if self._plan is not None else ()

    def action_copy(self) -> None:
        """Copy the plan."""
        if self._plan is not None:
            self.host.copy(bulk_text(self._plan, reason=self.reason), f"plan of {counted(len(self._jobs), 'job')}")

    def same_command(self) -> str | None:
        """Return the command that syncs the same jobs."""
        return bulk_command(self._jobs, self.reason)

    async def _make_plan(self) -> None:
        where = await whose(self.backend, self._jobs)
        self.set_heading(f"{where} > {counted(len(self._jobs), 'job')}")
        self.set_busy(f"Planning {counted(len(self._jobs), 'job')} ...")
        try:
            plan = await self.backend.syncs.plan_many(self._jobs, on_progress=self._progressed)
        except (NotPermitted, RemoteError) as error:
            self.show_error(error, ("esc", "Go back. Nothing was written."))
            self.keep_error(error)
            self.ask_nothing()
            return
        self._plan = plan
        self.show(lambda width: bulk_document(plan, width), anew=True)
        self._ask()

    def _ask(self) -> None:
        self.ask_number(f"More than {BulkPlan.TYPED_ABOVE} jobs would be written", "confirm")
        if self._plan is not None and self._plan.writes:
            self.arm_when_painted()
            return
        self.ask_nothing()
        if self.shown_plans():
            self.confirmed()
        else:
            self.set_note("None of these jobs can be synced; see the reasons above. Press esc to go back.")

    def _progressed(self, done: int, total: int) -> None:
        if done == total or done - self._planned >= max(total // 20, 1):
            self._planned = done
            self.set_busy(f"Planning {counted(total, 'job')}: {done:,} done")
