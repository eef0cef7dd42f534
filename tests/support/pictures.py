"""The pictures of the documents: screens of the application on the sandbox, as SVG. Run as a module, it writes them all anew."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot
from textual.screen import Screen

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import EVERY, EVERY_ID, Scope
from jobsync_tui.backend.sandbox import make_sandbox, scenario
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.screens import routes
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from jobsync_tui.session.memory import Memory
from jobsync_tui.widgets.job_table import JobTable
from tests.support.patience import PATIENCE
from tests.support.pilot import screen_text

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (100, 28)
_QUIET = 0.1
"""Seconds in which a screen that shows all it has does not change."""

ADMIN = "alex"
_PATIENCE = 15.0
"""Seconds in which a screen shows the words of its picture, if it shows them at all."""
_TEXT = re.compile(r'<text [^>]*?\by="([\d.]+)"[^>]*>(.*?)</text>')
_FLEETING = re.compile(r"tz_\w+|\bjust now\b|\bnow\b|\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Step:
    """A key, the screen that it leads to, and words of the data, not of the program, that have to be on it before the next key."""

    key: str
    screen: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what is done from the list of jobs, and what is on the screen then.

    Attributes:
        name: Of its file, without the ending.
        title: What it shows; also the title of the window in the picture.
        find: The filter that is typed first, which leaves ``rows`` jobs.
    """

    name: str
    title: str
    integration: str
    find: str
    rows: int
    steps: Sequence[Step] = ()


_TRAVEL = "ICU Travel Nurse"
_PLAN = Step("s", "ConfirmSyncScreen", _TRAVEL)
PICTURES = (
    Picture("jobs", "The jobs of an ATS", scenario.JOBVITE, "nurse", 13),
    Picture("check", "Check Eligibility", scenario.JOBVITE, "icu travel remote", 1, [Step("e", "EligibilityScreen", "miguel@example.com")]),
    Picture(
        "why-not",
        "Why a job is not synced",
        scenario.GREENHOUSE,
        "data scientist is:ineligible is:synced",
        1,
        [Step("e", "EligibilityScreen", "Berlin engineering")],
    ),
    Picture(
        "all",
        "Jobs of all integrations in one list",
        EVERY_ID,
        "senior",
        21,
        [Step("O", "MenuScreen", "Job name"), Step("down", "MenuScreen", "Job name"), Step("enter", "JobsScreen", "Senior Class A"),
         Step("down", "JobsScreen", "Senior Class A")],
    ),
    Picture("integrations", "The integrations", scenario.JOBVITE, "nurse", 13, [Step("I", "PickerScreen", "Acme Agency")]),
    Picture("news", "Since your last visit", scenario.JOBVITE, "nurse", 13, [Step("w", "GreetingScreen", "Acme Agency")]),
    Picture("plan", "A plan, before anything is written", scenario.JOBVITE, "icu travel remote", 1, [_PLAN]),
    Picture(
        "impact",
        "What going back to earlier rules would do",
        scenario.JOBVITE,
        "nurse",
        13,
        [Step("R", "RulesScreen", "Ohio"), Step("H", "RulesHistoryScreen", "r1"), Step("down", "RulesHistoryScreen", "r1"),
         Step("z", "SaveRulesScreen", "greenhouse")],
    ),
    Picture(
        "undo",
        "Putting the fields back",
        scenario.JOBVITE,
        "icu travel remote",
        1,
        [_PLAN, Step("y", "SyncResultScreen", _TRAVEL), Step("z", "ConfirmUndoScreen", "Mercy/Night team")],
    ),
    Picture(
        "bulk",
        "A plan for several jobs",
        scenario.JOBVITE,
        "is:eligible nurse",
        9,
        [Step("m", "JobsScreen", _TRAVEL), Step("s", "ConfirmBulkScreen", "Senior ICU Nurse")],
    ),
)  # fmt: skip


