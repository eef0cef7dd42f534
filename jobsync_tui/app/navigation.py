"""Opening screens: the one place that knows which class shows what, each imported when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from ..backend.core.models import Condition, Failure, Greeting, ImpactList, RuleImpact, SyncPlan
    from ..editor.rule_change import RuleChange
    from ..screens.base import JobsyncScreen, Neighbours
    from ..session.runs import SyncRun


class RuleNavigator:
    """Opens what concerns rules."""

    def __init__(self, app: App[int]) -> None:
        self._app = app

    def rules(self, rule: str | None = None, *, instead: bool = False) -> None:
        """Open the list of the rules, at ``rule`` (an id or a name) if one is given; ``instead`` of the screen that is in front."""
        from ..screens.rules.rules import RulesScreen

        if instead:
            self._app.switch_screen(RulesScreen(rule))
        else:
            self._app.push_screen(RulesScreen(rule))

    def rules_history(self) -> None:
        """Open the history of the rules."""
        from ..screens.rules.history import RulesHistoryScreen

        self._app.push_screen(RulesHistoryScreen())

    def revision_difference(self, before: int, after: int) -> None:
        """Show how one revision of the rules became another."""
        from ..screens.rules.history import RevisionDifferenceScreen

        self._app.push_screen(RevisionDifferenceScreen(before, after))

    def edit_rule(self, rule: str | None, *, duplicate: bool = False) -> None:
        """Open the editor on a rule in force, on a copy of it, or on a new one."""
        from ..screens.rules.rule_editor import RuleEditorScreen
        from ..screens.rules.rule_opening import Opening

        self._app.push_screen(RuleEditorScreen(Opening(rule, duplicate)))

    def new_rule(self, name: str, when: Condition, job: tuple[str, str]) -> None:
        """Open the editor on a new rule that was made from a job, in the place of the screen that is in front."""
        from ..screens.rules.rule_editor import RuleEditorScreen
        from ..screens.rules.rule_opening import Opening

        self._app.switch_screen(RuleEditorScreen(Opening(name=name, when=when, job=job)))

    def rule_from_job(self, integration: str, job_id: str) -> None:
        """Offer what a new rule could ask for so that it matches a job."""
        from ..screens.rules.rule_leaves import RuleLeavesScreen

        self._app.push_screen(RuleLeavesScreen(integration, job_id))

    def propose(self, change: RuleChange, then: Callable[[str | None], None] | None = None) -> None:
        """Show what a change of the rules would do, and ask; ``then`` is told what came of it, as `SaveRulesScreen` ends with it."""
        from ..screens.rules.save_rules import SaveRulesScreen

        def ended(answer: str | None) -> None:
            if then is not None:
                then(answer)
            elif answer:
                self.shadows(answer)

        self._app.push_screen(SaveRulesScreen(change), ended)

    def shadows(self, name: str | None = None, *, instead: bool = False) -> None:
        """Show the rules that run in shadow, at ``name`` if one is given; ``instead`` of the screen that is in front."""
        from ..screens.rules.shadows import ShadowsScreen

        if instead:
            self._app.switch_screen(ShadowsScreen(name))
        else:
            self._app.push_screen(ShadowsScreen(name))

    def impact_list(self, impact: RuleImpact, which: ImpactList, title: str) -> None:
        """List the jobs that a change concerns in one way."""
        from ..screens.rules.impact import ImpactListScreen

        self._app.push_screen(ImpactListScreen(impact, which, title))

    def impact_job(self, impact: RuleImpact, integration: str, job_id: str) -> None:
        """Show exactly what a change does to one job."""
        from ..screens.rules.impact import ImpactJobScreen

        self._app.push_screen(ImpactJobScreen(impact, integration, job_id))

    def coverage(self, integration: str | None = None) -> None:
        """Show how far the rules reach, in one integration or in all."""
        from ..screens.rules.coverage import CoverageScreen

        self._app.push_screen(CoverageScreen(integration))


ResultT = TypeVar("ResultT")


class Navigator(RuleNavigator):
    """Pushes and switches the application's screens."""

    def picker(self) -> None:
        """Go to the integrations, in place of whatever is open."""
        from ..screens.picker import PickerScreen

        self._start_with(PickerScreen())

    def jobs(self, integration: str, filter_text: str | None = None) -> None:
        """Go to the jobs of ``integration``, in place of whatever is open; those that match ``filter_text`` if one is given."""
        from ..screens.jobs.jobs import JobsScreen

        self._start_with(JobsScreen(integration, filter_text))

    def check(
        self, integration: str, job_id: str, *, neighbours: Neighbours | None = None, live: bool = False, revision: int | None = None
    ) -> None:
        """Open Check Eligibility on a job; ``neighbours`` is the list it was opened from, ``revision`` that of other rules than today's."""
        from ..screens.jobs.eligibility import EligibilityScreen

        self._app.push_screen(EligibilityScreen(integration, job_id, neighbours=neighbours, live=live, revision=revision))

    def confirm(self, integration: str, job_ids: Sequence[str], *, confirmed: SyncPlan | None = None) -> None:
        """Open Confirm Sync on one job or on several; ``confirmed`` is a plan of the one job that went stale."""
        if len(job_ids) == 1:
            from ..screens.sync.confirm_sync import ConfirmSyncScreen

            self._app.push_screen(ConfirmSyncScreen(integration, job_ids[0], confirmed=confirmed))
            return
        from ..screens.sync.confirm_bulk import ConfirmBulkScreen

        self._app.push_screen(ConfirmBulkScreen(integration, tuple(job_ids)))

    def undo(self, integration: str, job_id: str, operation_id: str, *, confirmed: SyncPlan | None = None) -> None:
        """Open Confirm Undo on what an operation wrote; ``confirmed`` is a plan of it that went stale."""
        from ..screens.sync.confirm_undo import ConfirmUndoScreen

        self._app.push_screen(ConfirmUndoScreen(integration, job_id, operation_id, confirmed=confirmed))

    def running(self, run: SyncRun) -> None:
        """Show a sync as it goes."""
        from ..screens.sync.running import RunningScreen

        self._app.push_screen(RunningScreen(run))

    def result(self, run: SyncRun) -> None:
        """Show what came of a sync of one job or of several."""
        if len(run.job_ids) > 1:
            from ..screens.sync.bulk_result import BulkResultScreen

            self._app.push_screen(BulkResultScreen(run))
            return
        from ..screens.sync.sync_result import SyncResultScreen

        self._app.push_screen(SyncResultScreen(run))

    def search(self, integration: str, text: str = "") -> None:
        """Open Search ATS Job with ``text`` filled in."""
        from ..screens.jobs.ats_search import SearchScreen

        self._app.push_screen(SearchScreen(integration, text))

    def history(self, integration: str, job_id: str) -> None:
        """Open the history of a job."""
        from ..screens.jobs.history import HistoryScreen

        self._app.push_screen(HistoryScreen(integration, job_id))

    def greeting(self, greeting: Greeting | None) -> None:
        """Open what happened since the last visit; asked for anew where none is given."""
        from ..screens.greeting import GreetingScreen

        self._app.push_screen(GreetingScreen(greeting))

    def log(self) -> None:
        """Open the log of messages and errors."""
        from ..screens.log import LogScreen

        if not isinstance(self._app.screen, LogScreen):
            self._app.push_screen(LogScreen())

    def help(self, screen: JobsyncScreen[ResultT]) -> None:
        """Open the keys and help of ``screen``, the focused widget's first."""
        from ..screens.help import HelpScreen

        if not isinstance(screen, HelpScreen):
            self._app.push_screen(HelpScreen(screen))

    def error(self, failure: Failure) -> None:
        """Show an error that has to be read before anything goes on."""
        from ..screens.error import ErrorScreen

        self._app.push_screen(ErrorScreen(failure))

    def palette(self, screen: JobsyncScreen[ResultT]) -> None:
        """Open the command palette over ``screen``."""
        from ..screens.palette import PaletteScreen

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
