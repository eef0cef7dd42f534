"""The jobs of all integrations in one list: a key acts on the integration of its row, and what is done to many is told by integration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import EVERY, Action, ActionKind, JobKey, ListView, Rule, Scope, Sort, SortField, SyncStatus
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.ats_search import SearchScreen
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.prompt import PromptScreen
from jobsync_tui.screens.sync.confirm_bulk import ConfirmBulkScreen
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, dialog, on_stage, shows

pytestmark = pytest.mark.usefixtures("still")

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "ward"
name = "The Ward"
provider = "file"
path = "ward.csv"

[[integrations]]
id = "clinic"
name = "The Clinic"
provider = "file"
path = "clinic.csv"

[[integrations]]
id = "attic"
name = "The Attic"
provider = "file"
path = "attic.csv"
read_only = true

[[admins]]
user = "bob"
integrations = ["*"]

[[admins]]
user = "alice"
integrations = ["clinic", "attic"]
"""
FILES = {
    "ward": "id,name,status,Shift\n1,ICU Nurse,open,nights\n2,Porter,open,days\n",
    "clinic": "id,name,status,Grade\n1,Lead Nurse,open,7\n2,Surgeon,open,9\n",
    "attic": "id,name,status\n1,Old Nurse,open\n",
}
BY_NAME = Sort(SortField.NAME, descending=False)
IN_ORDER = (("ward", "1"), ("clinic", "1"), ("attic", "1"), ("ward", "2"), ("clinic", "2"))
"""The jobs by name."""


@asynccontextmanager
async def hospital(
    folder: Path, user: str = "bob", *, size: tuple[int, int] = (100, 30), more: str = ""
) -> AsyncIterator[tuple[Stage, Pilot[int]]]:
    """Run the application over three integrations with jobs of the same ids; one of them is read-only. ``more`` jobs are the ward's."""
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)
    for integration, text in FILES.items():
        (folder / f"{integration}.csv").write_text(text + more * (integration == "ward"))
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.save([Rule("all", "All", None, (Action(ActionKind.FOLDER, "Inbox"),))], expected_revision=0, what="begin")
        for integration in FILES:
            await backend.integrations.refresh(integration)
    async with Backend.open(load_settings(config), Actor(user)) as backend, on_stage(backend, size) as found:
        yield found


@asynccontextmanager
async def listed(folder: Path, user: str = "bob", rows: int = 5) -> AsyncIterator[tuple[Stage, Pilot[int], JobsScreen]]:
    """Show all their jobs, by name."""
    async with hospital(folder, user) as (app, pilot):
        app.memory.looked_at(EVERY, replaced := app.memory.view(EVERY))
        replaced.sort = BY_NAME
        app.open(routes.Jobs(EVERY))
        await shows(app, pilot, f"row 1 of {rows}")
        yield app, pilot, on_list(app)


def on_list(app: Stage) -> JobsScreen:
    assert isinstance(app.screen, JobsScreen), app.screen
    return app.screen


async def at(app: Stage, pilot: Pilot[int], job: tuple[str, str]) -> None:
    """Move the cursor to a job."""
    table = on_list(app).table
    table.move_cursor(row=IN_ORDER.index(job))
    await until(pilot, lambda: table.cursor_key == job)


async def chosen(app: Stage, pilot: Pilot[int], typed: str) -> None:
    """Choose what the typed words find in the menu in front."""
    await until(pilot, lambda: isinstance(app.screen, MenuScreen) and bool(app.screen.query(OptionList)))
    await pilot.press(*typed, "enter")


async def told(app: Stage, pilot: Pilot[int], words: str) -> None:
    await until(pilot, lambda: any(words in each.text for each in app.notices))


def exported(folder: Path) -> list[str]:
    (file,) = folder.glob("jobsync-all-*.csv")
    return file.read_text().splitlines()


async def test_a_on_the_integrations_lists_all_their_jobs_each_with_its_own(tmp_path: Path) -> None:
    async with hospital(tmp_path) as (app, pilot):
        app.open(routes.Picker())
        await shows(app, pilot, "The Attic")
        await shows(app, pilot, "a all in one list")
        await pilot.press("a")
        await shows(app, pilot, "3 integrations [i]   5 jobs")
        await shows(app, pilot, "read-only: 1")
        await shows(app, pilot, "Integration")
        await pilot.press("slash", *"integration:clinic", "enter")
        await shows(app, pilot, "2 match")
        assert "ward" not in screen_text(app).replace("/ integration", "")
        assert app.memory.integration == "*"


async def test_who_may_use_some_sees_those_alone(tmp_path: Path) -> None:
    async with listed(tmp_path, "alice", rows=3) as (app, pilot, _):
        await shows(app, pilot, "2 integrations [i]   3 jobs")
        assert "ward" not in screen_text(app)
        await pilot.press("slash", *"integration:ward", "enter")
        await shows(app, pilot, "ward is not a known integration")


