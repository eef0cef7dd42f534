"""Views, columns, earlier filters and the export on the jobs screen, over a real database."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import FilterError
from jobsync_tui.backend.core.models import ListView, Scope, Sort, SortField
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.columns_menu import ColumnsScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.jobs.list_export import AT_ONCE
from jobsync_tui.screens.jobs.views_menu import ViewsScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.prompt import PromptScreen
from jobsync_tui.widgets.content import SYNC_STYLES
from jobsync_tui.widgets.filter_bar import FilterBar
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

pytestmark = pytest.mark.usefixtures("still")

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "ward"
provider = "file"
path = "ward.csv"

[[admins]]
user = "bob"
integrations = ["*"]
"""
WARD = "id,name,client,status,Shift\n1,ICU Nurse,Mercy,open,nights\n2,=cmd,Mercy,open,days\n3,Porter,Other,closed,nights\n"


@asynccontextmanager
async def ward(folder: Path, *views: ListView, rows: str = WARD) -> AsyncIterator[tuple[Stage, Pilot[int], JobsScreen]]:
    """Open the jobs screen on three jobs of a file, with views that were saved before."""
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)
    (folder / "ward.csv").write_text(rows)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.integrations.refresh("ward")
        for view in views:
            await backend.views.save(view)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Jobs(Scope.of("ward")))
            await shows(app, pilot, "row 1 of 3")
            screen = app.screen
            assert isinstance(screen, JobsScreen)
            yield app, pilot, screen


async def comes(app: Stage, pilot: Pilot[int], kind: type[object]) -> None:
    await until(pilot, lambda: isinstance(app.screen, kind) and bool(app.screen.query("#menu-list")))


async def told(app: Stage, pilot: Pilot[int], words: str) -> None:
    await until(pilot, lambda: any(words in each.text for each in app.notices))


def heading(app: Stage) -> list[str]:
    return screen_text(app).splitlines()[2].split()


async def test_columns_are_chosen_moved_and_remembered(tmp_path: Path) -> None:
    async with ward(tmp_path) as (app, pilot, screen):
        await pilot.press("|")
        await comes(app, pilot, ColumnsScreen)
        await pilot.press("space", "a")
        await comes(app, pilot, PromptScreen)
        await pilot.press(*"custom.shift", "enter")
        await comes(app, pilot, ColumnsScreen)
        await shows(app, pilot, "[x] shift")
        await pilot.press(*"KKKKKKK", "enter")
        await shows(app, pilot, "nights")
        assert heading(app)[3] == "shift"
        assert "Name" not in heading(app)
        assert "Sync" in heading(app)
        columns = app.memory.view(Scope.of("ward")).columns
        assert columns[:2] == ("id", "custom.shift")
        await pilot.press("|")
        await comes(app, pilot, ColumnsScreen)
        await pilot.press("u")
        await shows(app, pilot, "Job Name")
        assert screen.view.columns == ()


async def test_a_view_is_saved_used_by_its_digit_renamed_shared_and_deleted(tmp_path: Path) -> None:
    async with ward(tmp_path, ListView(name="aged", sort=Sort(SortField.ID, descending=False))) as (app, pilot, screen):
        await pilot.press("/", *"nurse", "enter")
        await shows(app, pilot, "1 match")
        await pilot.press("v")
        await comes(app, pilot, ViewsScreen)
        await pilot.press("s")
        await comes(app, pilot, PromptScreen)
        await pilot.press(*"best", "enter")
        await until(pilot, lambda: type(app.screen) is MenuScreen)
        await pilot.press("enter")
        await shows(app, pilot, "view best")
        await pilot.press("1")
        await shows(app, pilot, "3 match")
        assert str(screen.view.sort) == "id"
        await pilot.press("2")
        await shows(app, pilot, "1 match")
        await pilot.press("O")
        await comes(app, pilot, MenuScreen)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and "view best" not in screen_text(app))
        for key, words in (("S", "shared"), ("S", "not shared any more")):
            await pilot.press("v")
            await comes(app, pilot, ViewsScreen)
            await pilot.press("down", key)
            await told(app, pilot, words)
        await pilot.press("v")
        await comes(app, pilot, ViewsScreen)
        await pilot.press("down", "r")
        await comes(app, pilot, PromptScreen)
        await pilot.press("ctrl+u", *"zebra", "enter")
        await told(app, pilot, "zebra now")
        await pilot.press("v")
        await comes(app, pilot, ViewsScreen)
        await pilot.press("down", "d")
        await until(pilot, lambda: type(app.screen) is MenuScreen)
        await pilot.press("down", "enter")
        await told(app, pilot, "Deleted")
        assert [each.view.name for each in await screen.backend.views.list()] == ["aged"]


async def test_a_view_that_is_wrong_today_says_so_and_keeps_the_list(tmp_path: Path) -> None:
    async with ward(tmp_path) as (app, pilot, screen):
        await screen.backend.rules.import_text("rules: [ { id: night, name: Night, actions: [ { folder: A } ] } ]", "file")
        await screen.backend.views.save(ListView(name="by rule", filter="rule:night"))
        await screen.backend.rules.delete(["night"])
        await pilot.press("1")
        await told(app, pilot, "night is not a known rule")
        await shows(app, pilot, "row 1 of 3")


async def test_a_digit_without_a_view_says_where_views_are(tmp_path: Path) -> None:
    async with ward(tmp_path) as (app, pilot, _):
        await pilot.press("4")
        await told(app, pilot, "no view 4")


