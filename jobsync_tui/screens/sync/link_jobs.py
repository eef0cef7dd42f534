"""Link jobs (adopt): the jobs of the target that may be jobs of an ATS, those first that a person has to decide."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.errors import NotPermitted, RemoteError
from ...backend.core.models import IntegrationSummary, Matches
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.links import link_command, matches_document, matches_text
from ...documents.words import TARGET
from ...session.messages import SyncEnded
from .. import routes
from ..dialog import DialogScreen


class LinkJobsScreen(DialogScreen[None]):
    """Lists what could be linked; a line opens both sides of it.

    Args:
        integration: Whose jobs.
    """

    GROUPS = (Group.LINKS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.LINKS)
    HEADING = "Link jobs"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"open", "unfold"})

    def __init__(self, integration: str) -> None:
        super().__init__()
        self._integration = integration
        self._summary: IntegrationSummary | None = None
        self._found = Matches((), ())

    def on_mount(self) -> None:
        """Look for pairs."""
        self.document.focus()
        self.set_busy(f"Comparing the jobs in {TARGET} with those that were never synced ...")
        self.action_again()

    def why_not(self, action: str) -> str | None:
        """Return why nothing is decided, as there is nothing to decide, or linked at once, as no link is certain."""
        if action == "open" and not (self._found.links or self._found.ambiguous or self._found.apart):
            return "No job is to be decided"
        return "No link is certain: decide them one by one" if action == "link_all" and not self._found.links else None

    def action_again(self) -> None:
        """Look for pairs anew."""
        self.work(self._find(), group="find", about=self._integration)

    def action_open(self) -> None:
        """Show both sides of the job under the cursor, or what its section holds."""
        target = self.document.target
        if target is None:
            self.document.toggle()
        else:
            self.host.open(routes.LinkPair(self._integration, target, self._found), self._ended)

    def action_link_all(self) -> None:
        """Ask whether to make every link that is certain."""
        if self.may("link_all"):
            self.host.open(routes.ConfirmLinks(self._integration, self._found.links))

    def action_copy(self) -> None:
        """Copy the list."""
        self.host.copy(matches_text(self._found), "the jobs that could be linked")

    def same_command(self) -> str | None:
        """Return the command that finds the same."""
        return link_command(self._integration)

    def on_sync_ended(self, event: SyncEnded) -> None:
        """Follow the links that were made."""
        if event.run.links and event.run.jobs[0].integration == self._integration:
            self.action_again()

    def _ended(self, decision: str | None) -> None:
        """Follow a decision that wrote nothing."""
        if decision is not None:
            self.action_again()

    async def _find(self) -> None:
        summary = self._summary = await self.backend.integrations.get(self._integration)
        self.set_heading(summary.name)
        try:
            found = self._found = await self.backend.adoption.find(self._integration)
        except (NotPermitted, RemoteError) as error:
            self.show_error(error, ("esc", "Go back. Nothing was written."))
            self.keep_error(error, self._integration)
            return
        self.show(lambda width: matches_document(found, width))
        waiting = len({link.job_id for link in found.ambiguous})
        told = f"{counted(waiting, 'job waits', 'jobs wait')} for your decision. " if waiting else ""
        self.set_note(
            f"{told}A linked job keeps everything in {TARGET}; its next sync updates it instead of creating another one.", Tone.DIM
        )
