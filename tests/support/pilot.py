"""Driving the terminal application in tests: conditions are waited for, never times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from textual.pilot import Pilot

from jobsync_tui.application import JobsyncApp
from jobsync_tui.backend.facade import Backend
from jobsync_tui.memory import Memory

from .fake_backend import FakeBackend

LONGEST = 5.0
"""Seconds after which a condition is taken not to come true."""


@asynccontextmanager
async def running(
    backend: FakeBackend, *, size: tuple[int, int] = (80, 24), memory: Memory | None = None
) -> AsyncIterator[tuple[JobsyncApp, Pilot[int]]]:
    """Run the application on ``backend`` without a terminal."""
    app = JobsyncApp(cast("Backend", backend), memory=memory)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


async def until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Let the application work until ``condition`` holds.

    Raises:
        TimeoutError: It does not come to hold.
    """
    async with asyncio.timeout(LONGEST):
        while not condition():
            await pilot.pause(0.01)


def screen_text(app: JobsyncApp) -> str:
    """Return what the screen shows, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip()[:width] for strip in strips[:height])