async def test_up_brings_earlier_filters_and_down_comes_back(tmp_path: Path) -> None:
    async with ward(tmp_path) as (app, pilot, screen):
        bar = screen.query_one(FilterBar)
        await pilot.press("/", *"porter", "enter", "/", "escape", *"mercy", "escape", *"icu")
        await shows(app, pilot, "1 match")
        await pilot.press("up")
        assert bar.value == "mercy"
        await pilot.press("up")
        assert bar.value == "porter"
        await pilot.press("up")
        assert bar.value == "porter"
        await pilot.press("down", "down")
        assert bar.value == "icu"
        await pilot.press("escape")
        await shows(app, pilot, "3 match")
        await pilot.press("down")
        assert screen.table.cursor_row == 1
        await pilot.press("up")
        assert (screen.table.cursor_row, bar.value) == (0, "")
        assert app.memory.filters[0] == "icu"


async def test_what_is_listed_is_written_in_its_columns_and_its_order_and_nothing_is_overwritten(tmp_path: Path) -> None:
    by_id = Sort(SortField.ID, descending=True)
    view = ListView(name="v", filter="client:mercy", sort=by_id, columns=("name", "custom.shift", "id"))
    file = tmp_path / "list.csv"
    async with ward(tmp_path, view) as (app, pilot, screen):
        await pilot.press("1")
        await shows(app, pilot, "2 match")
        await pilot.press("X")
        await comes(app, pilot, PromptScreen)
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await told(app, pilot, "2 jobs are in")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text() == "name,custom.shift,id\n'=cmd,days,2\nICU Nurse,nights,1\n"
        file.write_text("mine")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("X")
        await comes(app, pilot, PromptScreen)
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await shows(app, pilot, "nothing is overwritten")
    assert file.read_text() == "mine"


async def test_an_export_that_does_not_come_to_its_end_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    begun = asyncio.Event()

    async def stuck(*_: object, **__: object) -> AsyncIterator[tuple[str, ...]]:
        for number in range(AT_ONCE + 1):
            yield (str(number),)
        begun.set()
        await asyncio.Event().wait()

    async def broken(*_: object, **__: object) -> AsyncIterator[tuple[str, ...]]:
        yield ("1",)
        raise FilterError("It is wrong now", 0)

    async def write_by(way: object) -> None:
        monkeypatch.setattr(screen.backend.jobs, "cells", way)
        await pilot.press("X")
        await comes(app, pilot, PromptScreen)
        app.screen.query_one(Input).value = str(folder / "list.csv")
        await pilot.press("enter")

    async with ward(tmp_path) as (app, pilot, screen):
        await write_by(broken)
        await told(app, pilot, "It is wrong now")
        assert not list(folder.iterdir())
        await write_by(stuck)
        await until(pilot, begun.is_set)
        assert not (folder / "list.csv").exists()
        app.workers.cancel_group(app, "runs")
        await until(pilot, lambda: not list(folder.iterdir()))


async def test_one_whom_an_account_speaks_for_gets_the_list_over_the_clipboard(tmp_path: Path) -> None:
    async with ward(tmp_path) as (app, pilot, _):
        app.confined = True
        await pilot.press("X")
        await until(pilot, lambda: bool(app.copied))
        assert app.copied[0].splitlines()[0] == "name,id,location,client,department,status,updated_at,sync_status,last_synced"
        assert len(app.copied[0].splitlines()) == 4


async def test_a_custom_field_with_a_line_break_in_its_name_stays_one_column(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    async with ward(tmp_path, rows='id,name,"Req\nType"\n1,Nurse,new\n2,Porter,old\n3,Cook,new\n') as (app, pilot, screen):
        await pilot.press("|")
        await comes(app, pilot, ColumnsScreen)
        await pilot.press("end", "space", "enter")
        await until(pilot, lambda: screen.view.columns[-1:] == ("custom.Req\nType",))
        await pilot.press("X")
        await comes(app, pilot, PromptScreen)
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await told(app, pilot, "3 jobs are in")
    assert file.read_text().startswith("name,id,")
    assert {row.rpartition(",")[2] for row in file.read_text().splitlines()[-3:]} == {"new", "old"}


async def test_every_sync_status_has_the_colour_of_the_texts_about_it(tmp_path: Path) -> None:
    async with ward(tmp_path) as (_, _, screen):
        colours: dict[str, set[Color]] = {}
        for status, style in SYNC_STYLES.items():
            colours.setdefault(style.split()[-1], set()).add(screen.table.get_component_styles(f"job--{status.value}").color)
        assert {len(each) for each in colours.values()} == {1}


async def test_an_added_column_is_seen_at_once_and_the_line_below_says_how_many_have_no_room(tmp_path: Path) -> None:
    every = ("name", "id", "location", "client", "department", "status", "updated_at", "sync_status", "last_synced", "custom.shift")
    async with ward(tmp_path, ListView(name="all", columns=every)) as (app, pilot, screen):
        await pilot.press("1")
        await shows(app, pilot, "nights")
        assert heading(app)[-1] == "shift"
        assert "Sync" in heading(app)
        await pilot.press("dollar_sign")
        await until(pilot, lambda: bool(app.copied))
        assert app.copied == ["jobsync jobs -i ward --view all"]
        screen.look(replace(screen.view, filter="nurse"))
        await until(pilot, lambda: "chosen columns without room" in screen.status.text)
