"""The jobs that a change concerns: filtered, opened one by one, and taken along, over a real backend."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jobsync_tui.backend.core.models import Action, ActionKind, ImpactList, Leaf, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.screens import routes
from jobsync_tui.screens.rules.coverage import CoverageScreen
from jobsync_tui.screens.rules.impact import ImpactJobScreen, ImpactListScreen
from jobsync_tui.screens.rules.rule_leaves import RuleLeavesScreen
from tests.services.workshop import job_line, workshop, write_jobs
from tests.support.pilot import screen_text, until
from tests.support.samples import HOSTILE
from tests.tui.stage import Stage, on_stage, shows

CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))


@asynccontextmanager
async def listed(folder: Path) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the list of the six jobs that a first rule would make eligible."""
    async with workshop(folder) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.ImpactList(await backend.impacts.assess([CARE]), ImpactList.NEWLY_ELIGIBLE, "Add Care"))
        await shows(app, pilot, "6 match")
        yield app, pilot, backend


def exported(folder: Path) -> list[Path]:
    return list(folder.glob("jobsync-impact-*.csv"))


async def test_the_list_is_filtered_and_a_job_is_opened_exactly(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await pilot.press("slash", *"job 1")
        await shows(app, pilot, "2 match")
        await pilot.press(*" colour:red")
        await shows(app, pilot, "x colour is not a known field")
        await pilot.press("escape")
        await shows(app, pilot, "6 match")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ImpactJobScreen))
        await shows(app, pilot, "ok ELIGIBLE")
        text = screen_text(app)
        assert "before  x No active rules configured" in text
        assert "after   Care" in text
        assert "folder            before  not set" in text
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ImpactListScreen))


async def test_the_list_is_written_into_a_private_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with listed(tmp_path) as (app, pilot, _):
        await pilot.press("x")
        await until(pilot, lambda: any("6 jobs are in" in notice.text for notice in app.notices))
        (file,) = exported(tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        assert rows[1][:3] == ["integration", "id", "name"]
        assert sorted(row[1] for row in rows[2:]) == sorted(str(number) for number in range(12) if number % 2)


@pytest.mark.parametrize("confined", [False, True])
async def test_an_empty_list_is_not_taken_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, confined: bool) -> None:
    monkeypatch.chdir(tmp_path)
    async with listed(tmp_path) as (app, pilot, _):
        app.confined = confined
        await pilot.press("slash", *"nobody")
        await shows(app, pilot, "0 match")
        await pilot.press("enter", "x")
        await until(pilot, lambda: any("Nothing to write" in notice.text for notice in app.notices))
        assert (app.copied, exported(tmp_path)) == ([], [])


async def test_whoever_is_spoken_for_gets_it_over_the_clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with listed(tmp_path) as (app, pilot, _):
        app.confined = True
        await pilot.press("x")
        await until(pilot, lambda: bool(app.copied))
        assert app.copied[0].count("newly eligible") == 7
        assert not exported(tmp_path)


async def test_hostile_jobs_are_readable_and_inert_on_every_screen(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        lines = [(str(n), title, title, title, "open") for n, title in enumerate(HOSTILE)]
        write_jobs(tmp_path, [*lines, *map(job_line, range(50, 60))])
        await backend.integrations.refresh("file")
        every = Rule("every", "Every", None, (Action(ActionKind.FOLDER, "All"),))
        found = await backend.impacts.assess([every])
        async with on_stage(backend, (120, 40)) as (app, pilot):
            app.open(routes.ImpactList(found, ImpactList.NEWLY_ELIGIBLE, "Add Every"))
            await shows(app, pilot, "Engineer [Remote]")
            inert(app)
            for number in range(len(HOSTILE)):
                app.open(routes.RuleLeaves("file", str(number)))
                await until(pilot, lambda: isinstance(app.screen, RuleLeavesScreen) and "matches" in screen_text(app))
                inert(app)
            app.open(routes.Coverage())
            await until(pilot, lambda: isinstance(app.screen, CoverageScreen))
            await shows(app, pilot, "BY DEPARTMENT")
            inert(app)


def inert(app: Stage) -> None:
    """Assert that nothing on the screen acts: no control, no link, no foreign style."""
    text = screen_text(app)
    assert not any((ord(character) < 32 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in text)
    assert "\u202e" not in text
    assert app.is_running
