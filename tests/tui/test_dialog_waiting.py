"""What an ATS makes everybody wait for is said where the person waits."""

from __future__ import annotations

import asyncio

from jobsync_tui.backend.core.models import JobKey
from jobsync_tui.screens import routes
from jobsync_tui.screens.dialog import DialogScreen
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged

LIMITED = "rate limited by Bullhorn, next try in 12 s"


async def test_a_search_says_what_it_waits_for_until_it_is_over() -> None:
    limiter = asyncio.Event()
    async with staged(Script(limiter=limiter, waits_for=LIMITED)) as (app, pilot):
        app.open(routes.Search("bullhorn", "884213"))
        await pilot.press("enter")
        await shows(app, pilot, LIMITED)
        limiter.set()
        await shows(app, pilot, "ok FOUND")
        assert LIMITED not in screen_text(app)


async def test_a_sync_of_several_says_what_it_waits_for() -> None:
    limiter = asyncio.Event()
    async with staged(Script(limiter=limiter, waits_for=LIMITED)) as (app, pilot):
        app.open(routes.Running(app.runs.sync(JobKey.of("bullhorn", "1", "2"), expected=None, title="2 jobs")))
        await shows(app, pilot, LIMITED)
        limiter.set()
        await until(pilot, lambda: isinstance(app.screen, DialogScreen) and LIMITED not in screen_text(app))
        await shows(app, pilot, "Sync Result")