async def test_each_key_acts_on_the_job_of_its_row(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await at(app, pilot, ("clinic", "1"))
        for key, words in (
            ("e", "The Clinic > job 1"),
            ("H", "The Clinic > job 1"),
            ("d", "The Clinic > job 1"),
            ("equals_sign", "The Clinic > job 1"),
            ("n", "Lead Nurse"),
        ):
            await pilot.press(key)
            await until(pilot, lambda: not isinstance(app.screen, JobsScreen))
            await shows(app, pilot, words)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, JobsScreen))


async def test_check_eligibility_steps_from_one_integration_to_the_next(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await pilot.press("e")
        await shows(app, pilot, "The Ward > job 1")
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "The Clinic > job 1")
        await shows(app, pilot, "Lead Nurse")
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "The Attic > job 1")
        await pilot.press("s")
        await shows(app, pilot, "The Attic is read-only")
        assert isinstance(app.screen, EligibilityScreen)


async def test_many_are_confirmed_once_and_told_by_integration(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, screen):
        await pilot.press("space")
        await at(app, pilot, ("clinic", "1"))
        await pilot.press("space")
        assert list(screen.marks) == [("ward", "1"), ("clinic", "1")]
        await pilot.press("s")
        await shows(app, pilot, "2 integrations > 2 jobs")
        await shows(app, pilot, "ward    1 job   1 create")
        await shows(app, pilot, "clinic  1 job   1 create")
        bulk = app.screen
        assert isinstance(bulk, ConfirmBulkScreen)
        await pilot.press("dollar_sign")
        assert app.copied[-1] == "jobsync sync ward:1 clinic:1"
        await until(pilot, lambda: bulk.armed)
        await pilot.press("y")
        await shows(app, pilot, "ok DONE   2 of 2 jobs synced")
        await shows(app, pilot, "clinic  1 job   ok CREATED 1")
        await pilot.press("down")
        section = dialog(app).document.section
        while section is None or section.target != "clinic:1":
            if section is not None and section.target is None:
                await pilot.press("plus")
            await pilot.press("down")
            section = dialog(app).document.section
        await pilot.press("enter")
        await pilot.press("e")
        await pilot.press("escape", "escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and not screen.marks)
        for integration, job_id in (("ward", "1"), ("clinic", "1")):
            job = await app.backend.jobs.get(integration, job_id)
            assert job is not None
            assert job.sync_status is SyncStatus.SYNCED
        assert {key.id for key in await app.backend.jobs.ids(EVERY, "is:never", Sort())} == {"1", "2"}


async def test_a_read_only_integration_is_left_out_and_keeps_nothing_from_the_others(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, screen):
        await shows(app, pilot, "read-only: 1")
        await at(app, pilot, ("attic", "1"))
        await pilot.press("s")
        await told(app, pilot, "The Attic is read-only: its jobs can be checked, but not synced")
        assert isinstance(app.screen, JobsScreen)
        await pilot.press("m")
        await until(pilot, lambda: len(screen.marks) == 5)
        await pilot.press("s")
        await shows(app, pilot, "3 integrations > 5 jobs")
        await shows(app, pilot, "attic   1 job    1 refused")
        await shows(app, pilot, "The Attic is read-only")
        bulk = app.screen
        assert isinstance(bulk, ConfirmBulkScreen)
        await until(pilot, lambda: bulk.armed)
        await pilot.press("y")
        await shows(app, pilot, "4 of 5 jobs synced")
        await shows(app, pilot, "x REFUSED 1")
        assert list(screen.marks) == [("attic", "1")]
        (refused,) = await app.backend.records.audit(integration="attic", job="1", limit=5)
        assert refused.outcome == "refused"


async def test_a_list_comes_back_as_it_was_left(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, screen):
        await at(app, pilot, ("ward", "2"))
        await pilot.press("space", "i")
        await chosen(app, pilot, "clinic")
        await shows(app, pilot, "The Clinic [i]   2 jobs")
        assert not on_list(app).marks
        await pilot.press("down", "space", "M")
        await shows(app, pilot, "row 1 of 1")
        await pilot.press("i")
        await chosen(app, pilot, "all")
        await shows(app, pilot, "row 4 of 5")
        assert on_list(app) is not screen
        assert on_list(app).table.cursor_key == ("ward", "2")
        assert list(on_list(app).marks) == [("ward", "2")]
        await pilot.press("i")
        await chosen(app, pilot, "clinic")
        await shows(app, pilot, "row 1 of 1")
        await shows(app, pilot, "1 marked")


async def test_a_row_stands_on_the_line_on_which_it_was(tmp_path: Path) -> None:
    more = "".join(f"{number},Nurse {number},open,days\n" for number in range(100, 200))
    async with hospital(tmp_path, size=(80, 24), more=more) as (app, pilot):
        app.open(routes.Jobs(Scope.of("ward")))
        await shows(app, pilot, "of 102")
        for key in ("pagedown", "pagedown", "up", "up"):
            await pilot.press(key)
        table = on_list(app).table
        await until(pilot, lambda: table.cursor_key is not None and table.cursor_row > 20)
        left = (table.cursor_key, table.cursor_row, table.top)
        app.open(routes.Jobs(Scope.of("clinic")))
        await shows(app, pilot, "of 2")
        app.open(routes.Jobs(Scope.of("ward")))
        await shows(app, pilot, "of 102")
        again = on_list(app).table
        await until(pilot, lambda: (again.cursor_key, again.cursor_row, again.top) == left)


async def test_columns_and_the_export_have_the_fields_of_each_integration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with listed(tmp_path) as (app, pilot, screen):
        assert {"custom.Shift", "custom.Grade"} <= set(await app.backend.jobs.columns(EVERY))
        screen.look(type(screen.view)("", BY_NAME, ("name", "integration", "custom.Shift", "custom.Grade")))
        await shows(app, pilot, "nights")
        await shows(app, pilot, "Grade")
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("enter")
        await told(app, pilot, "5 jobs are in")
        lines = exported(tmp_path)
        assert lines[:3] == ["name,integration,custom.Shift,custom.Grade", "ICU Nurse,ward,nights,", "Lead Nurse,clinic,,7"]


async def test_views_are_for_all_and_one_of_an_integration_shows_its_jobs(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, screen):
        await app.backend.views.save(ListView(name="grades", filter="custom.grade:7", integrations=("clinic",)))
        await pilot.press("slash", *"nurse", "enter", "v")
        await shows(app, pilot, "grades")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"nurses", "enter")
        await told(app, pilot, "Saved the view nurses; 2 uses it")
        assert (await app.backend.views.get("nurses")).view.integrations == ()
        await pilot.press("1")
        await until(pilot, lambda: screen.view.filter == "integration:clinic custom.grade:7")
        await shows(app, pilot, "1 match")


