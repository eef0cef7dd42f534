"""SQLite: one file, for its owner only, in write-ahead mode. Peewee takes pysqlite3 by itself where that is installed and newer."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import ClassVar, TypeAlias

import peewee
from peewee import fn

from ..core import clock
from ..core.errors import StorageBusy, StorageError, StorageFull, StorageRefused
from ..core.ownership import require_ours
from .dialect import Db, Dialect
from .lock_wait import LockWait
from .sqlite_library import library, require_sqlite

PRAGMAS = {
    "page_size": 16_384,  # of a new file: a job's JSON is 2 KB, of which a page of 4 KB would hold one and stand half empty
    "synchronous": "FULL",  # a commit must survive a power cut: the sync's journal relies on it
    "foreign_keys": 1,
    "cache_size": -8_000,  # KiB a connection; mapping the file instead would count as the program's memory, for a fifth of a long scan
    "temp_store": "MEMORY",
    "trusted_schema": 0,
}
LOCKED = frozenset({"BUSY", "LOCKED"})
"""SQLite's words for a lock that somebody else holds."""

LOCK_RETRY = 0.05
"""Seconds between tries where SQLite does not wait by itself."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: endings of its name."""


Stamp: TypeAlias = tuple[int, int, int]
"""What changes when somebody writes: time and size of the file, and how much stands in its write-ahead log."""

DAMAGED = (
    "Move the file away and restore a backup. Without one all of it is lost: jobsync refresh fills a new cache, jobsync rules import brings"
    " rules in again and jobsync adopt links what the target has, but who synced what and when, and how the rules were before, is gone."
)
"""What to do about a damaged file, and what it costs."""


