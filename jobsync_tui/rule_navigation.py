"""Opening the screens about rules; a part of the application's `navigation.Navigator`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

    from .backend.models import Condition, ImpactList, RuleImpact
    from .proposals import Proposal


class RuleNavigator:
    """Opens what concerns rules."""

    def __init__(self, app: App[int]) -> None:
        self._app = app

    def rules(self, rule: str | None = None, *, instead: bool = False) -> None:
        """Open the list of the rules, at ``rule`` (an id or a name) if one is given; ``instead`` of the screen that is in front."""
        from .screens.rules import RulesScreen

        if instead:
            self._app.switch_screen(RulesScreen(rule))
        else:
            self._app.push_screen(RulesScreen(rule))

    def rules_history(self) -> None:
        """Open the history of the rules."""
        from .screens.rules_history import RulesHistoryScreen

        self._app.push_screen(RulesHistoryScreen())

    def revision_difference(self, before: int, after: int) -> None:
        """Show how one revision of the rules became another."""
        from .screens.rules_difference import RevisionDifferenceScreen

        self._app.push_screen(RevisionDifferenceScreen(before, after))

    def edit_rule(self, rule: str | None, *, duplicate: bool = False) -> None:
        """Open the editor on a rule in force, on a copy of it, or on a new one."""
        from .screens.rule_editor import RuleEditorScreen
        from .screens.rule_opening import Opening

        self._app.push_screen(RuleEditorScreen(Opening(rule, duplicate)))

    def new_rule(self, name: str, when: Condition, job: tuple[str, str]) -> None:
        """Open the editor on a new rule that was made from a job, in the place of the screen that is in front."""
        from .screens.rule_editor import RuleEditorScreen
        from .screens.rule_opening import Opening

        self._app.switch_screen(RuleEditorScreen(Opening(name=name, when=when, job=job)))

    def rule_from_job(self, integration: str, job_id: str) -> None:
        """Offer what a new rule could ask for so that it matches a job."""
        from .screens.rule_leaves import RuleLeavesScreen

        self._app.push_screen(RuleLeavesScreen(integration, job_id))

    def propose(self, proposal: Proposal, then: Callable[[str | None], None] | None = None) -> None:
        """Show what a change of the rules would do, and ask; ``then`` is told what came of it, as `SaveRulesScreen` ends with it."""
        from .screens.save_rules import SaveRulesScreen

        def ended(answer: str | None) -> None:
            if then is not None:
                then(answer)
            elif answer:
                self.shadows(answer)

        self._app.push_screen(SaveRulesScreen(proposal), ended)

    def shadows(self, name: str | None = None, *, instead: bool = False) -> None:
        """Show the rules that run in shadow, at ``name`` if one is given; ``instead`` of the screen that is in front."""
        from .screens.shadows import ShadowsScreen

        if instead:
            self._app.switch_screen(ShadowsScreen(name))
        else:
            self._app.push_screen(ShadowsScreen(name))

    def impact_list(self, impact: RuleImpact, which: ImpactList, title: str) -> None:
        """List the jobs that a change concerns in one way."""
        from .screens.impact_list import ImpactListScreen

        self._app.push_screen(ImpactListScreen(impact, which, title))

    def impact_job(self, impact: RuleImpact, integration: str, job_id: str) -> None:
        """Show exactly what a change does to one job."""
        from .screens.impact_job import ImpactJobScreen

        self._app.push_screen(ImpactJobScreen(impact, integration, job_id))

    def coverage(self, integration: str | None = None) -> None:
        """Show how far the rules reach, in one integration or in all."""
        from .screens.coverage import CoverageScreen

        self._app.push_screen(CoverageScreen(integration))
