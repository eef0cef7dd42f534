"""The application with a scripted backend and an empty first screen, so that a test opens the dialog that it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.documents.document import ShownLine
from jobsync_tui.screens.dialog import DialogScreen
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script, scripted


class Stage(JobsyncApp):
    """The application, without its first screen."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self.copied: list[str] = []

    async def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]  # Textual passes the event to those that take it
        event.prevent_default()
        await self.push_screen(Screen())

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


@asynccontextmanager
async def staged(script: Script, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Stage, Pilot[int]]]:
    """Run the application on a terminal of ``size``."""
    async with on_stage(scripted(script), size) as found:
        yield found


@asynccontextmanager
async def on_stage(backend: Backend, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Stage, Pilot[int]]]:
    """Run the application over any backend."""
    app = Stage(backend)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: len(app.screen_stack) == 2)
        yield app, pilot


def dialog(app: Stage) -> DialogScreen[None]:
    """Return the dialog in front."""
    assert isinstance(app.screen, DialogScreen), app.screen
    return app.screen


def text_of(rows: tuple[ShownLine, ...] | list[ShownLine]) -> str:
    """Return what rows say."""
    return "\n".join(row.line.text for row in rows)


async def shows(app: Stage, pilot: Pilot[int], words: str) -> None:
    """Wait until ``words`` stand on the screen."""
    try:
        await until(pilot, lambda: words in screen_text(app))
    except TimeoutError:
        raise AssertionError(f"{words!r} is not on the screen:\n{screen_text(app)}") from None
