"""A job's page: everything that the ATS says of it, and how it said that."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.errors import JobNotFound
from ...backend.core.models import JobHead, WireExchange
from ...commands import Group, bindings
from ...documents.job_page import page_document, page_text
from ...documents.subject import Subject, read_subject, where
from .. import routes
from ..dialog import DialogScreen


class JobPageScreen(DialogScreen[None]):
    """Shows a job as the cache has it, then as the ATS answers.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.JOB_PAGE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.JOB_PAGE)
    HEADING = "Job"

    def __init__(self, integration: str, job_id: str) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._subject: Subject | None = None
        self._answers: tuple[WireExchange, ...] | None = None

    def on_mount(self) -> None:
        """Read the job."""
        self.document.focus()
        self.set_busy("Reading ...")
        self.action_again()

    def action_again(self) -> None:
        """Ask the ATS anew."""
        self._answers = None
        self.work(self._read(), group="page", about=self._job_id)

    def action_compare(self) -> None:
        """Show the job in the ATS and in Tenzo side by side."""
        self.host.open(routes.SideBySide(self._integration, self._job_id))

    def action_check(self) -> None:
        """Explain the job's eligibility."""
        self.host.open(routes.Eligibility(self._integration, self._job_id))

    def action_link(self) -> None:
        """Show and copy the job's address in the ATS."""
        cached = None if self._subject is None else self._subject.cached
        self.host.follow(None if cached is None else cached.url, "The job")

    def same_command(self) -> str | None:
        """Return the command that reads the job from the ATS."""
        return join(["jobsync", "fetch", "-i", self._integration, self._job_id])

    def action_copy(self) -> None:
        """Copy the page."""
        if self._subject is not None and self._subject.cached is not None:
            self.host.copy(page_text(self._subject.cached, self._subject, self._answers), f"page of job {self._job_id}")

    async def _read(self) -> None:
        await self._show()
        self._answers = await self.backend.jobs.answers(self._integration, self._job_id)
        await self._show()

    async def _show(self) -> None:
        subject = self._subject = await read_subject(self.backend, self._integration, self._job_id)
        self.set_heading(where(subject, self._job_id))
        job, answers = subject.cached, self._answers
        if job is None:
            self.show_error(JobNotFound(remedy="It is not in the cache any more."))
            return
        self.set_job(JobHead.of(job), subject)
        self.show(lambda width: page_document(job, subject, answers, width))
