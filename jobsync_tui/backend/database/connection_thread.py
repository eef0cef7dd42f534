"""A thread with a connection of its own: work is queued for it, and done in one transaction each.

A server may be restarted, or be out of reach for a moment. What was read is read again then, and what was written is rolled back and done
again: functions that are given to a lane change nothing but their database. A connection that breaks at the commit itself leaves open
whether it was committed; that is asked before anything is done again (`Dialect.committed`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from traceback import clear_frames
from typing import TypeVar

from ..core.errors import StorageError
from ..core.ids import new_id
from .dialect import Db, Dialect

T = TypeVar("T")

log = logging.getLogger(__name__)

AGAIN_AFTER = 0.1
"""Seconds between tries to reach a server that was lost."""

CANCELLED_TRIES = 3
"""How often a read is tried that something else than its caller interrupts."""


class _Lost(Exception):
    """The connection broke, and nothing that was asked for has happened."""


class ConnectionThread:
    """A thread with one connection: opened at first use, and again when it was lost."""

    def __init__(self, dialect: Dialect, name: str, *, writing: bool) -> None:
        self._dialect = dialect
        self._writing = writing
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"jobsync-{name}")
        self._db: Db | None = None
        self._synced: bool | None = None
        self._interrupted = False

    @property
    def interrupts_at_once(self) -> bool:
        """Whether `interrupt` never waits."""
        return self._dialect.interrupts_at_once

    def submit(self, work: Callable[[Db], T], *, synced: bool = True) -> Future[T]:
        """Queue ``work`` for the thread, in one transaction. Errors of the driver come out as `StorageError`."""
        return self._thread.submit(self._run, work, synced)

    def interrupt(self) -> None:
        """Abandon the statement that runs now, if one does."""
        self._interrupted = True
        db = self._db
        if db is not None:
            self._dialect.interrupt(db)

    def close(self) -> None:
        """Wait for what is queued, and close the connection on its own thread. Blocks."""
        self._thread.submit(self._drop).result()
        self._thread.shutdown()

    def _run(self, work: Callable[[Db], T], synced: bool) -> T:  # noqa: FBT001 - what the executor passes on
        try:
            return self._until_done(work, synced=synced)
        except BaseException as error:
            _let_go(error)
            raise

    def _until_done(self, work: Callable[[Db], T], *, synced: bool) -> T:
        self._interrupted = False
        deadline = time.monotonic() + self._dialect.patience
        tries, told = CANCELLED_TRIES, False
        while True:
            try:
                return self._once(work, synced=synced)
            except _Lost as lost:
                explained = self._dialect.explain(_cause(lost))
                if self._interrupted or time.monotonic() > deadline:
                    raise explained from lost.__cause__
                if not told:  # once: it is tried many times a second
                    log.warning("%s Trying again, for up to %g s.", explained.message, self._dialect.patience)
                told = True
                time.sleep(AGAIN_AFTER)  # on a thread of its own, on which nothing else can be done meanwhile
            except self._dialect.errors as error:
                tries -= 1
                # An interrupt that was meant for the read before may come late.
                if not self._dialect.was_cancelled(error) or self._writing or self._interrupted or not tries:
                    raise self._dialect.explain(error) from error

    def _once(self, work: Callable[[Db], T], *, synced: bool) -> T:
        """Do the work in a transaction.

        Raises:
            _Lost: The connection broke, and nothing was written.
            StorageError: It broke at the commit, and what came of that could not be learned.
        """
        receipt = new_id()
        done: list[T] = []
        try:
            db = self._connection()
            if self._writing and synced is not self._synced:
                self._dialect.sync_commits(db, synced=synced)
                self._synced = synced
            with self._dialect.writing(db, receipt) if self._writing else self._dialect.reading(db):
                done.append(work(db))
        except self._dialect.errors as error:
            if self._db is not None and self._dialect.usable(self._db):
                raise
            self._drop()
            if not self._dialect.may_come_back(error):
                raise
            if not (done and self._writing and self._committed(receipt)):
                raise _Lost from error
        return done[0]

    def _committed(self, receipt: str) -> bool:
        """Ask, on a new connection, whether the transaction with that receipt was committed."""
        deadline = time.monotonic() + self._dialect.patience
        while True:
            try:
                return self._dialect.committed(self._connection(), receipt)
            except self._dialect.errors as error:
                self._drop()
                if time.monotonic() > deadline:
                    raise StorageError(
                        f"The {self._dialect.title} was lost during a commit, and whether that was kept is not known.",
                        remedy="When the server runs again, jobsync recover settles by the journal what is open.",
                    ) from error
                time.sleep(AGAIN_AFTER)

    def _connection(self) -> Db:
        if self._db is not None and self._dialect.outdated(self._db):
            self._drop()
        if self._db is None:
            self._db = self._dialect.opened(writing=self._writing)
        return self._db

    def _drop(self) -> None:
        db, self._db, self._synced = self._db, None, None
        if db is not None:
            try:
                db.close()
            except self._dialect.errors:
                db.dispose()


def _let_go(error: BaseException) -> None:
    """Clear the frames that an error came through: a cursor in one of them would be closed on whichever thread drops the error last.

    That thread would wait, with Python's lock in its hand, for the statement that runs on the connection by then.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            clear_frames(each.__traceback__)
            waiting += [each.__cause__, each.__context__]


def _cause(error: Exception) -> Exception:
    cause = error.__cause__
    return cause if isinstance(cause, Exception) else error
