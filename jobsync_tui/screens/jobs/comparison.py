"""ATS and Tenzo side by side: every field of a job on both sides, whose it is, and what differs since when."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.errors import JobNotFound, RemoteError
from ...backend.core.models import Comparison, JobHead, JobKey
from ...commands import Group, bindings
from ...documents.comparison import comparison_document, comparison_text, differing_words
from ...documents.document import Tone
from ...documents.subject import Subject, read_subject, where
from .. import routes
from ..dialog import DialogScreen
from .job_words import read_only_words


class ComparisonScreen(DialogScreen[None]):
    """Compares a job.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.COMPARISON,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.COMPARISON)
    HEADING = "Side by side"
    IS_LIST: ClassVar[bool] = True

    def __init__(self, integration: str, job_id: str) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._found: Comparison | None = None
        self._subject: Subject | None = None

    def on_mount(self) -> None:
        """Wait to be in front."""
        self.document.focus()
        self.set_busy("Reading the job in the ATS and in Tenzo ...")

    def on_screen_resume(self) -> None:
        """Read both sides, also after a sync."""
        self.action_again()

    def action_again(self) -> None:
        """Read both sides anew."""
        self.work(self._read(), group="compare", about=self._job_id)

    def why_not(self, action: str) -> str | None:
        """Return why nothing is synced: the integration is read-only."""
        return read_only_words(self._subject.integration if self._subject else None) if action == "sync" else None

    def action_sync(self) -> None:
        """Plan the sync of the job."""
        if self.may("sync"):
            self.host.open(routes.confirm(JobKey.of(self._integration, self._job_id)))

    def action_check(self) -> None:
        """Explain the job's eligibility."""
        self.host.open(routes.Eligibility(self._integration, self._job_id))

    def action_history(self) -> None:
        """Show who did what to the job."""
        self.host.open(routes.History(self._integration, self._job_id))

    def action_link(self) -> None:
        """Show and copy the job's address in the target."""
        self.host.follow(None if self._found is None else self._found.target_url, "The job in Tenzo")

    def action_copy(self) -> None:
        """Copy both sides."""
        if self._found is not None and self._subject is not None:
            self.host.copy(comparison_text(self._found, self._subject), f"both sides of job {self._job_id}")

    async def _read(self) -> None:
        subject = self._subject = await read_subject(self.backend, self._integration, self._job_id)
        self.set_heading(where(subject, self._job_id))
        try:
            found = await self.backend.syncs.compare(self._integration, self._job_id)
        except (JobNotFound, RemoteError) as error:
            self.show_error(error)
            self.keep_error(error, self._job_id)
            return
        self._found = found
        self.set_job(JobHead.of(found.job), subject)
        self.show(lambda width: comparison_document(found, subject, width))
        self.set_note(differing_words(found), Tone.DIM)
