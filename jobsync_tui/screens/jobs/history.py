"""The history of a job: every attempt to sync or change it, from the audit record."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core import clock
from ...backend.core.models import AuditEntry, IntegrationSummary, JobHead
from ...commands import Group, bindings
from ...documents.history import fold_key, history_document, history_text
from ...documents.subject import Subject
from .. import routes
from ..dialog import DialogScreen
from ..poll import FOLLOWED, Follow
from .job_words import read_only_words

_WROTE = frozenset({"created", "updated"})
_MOST = 500
"""Entries that are read; older ones are in ``jobsync audit``."""


class HistoryScreen(DialogScreen[None]):
    """Shows the audit rows of one job.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.HISTORY,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.HISTORY)
    HEADING = "History"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"unfold", "undo", "explain", "wire"})

    def __init__(self, integration: str, job_id: str) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._summary: IntegrationSummary | None = None
        self._follow: Follow | None = None
        self._entries: tuple[AuditEntry, ...] = ()

    def on_mount(self) -> None:
        """Read the record."""
        self.document.focus()
        self.set_busy("Reading the record ...")
        self._follow = Follow(self, self._state, self._list_again, every=FOLLOWED)
        self._list_again()

    def _list_again(self) -> None:
        self.work(self._read(), group="history", about=self._job_id)

    def on_screen_resume(self) -> None:
        """Show what came of what was done from here."""
        if self._follow is not None:
            self._follow.look()

    async def _state(self) -> object:
        """Return the newest entry: one that is under way ends in place."""
        return await self.backend.records.audit(integration=self._integration, job=self._job_id, limit=1)

    def same_command(self) -> str | None:
        """Return the command that shows the same entries."""
        return join(["jobsync", "audit", "-i", self._integration, "--job", self._job_id])

    def action_copy(self) -> None:
        """Copy the history."""
        title = f"History of job {self._job_id} of {self._integration}"
        self.host.copy(history_text(self._entries, title), f"history of job {self._job_id}")

    def why_not(self, action: str) -> str | None:
        """Return why nothing is undone: the integration is read-only."""
        return read_only_words(self._summary) if action == "undo" else None

    def action_undo(self) -> None:
        """Plan the undoing of what the entry under the cursor wrote."""
        if not self.may("undo"):
            return
        entry = self._entry()
        if entry is None or entry.operation_id is None or entry.outcome not in _WROTE:
            self.host.tell("This entry wrote nothing to Tenzo, so there is nothing to undo")
            return
        self.host.open(routes.ConfirmUndo(self._integration, self._job_id, entry.operation_id))

    def action_explain(self) -> None:
        """Explain the job by the rules that the entry under the cursor went by."""
        entry = self._entry()
        if entry is None or entry.ruleset_revision is None:
            self.host.tell("No rules were used for this entry")
            return
        self.host.open(routes.Eligibility(self._integration, self._job_id, revision=entry.ruleset_revision))

    def action_wire(self) -> None:
        """Show what the entry under the cursor sent, and what was answered."""
        entry = self._entry()
        if entry is not None:
            self.host.open(routes.Wire(entry.operation_id or str(entry.seq)))

    def _entry(self) -> AuditEntry | None:
        section = self.document.section
        return next((entry for entry in self._entries if section is not None and section.key == fold_key(entry)), None)

    async def _read(self) -> None:
        self._summary = integration = await self.backend.integrations.get(self._integration)
        self.set_heading(f"{integration.name} > job {self._job_id}")
        cached = await self.backend.jobs.get(self._integration, self._job_id)
        if cached is not None:
            self.set_job(JobHead.of(cached), Subject(integration=integration, now=clock.now(), cached=cached))
        if self._follow is not None:
            await self._follow.shown()
        self._entries = await self.backend.records.audit(integration=self._integration, job=self._job_id, limit=_MOST)
        self.show(lambda width: history_document(self._entries, width))
        if len(self._entries) == _MOST:
            self.set_note(f"The newest {_MOST} entries; jobsync audit --job {self._job_id} has all.")
