"""Keys of one's own: they act, footer, help and palette show them, and what is in the way of what is named."""

from __future__ import annotations

import pytest

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.commands import COMMANDS
from jobsync_tui.commands.own_keys import OwnKeys, changeable
from jobsync_tui.screens.jobs.jobs import JobsScreen
from tests.support.fake_backend import FakeBackend, many_jobs
from tests.support.pilot import screen_text, until

pytestmark = pytest.mark.usefixtures("still")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"jobs.sink": "S"}, ["jobs.sink", "Did you mean", "jobs.sync"]),
        ({"jobs.sync": "f"}, ["jobs.sync = f", "Search ATS Job (jobs.search)"]),
        ({"jobs.sync": "q"}, ["Quit (everywhere.leave)"]),
        ({"jobs.sync": "j"}, ["Down (table.cursor_down)"]),
        ({"everywhere.log": "s"}, ["Sync Job (jobs.sync)", "Save"]),
        ({"jobs.sync": "S", "jobs.check": "S"}, ["jobs.sync = S", "jobs.check = S"]),
        ({"jobs.sync": ""}, ["a key is missing"]),
        ({"jobs.sync": "ctrl+c"}, ["ctrl+c is no key"]),
        ({"jobs.sync": "hyper+x"}, ["hyper+x is no key"]),
        ({"confirm.confirm": "Y"}, ["confirm.confirm", "cannot be changed"]),
        ({"jobs.nth_view": "0"}, ["cannot be changed"]),
    ],
)
def test_what_cannot_be_is_named(given: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        OwnKeys(given)
    for each in words:
        assert each in refused.value.message


def test_two_commands_may_change_places() -> None:
    keys = OwnKeys({"jobs.sync": "f", "jobs.search": "s"})
    assert {name: key for name, key in keys.keymap().items() if name.endswith(":0")} == {"jobs.sync:0": "f", "jobs.search:0": "s"}


def test_the_keys_of_every_command_are_taken_as_they_are_where_they_may_be_changed() -> None:
    for command in filter(changeable, COMMANDS):
        OwnKeys({command.id: " ".join(command.keys)})


async def test_they_act_and_are_shown_everywhere() -> None:
    keys = OwnKeys({"jobs.mark": "x", "jobs.check": "E", "jobs.search": "s", "jobs.sync": "f f5"})
    app = JobsyncApp(FakeBackend(many_jobs(3)), keys=keys)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "row 1 of 3" in screen_text(app))
        screen = app.screen
        assert isinstance(screen, JobsScreen)
        assert "E check  f sync  / filter  s Search ATS Job  x mark" in screen_text(app)
        await pilot.press("space")
        await pilot.press("x")
        assert len(screen.marks) == 1
        await pilot.press("question_mark")
        await until(pilot, lambda: "f or f5" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("ctrl+p", *"mark")
        await until(pilot, lambda: any("Mark " in line and " x " in line for line in screen_text(app).splitlines()))
