"""The automatic sync of the demonstration, while the application runs: short slots, and an ATS in which somebody is always at work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from ..automatic.timer import next_slot
from ..core.clock import now
from ..core.errors import JobsyncError
from ..services.backend import Backend
from .scenario import CRELATE, roles_in
from .world import World

log = logging.getLogger(__name__)

REMARK = " [urgent]"


@asynccontextmanager
async def running_timer(backend: Backend, worlds: dict[str, World], seed: int) -> AsyncIterator[None]:
    """Run the automatic sync on schedule as long as the block runs. Its first run waits for the next slot: the screens come first."""
    stop = asyncio.Event()
    task = asyncio.create_task(_serve(backend, worlds[CRELATE], Random(seed), stop))  # noqa: S311 - data for a demonstration
    try:
        yield
    finally:
        stop.set()
        await task


async def _serve(backend: Backend, world: World, random: Random, stop: asyncio.Event) -> None:
    try:
        await next_slot(backend.settings.sync.every, stop, since=now())
        await backend.automatic.serve(stop, lambda _: change_something(world, random))
    except JobsyncError as error:
        log.warning("the sandbox's automatic sync ended: %s", error.message)


def change_something(world: World, random: Random) -> None:
    """Change the name of a job that plays no role in the story, as a recruiter would: the next run finds it."""
    job = random.choice([each for each in world.alive() if each.number not in roles_in(CRELATE) and each.name])
    name = job.name or ""
    job.name = name.removesuffix(REMARK) if name.endswith(REMARK) else name + REMARK
    world.touch(job, max(now(), job.updated))
