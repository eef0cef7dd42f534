"""Sync Result of several jobs: counts, and what did not go well with its reasons."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.bulk import bulk_command, job_at, results_document, results_text, to_retry
from ...documents.document import Tone
from ...documents.links import link_command
from ...documents.subject import whose
from ...session.runs import SyncRun
from .. import routes
from ..dialog import DialogScreen


class BulkResultScreen(DialogScreen[None]):
    """Shows how the sync of several jobs ended.

    Args:
        run: The sync that is over.
    """

    GROUPS = (Group.BULK_RESULT,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.BULK_RESULT)
    HEADING = "Sync Result"

    def __init__(self, run: SyncRun) -> None:
        super().__init__()
        self._run = run

    def on_mount(self) -> None:
        """Show the results."""
        self.document.focus()
        self.work(self._show(), group="result")

    def action_done(self) -> None:
        """Go back to the jobs."""
        self.action_back()

    def action_open(self) -> None:
        """Explain the job under the cursor."""
        if self.document.target is not None:
            self.host.open(routes.Eligibility(*job_at(self.document.target)))

    def action_retry(self) -> None:
        """Plan again what failed."""
        if self.may("retry") and self._run.links:
            self.host.open(routes.LinkJobs(self._run.jobs[0].integration), instead=True)
        elif self.may("retry"):
            self.host.open(routes.confirm(to_retry(self._run.results)), instead=True)

    def why_not(self, action: str) -> str | None:
        """Return why nothing is tried again."""
        return "There is nothing to try again" if action == "retry" and not to_retry(self._run.results) else None

    @property
    def _deed(self) -> str:
        return "linked" if self._run.links else "synced"

    def action_copy(self) -> None:
        """Copy the results."""
        text = results_text(self._run.results, len(self._run.jobs), deed=self._deed)
        self.host.copy(text, f"results of {counted(len(self._run.jobs), 'job')}")

    def same_command(self) -> str | None:
        """Return the command that syncs, or links, these jobs."""
        run = self._run
        return link_command(run.jobs[0].integration, run.links) if run.links else bulk_command(run.jobs)

    async def _show(self) -> None:
        where = await whose(self.backend, self._run.jobs)
        asked = len(self._run.jobs)
        self.set_heading(f"{where} > {counted(asked, 'job')}", f"{self._run.of_what} Result")
        self.show(lambda width: results_document(self._run.results, asked, width, self._deed), anew=True)
        again = len(to_retry(self._run.results))
        if again:
            self.set_note(f"r tries {counted(again, 'job')} again: no job is ever created twice.", Tone.WARN)
