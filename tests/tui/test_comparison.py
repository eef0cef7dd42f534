"""A job side by side and its page, from the list by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import Unreachable
from jobsync_tui.screens import routes
from tests.support import samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (44, 24)])
async def test_both_sides_are_shown_with_what_differs_first(size: tuple[int, int]) -> None:
    async with staged(Script(), size) as (app, pilot):
        app.open(routes.SideBySide("bullhorn", "884213"))
        await shows(app, pilot, "DIFFERENT 1")
        text = screen_text(app)
        assert "\x1b" not in text
        assert text.index("folder") < text.index("NOT DIFFERENT")
        await pilot.press("c", "enter")
        await shows(app, pilot, "our sync of")
        assert "changed by a person" in app.copied[0]
        assert "rule Mercy" in app.copied[0]
        await pilot.press("e")
        await shows(app, pilot, "Check Eligibility")


async def test_why_there_are_no_sides_is_said() -> None:
    async with staged(Script(comparison=Unreachable("Bullhorn is down", service="Bullhorn"))) as (app, pilot):
        app.open(routes.SideBySide("bullhorn", "884213"))
        await shows(app, pilot, "Bullhorn is down")


async def test_the_page_has_the_fields_the_description_and_the_answer() -> None:
    script = Script(cached=replace(samples.cached(), description="<p>Nights \u202eonly</p>", custom={"shift": "nights"}))
    async with staged(script, (80, 60)) as (app, pilot):
        app.open(routes.JobPage("bullhorn", "884213"))
        await shows(app, pilot, "ANSWERS NOW")
        await shows(app, pilot, "/entity/JobOrder/884213")
        assert "Nights only" in screen_text(app)
        assert "custom.shift" in screen_text(app)
        await pilot.press("c")
        await until(pilot, lambda: bool(app.copied))
        assert '"title": "ICU Nurse, nights"' in app.copied[0]
        assert "BhRestToken: ***" in app.copied[0]
        await pilot.press("=")
        await shows(app, pilot, "Side by side")


async def test_a_file_has_no_answer_and_a_job_may_have_gone() -> None:
    async with staged(Script(answers=())) as (app, pilot):
        app.open(routes.JobPage("bullhorn", "884213"))
        await shows(app, pilot, "read from a file")
    async with staged(Script(cached=None)) as (app, pilot):
        app.open(routes.JobPage("bullhorn", "884213"))
        await shows(app, pilot, "Job not found in ATS")
