"""`$` copies the equivalent command on every screen that has one: made from the table of routes, so that a new screen has to say."""

from __future__ import annotations

from pathlib import Path
from shlex import split

import click
import pytest

from jobsync_tui.app.navigation import SCREENS, screen_class
from jobsync_tui.backend.core.models import Scope
from jobsync_tui.cli.main import cli
from jobsync_tui.commands import COMMANDS
from jobsync_tui.screens import routes
from jobsync_tui.screens.base import JobsyncScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import on_stage, shows

WITHOUT: dict[type[routes.Route], str] = {
    routes.SideBySide: "a command plans a sync (sync --dry-run), and none compares every field",
    routes.Running: "the write is under way; its result has the command",
    routes.RuleEditor: "what is edited is in no file",
    routes.RuleLeaves: "chooses what the editor begins with",
    routes.ImpactList: "of a change that is in no file",
    routes.ImpactJob: "of a change that is in no file",
    routes.Log: "the messages of this session",
    routes.Help: "the keys of a screen",
    routes.Palette: "the commands of a screen",
    routes.Error: "an error of this session",
}
"""Screens without a command, and why."""

OPENED: dict[str, routes.Route] = {
    "jobsync integrations": routes.Picker(),
    "jobsync jobs -i file --filter 'job 1' --sort name": routes.Jobs(Scope.of("file"), "job 1"),
    "jobsync check -i file 1": routes.Eligibility("file", "1"),
    "jobsync audit -i file --job 1": routes.History("file", "1"),
    "jobsync fetch -i file 1": routes.JobPage("file", "1"),
    "jobsync adopt -i file": routes.LinkJobs("file"),
    "jobsync rules list": routes.Rules(),
    "jobsync rules history": routes.RulesHistory(),
    "jobsync rules diff 1 2": routes.RevisionDifference(1, 2),
    "jobsync rules shadow list": routes.Shadows(),
    "jobsync rules coverage -i file": routes.Coverage("file"),
    "jobsync rules coverage": routes.Coverage(),
    "jobsync news": routes.Greeting(None),
    "jobsync doctor": routes.Doctor(),
    "jobsync audit": routes.Record(),
    "jobsync runs": routes.Runs(),
}


@pytest.mark.parametrize("route", SCREENS, ids=lambda each: each.__name__)
def test_each_screen_has_a_command_or_a_reason(route: type[routes.Route]) -> None:
    found = screen_class(route)
    groups = getattr(found, "GROUPS", ())
    offered = any(command.action == "copy_command" for command in COMMANDS if command.group in groups)
    answered = getattr(found, "same_command", JobsyncScreen.same_command) is not JobsyncScreen.same_command
    assert offered == answered, "a screen that names its command has the key for it, and the other way round"
    assert offered != (route in WITHOUT)


async def test_what_is_copied_is_a_command_that_there_is(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        for command, route in OPENED.items():
            app.open(route)
            await until(pilot, lambda route=route: isinstance(app.screen, screen_class(type(route))))  # type: ignore[misc]
            await shows(app, pilot, "? keys")
            await app.screen.run_action("copy_command")
            assert app.copied[-1] == command or command.startswith("jobsync jobs"), screen_text(app)
            words = split(app.copied[-1])[1:]
            found: click.Command = cli
            while isinstance(found, click.Group) and words and (below := found.get_command(click.Context(found), words[0])) is not None:
                found, words = below, words[1:]
            # Parsed as it would be, and not run.
            found.make_context("jobsync", words)


async def test_a_list_says_its_filter_and_its_order_and_one_of_marked_jobs_says_that_it_cannot(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Jobs(Scope.of("file"), "job -care"))
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        await pilot.press("$")
        assert app.copied[-1].startswith("jobsync jobs -i file --filter 'job -care' --sort ")
        copied = len(app.copied)
        await pilot.press("space", "M", "$")
        await until(pilot, lambda: any("No command does this" in notice.text for notice in app.notices))
        assert len(app.copied) == copied
