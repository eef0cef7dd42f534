"""What a database server is asked for that SQL does not say the same way everywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar, TypeAlias

from ..core import clock
from ..core.errors import StorageError, StorageRefused
from .drivers import peewee

Db: TypeAlias = peewee.Database
"""One connection, as the functions given to `Database.read` and `Database.write` get it."""


Connected: TypeAlias = tuple[Callable[[Db], None], ...]
"""What each new connection is given to before it is used."""


class Dialect(ABC):
    """The differences between database servers, behind one name each.

    Attributes:
        name: ``sqlite`` or ``postgresql``.
        placeholder: How a parameter stands in SQL text.
        title: The database in the words of a message; never holds a password.
        errors: What its driver raises, by itself and by way of Peewee.
        patience: Seconds in which a server that was lost is looked for again; 0 where a database cannot be lost.
        connected: What new connections are given to.
        interrupts_at_once: Whether `interrupt` never waits for anything.
        sorts_quickly: Whether finding all matches and sorting them takes less than reading a list in order until enough of them have come,
            where they lie far from its beginning, also if no index knows them.
        merges: Whether several queries that an index answers in order are merged in that order, no row being read before it is its turn.
    """

    name: ClassVar[str]
    placeholder: ClassVar[str]
    title: str
    errors: tuple[type[Exception], ...]
    patience: float
    connected: Connected = ()
    interrupts_at_once: ClassVar[bool]
    sorts_quickly: ClassVar[bool]
    merges: ClassVar[bool] = True

    @abstractmethod
    def connect(self, *, writing: bool) -> Db:
        """Return a new connection, open, for one thread. One that is not ``writing`` refuses to write.

        That one is to be had wherever the database can be read, also where nothing can be written.

        Raises:
            peewee.PeeweeException: As the driver says it.
        """

    def opened(self, *, writing: bool) -> Db:
        """Return a new connection as `connect` does, known to whoever asked for that."""
        db = self.connect(writing=writing)
        for each in self.connected:
            each(db)
        return db

    @abstractmethod
    def prepare(self) -> None:
        """Make what has to be there before the first connection.

        Raises:
            StorageError: Where it cannot be made, and is not there to be read either.
        """

    @abstractmethod
    def sync_commits(self, db: Db, *, synced: bool) -> None:
        """Say, between transactions, whether the next commits must be on the disk itself when they return."""

    def present(self, db: Db) -> int:
        """Return the present time by the clock that everybody who uses the database shares, in milliseconds since 1970 UTC.

        A file is used on one machine, whose clock it is.
        """
        del db
        return self.now()

    def now(self) -> int:
        """Return the same without asking: a server's time as it was told last, and what passed since by the host's uptime.

        It is told whenever a connection is made and a transaction that writes begins, so within one it is exact.
        """
        return clock.to_ms(clock.now())

    def create_own(self, db: Db) -> None:
        """Make, within the open transaction, the tables that the dialect itself needs, where they are missing."""
        del db

    @abstractmethod
    def migration_lock(self, db: Db) -> None:
        """Take, within the open transaction, the lock under which a schema is made or changed; waits for another process."""

    @abstractmethod
    def copy_before_migration(self, db: Db, version: int) -> None:
        """Copy the database as it is, at schema ``version``, to a place beside it, where the server allows that."""

    @abstractmethod
    def interrupt(self, db: Db) -> None:
        """Abandon the statement that ``db`` is running on another thread, if it runs one."""

    def outdated(self, db: Db) -> bool:
        """Return whether ``db`` would miss what was written since it was opened, and has to be opened again."""
        del db
        return False

    @abstractmethod
    def usable(self, db: Db) -> bool:
        """Return whether ``db`` still reaches its database after an error."""

    def may_come_back(self, error: Exception) -> bool:
        """Return whether ``error`` says that the server was lost, and may soon be there again. A file never is."""
        del error
        return False

    def was_cancelled(self, error: Exception) -> bool:
        """Return whether ``error`` says that a statement was interrupted, and another one may have been meant."""
        del error
        return False

    def committed(self, db: Db, receipt: str) -> bool:
        """Return whether the transaction that `writing` began with ``receipt`` was committed, after its connection broke."""
        del db, receipt
        return False

    @abstractmethod
    def explain(self, error: Exception) -> StorageError:
        """Return ``error``, raised by a driver, in plain words with the remedy."""

    @abstractmethod
    def contains(self, column: peewee.Node, text: str) -> peewee.Expression:
        """Return the expression "``column`` holds ``text``", both folded already, with no character of ``text`` special."""

    @abstractmethod
    def like(self, column: peewee.Node, pattern: str) -> peewee.Expression:
        """Return the expression "``column`` fits ``pattern``": ``%`` is any text, ``_`` any character, a backslash takes that away."""

    @abstractmethod
    def line_holds(self, column: peewee.Node, start: str, text: str) -> peewee.Expression:
        """Return the expression "the line of ``column`` that begins with ``start`` holds ``text`` behind that".

        Args:
            column: Lines that end in a line feed each.
            start: With the line feed before the line; no two lines begin with it.
            text: Not empty, and without a line feed.
        """

    @abstractmethod
    def second_line(self, column: str, length: int) -> str:
        """Return the SQL of "the second line of ``column``, cut to ``length`` characters", ordered by code point, fit for an index."""

    @abstractmethod
    def order_bytewise(self, db: Db, table: str, columns: Sequence[str]) -> None:
        """Let text columns of a new table be ordered by code point, as Python orders text."""

    @abstractmethod
    def any_of(self, column: peewee.Node, values: Sequence[str] | Sequence[int]) -> peewee.Expression:
        """Return the expression "``column`` is one of ``values``" with one parameter, however many they are."""

    def tidy_often(self, db: Db, table: str) -> None:
        """Let what looks after a large table come as often as it must for `answers_by_index` to hold."""
        del db, table

    def answers_by_index(self, db: Db, table: str) -> bool:
        """Return whether an index that holds all that is asked for is read without looking up its rows in the table."""
        del db, table
        return True

    def by_index(self, db: Db) -> AbstractContextManager[object]:
        """Return a context, within a read, in which rows are found by an index that has them in order, not by reading and sorting."""
        del db
        return nullcontext()

    @abstractmethod
    def numbers(self, db: Db, query: peewee.Node) -> tuple[int, ...]:
        """Return the whole numbers that a query of one column gives, in one step of the driver, however many they are."""

    @abstractmethod
    def writing(self, db: Db, receipt: str) -> AbstractContextManager[object]:
        """Return the transaction in which a function writes, alone among all writers; ``receipt`` tells it from every other one."""

    @abstractmethod
    def reading(self, db: Db) -> AbstractContextManager[object]:
        """Return the transaction in which a function reads: one state throughout."""


def dialect_of(url: str, *, timeout: float) -> Dialect:
    """Return the dialect for a storage URL.

    Args:
        url: ``sqlite:///path/to/file.db`` (the path begins with the third slash) or ``postgresql://user@host/database``.
        timeout: Seconds to wait for a lock that somebody else holds.

    Raises:
        StorageRefused: For any other URL.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest:
        from .sqlite import SqliteDialect

        # Two slashes at the beginning, as of a path that stands whole behind the third slash, would be kept by every path made of it.
        return SqliteDialect(f"/{rest.lstrip('/')}" if rest.startswith("/") else rest, timeout=timeout)
    if separator and scheme in {"postgresql", "postgres"}:
        from .postgresql import PostgresqlDialect

        return PostgresqlDialect(f"postgresql://{rest}", timeout=timeout)
    raise StorageRefused(
        f"The storage URL begins with {scheme!r}, which is no database that jobsync knows.",
        remedy="Write sqlite:///path/to/jobsync.db or postgresql://user@host/database as storage.url.",
    )
