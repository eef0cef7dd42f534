"""Sync Result of one job: what was done, or what went wrong, whether anything was written, and what to do."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core import clock
from ...backend.core.errors import StorageError
from ...backend.core.models import JobKey, Link, Outcome, SyncResult
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.failure import LINKED_OTHERWISE, seconds_to_look_up
from ...documents.result import command, heading, result_document, result_text, settled
from ...documents.subject import PAST, Subject, read_subject, where
from ...session.runs import SyncRun
from .. import routes
from ..dialog import DialogScreen

LONGEST_WAIT = 60
"""Seconds between two look-ups of an unknown outcome at most: a target that is down is not asked all the time."""


class SyncResultScreen(DialogScreen[None]):
    """Shows the result of a sync.

    Args:
        run: The sync that is over.
    """

    GROUPS = (Group.RESULT,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RESULT)
    HEADING = "Sync Result"

    def __init__(self, run: SyncRun) -> None:
        super().__init__()
        if run.result is None:
            raise ValueError("A result is shown of a sync of one job that is over")
        self._run = run
        self._result: SyncResult = run.result
        self._subject: Subject | None = None
        self._looking_up = False
        self._tries = 0
        self._not_before = 0.0

    @property
    def result(self) -> SyncResult:
        """The result that is shown."""
        return self._result

    def on_mount(self) -> None:
        """Show the result."""
        self.document.focus()
        self.work(self._show(), group="result")
        if self._result.outcome is Outcome.UNKNOWN:
            self.set_interval(1.0, self._count_down)

    def action_done(self) -> None:
        """Go back to the jobs."""
        self.action_back()

    def action_next_marked(self) -> None:
        """Plan the sync of the next marked job."""
        following = self._next_marked
        if self.may("next_marked") and following is not None:
            self.host.open(routes.confirm([following]), instead=True)

    @property
    def _next_marked(self) -> JobKey | None:
        lists = self.host.lists
        marked = list(lists.of(lists.current).marks)
        at = marked.index(self._result.key) + 1 if self._result.key in marked else 0
        return marked[at] if at < len(marked) else None

    def why_not(self, action: str) -> str | None:
        """Return why there is nothing to go on with, to follow, to try again or to undo."""
        result = self._result
        why = {
            "next_marked": "There is no other marked job" if self._next_marked is None else None,
            "link": "Tenzo gave no link to the job" if result.target_url is None else None,
            "retry": "Wait until it is known whether the last change was saved" if result.outcome is Outcome.UNKNOWN else None,
            "undo": "Nothing was written, so there is nothing to undo" if result.operation_id is None or not result.written else None,
            "holder": "Nobody else is syncing the job" if result.outcome is not Outcome.BUSY else None,
            "check": "The job was not found" if result.outcome is Outcome.NOT_FOUND else None,
            "link_job": self._why_not_to_link(),
        }
        if action == "undo" and self._link is not None:
            return "A link is not undone here: take the external ID out of the job in Tenzo by hand"
        return why.get(action)

    def _why_not_to_link(self) -> str | None:
        error = self._result.error
        return None if error is not None and error.code in LINKED_OTHERWISE else "Which job in Tenzo this one is, is not in doubt"

    @property
    def _link(self) -> Link | None:
        """The link that was made, where it was no sync."""
        return self._run.links[0] if self._run.links else None

    def action_link_job(self) -> None:
        """Decide which job of the target this one is."""
        if self.may("link_job"):
            self.host.open(routes.LinkPair(self._result.integration, self._result.job.id))

    def action_link(self) -> None:
        """Show and copy the job's address in the target."""
        if self.may("link"):
            self.host.follow(self._result.target_url, "The job in Tenzo")

    def action_copy(self) -> None:
        """Copy the result."""
        if self._subject is not None:
            self.host.copy(
                result_text(self._result, self._subject, undone=self._run.undoes, link=self._link), f"result of job {self._result.job.id}"
            )

    def same_command(self) -> str | None:
        """Return the command that does the same."""
        return command(self._result, self._run.undoes, self._link)

    def action_history(self) -> None:
        """Show who did what to the job."""
        self.host.open(routes.History(self._result.integration, self._result.job.id))

    def action_wire(self) -> None:
        """Show what the sync sent, and what was answered."""
        past = () if self._subject is None else self._subject.past
        number = str(past[0].seq) if past and past[0].outcome == self._result.outcome else None
        reference = self._result.operation_id or number
        if reference is None:
            self.host.tell("Nothing of it is in the record, so its requests were not kept")
            return
        self.host.open(routes.Wire(reference))

    def action_check(self) -> None:
        """Explain the job's eligibility."""
        if self.may("check"):
            self.host.open(routes.Eligibility(self._result.integration, self._result.job.id))

    def action_search(self) -> None:
        """Look for the job in the ATS by another id."""
        self.host.open(routes.Search(self._result.integration, self._result.job.id))

    def action_retry(self) -> None:
        """Plan the same again."""
        if not self.may("retry"):
            return
        result = self._result
        if self._run.undoes is not None:
            self.host.open(routes.ConfirmUndo(result.integration, result.job.id, self._run.undoes), instead=True)
        elif self._link is not None:
            self.host.open(routes.ConfirmLink(self._link), instead=True)
        else:
            self.host.open(routes.confirm([result.key]), instead=True)

    def action_undo(self) -> None:
        """Plan the undoing of what was written."""
        operation = self._result.operation_id
        if self.may("undo") and operation is not None:
            self.host.open(routes.ConfirmUndo(self._result.integration, self._result.job.id, operation), instead=True)

    def action_holder(self) -> None:
        """Show who is syncing the job, and break their lease where it is left over."""
        if self.may("holder"):
            self.action_leases()

    def action_test(self) -> None:
        """Try the integration's credentials."""
        self.work(self._test(), group="test", about=self._result.integration)

    async def _test(self) -> None:
        self.set_note("Testing the connection ...", Tone.DIM)
        try:
            report = await self.backend.integrations.test(self._result.integration)
        except Exception:
            self.set_note("x The connection does not work.", Tone.BAD)
            raise
        self.set_note(f"ok The connection works: {report.detail}. r tries again.", Tone.OK)

    async def _show(self) -> None:
        subject = await self._read_subject()
        self.set_heading(where(subject, self._result.job.id), heading(self._run.undoes, self._link))
        self.set_job(self._result.job, subject)
        self._draw(subject)
        self.set_note(f"Same as: {self.same_command()}     $ copies", Tone.DIM)

    async def _read_subject(self) -> Subject:
        return await read_subject(self.backend, self._result.integration, self._result.job.id, past=PAST)

    def _draw(self, subject: Subject) -> None:
        self._subject = subject
        self.show(lambda width: result_document(self._result, subject, width, undone=self._run.undoes is not None))

    def _count_down(self) -> None:
        """Show when the unknown outcome is looked up, and have it looked up then."""
        if self._subject is None or self._looking_up or self._result.outcome is not Outcome.UNKNOWN:
            return
        subject = replace(self._subject, now=clock.now())
        self._draw(subject)
        if seconds_to_look_up(self._result, subject) == 0 and monotonic() >= self._not_before:
            self._looking_up = True
            self.work(self._look_up(), group="look up")

    async def _look_up(self) -> None:
        """Have it looked up; where that does not tell, again after twice as long each time."""
        try:
            await self.backend.syncs.recover()
            subject = await self._read_subject()
        except StorageError as error:
            self.keep_error(error, self._result.job.id, answers=True)
            self._later(f": {error.message}")
            return
        # The record, not the report: another screen, the timer or another process may have settled it.
        outcome = next((each.outcome for each in subject.past if each.operation_id == self._result.operation_id), None)
        if outcome is None or outcome == Outcome.UNKNOWN:
            self._later("")
            return
        self._looking_up = False
        self._result = settled(self._result, Outcome(outcome), subject)
        self._draw(subject)
        self.set_note(f"Settled: {outcome}. H shows the record.", Tone.STRONG)

    def _later(self, why: str) -> None:
        wait = min(LONGEST_WAIT, 1 << self._tries)
        self._tries = min(self._tries + 1, LONGEST_WAIT)
        self._not_before = monotonic() + wait
        self._looking_up = False
        self.set_note(f"Not known yet{why}. Checking again in {wait} s.", Tone.WARN)
