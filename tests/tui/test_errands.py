"""What every palette offers beside the screen's own commands leads to something, and asks before it ends anything."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.core.models import AnswerKind, AutomaticRun, BackupReport, Failure, Scope
from jobsync_tui.backend.database.backup import Pages
from jobsync_tui.backend.services.maintenance import MaintenanceService
from jobsync_tui.documents.doctor import doctor_text
from jobsync_tui.screens import record, routes
from jobsync_tui.screens.base import JobsyncScreen
from jobsync_tui.screens.help import groups_from
from jobsync_tui.screens.jobs.history import HistoryScreen
from jobsync_tui.screens.log import LogScreen
from jobsync_tui.screens.palette import PaletteScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.prompt import PromptScreen
from jobsync_tui.session import runs
from tests.services.workshop import workshop
from tests.support import samples
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running, screen_text, until
from tests.tui.stage import on_stage, shows
from tests.tui.test_rules_history import OSLO


async def test_the_timer_is_paused_and_resumed_and_what_is_open_is_settled(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        await app.screen.run_action("pause")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"upgrade", "enter")
        await until(pilot, lambda: any("PAUSED by alice" in notice.text and "(upgrade)" in notice.text for notice in app.notices))
        assert (await backend.automatic.status()).paused is not None
        (row,) = await backend.records.audit(limit=1)
        assert (row.action, row.reason) == ("auto pause", "upgrade")
        app.open(routes.Greeting(None))
        await shows(app, pilot, "(upgrade)")
        await pilot.press("escape")
        await app.screen.run_action("resume")
        await shows(app, pilot, "Why?")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
        assert (await backend.automatic.status()).paused is not None, "not after all"
        await app.screen.run_action("resume")
        await shows(app, pilot, "Why?")
        await pilot.press(*"done", "enter")
        await shows(app, pilot, "The automatic sync goes on")
        assert (await backend.automatic.status()).paused is None
        (row,) = await backend.records.audit(limit=1)
        assert (row.action, row.reason) == ("auto resume", "done")
        await app.screen.run_action("recover")
        await shows(app, pilot, "0 operations were open")
        await app.screen.run_action("leases")
        await until(pilot, lambda: any("Nobody is syncing a job now" in notice.text for notice in app.notices))


async def test_the_timer_is_paused_until_a_time_that_is_asked_for_and_the_jobs_say_so(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Jobs(Scope.of("file")))
        await shows(app, pilot, "? keys")
        await app.screen.run_action("pause_until")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"2020-01-01", "ctrl+t")
        await shows(app, pilot, "that is over already")
        app.screen.query_one(Input).value = "2999-12-01 18:00"
        await shows(app, pilot, "resumes automatically at 2999-12-01 18:00")
        await pilot.press("ctrl+t")
        await shows(app, pilot, "Why?")
        await pilot.press("enter")
        await shows(app, pilot, "auto PAUSED until 2999-12-01")
        paused = (await backend.automatic.status()).paused
        assert paused is not None
        assert paused.until is not None
        await app.screen.run_action("resume")
        await shows(app, pilot, "Why?")
        await pilot.press("enter")
        await until(pilot, lambda: "PAUSED" not in screen_text(app))


async def test_a_copy_of_the_database_is_written_where_the_person_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "copies" / "monday.db"
    file.parent.mkdir(mode=0o700)
    monkeypatch.chdir(file.parent)
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        await app.screen.run_action("backup")
        await shows(app, pilot, "Copy the database into which new file?")
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await until(pilot, lambda: any("The database is copied into" in notice.text for notice in app.notices))
        assert len([*app.notices]) == 1
        assert file.stat().st_mode & 0o077 == 0
        (entry, *_) = await backend.records.audit(limit=1)
        assert entry.action == "backup"
        # Nothing is written over.
        await app.screen.run_action("backup")
        await shows(app, pilot, "Copy the database into which new file?")
        app.screen.query_one(Input).value = str(file)
        await shows(app, pilot, "nothing is overwritten")
        shutil.rmtree(file.parent)
        app.screen.query_one(Input).value = "tuesday.db"
        await shows(app, pilot, "is not there: name the file from /")


async def test_a_copy_that_takes_a_while_says_so_and_goes_on_when_its_screen_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(service: MaintenanceService, file: Path, on_pages: Pages) -> BackupReport:
        on_pages(30, 100)
        copied.set()
        await goes_on.wait()
        return BackupReport(str(file), None, 4096)

    monkeypatch.setattr(MaintenanceService, "backup", slowly)
    monkeypatch.setattr(runs, "SLOW", 0.0)
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        app.open(routes.Record())
        await shows(app, pilot, "Record")
        await app.screen.run_action("backup")
        await shows(app, pilot, "Copy the database into which new file?")
        app.screen.query_one(Input).value = str(tmp_path / "monday.db")
        await pilot.press("enter")
        await copied.wait()
        await until(pilot, lambda: any("The database is being copied (30 %)" in notice.text for notice in app.notices))
        # Another errand, and the end of the screen that it was asked for on, take nothing from it.
        await app.screen.run_action("alerts")
        await until(pilot, lambda: any("No alert stands" in notice.text for notice in app.notices))
        await pilot.press("escape", "q")
        await shows(app, pilot, "Quit? the database is being copied (30 %)")
        assert "nothing half done is left behind" in screen_text(app)
        await pilot.press("escape")
        goes_on.set()
        await until(pilot, lambda: any("The database is copied into" in notice.text for notice in app.notices))
        assert not app.runs.busy


async def test_an_errand_that_fails_is_told(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")

        async def fails(_: runs.Errand) -> None:
            raise StorageError("the disk is gone", remedy="look for it")

        app.runs.errand("something is being done", fails)
        await until(pilot, lambda: any("the disk is gone" in notice.text for notice in app.notices))
        assert not app.runs.busy


async def test_what_concerns_every_integration_is_offered_to_those_only_who_may_use_all(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        config = tmp_path / "jobsync.toml"
        text = config.read_text() + '\n[[integrations]]\nid = "other"\nprovider = "file"\npath = "jobs.csv"\n'
        config.write_text(text.replace('user = "alice"\nintegrations = ["*"]', 'user = "alice"\nintegrations = ["file"]'))
        config.chmod(0o600)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Rules())
            await shows(app, pilot, "? keys")
            assert isinstance(app.screen, JobsyncScreen)
            await backend.integrations.ids()
            offered = {entry.id for entry in PaletteScreen(app.screen).entries}
            assert {"record", "doctor", "recover", "leases"} <= offered
            assert not {"backup", "pause", "pause_until", "resume"} & offered
            await app.screen.run_action("backup")
            await until(pilot, lambda: any("you may not use all of them" in notice.text for notice in app.notices))


async def test_one_for_whom_an_account_speaks_is_offered_no_file(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.confined = True
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        assert isinstance(app.screen, JobsyncScreen)
        assert "backup" not in {entry.id for entry in PaletteScreen(app.screen).entries}


async def test_the_doctor_examines_beside_the_screen(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend, (100, 50)) as (app, pilot):
        app.open(routes.Doctor())
        await shows(app, pilot, "failures")
        text = screen_text(app)
        assert "config" in text
        assert "permissions" in text
        assert text.count("ok, ") >= 1
        await pilot.press("c", "$")
        assert app.copied[-1] == "jobsync doctor"
        assert _but_the_time(app.copied[-2]) == _but_the_time(doctor_text(await app.examine()))


def _but_the_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if "clock" not in line]


async def test_the_whole_record_is_browsed_narrowed_and_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "AT_ONCE", 2)
    async with workshop(tmp_path, user="bob") as backend:
        await backend.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
    async with workshop(tmp_path) as backend:
        await backend.syncs.sync("file", "1")
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Record())
            await shows(app, pilot, "NEWEST FIRST")
            assert "file:1  alice: sync" in screen_text(app)
            await pilot.press("w")
            await shows(app, pilot, "Whose entries?")
            await pilot.press("escape", "m")
            await shows(app, pilot, "bob: ")
            await pilot.press("w", *"bob", "enter")
            await shows(app, pilot, "of bob")
            await until(pilot, lambda: "alice: sync" not in screen_text(app))
            await pilot.press("t", "down", "enter")
            await shows(app, pilot, "the last day")
            await pilot.press("$")
            assert app.copied[-1] == "jobsync audit --actor bob --since 1d"
            await pilot.press("w", *"everybody", "enter")
            await shows(app, pilot, "of everybody")
            await shows(app, pilot, "file:1  alice: sync")
            await backend.automatic.pause()
            await shows(app, pilot, "alice: auto")
            await pilot.press("H")
            await until(pilot, lambda: any("about no job" in notice.text for notice in app.notices))
            await pilot.press("k", "H")
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))


async def test_an_alert_is_acknowledged_with_a_reason_and_reopened(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "? keys")
        await app.screen.run_action("alerts")
        await until(pilot, lambda: any("No alert stands" in notice.text for notice in app.notices))
        met = AutomaticRun(integration="file", error=Failure("unreachable", "the share is not mounted"))
        await backend._parts.stores.alerts.note(met)
        await app.screen.run_action("alerts")
        await shows(app, pilot, "file: the share is not mounted")
        await pilot.press("enter")
        await shows(app, pilot, "no message repeats it until it changes")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press(*"known", "enter")
        await until(pilot, lambda: any("is acknowledged until it changes" in notice.text for notice in app.notices))
        (alert,) = await backend.alerts.standing()
        assert alert.answer is not None
        assert (alert.answer.kind, alert.answer.reason) == (AnswerKind.ACKNOWLEDGED, "known")
        (row,) = await backend.records.audit(limit=1)
        assert (row.action, row.cause, row.reason) == ("alerts acknowledge", "unreachable", "known")
        await app.screen.run_action("alerts")
        await shows(app, pilot, "acknowledged by")
        await pilot.press("enter")
        await shows(app, pilot, "Reopen")
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("enter")
        await until(pilot, lambda: any("is open again" in notice.text for notice in app.notices))
        (alert,) = await backend.alerts.standing()
        assert alert.answer is None


async def test_help_of_the_first_screen_names_enter(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Picker())
        await until(pilot, lambda: isinstance(app.screen, PickerScreen) and "enter open" in screen_text(app))
        named = {command.action: command for group in groups_from(app.screen.focused or app.screen) for command in group.commands}
        assert named["open"].keys == ("enter",)


async def test_help_names_the_way_back_only_where_there_is_one() -> None:
    async with running(FakeBackend([samples.cached("1", "Nurse")]), size=(100, 90)) as (app, pilot):
        await until(pilot, lambda: "? keys" in screen_text(app))
        await pilot.press("?")
        await until(pilot, lambda: "EVERYWHERE" in screen_text(app))
        assert "Go back one level" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "EVERYWHERE" not in screen_text(app))
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, LogScreen))
        await pilot.press("?")
        await until(pilot, lambda: "EVERYWHERE" in screen_text(app))
        assert "Go back one level" in screen_text(app)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pause until", "Automatic sync: pause until"),
        ("paused", "Automatic sync: pause"),
        ("theme", "Colours"),
        ("try again", "Sync Job"),
        ("overwrite", "Sync Job"),
        ("changed by hand", "Side by side"),
        ("reason", "History of the job"),
    ],
)
async def test_the_palette_finds_commands_by_what_people_call_them_and_those_of_that_name_first(
    typed: str, found: str, tmp_path: Path
) -> None:
    async with workshop(tmp_path) as backend, on_stage(backend) as (app, pilot):
        app.open(routes.Jobs(Scope.of("file")))
        await shows(app, pilot, "? keys")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, PaletteScreen))
        app.screen.query_one(Input).value = typed
        lines = app.screen.query_one(OptionList)
        palette = app.screen
        assert isinstance(palette, PaletteScreen)
        names = {entry.id: entry.name for entry in palette.entries}
        await until(pilot, lambda: names.get((lines.options[0].id if lines.options else None) or "") == found)
