"""One job, exactly as a change of the rules concerns it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.models import RuleImpact
from ..commands import Group, bindings
from ..views.impact import job_sheet
from ..views.layout import fit
from .dialog import DialogScreen


class ImpactJobScreen(DialogScreen[None]):
    """Shows exactly what a change of the rules does to one job.

    Args:
        impact: What the change would do.
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.IMPACT_JOB,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.IMPACT_JOB)
    HEADING = "Impact on one job"

    def __init__(self, impact: RuleImpact, integration: str, job_id: str) -> None:
        super().__init__()
        self._impact = impact
        self._integration = integration
        self._job_id = job_id

    def on_mount(self) -> None:
        """Read the job."""
        self.sheet.focus()
        self.set_heading(f"{self._integration} > job {self._job_id}")
        self.set_busy("Reading ...")
        self.work(self._read(), group="read", about=self._job_id)

    def action_check(self) -> None:
        """Check the job by the rules in force."""
        self.host.go.check(self._integration, self._job_id)

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.host.copy("\n".join(row.line.text for row in self.sheet.rows) + "\n", f"impact on job {self._job_id}")

    async def _read(self) -> None:
        sample = await self.backend.impacts.job(self._integration, self._job_id, self._impact)
        self.set_heading(f"{self._integration} > job {self._job_id}", f"Impact on {fit(sample.name, 46)}" if sample.name else self.HEADING)
        self.show(lambda width: job_sheet(sample, width))
