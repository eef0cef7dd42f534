"""Leases: one process at a time has a job in hand, and everybody can see who and since when.

A lease ends by release, by its expiry, when an admin breaks it, or when its process is known to have ended on this host. On its own host
it expires by the uptime, elsewhere by the clock that everybody who uses the database shares. Each has a fencing number greater than every
earlier one; what would be written under a lease is refused once another one, or none, is in its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from ...core import clock
from ...core.canonical import storable
from ...core.errors import Busy, JobsyncError, StorageError
from ...core.ids import new_id
from ...core.models import Lease
from ...core.to_its_end import to_its_end
from ...database import Database, Db
from ..jobs.statements import change, first, insertion, run
from .process import ProcessIdentity
from .tables import FenceRow, LeaseRow

log = logging.getLogger(__name__)

FENCE = 1
_COLUMNS = ("id", "integration", "job_id", "holder", "since_ms", "expires_ms", "expires_uptime", "fence", "process")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM leases WHERE "  # noqa: S608 - its own texts
_BY_ID = f"{_SELECT} id = ?"
_BY_JOB = f"{_SELECT} integration = ? AND job_id = ?"
_DELETE = "DELETE FROM leases WHERE id = ?"
_GROW_FENCE = "UPDATE lease_fence SET last = last + 1 WHERE id = ? RETURNING last"
DEFAULT_TTL = timedelta(seconds=150)
"""Longer than the deadline of any one request, so that a lease cannot lapse under one."""


class LeaseStore:
    """Gives, renews and takes back leases in the name of one process."""

    def __init__(
        self,
        database: Database,
        *,
        ttl: timedelta = DEFAULT_TTL,
        process: ProcessIdentity | None = None,
        now: Callable[[], datetime] | None = None,
        uptime: Callable[[], int] = clock.uptime,
    ) -> None:
        self._database = database
        self.ttl = ttl
        self.process = process or ProcessIdentity.own()
        self.now = now or database.now
        self._uptime = uptime
        self._released: set[str] = set()
        self._given_up: set[str] = set()

    async def acquire(self, integration: str, job_id: str, holder: str) -> Lease:
        """Take the job in hand.

        Raises:
            Busy: Somebody has it, who and since when.
        """
        # A lease is worth nothing after a power cut, which ends every process of this host.
        lease_id = new_id()
        try:
            return await self._database.write_unsynced(self._acquire, lease_id, integration, job_id, holder)
        except StorageError:
            # It may be in the table all the same, where the connection broke at the commit.
            self._given_up.add(lease_id)
            raise

    async def renew(self, lease: Lease) -> None:
        """Put the expiry off.

        Raises:
            Busy: The lease is not ours any more.
        """
        await self._database.write_unsynced(self.require, lease)

    async def release(self, lease: Lease) -> None:
        """Give the job free; nothing happens where the lease is not ours any more."""
        await self._database.write_unsynced(release, lease)

    @asynccontextmanager
    async def hold(self, integration: str, job_id: str, holder: str) -> AsyncIterator[Lease]:
        """Have the job in hand, renewed, as long as the block runs; released at its end if the ledger has not done so.

        Raises:
            Busy: Somebody has it.
        """
        acquiring = asyncio.ensure_future(self.acquire(integration, job_id, holder))
        try:
            lease = await asyncio.shield(acquiring)
        except asyncio.CancelledError:
            # The row may be on its way to disk; a lease that nobody knows of would stand until it runs out.
            await to_its_end(self._give_back_what_comes(acquiring))
            raise
        renewal = asyncio.create_task(self._keep(lease))
        try:
            yield lease
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError):
                await renewal
            if lease.id in self._released:
                self._released.remove(lease.id)
            else:
                await to_its_end(self._give_back(lease))

    def released(self, lease: Lease) -> None:
        """Note that a transaction that is on disk has taken the lease out: the block that holds it need not."""
        self._released.add(lease.id)

    async def all(self) -> tuple[Lease, ...]:
        """Return the leases that hold, oldest first."""
        return await self._database.read(self.held)

    async def holder_of(self, integration: str, job_id: str) -> Lease | None:
        """Return the lease that holds the job now."""
        row = await self._database.read(_row, integration, job_id)
        return None if row is None or self._free(row) else _lease(row)

    def require(self, db: Db, lease: Lease, *, renew: bool = True) -> None:
        """Within a transaction: fail if the lease is not ours any more or has run out, else renew it unless told not to.

        Raises:
            Busy: A write under this lease would come too late.
        """
        row = _found(first(db, _BY_ID, lease.id))
        if row is None or self._expired(row):
            present = _row(db, lease.integration, lease.job_id)
            if present is not None and present.id != lease.id:
                raise _busy(present)
            raise Busy(
                "The lease on this job ended before the write, so nothing was written.",
                holder=lease.holder,
                since=lease.since,
                remedy="Sync the job again.",
            )
        if renew:
            expiry = self._expiry()
            run(db, change("leases", expiry, "id = ?"), *expiry.values(), lease.id)

    def in_progress(self, db: Db, integration: str, job_id: str, fence: int) -> bool:
        """Within a transaction: return whether what was begun under that fencing number still has its lease and its process."""
        row = _row(db, integration, job_id)
        return row is not None and row.fence == fence and not self._free(row)

    def held(self, db: Db) -> tuple[Lease, ...]:
        """Within a transaction: return the leases that hold, oldest first."""
        rows = LeaseRow.select().order_by(LeaseRow.since_ms, LeaseRow.id).execute(db)
        return tuple(_lease(row) for row in rows if not self._free(row))

    async def _give_back_what_comes(self, acquiring: asyncio.Future[Lease]) -> None:
        with suppress(JobsyncError):
            await self._give_back(await acquiring)

    async def _give_back(self, lease: Lease) -> None:
        """Release a lease whose block has ended with whatever it ended; where that cannot be written, this process counts it as free."""
        try:
            await self.release(lease)
        except StorageError as error:
            log.warning("the lease %s could not be released and will run out: %s", lease.id, error.message)
            self._given_up.add(lease.id)

    def _acquire(self, db: Db, lease_id: str, integration: str, job_id: str, holder: str) -> Lease:
        row = _row(db, integration, job_id)
        if row is not None:
            if not self._free(row):
                raise _busy(row)
            run(db, _DELETE, row.id)
        values: dict[str, str | int] = {
            "id": lease_id,
            "integration": storable(integration),
            "job_id": storable(job_id),
            "holder": storable(holder),
            "since_ms": clock.to_ms(self.now()),
            "fence": _next_fence(db),
            "process": self.process.dump(),
            **self._expiry(),
        }
        run(db, insertion("leases", values), *values.values())
        return _lease(LeaseRow(**values))

    def _free(self, row: LeaseRow) -> bool:
        return row.id in self._given_up or self._expired(row) or ProcessIdentity.load(row.process).known_dead(self.process)

    def _expired(self, row: LeaseRow) -> bool:
        if ProcessIdentity.load(row.process).same_boot(self.process):
            return row.expires_uptime <= self._uptime()
        return row.expires_ms <= clock.to_ms(self.now())

    def _expiry(self) -> dict[str, int]:
        milliseconds = round(self.ttl.total_seconds() * 1000)
        return {"expires_ms": clock.to_ms(self.now()) + milliseconds, "expires_uptime": self._uptime() + milliseconds}

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self.ttl.total_seconds() / 3)
            # A renewal that fails is found out where it matters: before the write.
            with suppress(JobsyncError):
                await self.renew(lease)


def release(db: Db, lease: Lease) -> bool:
    """Within a transaction: take the lease out; returns whether it was there."""
    return run(db, _DELETE, lease.id) > 0


def get(db: Db, lease_id: str) -> Lease | None:
    """Return the lease with that id, whether it still holds or not."""
    row = _found(first(db, _BY_ID, lease_id))
    return None if row is None else _lease(row)


def _row(db: Db, integration: str, job_id: str) -> LeaseRow | None:
    return _found(first(db, _BY_JOB, storable(integration), storable(job_id)))


def _found(values: tuple[Any, ...] | None) -> LeaseRow | None:
    return None if values is None else LeaseRow(**dict(zip(_COLUMNS, values, strict=True)))


def _next_fence(db: Db) -> int:
    grown = first(db, _GROW_FENCE, FENCE)
    if grown is not None:
        return int(grown[0])
    FenceRow.insert({"id": FENCE, "last": 1}).execute(db)
    return 1


def _busy(row: LeaseRow) -> Busy:
    since = clock.from_ms(row.since_ms)
    return Busy(
        f"{row.holder} is syncing this job since {since:%H:%M:%S} UTC.", holder=row.holder, since=since, remedy="Wait, then look again."
    )


def _lease(row: LeaseRow) -> Lease:
    return Lease(row.id, row.integration, row.job_id, row.holder, clock.from_ms(row.since_ms), clock.from_ms(row.expires_ms), row.fence)