class SqliteDialect(Dialect):
    """A SQLite file. ``path`` is absolute."""

    name: ClassVar[str] = "sqlite"
    placeholder: ClassVar[str] = "?"
    interrupts_at_once: ClassVar[bool] = True
    sorts_quickly: ClassVar[bool] = False

    def __init__(self, path: str, *, timeout: float) -> None:
        # Those of whichever SQLite it took; the driver fails to decode where SQLite quotes the bytes of a damaged file in its message.
        self.errors = (peewee.PeeweeException, library.Error, UnicodeDecodeError)
        self.patience = 0.0
        self.path = Path(path)
        self.title = f"database {self.path}"
        self._timeout = timeout
        self._lock = LockWait(timeout)

    def prepare(self) -> None:
        """Make the directory (0700) and the file (0600) where they are missing, whatever the umask.

        Raises:
            ConfigError: Others could write or replace the file, or what SQLite keeps beside it.
            StorageError: It cannot be made, or not be read, or this SQLite cannot hold it.
        """
        require_sqlite()
        for ending in ("", *BESIDE):
            require_ours(self.path.with_name(self.path.name + ending), "the database")
        try:
            _make_directory(self.path.parent)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(descriptor).st_mode & 0o777 != 0o600:
                    os.fchmod(descriptor, 0o600)
            finally:
                os.close(descriptor)
        except OSError as error:
            if os.access(self.path, os.R_OK):
                return  # what only reads goes on
            if isinstance(error, PermissionError):
                raise self._read_only() from error
            raise StorageRefused(
                f"The {self.title} cannot be opened: {error.strerror}.",
                remedy="Point storage.url at a file in a directory that can be written.",
            ) from error

    def connect(self, *, writing: bool) -> Db:
        """Return a new connection in write-ahead mode; one that only reads also where nothing can be written."""
        if writing:
            db = self._connected(str(self.path), PRAGMAS)
            self._enter_wal(db)
            return db
        try:
            return self._looking(str(self.path))
        except peewee.PeeweeException as error:
            if not isinstance(self.explain(error), StorageFull | StorageRefused):
                raise
            return self._untouched(error)

    def _connected(self, name: str, pragmas: Mapping[str, object], stamp: Stamp | None = None) -> Db:
        db = _Connection(
            name,
            pragmas=dict(pragmas),
            lock_type="IMMEDIATE",
            timeout=self._lock.left(),
            thread_safe=False,
            check_same_thread=False,
            uri=True,
        )
        db.stamp = stamp
        db.connect()
        return db

    def _looking(self, name: str, stamp: Stamp | None = None) -> Db:
        """Return a connection that only reads, having read: SQLite makes what it keeps beside the file when it first does."""
        db: Db = self._connected(name, PRAGMAS | {"query_only": 1}, stamp)
        try:
            db.execute_sql("SELECT COUNT(*) FROM sqlite_master").fetchone()
        except self.errors:
            db.close()
            raise
        return db

    def _untouched(self, error: Exception) -> Db:
        """Return a connection to a file beside which SQLite can make nothing, as long as all that was committed stands in the file itself.

        Raises:
            Exception: ``error``, where some of it stands in the write-ahead log.
        """
        stamp = self._stamp()
        if stamp[-1]:
            raise error
        return self._looking(f"{self.path.as_uri()}?mode=ro&immutable=1", stamp)

    def _stamp(self) -> Stamp:
        """Return how the file and its write-ahead log are now."""
        log = self.path.with_name(f"{self.path.name}-wal")
        file, logged = (each.stat() if each.exists() else None for each in (self.path, log))
        return (file.st_mtime_ns if file else 0, file.st_size if file else 0, logged.st_size if logged else 0)

    def sync_commits(self, db: Db, *, synced: bool) -> None:
        """Have commits wait for the disk, or only be seen by everybody; a commit that waits takes those before it with it."""
        db.execute_sql(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")

    def migration_lock(self, db: Db) -> None:
        """Do nothing: the transaction is IMMEDIATE, which no two processes are in."""

    def copy_before_migration(self, db: Db, version: int) -> None:
        """Copy the database beside itself, for its owner only. The open transaction has changed nothing yet.

        Raises:
            StorageError: There is no room for it.
        """
        del db
        stamp = clock.rfc3339(clock.now()).replace(":", "").replace("-", "").partition(".")[0]
        copy = self._new_file(f"{self.path.name}.schema-{version}.{stamp}Z")
        source = self.connect(writing=False)
        target: Db = _Connection(str(copy), thread_safe=False)
        with closing(source), closing(target):
            source.connection().backup(target.connection())

    def _new_file(self, name: str) -> Path:
        """Make an empty file of that name beside the database; one that was killed a moment ago may have left one of the same name."""
        for number in count(1):
            path = self.path.with_name(name if number == 1 else f"{name}-{number}")
            try:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            except FileExistsError:
                continue
            except OSError as error:
                raise StorageError(
                    f"The {self.title} cannot be copied before it is brought up to date: {error.strerror}.",
                    remedy="Make room, or let this account write, in its directory.",
                ) from error
            return path
        raise AssertionError("there is no last number")

    def interrupt(self, db: Db) -> None:
        """Interrupt the running statement; SQLite ends it within microseconds."""
        if not db.is_closed():
            db.connection().interrupt()

    def outdated(self, db: Db) -> bool:
        """Return whether somebody wrote since ``db`` was opened as a file that nobody changes."""
        return isinstance(db, _Connection) and db.stamp is not None and db.stamp != self._stamp()

    def usable(self, db: Db) -> bool:
        """Return whether the connection is out of its transaction: an interrupt that met the roll-back itself leaves it inside."""
        return not db.is_closed() and not db.connection().in_transaction

    @contextmanager
    def writing(self, db: Db, receipt: str) -> Iterator[None]:
        """Give an immediate transaction, which no two processes are in."""
        del receipt
        db.execute_sql(f"PRAGMA busy_timeout = {round(self._lock.left() * 1000)}")
        with ExitStack() as transaction:
            try:
                transaction.enter_context(db.atomic())
            except peewee.OperationalError as error:
                if error_code(error) in LOCKED:
                    self._lock.failed()
                raise
            self._lock.taken()
            yield

    def reading(self, db: Db) -> AbstractContextManager[object]:
        """Return a deferred transaction, which takes no lock that a writer would wait for."""
        return db.atomic("DEFERRED")

    def contains(self, column: peewee.Node, text: str) -> peewee.Expression:
        """Return ``instr(column, text) > 0``."""
        return peewee.Expression(fn.INSTR(column, text), peewee.OP.GT, 0)

    def like(self, column: peewee.Node, pattern: str) -> peewee.Expression:
        """Return LIKE in its function form, which has a place for the escape character."""
        return peewee.Expression(fn.LIKE(pattern, column, "\\"), peewee.OP.EQ, 1)

    def line_holds(self, column: peewee.Node, start: str, text: str) -> peewee.Expression:
        """Cut the line out with ``substr`` and look into it with ``instr``."""
        begin = fn.INSTR(column, start)
        rest = fn.SUBSTR(column, begin + len(start))
        line = fn.SUBSTR(rest, 1, fn.INSTR(rest, "\n") - 1)
        holds: peewee.Expression = (begin > 0) & (fn.INSTR(line, text) > 0)
        return holds

    def second_line(self, column: str, length: int) -> str:
        """Cut the text off at its first line feed, and at its end."""
        return f"(SUBSTR(RTRIM(SUBSTR({column}, INSTR({column}, '\n') + 1), '\n'), 1, {length}))"

    def order_bytewise(self, db: Db, table: str, columns: Sequence[str]) -> None:
        """Do nothing: SQLite compares bytes, and UTF-8 sorts by code point."""

    def any_of(self, column: peewee.Node, values: Sequence[str] | Sequence[int]) -> peewee.Expression:
        """Return membership in the elements of one JSON parameter."""
        elements = peewee.NodeList((peewee.SQL("(SELECT value FROM"), fn.json_each(json.dumps(list(values))), peewee.SQL(")")))
        return peewee.Expression(column, peewee.OP.IN, elements)

    def numbers(self, db: Db, query: peewee.Node) -> tuple[int, ...]:
        """Return the rows joined to one text.

        The driver gives Python's interpreter lock away at every row: while another thread evaluates or stores jobs, it would wait for that
        once a row, and a key that is typed would wait for thousands of rows.
        """
        joined = peewee.NodeList((peewee.SQL("WITH found(number) AS ("), query, peewee.SQL(") SELECT group_concat(number) FROM found")))
        text: str | None = db.execute(joined).fetchone()[0]
        return () if text is None else tuple(map(int, text.split(",")))

    def explain(self, error: Exception) -> StorageError:
        """Sort SQLite's error by what the admin can do about it."""
        code = error_code(error)
        if code in LOCKED:
            return StorageBusy(
                f"The {self.title} is in use by another process and did not come free within {self._timeout:g} s.",
                remedy="Try again; if it stays so, end the other jobsync or the backup that holds it.",
            )
        if code in {"READONLY", "PERM"}:
            return self._read_only()
        if code in {"CORRUPT", "NOTADB"} or _is_no_text(error):
            return StorageError(
                f"The {self.title} is damaged, or is not a database.",
                remedy=DAMAGED,
            )
        if code == "FULL":
            return StorageFull(
                f"The {self.title} cannot grow: the disk is full. Nothing was changed.",
                remedy="Free some space and try again.",
            )
        if code == "CANTOPEN":
            return StorageRefused(
                f"The {self.title} cannot be opened.",
                remedy="Check that its directory exists and that this account may read and write there.",
            )
        if code == "INTERRUPT":
            return StorageError("The query was abandoned.")
        if code.startswith("IOERR"):
            # A limit on file sizes shows as a failed write, which drivers do not tell from a failing disk.
            return StorageFull(
                f"The {self.title} cannot be read or written: the disk is full, a file size limit is reached, or the disk fails.",
                remedy="Free some space and try again; with enough of it, check the disk.",
            )
        return StorageError(
            f"The {self.title} failed ({code or type(error).__name__}).", remedy="This is a fault in jobsync; its log has the details."
        )

    def _read_only(self) -> StorageRefused:
        return StorageRefused(
            f"The {self.title} cannot be written by this account.",
            remedy="Give the file and its directory to the account that runs jobsync, or point storage.url elsewhere.",
        )

    def _enter_wal(self, db: Db) -> None:
        """Switch to write-ahead mode, once in a file's life; SQLite does not wait for other openers here by itself."""
        deadline = time.monotonic() + self._lock.left()
        while True:
            try:
                mode = db.execute_sql("PRAGMA journal_mode").fetchone()[0]
                if mode != "wal":
                    db.execute_sql("PRAGMA journal_mode = WAL")
            except peewee.OperationalError as error:
                if error_code(error) not in LOCKED or time.monotonic() > deadline:
                    raise
                time.sleep(LOCK_RETRY)
            else:
                return


class _Connection(peewee.SqliteDatabase):
    """A connection whose roll-back agrees with SQLite having rolled back already, as it does when the disk is full.

    Attributes:
        stamp: How the file was when it was opened as one that nobody changes, None where changes are followed.
    """

    stamp: Stamp | None = None

    def rollback(self) -> None:
        if peewee.SqliteDatabase.connection(self).in_transaction:
            super().rollback()


def _make_directory(directory: Path) -> None:
    """Make the directory and those above it, each for its owner only; one that exists is left as it is."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)


def error_code(error: Exception) -> str:
    """Return SQLite's name for the error without its prefix, such as ``BUSY``, whatever more it says; or an empty text."""
    cause = error.__context__ or error.__cause__
    number = getattr(error, "sqlite_errorcode", None) or getattr(cause, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", None) or getattr(cause, "sqlite_errorname", None) or ""
    return _PRIMARY.get(number & 0xFF if number is not None else 0) or str(name).removeprefix("SQLITE_")


_PRIMARY = {5: "BUSY", 6: "LOCKED", 8: "READONLY", 11: "CORRUPT"}
"""Results that come in many finer kinds (``BUSY_RECOVERY``), by the number that these share."""


def _is_no_text(error: Exception) -> bool:
    """Return whether a stored text is no UTF-8: the one fault in reading that the driver finds by itself, and gives no code."""
    cause = error.__context__ or error.__cause__
    return isinstance(error, UnicodeDecodeError) or (
        isinstance(error, peewee.OperationalError) and type(cause).__name__ == "OperationalError" and not error_code(error)
    )
