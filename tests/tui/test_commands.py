"""The commands are declared once: what is bound, shown, offered and written down all comes from there."""

from __future__ import annotations

import importlib

import pytest
from textual.binding import Binding

from jobsync_tui.commands import COMMANDS, MOST_IN_FOOTER, Group, bindings, footer, in_group, palette

SCREENS = {
    Group.PICKER: "jobsync_tui.screens.picker:PickerScreen",
    Group.JOBS: "jobsync_tui.screens.jobs.jobs:JobsScreen",
    Group.VIEWS: "jobsync_tui.screens.jobs.views_menu:ViewsScreen",
    Group.COLUMNS: "jobsync_tui.screens.jobs.columns_menu:ColumnsScreen",
    Group.TABLE: "jobsync_tui.widgets.job_table:JobTable",
    Group.SHEET: "jobsync_tui.widgets.document:DocumentView",
    Group.BULK_RESULT: "jobsync_tui.screens.sync.bulk_result:BulkResultScreen",
    Group.COMPARISON: "jobsync_tui.screens.jobs.comparison:ComparisonScreen",
    Group.JOB_PAGE: "jobsync_tui.screens.jobs.job_page:JobPageScreen",
    Group.WIRE: "jobsync_tui.screens.sync.wire:WireScreen",
    Group.ERROR: "jobsync_tui.screens.error:ErrorScreen",
    Group.CHECK: "jobsync_tui.screens.jobs.eligibility:EligibilityScreen",
    Group.CONFIRM: "jobsync_tui.screens.sync.confirm_sync:ConfirmSyncScreen",
    Group.UNDO: "jobsync_tui.screens.sync.confirm_undo:ConfirmUndoScreen",
    Group.LINKS: "jobsync_tui.screens.sync.link_jobs:LinkJobsScreen",
    Group.PAIR: "jobsync_tui.screens.sync.link_pair:LinkPairScreen",
    Group.LINKING: "jobsync_tui.screens.sync.confirm_link:ConfirmLinkScreen",
    Group.RUNNING: "jobsync_tui.screens.sync.running:RunningScreen",
    Group.RESULT: "jobsync_tui.screens.sync.sync_result:SyncResultScreen",
    Group.SEARCH: "jobsync_tui.screens.jobs.ats_search:SearchScreen",
    Group.RULES: "jobsync_tui.screens.rules.rules:RulesScreen",
    Group.LEAVES: "jobsync_tui.screens.rules.rule_leaves:RuleLeavesScreen",
    Group.EDITOR: "jobsync_tui.screens.rules.rule_editor:RuleEditorScreen",
    Group.SAVING: "jobsync_tui.screens.rules.save_rules:SaveRulesScreen",
    Group.IMPACT: "jobsync_tui.screens.rules.impact:ImpactListScreen",
    Group.IMPACT_JOB: "jobsync_tui.screens.rules.impact:ImpactJobScreen",
    Group.SHADOWS: "jobsync_tui.screens.rules.shadows:ShadowsScreen",
    Group.REVISIONS: "jobsync_tui.screens.rules.history:RulesHistoryScreen",
    Group.DIFFERENCE: "jobsync_tui.screens.rules.history:RevisionDifferenceScreen",
    Group.COVERAGE: "jobsync_tui.screens.rules.coverage:CoverageScreen",
    Group.HISTORY: "jobsync_tui.screens.jobs.history:HistoryScreen",
    Group.GREETING: "jobsync_tui.screens.greeting:GreetingScreen",
    Group.DOCTOR: "jobsync_tui.screens.doctor:DoctorScreen",
    Group.RUNS: "jobsync_tui.screens.runs:RunsScreen",
    Group.RECORD: "jobsync_tui.screens.record:RecordScreen",
    Group.LOG: "jobsync_tui.screens.log:LogScreen",
    Group.HELP: "jobsync_tui.screens.help:HelpScreen",
    Group.EVERYWHERE: "jobsync_tui.screens.base:JobsyncScreen",
}


def class_of(group: Group) -> type[object]:
    """Return the class that binds ``group``."""
    module, _, name = SCREENS[group].partition(":")
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize("group", list(Group))
def test_each_command_is_bound_where_it_is_said_to_act(group: Group) -> None:
    owner = class_of(group)
    bound = {(b.key, b.action) for b in Binding.make_bindings(getattr(owner, "BINDINGS", []))}
    for command in in_group(group):
        assert callable(getattr(owner, f"action_{command.action}", None)), f"{owner.__name__} has no action_{command.action}"
        for binding in Binding.make_bindings(bindings(group)):
            assert (binding.key, binding.action) in bound


@pytest.mark.parametrize("group", list(Group))
def test_a_key_means_one_thing_in_its_group_and_nothing_else_everywhere(group: Group) -> None:
    taken: dict[str, str] = {}
    for command in in_group(group):
        for key in command.keys:
            assert taken.setdefault(key, command.id) == command.id, f"{key} is taken twice in {group}"
    if group is not Group.EVERYWHERE:
        everywhere = {key for command in in_group(Group.EVERYWHERE) for key in command.keys}
        assert not everywhere & set(taken)


@pytest.mark.parametrize("group", [group for group in Group if group is not Group.EVERYWHERE])
def test_a_footer_is_short_and_ends_with_the_help(group: Group) -> None:
    shown = footer(group)
    assert len(shown) <= MOST_IN_FOOTER
    assert shown[-1].action == "help"


def test_no_function_needs_a_key_that_tmux_or_a_terminal_may_eat() -> None:
    for command in COMMANDS:
        kept = [key for key in command.keys if not key.startswith(("alt+", "ctrl+shift+", "f1", "shift+"))]
        assert kept or (command.palette and not command.keys), command.id


def test_the_palette_offers_the_screens_commands_and_those_of_everywhere_but_no_file_writing() -> None:
    names = [command.name for command in palette(Group.JOBS)]
    assert "Sync Job" in names
    assert "Quit" in names
    assert not any("screenshot" in name.casefold() for name in names)


def test_ids_are_unique_and_every_help_is_a_sentence() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.help.endswith("."), command.id
        assert command.help[0].isupper(), command.id
