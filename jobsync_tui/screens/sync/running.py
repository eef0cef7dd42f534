"""A sync as it goes: five steps with seconds for one job, counts for several. It belongs to the application and outlives this screen."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.models import Outcome
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.bulk import bulk_progress
from ...documents.document import Document, line, strong
from ...documents.steps import step_lines
from ...documents.subject import whose
from ...session.messages import SyncEnded, SyncMoved
from ...session.runs import SyncRun
from .. import routes
from ..dialog import DialogScreen


class RunningScreen(DialogScreen[None]):
    """Shows a run, and hands over to its result when it is over.

    Args:
        run: The sync under way.
    """

    GROUPS = (Group.RUNNING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RUNNING)
    HEADING = "Sync in progress"

    def __init__(self, run: SyncRun) -> None:
        super().__init__()
        self._run = run
        run.watched = True
        self._ats = ""
        self._step_began = time.monotonic()
        self._steps_begun = 0
        self._left = False

    def on_mount(self) -> None:
        """Show where the run is, and once a second how long it takes."""
        self.document.focus()
        self._head(self._run.title)
        several = len(self._run.jobs) > 1
        stop = ". x: stop after the current job" if several else ""
        self.set_note(f"Esc: keep running in the background{stop}")
        self.show(self._document)
        self.set_interval(1.0, self._tick)
        self.work(self._learn_names(), group="names")
        self._hand_over_if_over()

    def on_unmount(self) -> None:
        """Let the end be told by a message, unless it was shown here."""
        if not self._run.over:
            self._run.watched = False

    def on_screen_resume(self) -> None:
        """Hand over if the run ended while another screen was in front."""
        self._hand_over_if_over()

    def on_sync_moved(self, event: SyncMoved) -> None:
        """Show the step."""
        if event.run is self._run:
            self._tick()

    def on_sync_ended(self, event: SyncEnded) -> None:
        """Hand over to the result."""
        if event.run is self._run:
            self._hand_over_if_over()

    def action_back(self) -> None:
        """Leave the sync to go on by itself."""
        self._left = True
        self._run.watched = False
        self.host.tell(f"{self._run.title}: keeps running in the background")
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Start no further job; what is in flight ends."""
        if len(self._run.jobs) > 1 and not self._run.cancelling:
            self._run.cancel.set()
            self.set_note("Stopping: the current jobs are finished, no others are started.")

    async def _learn_names(self) -> None:
        self._ats = (await self.backend.integrations.get(self._run.jobs[0].integration)).ats
        where = f"job {self._run.jobs[0].id}" if len(self._run.jobs) == 1 else counted(len(self._run.jobs), "job")
        self._head(f"{await whose(self.backend, self._run.jobs)} > {where}")
        self._tick()

    def _head(self, where: str) -> None:
        self.set_heading(where, f"{self._run.of_what} in progress")

    def _tick(self) -> None:
        if len(self._run.steps) != self._steps_begun:
            self._steps_begun = len(self._run.steps)
            self._step_began = time.monotonic()
        self.show(self._document)

    def _document(self, width: int) -> Document:
        if len(self._run.jobs) > 1:
            took = time.monotonic() - self._run.started
            return bulk_progress(self._run.results, len(self._run.jobs), took, width, self._run.waits_for)
        running_for = time.monotonic() - self._step_began
        return (line(" ", strong(self._run.title)), line(), *step_lines(self._run.steps, self._ats, width, running_for))

    def _hand_over_if_over(self) -> None:
        if not self._run.over or not self.is_active or self._left:
            return
        self._left = True
        run = self._run
        if run.error is not None and not run.results:
            self.dismiss(None)
        elif run.error is None and run.result is not None and run.result.outcome is Outcome.STALE:
            self.host.open(self._plan_of_now(), instead=True)
        else:
            self.host.open(routes.result(run), instead=True)
        if run.error is not None:
            self.host.report(run.error, about=run.title)

    def _plan_of_now(self) -> routes.Route:
        """Return the way to what would happen now: it is no longer what was confirmed."""
        run = self._run
        if run.undoes is not None:
            return routes.ConfirmUndo(*run.jobs[0], run.undoes, confirmed=run.plan)
        if run.links:
            return routes.ConfirmLink(run.links[0], confirmed=run.plan)
        return routes.confirm(run.jobs, confirmed=run.plan)
