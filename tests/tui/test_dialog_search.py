from __future__ import annotations

import pytest

from jobsync_tui.backend.core.errors import JobNotFound, Unreachable
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged


@pytest.mark.parametrize("typed", ["884213", " 884213 ", "https://cls22.bullhornstaffing.com/job/884213"])
async def test_an_id_or_an_address_finds_the_job(typed: str) -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.Search("bullhorn", typed))
        await shows(app, pilot, "exactly")
        await pilot.press("enter")
        await shows(app, pilot, "ok FOUND")
        assert script.asked == [("fetch", "884213")]


@pytest.mark.parametrize(("key", "screen"), [("e", EligibilityScreen), ("s", ConfirmSyncScreen)])
async def test_a_found_job_leads_on(key: str, screen: type) -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Search("bullhorn", "884213"))
        await pilot.press("enter")
        await shows(app, pilot, "ok FOUND")
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, screen))


async def test_no_such_job_says_so_in_the_words_users_know_and_what_to_do() -> None:
    async with staged(Script(fetched=JobNotFound())) as (app, pilot):
        app.open(routes.Search("bullhorn", "99"))
        await pilot.press("enter")
        await shows(app, pilot, "Job not found in ATS")
        await shows(app, pilot, "Bullhorn knows no job '99'")
        await pilot.press("7", "enter")
        await shows(app, pilot, "Bullhorn knows no job '7'")


async def test_an_ats_that_does_not_answer_is_not_taken_for_no_such_job() -> None:
    async with staged(Script(fetched=Unreachable("Bullhorn does not answer"))) as (app, pilot):
        app.open(routes.Search("bullhorn", "99"))
        await pilot.press("enter")
        await shows(app, pilot, "Bullhorn does not answer")
        assert "not found" not in screen_text(app)


async def test_an_empty_field_asks_for_an_id() -> None:
    script = Script()
    async with staged(script) as (app, pilot):
        app.open(routes.Search("bullhorn"))
        await pilot.press("enter")
        await shows(app, pilot, "Type the exact ID")
        assert script.asked == []
