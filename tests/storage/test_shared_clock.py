"""Hosts whose own clocks are wrong: what one compares with what another kept is told by the server's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.core.clock import from_ms
from jobsync_tui.backend.core.errors import Busy
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.jobs import listing
from jobsync_tui.backend.storage.ledger.leases import LeaseStore
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from jobsync_tui.backend.storage.migrations import SCHEMA
from tests.support.databases import url_at
from tests.support.patience import PATIENCE
from tests.support.skewed import skewed

pytestmark = pytest.mark.usefixtures("on_postgresql")

DAY = timedelta(days=1)
CLOSE = timedelta(minutes=5)
"""What nobody takes for a day, however busy the machine is."""

HERE, THERE = (ProcessIdentity(name, f"boot of {name}", "", 1, "1") for name in ("here", "there"))
Hosts = tuple[Database, Database]


@pytest.fixture
async def hosts(tmp_path: Path) -> AsyncIterator[Hosts]:
    async with AsyncExitStack() as stack:
        opened = [await Database.open(url_at(tmp_path / "jobsync.db"), SCHEMA) for _ in range(2)]
        for database in opened:
            stack.push_async_callback(database.close)
        yield opened[0], opened[1]


async def servers_time(database: Database) -> datetime:
    return from_ms(await database.read(database.dialect.present))


@pytest.mark.parametrize("off", [-DAY, DAY, timedelta(minutes=10)])
async def test_the_time_is_the_servers_whatever_the_host_says(tmp_path: Path, off: timedelta) -> None:
    with skewed(off):
        database = await Database.open(url_at(tmp_path / "jobsync.db"), SCHEMA)
        try:
            assert abs(database.now() - await servers_time(database)) < CLOSE
            told = await database.write(lambda _: database.now())
            assert abs(told - await servers_time(database)) < CLOSE
        finally:
            await database.close()


async def test_each_write_hears_what_the_time_is(hosts: Hosts) -> None:
    """The server's clock may be set while we are connected."""
    here, _ = hosts
    await here.write(lambda _: None)  # its connection is made
    dialect = here.dialect
    vars(dialect)["_clock"] = (0, vars(dialect)["_clock"][1])
    assert here.now().year == 1970
    await here.write(lambda _: None)
    assert abs(here.now() - await servers_time(here)) < CLOSE


@pytest.mark.parametrize("off", [-DAY, DAY])
async def test_a_lease_of_a_host_with_a_wrong_clock_holds_and_runs_out(hosts: Hosts, off: timedelta) -> None:
    here, there = (LeaseStore(database, process=process) for database, process in zip(hosts, (HERE, THERE), strict=True))
    with skewed(off):
        lease = await here.acquire("acme", "1", "alice")
    with pytest.raises(Busy, match="alice"):
        await there.acquire("acme", "1", "bob")
    with skewed(off):
        here.ttl = timedelta(milliseconds=1)
        await here.renew(lease)
    await taken_in_the_end(there, "bob")


async def taken_in_the_end(leases: LeaseStore, holder: str) -> None:
    """Wait until the job is free, and take it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Busy):
                await leases.acquire("acme", "1", holder)
                return


async def test_a_listing_of_a_host_with_a_wrong_clock_is_not_taken_over(hosts: Hosts) -> None:
    here, there = hosts
    with skewed(-DAY):
        await here.write(lambda db: listing.begin(db, "acme", HERE, full=True, now=_ms(here)))
    with pytest.raises(Busy):
        await there.write(lambda db: listing.begin(db, "acme", THERE, full=True, now=_ms(there)))


def _ms(database: Database) -> int:
    return round(database.now().timestamp() * 1000)
