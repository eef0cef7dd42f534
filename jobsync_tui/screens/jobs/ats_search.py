"""Search ATS Job: one job by its exact id or its address, straight from the ATS, leading on to check and sync."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from ...backend.core import clock
from ...backend.core.errors import JobNotFound, RemoteError
from ...backend.core.models import CachedJob, IntegrationSummary, JobHead, JobKey
from ...backend.core.text import typed_id
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.job import job_document
from ...documents.subject import Subject
from ...widgets.field import Field
from .. import routes
from ..dialog import DialogScreen
from .job_words import read_only_words


class SearchScreen(DialogScreen[None]):
    """Asks for an id and reads that job.

    Args:
        integration: Where to look.
        text: What to begin with: what was typed into the filter.
    """

    GROUPS = (Group.SEARCH,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.SEARCH)
    HEADING = "Search ATS Job"

    def __init__(self, integration: str, text: str = "") -> None:
        super().__init__()
        self._integration = integration
        self._text = text
        self._job: CachedJob | None = None
        self._summary: IntegrationSummary | None = None

    @property
    def job(self) -> CachedJob | None:
        """The job that was found."""
        return self._job

    def top(self) -> list[Widget]:
        """Return the field."""
        field = Field(self._text, placeholder="exact ATS job ID, or the job's address", compact=True, id="job-id", max_length=2000)
        field.cursor_blink = False
        return [field]

    def on_mount(self) -> None:
        """Name the ATS and wait for an id."""
        self.query_one("#job-id", Input).focus()
        self.work(self._learn_name(), group="name")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search."""
        text = typed_id(event.value)
        if text:
            self.work(self._search(text), group="search", about=text)
        else:
            self.set_note("Type the exact ID of a job, or paste its address.", Tone.WARN)

    def on_screen_resume(self) -> None:
        """Show where the job stands after a check or a sync."""
        if self._job is not None:
            self.work(self._show_again(self._job.id), group="search", about=self._job.id)

    def why_not(self, action: str) -> str | None:
        """Return why nothing can be done with a job: none was found, or the integration is read-only."""
        if action in ("check", "sync", "link", "unfold") and self._job is None:
            return "No job was found yet: type its ID and press enter"
        return read_only_words(self._summary) if action == "sync" else None

    def action_edit(self) -> None:
        """Go back to the field."""
        self.query_one("#job-id", Input).focus()

    def action_check(self) -> None:
        """Explain the job that was found."""
        if self.may("check") and self._job is not None:
            self.host.open(routes.Eligibility(self._integration, self._job.id))

    def action_sync(self) -> None:
        """Plan the sync of the job that was found."""
        if self.may("sync") and self._job is not None:
            self.host.open(routes.confirm(JobKey.of(self._integration, self._job.id)))

    def same_command(self) -> str | None:
        """Return the command that reads the same job."""
        return None if self._job is None else join(["jobsync", "fetch", "-i", self._integration, self._job.id])

    def action_link(self) -> None:
        """Show and copy the address of the job."""
        if self.may("link") and self._job is not None:
            self.host.follow(self._job.url, "The job")

    async def _learn_name(self) -> None:
        integration = await self.backend.integrations.get(self._integration)
        self.set_heading(integration.name)
        self.set_note(f"The id by which {integration.ats} knows the job, exactly; or its address, pasted.", Tone.DIM)

    async def _show_again(self, job_id: str) -> None:
        job = await self.backend.jobs.get(self._integration, job_id)
        if job is not None:
            self._found(job, await self.backend.integrations.get(self._integration))

    async def _search(self, text: str) -> None:
        integration = await self.backend.integrations.get(self._integration)
        job_id = await self.backend.jobs.id_in_url(self._integration, text)
        self._job, self._summary = None, integration
        self.clear_job()
        if job_id is None and "://" in text:
            self.set_note(f"This address does not show the id that {integration.ats} knows the job by: type the id.", Tone.BAD)
            return
        job_id = job_id or text
        self.set_busy(f"Asking {integration.ats} for job {job_id} ...")
        self.set_note("")
        try:
            job = await self.backend.jobs.fetch(self._integration, job_id)
        except JobNotFound as error:
            self.show_error(error, ("", "It may have been deleted, or be invisible to the API user."), ("enter", "search again"))
            self.set_note(f"{integration.ats} knows no job {job_id!r}.", Tone.BAD)
            return
        except RemoteError as error:
            self.show_error(error, ("enter", "try again"))
            self.keep_error(error, job_id)
            return
        self._found(job, integration)

    def _found(self, job: CachedJob, integration: IntegrationSummary) -> None:
        self._job, self._summary = job, integration
        subject = Subject(integration=integration, now=clock.now(), cached=job)
        self.set_job(JobHead.of(job), subject)
        self.show(lambda width: job_document(job, subject, width), anew=True)
        sync = "" if integration.read_only else "s plans its sync, "
        self.set_note(f"ok Found. e checks whether it is eligible, {sync}f goes back to the field.", Tone.OK)
        self.document.focus()
