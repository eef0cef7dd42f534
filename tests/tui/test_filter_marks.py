"""A filter that is wrong, in the application over a real backend: the list stays, the place is marked, and the nearest words are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Rule, Scope
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.widgets.filter_bar import FilterBar, FilterInput
from tests.services.workshop import workshop
from tests.support.pilot import until
from tests.tui.stage import on_stage, shows

CARE = Rule("care", "Care in Köln", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))


def underlined(app: JobsyncApp) -> str:
    """Return what of the filter's field is underlined."""
    field = app.screen.query_one(FilterInput)
    return "".join(segment.text for segment in field.render_line(0) if segment.style and segment.style.underline).rstrip()


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ("job status:opne", "opne", "Did you mean open?"),
        ("-rule:nope", "nope", "nope is not a known rule"),
        ('rule:"Care in Kölm"', '"Care in Kölm"', "Did you mean Care in Köln?"),
        ("integration:fil", "fil", "Did you mean file?"),
        ("remote:ja", "ja", "ja is not a known value of remote"),
        ('custom."Req Type:x', '"Req Type:x', "not closed"),
        ("name:", ":", "A value is missing here, for example is:open or client:acme."),
        ('job ""', '""', "There is nothing to search for here"),
    ],
)
async def test_the_place_is_marked_and_the_list_stays(wrong: str, place: str, words: str, tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE], expected_revision=0, what="begin", typed=6)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Jobs(Scope.of("file"), "job 1"))
            await shows(app, pilot, "3 match")
            bar = app.screen.query_one(FilterBar)
            bar.value = wrong
            await shows(app, pilot, words)
            await shows(app, pilot, "3 match")
            assert underlined(app) == place
            bar.value = "rule:care"
            await shows(app, pilot, "6 match")
            assert underlined(app) == ""


async def test_a_remembered_filter_that_is_wrong_by_now_is_said_and_can_be_cleared(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Jobs(Scope.of("file"), "rule:care"))
        await shows(app, pilot, "care is not a known rule")
        await pilot.press("slash", "escape")
        await shows(app, pilot, "12 match")
        assert isinstance(app.screen, JobsScreen)
        await until(pilot, lambda: app.screen.query_one(FilterBar).value == "")
