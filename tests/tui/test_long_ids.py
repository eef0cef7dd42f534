"""ATS job ids that are longer than their column: that they are cut is seen, they are told apart, and the whole one is on the screen."""

from __future__ import annotations

import pytest

from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.widgets.job_detail import JobDetail
from tests.support import samples
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

UUIDS = ("c0ffee00-0000-4000-8000-00000000000a", "c0ffee00-0000-4000-8000-00000000000b")
KOMBO = "7zK9vFQw3nXcT1pLs8RbYd2M"
CUT = ("c0ff\u20260000a", "c0ff\u20260000b", "7zK9\u2026bYd2M")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_long_id_is_cut_in_its_middle_and_whole_below_the_list(size: tuple[int, int]) -> None:
    jobs = [samples.cached(job_id, "Welder, 1st shift in the yard by the harbour", client="Harbor Steel") for job_id in (*UUIDS, KOMBO)]
    async with running(FakeBackend(jobs), size=size) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.listed is not None)
        await until(pilot, lambda: all(cut in screen_text(app) for cut in CUT))
        seen: set[str | None] = {None}
        for _ in CUT:
            await until(pilot, lambda: shown_below(app.screen) not in seen)
            seen.add(shown_below(app.screen))
            await until(pilot, lambda: str(shown_below(app.screen)) in screen_text(app))
            await pilot.press("down")
        assert seen == {None, *UUIDS, KOMBO}


def shown_below(screen: object) -> str | None:
    """Return the id of the job that the detail is about."""
    assert isinstance(screen, JobsScreen)
    job = screen.query_one(JobDetail).job
    return None if job is None else job.id
