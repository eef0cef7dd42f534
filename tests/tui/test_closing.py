"""A screen that is closed while it still reads: its work ends before its widgets do."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import WorkerCancelled

from jobsync_tui.screens.base import JobsyncScreen
from tests.support.pilot import until
from tests.tui.scripted import Script
from tests.tui.stage import staged


class LingeringWidget(Widget):
    """Takes its time to go: until the other widget is gone, and the screen's work has had its answer and is over."""

    async def on_unmount(self) -> None:
        screen = self.screen
        assert isinstance(screen, ReadingScreen)
        await screen.query("#place").remove()
        screen.answered.set()
        with suppress(WorkerCancelled):
            await screen.reading.wait()


class ReadingScreen(JobsyncScreen[None]):
    """Shows an answer that comes late."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="place")
        yield LingeringWidget()

    def on_mount(self) -> None:
        self.reading = self.work(self._read(), group="read")

    async def _read(self) -> None:
        await self.answered.wait()
        self.query_one("#place", Static).update("the answer")


async def test_an_answer_that_comes_while_a_screen_closes_is_no_fault() -> None:
    async with staged(Script()) as (app, pilot):
        screen = ReadingScreen()
        await app.push_screen(screen)
        await until(pilot, lambda: screen.is_mounted)
        await screen.dismiss()
        assert not screen.is_attached
        assert [notice.text for notice in app.notices] == []
