"""Driving the terminal application in tests: conditions are waited for, never times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import App
from textual.pilot import Pilot

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.session.memory import Memory
from tests.support.fake_backend import FakeBackend
from tests.support.patience import PATIENCE

if TYPE_CHECKING:
    from jobsync_tui.backend.services.backend import Backend

ResultT = TypeVar("ResultT")


@asynccontextmanager
async def running(
    backend: FakeBackend, *, size: tuple[int, int] = (80, 24), memory: Memory | None = None
) -> AsyncIterator[tuple[JobsyncApp, Pilot[int]]]:
    """Run the application on ``backend`` without a terminal."""
    app = JobsyncApp(cast("Backend", backend), memory=memory)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield app, pilot


async def until(pilot: Pilot[ResultT], condition: Callable[[], bool]) -> None:
    """Let the application work until ``condition`` holds, and paint what goes with it.

    Between two looks nothing is asked of the application: having every widget answer took a third of the time of the tests of screens.

    Raises:
        AssertionError: It does not come to hold; shows the screen.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - of a screen no event tells
                await asyncio.sleep(0.02)
            await pilot.pause(0)
    except TimeoutError:
        raise AssertionError(f"This does not come to hold on:\n{screen_text(pilot.app)}") from None


async def settled(pilot: Pilot[ResultT]) -> str:
    """Return what the screen shows when every widget has handled what it was told, and that leads to no other frame."""
    before, shown = "", screen_text(pilot.app)
    while shown != before:
        await pilot.pause(0)
        before, shown = shown, screen_text(pilot.app)
    return shown


def screen_text(app: App[ResultT]) -> str:
    """Return what the screen shows, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip()[:width] for strip in strips[:height])
