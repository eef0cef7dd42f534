"""A worker works on batches of runs that others lead, and on none of one that it leads itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import AutomaticRun, DueSlot
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.workers import worker
from jobsync_tui.backend.workers.queue import Pace
from jobsync_tui.backend.workers.worker import Worker


class Runs:
    """Stands for the automatic sync: ``acme`` has a large run all the time; runs and work on batches end when they are told to."""

    def __init__(self) -> None:
        self.begun: Counter[str] = Counter()
        self.told = asyncio.Condition()
        self.end_of_batches, self.end_of_run = asyncio.Event(), asyncio.Event()

    async def due(self, _: timedelta | None) -> DueSlot:
        return DueSlot(now(), timedelta(hours=1), ())

    async def spread(self) -> tuple[str, ...]:
        await self._tell("look")
        return ("acme",)

    async def work_on_batches(self, integration: str, *, stop: asyncio.Event) -> None:
        await self._tell("batches")
        await self.end_of_batches.wait()
        await self._tell("batches ended")

    async def run_slot(self, integration: str, **_: object) -> tuple[AutomaticRun, ...]:
        await self._tell("run")
        await self.end_of_run.wait()
        return ()

    async def until(self, what: str, count: int) -> None:
        """Wait until something has come for the so-manieth time."""
        async with self.told:
            await self.told.wait_for(lambda: self.begun[what] >= count)

    async def _tell(self, what: str) -> None:
        async with self.told:
            self.begun[what] += 1
            self.told.notify_all()


class OneRun:
    """Stands for the queue, which has one run of ``acme`` in it once it is asked for."""

    asked: asyncio.Event

    def __init__(self, _: str, run_one: Any, __: Pace) -> None:
        self._run_one = run_one
        self.app = SimpleNamespace(open_async=asyncio.Lock)

    async def prepare(self) -> None:
        """Do nothing."""

    async def work(self, _: int) -> None:
        await self.asked.wait()
        await self._run_one("acme")

    async def put(self, _: str, __: datetime) -> bool:
        return False

    async def sweep(self) -> int:
        return 0


async def test_no_batches_are_taken_of_a_run_that_began_while_some_of_the_run_before_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, stop, OneRun.asked = Runs(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(worker, "Queue", OneRun)
    settings = SimpleNamespace(storage=SimpleNamespace(url="postgresql:///x"))
    backend = cast("Backend", SimpleNamespace(settings=settings, automatic=runs))
    serving = asyncio.create_task(Worker(backend, stop, lambda _: None, pace=Pace(batches=0.001)).serve())
    await runs.until("batches", 1)
    OneRun.asked.set()
    await runs.until("run", 1)
    runs.end_of_batches.set()
    await runs.until("batches ended", 1)
    await runs.until("look", runs.begun["look"] + 3)
    assert runs.begun["batches"] == 1
    stop.set()
    runs.end_of_run.set()
    await serving
