"""PostgreSQL, through psycopg 3 (the extra ``team``)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import ClassVar
from urllib.parse import urlsplit

import peewee
from peewee import fn

from ..errors import StorageError
from .dialect import Db, Dialect
from .drivers import hand_over_psycopg

MIGRATION_LOCK = 0x6A6F6273796E63
"""Key of the advisory lock under which schemas change: "jobsync" in ASCII."""


class PostgresqlDialect(Dialect):
    """A database on a PostgreSQL server. The password comes with the URL or from libpq's own files, and is never shown."""

    name: ClassVar[str] = "postgresql"
    placeholder: ClassVar[str] = "%s"

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        parts = urlsplit(url)
        self.title = f"PostgreSQL database {parts.path.lstrip('/') or 'default'} on {parts.hostname or 'this machine'}"

    def prepare(self) -> None:
        """Check that the driver is there."""
        try:
            hand_over_psycopg()
        except ImportError as error:
            raise StorageError(
                "The driver for PostgreSQL is not installed.", remedy="Install jobsync with its extra: pip install 'jobsync-tui[team]'."
            ) from error

    def connect(self, *, writing: bool) -> Db:
        """Return a new connection with the lock timeout set; a reading one is read-only on the server."""
        settings = f"-c lock_timeout={int(self._timeout * 1000)}"
        if not writing:
            settings += " -c default_transaction_read_only=on"
        db = peewee.PostgresqlDatabase(
            self._url, prefer_psycopg3=True, thread_safe=False, connect_timeout=max(2, int(self._timeout)), options=settings
        )
        db.connect()
        return db

    def sync_commits(self, db: Db, *, synced: bool) -> None:
        """Do nothing: every commit is as durable as the server's administrator has it."""

    def migration_lock(self, db: Db) -> None:
        """Take the advisory lock, which the end of the transaction gives back."""
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))

    def copy_before_migration(self, db: Db, version: int) -> None:
        """Do nothing: a server's DDL rolls back as a whole, and its backups are its administrator's."""

    def interrupt(self, db: Db) -> None:
        """Ask the server to cancel the running statement."""
        if not db.is_closed():
            db.connection().cancel()

    def usable(self, db: Db) -> bool:
        """Return whether the server is still at the other end."""
        return bool(db.is_connection_usable())

    def reading(self, db: Db) -> AbstractContextManager[object]:
        """Return a transaction that sees one snapshot throughout."""
        return db.atomic("REPEATABLE READ")

    def contains(self, column: peewee.Node, text: str) -> peewee.Expression:
        """Return a LIKE with every special character escaped, which the trigram index answers."""
        return self.like(column, f"%{escaped(text)}%")

    def like(self, column: peewee.Node, pattern: str) -> peewee.Expression:
        """Return LIKE, whose escape character is the backslash."""
        return peewee.Expression(column, peewee.OP.LIKE, pattern)

    def order_bytewise(self, db: Db, table: str, columns: Sequence[str]) -> None:
        """Give the columns the collation of code points."""
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"' for column in columns)
        db.execute_sql(f'ALTER TABLE "{table}" {changes}')

    def any_of(self, column: peewee.Node, values: Sequence[str] | Sequence[int]) -> peewee.Expression:
        """Return membership in one array parameter."""
        return peewee.Expression(column, peewee.OP.EQ, fn.ANY(peewee.Value(list(values), unpack=False)))

    def explain(self, error: Exception) -> StorageError:
        """Sort the server's error by what the admin can do about it."""
        state = getattr(error.__context__ or error.__cause__, "sqlstate", None) or ""
        if state.startswith("55") or state == "40P01":
            return StorageError(f"The {self.title} is locked by somebody else for more than {self._timeout:g} s.", remedy="Try again.")
        if state.startswith("53"):
            return StorageError(f"The {self.title} is out of disk, memory or connections.", remedy="Ask its administrator; then try again.")
        if state.startswith("28") or state == "3D000":
            return StorageError(
                f"The {self.title} refused the login, or does not exist.", remedy="Check user, password and database name in storage.url."
            )
        if state in {"25006", "42501"}:
            return StorageError(
                f"The {self.title} cannot be written by this user.", remedy="Grant the user the right to create and write tables."
            )
        if state == "57014":
            return StorageError("The query was abandoned.")
        if not state or state.startswith(("08", "57")):
            return StorageError(
                f"The {self.title} cannot be reached.", remedy="Check that the server runs; jobsync connects again by itself."
            )
        return StorageError(f"The {self.title} failed ({state}).", remedy="This is a fault in jobsync; its log has the details.")


def escaped(text: str) -> str:
    """Return ``text`` with nothing in it special to LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
