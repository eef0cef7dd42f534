"""An integration that is read-only: what writes is not offered, its key says why, and nothing of it ends the session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import NotPermitted
from jobsync_tui.screens import routes
from tests.support import sample_records, samples
from tests.support.pilot import screen_text
from tests.tui.scripted import Script
from tests.tui.stage import Stage, shows, staged

READ_ONLY = replace(samples.BULLHORN, read_only=True)
REFUSED = NotPermitted("Bullhorn is read-only: its jobs can be checked, but not synced")


def footer(app: Stage) -> str:
    """Return the line that names the keys."""
    return screen_text(app).splitlines()[-1]


@pytest.mark.parametrize(
    ("route", "keys", "there", "key", "offered"),
    [
        (routes.Eligibility("bullhorn", "883977"), (), "Nothing has been written", "s", "s Sync Job"),
        (routes.Search("bullhorn", "883977"), ("enter",), "ok FOUND", "s", "s sync"),
        (routes.History("bullhorn", "884213"), (), "1 entry", "z", "z undo"),
    ],
    ids=["check", "search", "history"],
)
async def test_what_writes_is_not_offered_and_its_key_says_why(
    route: routes.Route, keys: tuple[str, ...], there: str, key: str, offered: str
) -> None:
    past = (replace(sample_records.entries()[0], outcome="updated"),)
    for integration, is_offered in ((samples.BULLHORN, True), (READ_ONLY, False)):
        async with staged(Script(integration=integration, eligibility=samples.matched(), past=past)) as (app, pilot):
            app.open(route)
            await pilot.press(*keys)
            await shows(app, pilot, there)
            assert (offered in footer(app)) is is_offered
            if not is_offered:
                shown = app.screen
                await pilot.press(key)
                await shows(app, pilot, "Bullhorn is read-only")
                assert app.screen is shown
                await pilot.press("ctrl+p")
                await shows(app, pilot, "Commands")
                assert "Plan to restore" not in screen_text(app)
                assert "Plan the sync" not in screen_text(app)


@pytest.mark.parametrize("route", [routes.ConfirmSync("bullhorn", "1"), routes.ConfirmUndo("bullhorn", "1", "op")], ids=["sync", "undo"])
async def test_one_that_became_read_only_meanwhile_is_refused_in_words(route: routes.Route) -> None:
    async with staged(Script(plan=REFUSED)) as (app, pilot):
        app.open(route)
        await shows(app, pilot, "can be checked, but not synced")
        assert "Reading" not in screen_text(app)
        await pilot.press("y", "escape")
        assert app.return_code is None
        assert len(app.screen_stack) == 2


async def test_before_a_job_is_found_nothing_is_offered_for_it() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Search("bullhorn"))
        await shows(app, pilot, "The id by which")
        assert footer(app).split("  ")[0].strip() == "f another id"
        await pilot.press("8", "enter")
        await shows(app, pilot, "ok FOUND")
        assert "e check  s sync" in footer(app)
