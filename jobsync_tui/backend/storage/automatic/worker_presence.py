"""Who works on the batches of an integration: processes give signs of life, and tell each other what its ATS asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...core import clock
from ...database import Database, Db
from .run_rows import process_name
from .tables import PresenceRow

SILENT = 10_000
"""Milliseconds after which a process that was not heard of has no part in the work any more; several times the pause between two signs."""


@dataclass(frozen=True, slots=True)
class WorkerPresence:
    """Who works on an integration: how many processes, this one included, and until when the ATS asked one of the others to wait."""

    processes: int
    held: timedelta


class PresenceStore:
    """The processes that do batches, of which this is one."""

    def __init__(self, database: Database, *, process: str | None = None, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._process = process or process_name()
        self._now = now or database.now

    async def heartbeat(self, integration: str, held: timedelta) -> WorkerPresence:
        """Note that this process works on an integration, and how long the ATS has asked it to wait; returns who else does."""
        return await self._database.write_unsynced(lambda db: _heartbeat(db, integration, self._process, held, clock.to_ms(self._now())))

    async def leave(self, integration: str) -> None:
        """Note that this process does not work on an integration any more."""
        ours = (PresenceRow.integration == integration) & (PresenceRow.process == self._process)
        await self._database.write_unsynced(lambda db: PresenceRow.delete().where(ours).execute(db))


def at_work(db: Db, integration: str, now: int) -> tuple[str, ...]:
    """Return the processes that work on an integration, by name."""
    present = PresenceRow.select(PresenceRow.process).where(
        (PresenceRow.integration == integration) & (PresenceRow.heard_at >= now - SILENT)
    )
    return tuple(row[0] for row in present.order_by(PresenceRow.process).tuples().execute(db))


def _heartbeat(db: Db, integration: str, process: str, held: timedelta, now: int) -> WorkerPresence:
    PresenceRow.delete().where(PresenceRow.heard_at < now - SILENT).execute(db)
    values = {"heard_at": now, "held_until": now + held // timedelta(milliseconds=1)}
    row = {"integration": integration, "process": process, **values}
    PresenceRow.insert(row).on_conflict(conflict_target=[PresenceRow.integration, PresenceRow.process], update=values).execute(db)
    present = list(PresenceRow.select().where(PresenceRow.integration == integration).execute(db))
    others = [each.held_until for each in present if each.process != process]
    return WorkerPresence(len(present), timedelta(milliseconds=max(0, max(others, default=0) - now)))