async def test_search_asks_in_which_ats_and_begins_with_that_of_the_row(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await at(app, pilot, ("clinic", "1"))
        await pilot.press("f")
        await chosen(app, pilot, "")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await shows(app, pilot, "The Clinic")


async def test_refresh_reads_each_of_them(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        for integration, text in FILES.items():
            (tmp_path / f"{integration}.csv").write_text(f"{text}9,New Nurse,open\n")
        await shows(app, pilot, "3 integrations")
        await pilot.press("r")
        await shows(app, pilot, "8 jobs")
        for integration in FILES:
            await told(app, pilot, f"{integration}: Refreshed")


async def test_i_leads_to_the_list_of_integrations_as_well(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await pilot.press("i")
        await chosen(app, pilot, "list of")
        await until(pilot, lambda: isinstance(app.screen, PickerScreen))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, PickerScreen))


async def test_next_marked_goes_on_in_the_list_of_all(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, screen):
        screen.marks.add([JobKey("ward", "1"), JobKey("clinic", "1")])
        app.open(routes.confirm([JobKey("ward", "1")]))
        await shows(app, pilot, "CREATE")
        confirm = app.screen
        await until(pilot, lambda: bool(getattr(confirm, "armed", False)))
        await pilot.press("y")
        await shows(app, pilot, "ok CREATED")
        await pilot.press("n")
        await until(pilot, lambda: app.screen is not confirm)


async def test_what_was_unfolded_is_so_for_the_next_job_and_a_plan_begins_as_it_is(tmp_path: Path) -> None:
    async with listed(tmp_path) as (app, pilot, _):
        await pilot.press("e")
        await shows(app, pilot, "The Ward > job 1")
        await until(pilot, lambda: dialog(app).document.section is not None)
        section = dialog(app).document.section
        assert section is not None
        closed = screen_text(app)
        await pilot.press("plus")
        await until(pilot, lambda: section.key in dialog(app).document.turned and screen_text(app) != closed)
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "Lead Nurse")
        await until(pilot, lambda: section.key in dialog(app).document.turned)
        await pilot.press("escape", "e")
        await shows(app, pilot, "The Ward > job 1")
        await until(pilot, lambda: section.key in dialog(app).document.turned)
        await pilot.press("escape", "s")
        await shows(app, pilot, "CREATE")
        await pilot.press("plus", "escape")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("s")
        await shows(app, pilot, "CREATE")
        assert not dialog(app).document.turned
