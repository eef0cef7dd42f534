"""A worker: puts the slot that is due into the queue, does what is in it, helps with large runs, and sweeps up after workers that died."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta

from procrastinate import exceptions

from ..core.errors import ConfigError, JobsyncError, StorageError
from ..core.models import AutomaticRun
from ..services.backend import Backend
from .queue import Pace, Queue

log = logging.getLogger(__name__)

LONGEST_NAP = 15.0
"""Seconds after which the database's clock is looked at again: it may have been set meanwhile."""

AFTER_TROUBLE = 3.0
"""Seconds after which a database that was lost is looked for again."""

OnRun = Callable[[AutomaticRun], None]


class Worker:
    """One worker process.

    Args:
        backend: Acts for whoever started it, who must be allowed to use every integration.
        stop: Once set, what is under way ends and the worker with it.
        on_run: Told what each run came to.
        every: The time between two runs, where it is not that of the configuration.
        concurrency: How many integrations it works on at the same time.
        pace: How closely workers watch each other.

    Raises:
        ConfigError: The storage is no PostgreSQL.
    """

    def __init__(
        self,
        backend: Backend,
        stop: asyncio.Event,
        on_run: OnRun,
        *,
        every: timedelta | None = None,
        concurrency: int = 4,
        pace: Pace = Pace(),  # noqa: B008 - frozen
    ) -> None:
        url = backend.settings.storage.url
        if not url.startswith(("postgresql://", "postgres://")):
            raise ConfigError(
                f"{backend.settings.path}: storage.url is a file, which only one host can use",
                remedy="jobsync auto runs the automatic sync there; workers share a PostgreSQL: see docs/deployment.md.",
            )
        self._backend = backend
        self._url = url
        self._stop = stop
        self._on_run = on_run
        self._every = every
        self._concurrency = concurrency
        self._pace = pace
        # A run may begin while batches of the one before are still worked on.
        self._busy_with: Counter[str] = Counter()

    async def serve(self) -> None:
        """Work until `stop` is set. A database that is lost is looked for again.

        Raises:
            AccessDenied: Whoever started it may not use every integration, or not any more.
        """
        await self._backend.automatic.due(self._every)
        while not self._stop.is_set():
            try:
                await self._connected()
            except (exceptions.ConnectorException, StorageError, OSError) as error:
                log.warning("the database of the workers was lost: %s", _words(error))
            if not self._stop.is_set():
                await self._nap(AFTER_TROUBLE)

    async def _connected(self) -> None:
        """Work with one connection to the queue, until `stop` is set or the connection is lost."""
        queue = Queue(self._url, self._run_one, self._pace)
        async with queue.app.open_async():
            await queue.prepare()
            await _until_one_ends(queue.work(self._concurrency), self._fill(queue), self._sweep(queue), self._help())

    async def _fill(self, queue: Queue) -> None:
        """Put the runs of each slot into the queue. Every worker does; the first is taken, the others find it there."""
        while not self._stop.is_set():
            due = await self._backend.automatic.due(self._every)
            for integration in due.integrations:
                await queue.put(integration, due.began)
            await self._nap(min(LONGEST_NAP, max(0.01, due.left.total_seconds())))

    async def _sweep(self, queue: Queue) -> None:
        while not self._stop.is_set():
            found = await queue.sweep()
            if found:
                log.warning("%d runs of workers that were not heard of for %g s are given to others", found, self._pace.stalled)
            await self._nap(self._pace.sweep)

    async def _help(self) -> None:
        """Do batches of the large runs that other workers lead, one run beside the other."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while not self._stop.is_set():
                for integration in await self._backend.automatic.spread():
                    if not self._busy_with[integration]:
                        self._busy_with[integration] += 1
                        task = asyncio.create_task(self._work_on_batches(integration))
                        tasks.add(task)
                        task.add_done_callback(tasks.discard)
                await self._nap(self._pace.batches)
        finally:
            # Whatever ends this: the jobs in hand come to their end, as those of a run do.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work_on_batches(self, integration: str) -> None:
        try:
            await self._backend.automatic.work_on_batches(integration, stop=self._stop)
        except JobsyncError as error:
            log.warning("batches of a run of %s could not be worked on: %s", integration, error.message)
        finally:
            self._busy_with[integration] -= 1

    async def _nap(self, seconds: float) -> None:
        """Return after so long, or as soon as `stop` is set; `asyncio.wait_for` would lose a cancellation that comes at that moment."""
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({stopping}, timeout=seconds)
        finally:
            stopping.cancel()

    async def _run_one(self, integration: str) -> None:
        self._busy_with[integration] += 1
        try:
            runs = await self._backend.automatic.run_slot(integration, every=self._every, spread=True, stop=self._stop)
        except JobsyncError as error:
            log.warning("a run of %s could not begin: %s", integration, error.message)
            return
        finally:
            self._busy_with[integration] -= 1
        for run in runs:
            self._on_run(run)


async def _until_one_ends(*parts: Coroutine[None, None, None]) -> None:
    """Run the parts side by side until one ends, then end the others; what is under way in the queue is waited for."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _words(error: Exception) -> str:
    return error.message if isinstance(error, JobsyncError) else type(error).__name__
