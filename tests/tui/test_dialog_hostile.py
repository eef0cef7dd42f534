"""Titles that try to act: readable on every dialog, and inert."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from jobsync_tui.backend.core.models import JobKey, Rule, RuleSet
from jobsync_tui.backend.core.text import clean
from jobsync_tui.screens import routes
from tests.support import sample_records, samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import Stage, shows, staged
from tests.tui.test_dialog_result import over


def read_again(app: Stage, title: str) -> None:
    app.notices.add(title)
    app.open(routes.Log())


_OPENERS: dict[str, Callable[[Stage, str], None]] = {
    "check": lambda app, _: app.open(routes.Eligibility("bullhorn", "884213")),
    "confirm": lambda app, _: app.open(routes.confirm(JobKey.of("bullhorn", "884213"))),
    "bulk": lambda app, _: app.open(routes.confirm(JobKey.of("bullhorn", "884213", "2"))),
    "search": lambda app, _: app.open(routes.Search("bullhorn", "884213")),
    "history": lambda app, _: app.open(routes.History("bullhorn", "884213")),
    "rules": lambda app, _: app.open(routes.Rules()),
    "result": lambda app, title: app.open(routes.result(over(samples.updated(samples.cached(name=title))))),
    "several": lambda app, title: app.open(routes.result(over(samples.failed(samples.cached(name=title)), samples.updated()))),
    "log": read_again,
}


def hostile(title: str) -> Script:
    job = samples.cached(name=title, client=title)
    plans = samples.bulk_plan(4)
    return Script(
        cached=job,
        eligibility=samples.unmatched(job),
        plan=samples.update_plan(job),
        bulk=replace(plans, plans=tuple(replace(plan, job=replace(plan.job, name=title)) for plan in plans.plans)),
        fetched=job,
        rules=RuleSet(1, (Rule("hostile", title),)),
        past=tuple(replace(entry, cause=title) for entry in sample_records.entries()),
    )


@pytest.mark.parametrize("opener", _OPENERS)
async def test_hostile_text_is_readable_and_inert(opener: str) -> None:
    script = Script()
    async with staged(script, (120, 40)) as (app, pilot):
        for title in samples.HOSTILE:
            vars(script).update(vars(hostile(title)))
            _OPENERS[opener](app, title)
            if opener == "search":
                await pilot.press("enter")
            await shows(app, pilot, clean(title)[:22])
            assert "\x1b" not in screen_text(app)
            await pilot.click(offset=(5, 1))
            await pilot.press("c")
            assert app.is_running
            assert all("\x1b" not in text for text in app.copied)
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 2)


async def test_the_name_of_a_dialog_stays_however_long_the_foreign_one_beside_it_is() -> None:
    script = Script(integration=replace(samples.BULLHORN, name="\u770b\u8b77\u5e2b " * 40))
    async with staged(script) as (app, pilot):
        app.open(routes.confirm(JobKey.of("bullhorn", "884213")))
        await shows(app, pilot, "Confirm Sync")
        await shows(app, pilot, "\u770b\u8b77\u5e2b")
        assert screen_text(app).startswith(" Confirm Sync")
