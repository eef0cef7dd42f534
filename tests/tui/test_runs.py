"""All runs on one screen, over a real backend: found, opened, led on from, and what failed tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from jobsync_tui.backend.core.models import Action, ActionKind, AuditEntry, Leaf, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.jobs.history import HistoryScreen
from jobsync_tui.screens.runs import ActivityRows, RunsScreen
from jobsync_tui.screens.sync.confirm_bulk import ConfirmBulkScreen
from jobsync_tui.screens.sync.confirm_sync import ConfirmSyncScreen
from jobsync_tui.screens.sync.confirm_undo import ConfirmUndoScreen
from jobsync_tui.screens.sync.wire import WireScreen
from jobsync_tui.widgets.filter_bar import FilterBar
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))


@asynccontextmanager
async def at_work(folder: Path) -> AsyncIterator[tuple[Stage, Pilot[int], Backend]]:
    """Open the list behind a run of the timer, and two jobs that somebody looked for in vain."""
    async with workshop(folder) as backend, on_stage(backend) as (app, pilot):
        await backend.rules.save([CARE], expected_revision=(await backend.rules.current()).revision, what="care", typed=6)
        await backend.automatic.run("file")
        for job_id in ("gone-1", "gone-2"):
            with backend.because("asked by phone"):
                await backend.syncs.sync("file", job_id)
        await app.screen.run_action("runs") if hasattr(app.screen, "action_runs") else app.open(routes.Runs())
        await shows(app, pilot, "automatic run")
        yield app, pilot, backend


def runs_of(app: Stage) -> RunsScreen:
    assert isinstance(app.screen, RunsScreen)
    return app.screen


async def key_to_the_run(app: Stage, pilot: Pilot[int]) -> None:
    table = runs_of(app).table
    place = next(n for n in range(table.row_count) if (row := table.get_row_at(n)) is not None and row.key.startswith("run"))
    table.move_cursor(row=place)
    await pilot.pause()


async def test_a_run_opens_to_what_it_wrote_and_closes_again(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, backend):
        before = runs_of(app).table.row_count
        await key_to_the_run(app, pilot)
        (run,) = (await backend.activity.page("is:run", 0, 9)).lines
        wrote = await backend.activity.count_writes(run.number)  # type: ignore[union-attr]
        assert wrote > 0
        await pilot.press("enter")
        await until(pilot, lambda: runs_of(app).table.row_count == before + wrote)
        assert "- automatic run" in screen_text(app)
        assert "CREATED" in screen_text(app).upper()
        await pilot.press("j", "e")
        await until(pilot, lambda: isinstance(app.screen, EligibilityScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, WireScreen))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("escape", "k", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen) and app.screen.table.row_count == before)


async def test_the_filter_knows_why_a_person_did_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, backend):
        with backend.because("100 % sure"):
            await backend.automatic.pause()
        for text, lines in (
            ('reason:"by PHONE"', 2),
            ("reason:phone,sure", 3),
            ("reason:mail", 0),
            ("-reason:phone by:alice result:not_found", 0),
        ):
            app.screen.query_one(FilterBar).value = text
            await until(pilot, lambda lines=lines: f"{lines} match" in screen_text(app))  # type: ignore[misc]
        app.screen.query_one(FilterBar).value = "reason:0%s"
        await until(pilot, lambda: "0 match" in screen_text(app))
        app.screen.query_one(FilterBar).value = "reason:"
        await shows(app, pilot, "A value is missing here, for example reason:upgrade")


async def test_what_is_done_while_a_run_is_open_is_listed_by_a_later_look(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, backend):
        before = runs_of(app).table.row_count
        await key_to_the_run(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: runs_of(app).table.row_count > before)
        runs_of(app).table.move_cursor(row=0)
        await backend.syncs.sync("file", "gone-3")
        await runs_of(app)._look()
        assert "gone-3" not in screen_text(app)
        runs_of(app).table.move_cursor(row=1)
        await runs_of(app)._look()
        await shows(app, pilot, "gone-3")


async def test_lines_of_opened_runs_come_by_window_as_they_stand_in_the_whole(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (_, _, backend):
        await backend.automatic.run("file")
        rows = ActivityRows(backend, "")
        for each in (await backend.activity.page("is:run", 0, 9)).lines:
            await rows.open(each)  # type: ignore[arg-type]
        count = await rows.count()
        whole = [line.key for line in await rows.window(0, count)]
        assert len(whole) == len(set(whole)) == count
        for width in (1, 2, 3):
            pieces = [line.key for at in range(0, count, width) for line in await rows.window(at, width)]
            assert pieces == whole


async def test_what_failed_is_found_by_typing_and_tried_again_in_the_way_of_every_write(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, _):
        await pilot.press("slash", *"result:faild")
        await shows(app, pilot, "Did you mean failed?")
        await pilot.press("escape", *"result:not_found on:today")
        await shows(app, pilot, "2 match")
        await pilot.press("enter")
        await shows(app, pilot, "reason: asked by phone")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmSyncScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, ConfirmBulkScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await pilot.press("$")
        await until(pilot, lambda: bool(app.copied))
        assert app.copied == ["jobsync runs --filter 'result:not_found on:today'"]


async def test_a_write_is_undone_from_its_line_and_what_wrote_nothing_says_so(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, _):
        await pilot.press("slash", *"result:created", "enter")
        await until(pilot, lambda: (found := runs_of(app).table.line) is not None and isinstance(found.what, AuditEntry))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ConfirmUndoScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await pilot.press("r")
        await until(pilot, lambda: any("This did not fail" in notice.text for notice in app.notices))
        runs_of(app).bar.value = "result:not_found"
        await shows(app, pilot, "2 match")
        await pilot.press("u")
        await until(pilot, lambda: any("wrote nothing to Tenzo" in notice.text for notice in app.notices))


async def test_what_is_done_meanwhile_comes_into_the_list(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, backend):
        before = runs_of(app).table.row_count
        await backend.syncs.sync("file", "gone-3")
        await runs_of(app)._look()
        await until(pilot, lambda: runs_of(app).table.row_count == before + 1)


async def test_work_that_a_screen_that_is_left_still_asks_for_does_not_begin(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (app, pilot, _):
        screen = runs_of(app)
        begun: list[str] = []

        async def work() -> None:
            begun.append("begun")

        screen.work(work(), group="test")
        await until(pilot, lambda: begun == ["begun"])
        screen.dismiss(None)
        await until(pilot, lambda: not screen.is_attached)
        worker = screen.work(work(), group="test")
        await until(pilot, lambda: worker.is_finished)
        assert begun == ["begun"]
