"""From a route to its screen: one table. The classes are named rather than imported, since each is loaded when it is first wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ..screens import routes

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

SCREENS: Final[Mapping[type[routes.Route], str]] = {
    routes.Picker: "picker:PickerScreen",
    routes.Jobs: "jobs.jobs:JobsScreen",
    routes.Eligibility: "jobs.eligibility:EligibilityScreen",
    routes.History: "jobs.history:HistoryScreen",
    routes.SideBySide: "jobs.comparison:ComparisonScreen",
    routes.JobPage: "jobs.job_page:JobPageScreen",
    routes.Search: "jobs.ats_search:SearchScreen",
    routes.ConfirmSync: "sync.confirm_sync:ConfirmSyncScreen",
    routes.ConfirmBulk: "sync.confirm_bulk:ConfirmBulkScreen",
    routes.ConfirmUndo: "sync.confirm_undo:ConfirmUndoScreen",
    routes.LinkJobs: "sync.link_jobs:LinkJobsScreen",
    routes.LinkPair: "sync.link_pair:LinkPairScreen",
    routes.ConfirmLink: "sync.confirm_link:ConfirmLinkScreen",
    routes.ConfirmLinks: "sync.confirm_links:ConfirmLinksScreen",
    routes.Running: "sync.running:RunningScreen",
    routes.SyncResult: "sync.sync_result:SyncResultScreen",
    routes.Wire: "sync.wire:WireScreen",
    routes.BulkResult: "sync.bulk_result:BulkResultScreen",
    routes.Rules: "rules.rules:RulesScreen",
    routes.RuleEditor: "rules.rule_editor:RuleEditorScreen",
    routes.RuleLeaves: "rules.rule_leaves:RuleLeavesScreen",
    routes.SaveRules: "rules.save_rules:SaveRulesScreen",
    routes.RulesHistory: "rules.history:RulesHistoryScreen",
    routes.RevisionDifference: "rules.history:RevisionDifferenceScreen",
    routes.Shadows: "rules.shadows:ShadowsScreen",
    routes.ImpactList: "rules.impact:ImpactListScreen",
    routes.ImpactJob: "rules.impact:ImpactJobScreen",
    routes.Coverage: "rules.coverage:CoverageScreen",
    routes.Greeting: "greeting:GreetingScreen",
    routes.Doctor: "doctor:DoctorScreen",
    routes.Runs: "runs:RunsScreen",
    routes.Record: "record:RecordScreen",
    routes.Log: "log:LogScreen",
    routes.Help: "help:HelpScreen",
    routes.Palette: "palette:PaletteScreen",
    routes.Error: "error:ErrorScreen",
}

FIRST: Final = frozenset({routes.Picker, routes.Jobs})
"""What is shown in place of all that is open."""

ONCE: Final = frozenset({routes.Log, routes.Help, routes.Doctor, routes.Record, routes.Runs})
"""What is not opened above itself."""


def screen_class(route: type[routes.Route]) -> type[Screen[Any]]:
    """Return the class of the screen that a route leads to."""
    module, _, name = SCREENS[route].partition(":")
    found: type[Screen[Any]] = getattr(import_module(f"..screens.{module}", __package__), name)
    return found


def show(app: App[int], route: routes.Route, then: routes.Then | None, *, instead: bool) -> None:
    """Show what ``route`` leads to; ``then`` is told how it ends, ``instead`` puts it in the place of the screen in front."""
    kind = screen_class(type(route))
    if type(route) in ONCE and isinstance(app.screen, kind):
        return
    screen = kind(**{field.name: getattr(route, field.name) for field in fields(route)})  # type: ignore[arg-type]
    if type(route) in FIRST and not _looks_into(app, route):
        while len(app.screen_stack) > 2:
            app.pop_screen()
        instead = len(app.screen_stack) == 2
    if instead:
        app.switch_screen(screen)
    else:
        app.push_screen(screen, then)


def _looks_into(app: App[int], route: routes.Route) -> bool:
    """Return whether the jobs of a line of another screen are wanted, to which one goes back."""
    return isinstance(route, routes.Jobs) and route.filter_text is not None and len(app.screen_stack) > 2
