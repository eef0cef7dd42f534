"""Async functions over a synchronous database: one thread writes, a few read, each with a connection of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..core import clock
from ..core.errors import StorageError, StorageFull, StorageRefused
from .connection_thread import ConnectionThread
from .dialect import Connected, Db, Dialect, dialect_of
from .schema import Schema, bring_up, is_up_to_date

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

ABANDON_EVERY = 0.01
"""Seconds between interrupts of an abandoned read: one that falls between two statements meets nothing to interrupt."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """A read that is under way."""

    thread: ConnectionThread
    future: Future[Any]

    def abandon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Interrupt the read, again and again until it has ended."""
        if self.future.done():
            return
        if self.thread.interrupts_at_once:
            # First: nothing that an interrupt may run into keeps the next one from coming.
            loop.call_later(ABANDON_EVERY, self.abandon, loop)
            self.thread.interrupt()
        else:
            asking = loop.run_in_executor(None, self.thread.interrupt)
            asking.add_done_callback(lambda _: loop.call_later(ABANDON_EVERY, self.abandon, loop))


class Database:
    """A database that is open: `read` and `write` run functions on its threads, `close` waits for what was begun."""

    def __init__(self, dialect: Dialect, *, readers: int) -> None:
        self.dialect = dialect
        self._writer = ConnectionThread(dialect, "writer", writing=True)
        self._readers = tuple(ConnectionThread(dialect, f"reader-{number}", writing=False) for number in range(readers))
        self._idle: asyncio.LifoQueue[ConnectionThread] = asyncio.LifoQueue()
        self._scans = asyncio.Semaphore(max(1, readers - 1))
        for thread in reversed(self._readers):
            self._idle.put_nowait(thread)
        # By lane: what runs when a read ends must not lead back to it, or its result would stay until the collector of cycles comes.
        self._reading: dict[ConnectionThread, Future[Any]] = {}
        self._closed = False

    @classmethod
    async def open(cls, url: str, schema: Schema, *, readers: int = 3, lock_timeout: float = 10.0, connected: Connected = ()) -> Database:
        """Open the database, making or migrating what it needs.

        Args:
            url: ``sqlite:///path/to/file.db`` or ``postgresql://user@host/database``.
            schema: The tables that must be there.
            readers: How many reads may run side by side.
            lock_timeout: Seconds to wait for a lock that another process holds.
            connected: What each connection is given to before it is used.

        Raises:
            StorageError: With the remedy: locked, damaged, not to be read, from a newer version, not to be made.
        """
        dialect = dialect_of(url, timeout=lock_timeout)
        dialect.connected = connected
        await asyncio.to_thread(_prepare, dialect, schema)
        return cls(dialect, readers=readers)

    def now(self) -> datetime:
        """Return the present time by the clock that everybody who uses the database shares.

        Whatever is compared with times that another host has kept is told by it: hosts' own clocks differ.
        """
        return clock.from_ms(self.dialect.now())

    async def read(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(db, *args)`` on a reading thread, seeing one state throughout.

        A cancelled read is interrupted inside the database and its thread is soon free for the next.

        Raises:
            StorageError: The database failed, or is closed.
        """
        self._check_open()
        thread = await self._idle.get()
        try:
            self._check_open()
            future = thread.submit(lambda db: fn(db, *args, **kwargs))
        except BaseException:
            self._idle.put_nowait(thread)
            raise
        loop = asyncio.get_running_loop()
        self._reading[thread] = future
        future.add_done_callback(lambda _: _call_on(loop, self._ended, thread))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            _Reading(thread, future).abandon(loop)
            raise

    async def scan(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run like `read` what reads jobs by the thousand. However many of those run side by side, a thread stays free for short reads."""
        async with self._scans:
            return await self.read(fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(db, *args)`` on the writing thread in one transaction, after the writes asked for before it.

        A write that is cancelled before its turn never runs; one that is cancelled while it runs goes through to its commit.

        Raises:
            StorageError: The database failed, and nothing was written; or it is closed.
        """
        self._check_open()
        return await asyncio.wrap_future(self._writer.submit(lambda db: fn(db, *args, **kwargs)))

    async def write_unsynced(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run like `write`, without waiting for the disk.

        Everybody sees what was written, and it outlives this process; a power cut may take it, unless a `write` that came after it has
        returned: that one takes it to the disk. For what means nothing after a power cut, or is followed by such a write.

        Raises:
            StorageError: The database failed, and nothing was written; or it is closed.
        """
        self._check_open()
        return await asyncio.wrap_future(self._writer.submit(lambda db: fn(db, *args, **kwargs), synced=False))

    async def close(self) -> None:
        """Wait for writes that were asked for, abandon reads, and close every connection. May be called twice."""
        if self._closed:
            return
        self._closed = True
        for thread, future in self._reading.items():
            _Reading(thread, future).abandon(asyncio.get_running_loop())
        await asyncio.shield(asyncio.to_thread(self._close_threads))

    def _ended(self, thread: ConnectionThread) -> None:
        del self._reading[thread]
        self._idle.put_nowait(thread)

    def _close_threads(self) -> None:
        # The writer comes last: closing a SQLite database's last connection folds the write-ahead log into it.
        for thread in (*self._readers, self._writer):
            thread.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError("The database is closed: the program is ending.")


def _prepare(dialect: Dialect, schema: Schema) -> None:
    dialect.prepare()
    try:
        db = dialect.opened(writing=True)
        try:
            bring_up(db, dialect, schema)
        finally:
            db.close()
    except dialect.errors as error:
        explained = dialect.explain(error)
        if not (isinstance(explained, StorageFull | StorageRefused) and _can_be_read(dialect, schema)):
            raise explained from error
        log.warning("%s What only reads goes on.", explained.message)


def _can_be_read(dialect: Dialect, schema: Schema) -> bool:
    """Return whether the database is as the program needs it, though nothing can be written into it."""
    try:
        db = dialect.connect(writing=False)
        try:
            return is_up_to_date(db, schema)
        finally:
            db.close()
    except dialect.errors:
        return False


def _call_on(loop: asyncio.AbstractEventLoop, fn: Callable[[ConnectionThread], None], thread: ConnectionThread) -> None:
    # A loop that was closed meanwhile has nobody left who could want the lane.
    if not loop.is_closed():
        loop.call_soon_threadsafe(fn, thread)
