"""Opening screens: the one place that knows which class shows what, each imported when it is first wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from .rule_navigation import RuleNavigator

if TYPE_CHECKING:
    from textual.screen import Screen

    from .backend.models import Failure, Greeting, SyncPlan
    from .runs import SyncRun
    from .screens.base import JobsyncScreen, Neighbours


ResultT = TypeVar("ResultT")


class Navigator(RuleNavigator):
    """Pushes and switches the application's screens."""

    def picker(self) -> None:
        """Go to the integrations, in place of whatever is open."""
        from .screens.picker import PickerScreen

        self._start_with(PickerScreen())

    def jobs(self, integration: str, filter_text: str | None = None) -> None:
        """Go to the jobs of ``integration``, in place of whatever is open; those that match ``filter_text`` if one is given."""
        from .screens.jobs import JobsScreen

        self._start_with(JobsScreen(integration, filter_text))

    def check(
        self, integration: str, job_id: str, *, neighbours: Neighbours | None = None, live: bool = False, revision: int | None = None
    ) -> None:
        """Open Check Eligibility on a job; ``neighbours`` is the list it was opened from, ``revision`` that of other rules than today's."""
        from .screens.eligibility import EligibilityScreen

        self._app.push_screen(EligibilityScreen(integration, job_id, neighbours=neighbours, live=live, revision=revision))

    def confirm(self, integration: str, job_ids: Sequence[str], *, confirmed: SyncPlan | None = None) -> None:
        """Open Confirm Sync on one job or on several; ``confirmed`` is a plan of the one job that went stale."""
        if len(job_ids) == 1:
            from .screens.confirm_sync import ConfirmSyncScreen

            self._app.push_screen(ConfirmSyncScreen(integration, job_ids[0], confirmed=confirmed))
            return
        from .screens.confirm_bulk import ConfirmBulkScreen

        self._app.push_screen(ConfirmBulkScreen(integration, tuple(job_ids)))

    def undo(self, integration: str, job_id: str, operation_id: str, *, confirmed: SyncPlan | None = None) -> None:
        """Open Confirm Undo on what an operation wrote; ``confirmed`` is a plan of it that went stale."""
        from .screens.confirm_undo import ConfirmUndoScreen

        self._app.push_screen(ConfirmUndoScreen(integration, job_id, operation_id, confirmed=confirmed))

    def running(self, run: SyncRun) -> None:
        """Show a sync as it goes."""
        from .screens.running import RunningScreen

        self._app.push_screen(RunningScreen(run))

    def result(self, run: SyncRun) -> None:
        """Show what came of a sync of one job or of several."""
        if len(run.job_ids) > 1:
            from .screens.bulk_result import BulkResultScreen

            self._app.push_screen(BulkResultScreen(run))
            return
        from .screens.sync_result import SyncResultScreen

        self._app.push_screen(SyncResultScreen(run))

    def search(self, integration: str, text: str = "") -> None:
        """Open Search ATS Job with ``text`` filled in."""
        from .screens.ats_search import SearchScreen

        self._app.push_screen(SearchScreen(integration, text))

    def history(self, integration: str, job_id: str) -> None:
        """Open the history of a job."""
        from .screens.history import HistoryScreen

        self._app.push_screen(HistoryScreen(integration, job_id))

    def greeting(self, greeting: Greeting | None) -> None:
        """Open what happened since the last visit; asked for anew where none is given."""
        from .screens.greeting import GreetingScreen

        self._app.push_screen(GreetingScreen(greeting))

    def log(self) -> None:
        """Open the log of messages and errors."""
        from .screens.log import LogScreen

        if not isinstance(self._app.screen, LogScreen):
            self._app.push_screen(LogScreen())

    def help(self, screen: JobsyncScreen[ResultT]) -> None:
        """Open the keys and help of ``screen``, the focused widget's first."""
        from .screens.help import HelpScreen

        if not isinstance(screen, HelpScreen):
            self._app.push_screen(HelpScreen(screen))

    def error(self, failure: Failure) -> None:
        """Show an error that has to be read before anything goes on."""
        from .screens.error import ErrorScreen

        self._app.push_screen(ErrorScreen(failure))

    def palette(self, screen: JobsyncScreen[ResultT]) -> None:
        """Open the command palette over ``screen``."""
        from .screens.palette import PaletteScreen

        async def run(action: str | None) -> None:
            if action is not None:
                await screen.run_action(action)

        self._app.push_screen(PaletteScreen(screen), run)

    def _start_with(self, screen: Screen[ResultT]) -> None:
        while len(self._app.screen_stack) > 2:
            self._app.pop_screen()
        if len(self._app.screen_stack) == 2:
            self._app.switch_screen(screen)
        else:
            self._app.push_screen(screen)
