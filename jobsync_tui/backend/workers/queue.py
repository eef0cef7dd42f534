"""The queue: procrastinate's application with our one task, in a PostgreSQL schema of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import procrastinate
from procrastinate import exceptions, jobs, schema

from ..storage.automatic.queue import QUEUE, QUEUE_SCHEMA

RunOne: TypeAlias = Callable[[str], Awaitable[None]]
"""Runs the automatic sync of one integration."""

MIGRATION_LOCK = 0x6A6F6273717565
"""Key of the advisory lock under which the engine's tables are made: "jobsque" in ASCII."""

_TASK = "run"

_LEAP_DAYS = "0 0 29 2 *"
_NOBODYS = "nobody's"
"""A queue for a task that no worker does. That there is a periodic task at all is what counts: without one, procrastinate 3.10 looks after
its listener and its heartbeat no more from the start on, and a worker whose listener the server's restart ended only polls from then on
(procrastinate issue 1597). Looked after, it ends, and `Worker` connects anew."""

_EXISTS = f"SELECT to_regclass('{QUEUE_SCHEMA}.procrastinate_jobs') IS NOT NULL AS there"


@dataclass(frozen=True, slots=True)
class Pace:
    """How closely workers watch each other, in seconds.

    Attributes:
        heartbeat: Between two signs of life of a worker.
        stalled: Without a sign of life after which what a worker had in hand is given to others; well above the heartbeat, because a
            worker that only was slow must not be taken for dead.
        sweep: Between two looks for such workers.
        poll: Between two looks at the queue, where no notification came.
        batches: Between two looks for large runs whose jobs are distributed.
    """

    heartbeat: float = 10.0
    stalled: float = 60.0
    sweep: float = 20.0
    poll: float = 1.0
    batches: float = 2.0


async def _supervised(timestamp: int) -> None:
    """Do nothing, on leap days."""


class Queue:
    """Puts runs into the queue, takes them out, and gives back what a dead worker had in hand.

    Args:
        url: Of the database.
        run_one: What a worker does for one integration.
        pace: How closely workers watch each other.
    """

    def __init__(self, url: str, run_one: RunOne, pace: Pace) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=url, min_size=1, max_size=4, timeout=30.0, kwargs={"options": f"-c search_path={QUEUE_SCHEMA}"}
        )
        self.app = procrastinate.App(connector=connector, worker_defaults={"listen_notify": True})
        self._pace = pace

        async def run(integration: str, timestamp: int) -> None:
            del timestamp  # the slot it was put in for: the schedule claims the one that is due when it runs
            await run_one(integration)

        self._task = self.app.task(name=_TASK, queue=QUEUE)(run)
        self.app.periodic(cron=_LEAP_DAYS)(self.app.task(name="supervised", queue=_NOBODYS)(_supervised))

    async def prepare(self) -> None:
        """Make the engine's tables where they are missing, one process at a time."""
        connector = self.app.connector
        await connector.execute_query_async(f"CREATE SCHEMA IF NOT EXISTS {QUEUE_SCHEMA}")
        if (await connector.execute_query_one_async(_EXISTS))["there"]:
            return
        statements = schema.SchemaManager.get_schema().replace("%", "%%")
        guarded = f"BEGIN; SELECT pg_advisory_xact_lock({MIGRATION_LOCK}); {statements}; COMMIT"
        try:
            await connector.execute_query_async(guarded)
        except exceptions.ConnectorException:
            # Somebody else made them while this process waited for the lock.
            if not (await connector.execute_query_one_async(_EXISTS))["there"]:
                raise

    async def put(self, integration: str, slot: datetime) -> bool:
        """Put a run into the queue; returns False where that slot's is in it, or was, or an earlier one still waits."""
        timestamp = round(slot.timestamp() * 1000)
        name = f"auto:{integration}"
        deferrer = self._task.configure(lock=name, queueing_lock=name, task_kwargs={"integration": integration, "timestamp": timestamp})
        try:
            number = await self.app.job_manager.defer_periodic_job(deferrer.job, periodic_id=integration, defer_timestamp=timestamp)
        except exceptions.AlreadyEnqueued:
            return False
        return number is not None

    async def work(self, concurrency: int) -> None:
        """Take runs out of the queue and do them, until cancelled or the database is lost; what is under way then ends first."""
        await self.app.run_worker_async(
            queues=[QUEUE],
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs=jobs.DeleteJobCondition.ALWAYS,
            fetch_job_polling_interval=self._pace.poll,
            abort_job_polling_interval=60.0,
            update_heartbeat_interval=self._pace.heartbeat,
            stalled_worker_timeout=self._pace.stalled,
        )

    async def sweep(self) -> int:
        """Give back what workers had in hand that were not heard of for long, and forget them; returns how many runs that were."""
        manager = self.app.job_manager
        stalled: Collection[jobs.Job] = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._pace.stalled))
        for job in stalled:
            try:
                await manager.retry_job(job)
            except exceptions.ConnectorException:
                # The next slot's run of the integration waits already: that one goes on where this one was cut off.
                await manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
        await manager.prune_stalled_workers(self._pace.stalled)
        return len(stalled)
