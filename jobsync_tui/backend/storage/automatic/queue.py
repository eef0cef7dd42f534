"""How the workers stand, read from the tables of the engine, which are its own: nothing of it is needed for that."""

from __future__ import annotations

from ...core.models import EngineState, WorkerState
from ...database import Database, Db

QUEUE_SCHEMA = "jobsync_queue"
"""The PostgreSQL schema in which the engine keeps its tables."""

QUEUE = "automatic"
"""The one queue."""

_EXISTS = f"SELECT to_regclass('{QUEUE_SCHEMA}.procrastinate_jobs') IS NOT NULL"
_WORKERS = f"""
SELECT w.id, w.last_heartbeat, extract(epoch FROM now() - w.last_heartbeat)::int,
    array_remove(array_agg(j.args ->> 'integration' ORDER BY j.id), NULL)
FROM {QUEUE_SCHEMA}.procrastinate_workers w
LEFT JOIN {QUEUE_SCHEMA}.procrastinate_jobs j ON j.worker_id = w.id AND j.status = 'doing'
GROUP BY w.id, w.last_heartbeat ORDER BY w.id
"""  # noqa: S608 - its own names
_WAITING = f"""
SELECT j.args ->> 'integration' FROM {QUEUE_SCHEMA}.procrastinate_jobs j WHERE j.status = 'todo' AND NOT EXISTS (
    SELECT 1 FROM {QUEUE_SCHEMA}.procrastinate_jobs d WHERE d.status = 'doing' AND d.lock = j.lock
) AND j.queue_name = '{QUEUE}' ORDER BY j.id
"""  # noqa: S608 - its own names
"""Runs for which no worker is free; one that waits for the run before it is none of them."""


class QueueStore:
    """Looks at the engine's tables; only a database on PostgreSQL has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> EngineState | None:
        """Return how the workers stand; None where no worker was ever started."""
        if self._database.dialect.name != "postgresql":
            return None
        return await self._database.read(_state)


def _state(db: Db) -> EngineState | None:
    if not db.execute_sql(_EXISTS).fetchone()[0]:
        return None
    workers = tuple(
        WorkerState(number, heartbeat, silent, tuple(names)) for number, heartbeat, silent, names in db.execute_sql(_WORKERS).fetchall()
    )
    return EngineState(workers, tuple(name for (name,) in db.execute_sql(_WAITING).fetchall()))
