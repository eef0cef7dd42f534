"""The greeting: one quiet line on the first screen, in full by a key, gone when it was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jobsync_tui.app import application
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import Greeting, IntegrationNews
from tests.support import samples
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import running, screen_text, until

pytestmark = pytest.mark.usefixtures("still")

TWO = (samples.BULLHORN, replace(samples.BULLHORN, id="lever", name="Lever [x]", ats="Lever"))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "GREETING_AFTER", 0.01)


def told(backend: FakeBackend, *, trouble: str | None = "Lever refused \x1b[2J the key (401)") -> FakeBackend:
    news = IntegrationNews(integration="bullhorn", created=12, updated=3, failed=1, newly_eligible=5)
    backend.greeting.now = Greeting(now() - timedelta(hours=2), (news, IntegrationNews(integration="lever", trouble=trouble)))
    return backend


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_picker_tells_it_in_a_line_and_the_key_in_full(size: tuple[int, int]) -> None:
    async with running(told(FakeBackend((), TWO)), size=size) as (app, pilot):
        await until(pilot, lambda: "12 created, 3 updated, 1 FAILED, 5 newly" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: "Since your last visit" in screen_text(app) and "refused" in screen_text(app))
        assert "\x1b" not in screen_text(app)
        assert "Lever [x]" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "choose an integration" in screen_text(app))
        assert "12 created" not in screen_text(app)


async def test_esc_waves_it_away_and_goes_nowhere() -> None:
    async with running(told(FakeBackend(many_jobs(3)))) as (app, pilot):
        await until(pilot, lambda: "12 created" in screen_text(app) and "100002" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "12 created" not in screen_text(app))
        assert "100002" in screen_text(app)


async def test_where_nothing_happened_nothing_is_said_and_the_key_asks() -> None:
    async with running(FakeBackend(many_jobs(3))) as (app, pilot):
        await until(pilot, lambda: "100002" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: "This is your first visit" in screen_text(app))
