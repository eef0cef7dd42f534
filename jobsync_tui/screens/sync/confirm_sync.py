"""Confirm Sync of one job: its plan, field by field, and the question."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import join
from typing import ClassVar

from textual.widget import Widget

from ...backend.core.errors import JobNotFound, NotPermitted, RemoteError
from ...backend.core.models import Failure, JobKey, PlanKind, Step, StepState, SyncPlan
from ...documents import words
from ...documents.failure import error_document
from ...documents.markdown import as_markdown
from ...documents.plan import plan_document, plan_page, what_moved
from ...documents.reason import because
from ...documents.subject import Subject, read_subject, where
from ...session.notices import Severity
from ...session.runs import SyncRun
from ...widgets.choice_line import ChoiceLine
from .. import routes
from ..arming import CANCEL
from .confirming import ConfirmingScreen


class ConfirmSyncScreen(ConfirmingScreen):
    """Plans the sync of a job and asks.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
        confirmed: A plan that was confirmed and went stale; what moved since is shown.

    Attributes:
        OF_WHAT: What the plan is of, for its copy.
    """

    OF_WHAT: ClassVar[str] = "a sync"

    def __init__(self, integration: str, job_id: str, *, confirmed: SyncPlan | None = None) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._stale = confirmed
        self._plan: SyncPlan | None = None
        self._subject: Subject | None = None

    def foot(self) -> list[Widget]:
        """Return the question."""
        return [ChoiceLine(CANCEL, self.CONFIRM_WORD)]

    @property
    def plan(self) -> SyncPlan | None:
        """The plan that is shown."""
        return self._plan

    def on_mount(self) -> None:
        """Plan."""
        self.choices.focus()
        self.work(self._make_plan(), group="plan", about=self._job_id)

    def confirmed(self) -> None:
        """Start the sync, bound to the plan that is shown."""
        plan = self._plan
        if plan is None:
            return
        self.go_on(self.start(plan, words.job_name(plan.job)))

    def start(self, plan: SyncPlan, title: str) -> SyncRun:
        """Start what was confirmed."""
        return self.host.runs.sync(
            JobKey.of(self._integration, self._job_id), expected=plan.digest, title=title, plan=plan, reason=self.reason
        )

    def reads(self, ats: str) -> str:
        """Return what is waited for while there is no plan."""
        return f"Reading the job from {ats}, and its plan ..."

    async def plan_now(self) -> SyncPlan:
        """Return the plan to ask about."""
        return await self.backend.syncs.plan(self._integration, self._job_id, on_step=self._stepped)

    def shown_plans(self) -> Sequence[SyncPlan]:
        """Return the plan, if there is one."""
        return [self._plan] if self._plan is not None else []

    def action_copy(self) -> None:
        """Copy the plan."""
        if self._plan is not None and self._subject is not None:
            page = plan_page(self._plan, self._subject, self.OF_WHAT, reason=self.reason)
            self.host.copy(as_markdown(page), f"plan of job {self._job_id}")

    def same_command(self) -> str | None:
        """Return the command that does the same, bound to this plan."""
        bound = ["--plan", self._plan.digest] if self._plan and self._plan.digest else []
        return join(["jobsync", "sync", "-i", self._integration, self._job_id, *bound, "--yes", *because(self.reason)])

    async def _make_plan(self) -> None:
        integration = await self.backend.integrations.get(self._integration)
        self.set_heading(f"{integration.name} > job {self._job_id}")
        self.set_busy(self.reads(integration.ats))
        try:
            plan = await self.plan_now()
        except (JobNotFound, NotPermitted, RemoteError) as error:
            self._no_plan(error.failure())
            return
        self._show(plan, await read_subject(self.backend, self._integration, self._job_id))

    def _stepped(self, step: Step) -> None:
        if step.state is StepState.RUNNING:
            detail = f": {step.detail}" if step.detail else ""
            self.set_busy(f"{words.STEPS[step.name]} ...{detail}")

    def _show(self, plan: SyncPlan, subject: Subject) -> None:
        if plan.kind is PlanKind.REFUSE and plan.eligibility is not None and not plan.eligibility.eligible:
            self._refused()
            return
        self.set_heading(where(subject, plan.job.id))
        self.set_job(plan.job, subject)
        if plan.error is not None:
            self._no_plan(plan.error)
            return
        self._plan, self._subject = plan, subject
        stale = self._stale
        self.show(lambda width: plan_document(plan, subject, width, what_moved(stale, plan, width) if stale else ()), anew=True)
        if plan.writes:
            self.arm_when_painted()
        else:
            self.ask_nothing()
            self.confirmed()

    def _no_plan(self, failure: Failure) -> None:
        """Show why there is no plan, and keep it for the log; there is Nothing to choose from then."""
        self.host.notices.add(failure.message, Severity.ERROR, remedy=failure.remedy, about=self._job_id)
        self.ask_nothing()
        ways = (("esc", "Go back. Nothing was written."),)
        self.show(lambda width: error_document(failure.message, failure.remedy, ways, width), anew=True)

    def _refused(self) -> None:
        """Show why the job is not eligible: there is nothing to confirm."""
        if self.is_active:
            self.host.open(routes.Eligibility(self._integration, self._job_id), instead=True)