async def take(wanted: Mapping[str, list[str]] | None = None) -> dict[str, str]:
    """Return the SVG of each picture by its name.

    Args:
        wanted: The words that each is to show by its name; it is waited for them, for a while. Without, until the screen stands still.
    """
    found = {}
    async with _demo() as (app, pilot):
        for picture in PICTURES:
            await _back_to_jobs(app, pilot, picture.integration)
            await pilot.press("slash", "ctrl+u", *("space" if letter == " " else letter for letter in picture.find), "enter")
            await _until(app, pilot, partial(_has_rows, app, picture.rows))
            for step in picture.steps:
                await pilot.press(step.key)
                await _until(app, pilot, partial(_shows, app, step))
                if step.key == "m":
                    await _until(app, pilot, partial(_has_marked, app, picture))
            if wanted is None:
                await _settled(app, pilot)
            end = time.monotonic() + _PATIENCE
            while (svg := _without_noise(app.export_screenshot(title=picture.title))) and wanted is not None:
                if words_of(svg) == wanted.get(picture.name) or time.monotonic() > end:
                    break
                await pilot.pause(0.1)
            found[picture.name] = svg
    return found


async def _back_to_jobs(app: JobsyncApp, pilot: Pilot[int], integration: str) -> None:
    while not isinstance(app.screen, PickerScreen | JobsScreen):
        before = app.screen
        await pilot.press("escape")
        await _until(app, pilot, partial(_has_left, app, before))
    app.open(routes.Jobs(_scope(integration)))
    await _until(app, pilot, lambda: isinstance(app.screen, JobsScreen) and app.screen.scope == _scope(integration))
    await _until(app, pilot, lambda: bool(app.screen.query(JobTable)) and app.screen.query_one(JobTable).row_count > 0)


def words_of(svg: str) -> list[str]:
    """Return the words of a picture, line by line, without what is another each time: numbers, times, and ids that Tenzo gives."""
    lines: dict[float, list[str]] = {}
    for place, text in _TEXT.findall(svg):
        lines.setdefault(float(place), []).append(html.unescape(text).replace("\xa0", " "))
    return [word for _, parts in sorted(lines.items()) for word in _WORD.findall(_FLEETING.sub(" ", "".join(parts)))]


def _without_noise(svg: str) -> str:
    """Return a picture that is the same each time: the names of its styles do not hang on chance, and no font is fetched from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", svg)


def _scope(integration: str) -> Scope:
    return EVERY if integration == EVERY_ID else Scope.of(integration)


def _has_rows(app: JobsyncApp, rows: int) -> bool:
    return app.screen.query_one(JobTable).row_count == rows


def _has_marked(app: JobsyncApp, picture: Picture) -> bool:
    return len(app.lists.of(_scope(picture.integration)).marks) == picture.rows


def _has_left(app: JobsyncApp, screen: Screen[Any]) -> bool:
    return app.screen is not screen


def _shows(app: JobsyncApp, step: Step) -> bool:
    return step.screen == type(app.screen).__name__ and step.words in screen_text(app)


async def _until(app: JobsyncApp, pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, screen_text(app)
        await pilot.pause(0.01)


async def _settled(app: JobsyncApp, pilot: Pilot[int]) -> None:
    """Wait until the screen shows the same for a while."""
    seen, since = "", time.monotonic()
    while time.monotonic() < since + _QUIET:
        await pilot.pause(0.01)
        if (now := screen_text(app)) != seen:
            seen, since = now, time.monotonic()


@asynccontextmanager
async def _demo() -> AsyncIterator[tuple[JobsyncApp, Pilot[int]]]:
    with TemporaryDirectory() as folder, make_sandbox(jobs=100, directory=Path(folder, "sandbox")) as made:
        with made.settings.path.open("a", encoding="utf-8") as file:
            file.write(f'\n[[admins]]\nuser = "{ADMIN}"\nintegrations = ["*"]\n')
        sandbox = replace(made, settings=load_settings(made.settings.path), actor=Actor(ADMIN))
        await sandbox.prepare()
        async with sandbox.open() as backend:
            app = JobsyncApp(backend, memory=Memory(None))
            # A confirmation takes keys after a moment only, so that nobody confirms by mistake.
            with patch.object(ConfirmingScreen, "SETTLING", 0.01):
                async with app.run_test(size=SIZE) as pilot:
                    yield app, pilot


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in asyncio.run(take()).items():
        file = FOLDER / f"{name}.svg"
        # Where only ids and times are others, the picture that is there will do.
        if not file.exists() or words_of(file.read_text(encoding="utf-8")) != words_of(svg):
            file.write_text(svg, encoding="utf-8")
