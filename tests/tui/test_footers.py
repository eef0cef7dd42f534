"""The footer names what can be done: on empty lists, after a plan that failed, and where letters are text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.content import Content

from jobsync_tui.backend.core.errors import Unreachable
from jobsync_tui.backend.core.models import JobKey
from jobsync_tui.screens import routes
from jobsync_tui.widgets.footer import Footer
from tests.services.workshop import workshop
from tests.support import samples
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running, screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import Stage, on_stage, shows, staged
from tests.tui.test_shadows import OSLO


def footer(app: Stage) -> str:
    """Return the last line of the screen."""
    return screen_text(app).splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("route", "words", "left"),
    [
        (routes.Shadows(), "No rule runs in test mode.", "c copy  ? keys"),
        (routes.LinkJobs("file"), "No job in Tenzo looks like", "r read again  $ as command  ? keys"),
        (routes.Rules(), "There are no rules: n makes one", "n new  H history  ? keys"),
    ],
    ids=["shadows", "links", "rules"],
)
async def test_an_empty_list_offers_nothing_for_its_entries(tmp_path: Path, route: routes.Route, words: str, left: str) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(route)
        await shows(app, pilot, words)
        await until(pilot, lambda: footer(app) == left)
        assert "space activates" not in screen_text(app)


async def test_the_check_of_a_job_opens_no_rule_where_there_are_none(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Eligibility("file", "1"))
        await shows(app, pilot, "No active rules configured")
        assert "open rule" not in screen_text(app)
        await pilot.press("R")
        await shows(app, pilot, "There are no rules yet. Press n to make one from this job.")


async def test_a_list_without_jobs_offers_no_check_and_no_sync() -> None:
    async with running(FakeBackend([samples.cached("1", "Nurse")])) as (app, pilot):
        await until(pilot, lambda: "enter check  s sync" in screen_text(app))
        await pilot.press("/", *"zzz", "enter")
        await until(pilot, lambda: "0 match" in screen_text(app))
        await until(pilot, lambda: screen_text(app).splitlines()[-1].startswith(" / filter  f Search ATS Job  v views"))


async def test_a_footer_that_names_the_same_keys_is_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend([samples.cached("1", "Nurse")])) as (app, pilot):
        await until(pilot, lambda: "enter check  s sync" in screen_text(app))
        painted: list[str] = []
        paint = Footer.render

        def counted(it: Footer) -> Content:
            painted.append("anew")
            return paint(it)

        monkeypatch.setattr(Footer, "render", counted)
        app.screen.query_one(Footer).offer_anew()
        await pilot.press("/", *"zzz")
        await until(pilot, lambda: "enter check" not in screen_text(app))
        assert painted == ["anew"]


async def test_a_footer_below_a_dialog_asks_once_to_be_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend([samples.cached("1", "Nurse")])) as (app, pilot):
        await until(pilot, lambda: "enter check  s sync" in screen_text(app))
        covered = app.screen.query_one(Footer)
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not covered.screen)
        asked: list[str] = []
        monkeypatch.setattr(covered, "refresh", lambda *_, **__: asked.append("to be painted"))
        monkeypatch.setattr(covered, "_fitting", lambda _: [])
        for _ in range(3):
            covered.offer_anew()
        assert asked == ["to be painted"]


async def test_a_plan_that_failed_offers_nothing_to_unfold() -> None:
    script = Script(plan=Unreachable("No answer", service="Kombo"))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "883977")))
        await shows(app, pilot, "No answer")
        await until(pilot, lambda: footer(app) == "$ as command  ? keys")


async def test_the_yaml_offers_no_letters_and_says_how_to_leave(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([replace(OSLO)], expected_revision=0, what="begin", typed=4)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.RuleEditor(routes.Opening("oslo")))
            await shows(app, pilot, "enter change  a add")
            await pilot.press("y")
            await shows(app, pilot, "esc goes back to the form")
            await until(pilot, lambda: footer(app) == "? keys")
            await pilot.press("escape")
            await shows(app, pilot, "enter change  a add")
            assert "esc goes back" not in screen_text(app)
