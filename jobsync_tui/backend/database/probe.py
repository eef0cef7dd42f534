"""Looking at a database without changing it: whether it is whole, what made it, and which driver reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .dialect import Db, dialect_of
from .schema import SchemaVersion

_WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""The SQLite versions, first and last, that can damage a database in write-ahead mode under several connections."""

_OF_SERVER = (
    "SELECT current_setting('server_version'), current_setting('server_version_num'), current_setting('fsync'),"
    " EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'), to_regclass('jobs_text') IS NOT NULL,"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true), '0')::int - (SELECT sum(numbackends) FROM pg_stat_database)::int"
)


@dataclass(frozen=True, slots=True)
class ServerState:
    """A PostgreSQL server.

    Attributes:
        number: Its version as a number, such as 150004.
        trigrams: Whether the database has the extension pg_trgm.
        text_index: Whether the index that searches by it is there.
        durable: Whether what it commits survives a crash of its machine.
        free: How many more connections it would take now.
    """

    number: int
    trigrams: bool
    text_index: bool
    durable: bool
    free: int


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a look at a database told.

    Attributes:
        engine: Its kind and version, such as ``SQLite 3.53.4 (pysqlite3)``.
        damage: The first thing that is wrong in the file, None for nothing.
        schemas: The version of each schema in it, by name; empty where nothing was made yet.
        server: What matters of a server, None for a file.
    """

    engine: str
    damage: str | None
    schemas: Mapping[str, int]
    server: ServerState | None = None


def look(url: str, *, timeout: float = 5.0) -> DatabaseState:
    """Look at the database that ``url`` names, which must be there. Blocks; a check of a large file takes seconds.

    Raises:
        StorageError: It cannot be read.
    """
    dialect = dialect_of(url, timeout=timeout)
    try:
        db = dialect.connect(writing=False)
        try:
            return _sqlite(db) if dialect.name == "sqlite" else _server(db)
        finally:
            db.close()
    except dialect.errors as error:
        raise dialect.explain(error) from error


def has_wal_bug(version: tuple[int, ...]) -> bool:
    """Return whether a SQLite of that version can damage a database in write-ahead mode."""
    first, last = _WAL_BUG
    return first <= version <= last


def _sqlite(db: Db) -> DatabaseState:
    version: str = db.execute_sql("SELECT sqlite_version()").fetchone()[0]
    # Peewee picks the driver when it loads; the connection's class says which one it was.
    driver = type(db.connection()).__module__.partition(".")[0]
    words = [str(row[0]) for row in db.execute_sql("PRAGMA quick_check(1)").fetchall()]
    damage = None if words == ["ok"] else words[0]
    return DatabaseState(f"SQLite {version} ({driver})", damage, _schemas(db))


def _server(db: Db) -> DatabaseState:
    row: Any = db.execute_sql(_OF_SERVER).fetchone()
    name, number, fsync, trigrams, text_index, free = row
    server = ServerState(int(number), trigrams, text_index, fsync == "on", free)
    return DatabaseState(f"PostgreSQL {name}", damage=None, schemas=_schemas(db), server=server)


def _schemas(db: Db) -> dict[str, int]:
    if not db.table_exists("schema_version"):
        return {}
    return {str(row[0]): int(row[1]) for row in SchemaVersion.select(SchemaVersion.name, SchemaVersion.version).tuples().execute(db)}
