"""Everything in SQLite files into one PostgreSQL database: all of it or nothing, with nobody at either of them meanwhile.

A file that was moved is kept as it was and says so to whoever opens it, so that nobody goes on in the old place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peewee

from ..core.canonical import storable
from ..core.errors import StorageError, UsageError
from .dialect import Db, dialect_of
from .schema import MOVED, SchemaVersion
from .sqlite import error_code

OWN = frozenset({"schema_version", "write_receipts"})
"""Tables of the database layer itself."""

COUNTERS = "counters"
"""The one table that a new database has rows in."""

_TEXT_INDEX = "jobs_text"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the destination. ``flags`` are the places of its boolean columns, which SQLite keeps as numbers."""

    name: str
    columns: tuple[str, ...]
    flags: frozenset[int]


def move(files: Sequence[Path], url: str, finish: Callable[[Db], None], *, timeout: float = 10.0) -> dict[str, int]:
    """Copy every row of the files into the database at ``url``, whose tables are there and empty. Blocks.

    Args:
        files: SQLite databases; no two have a table of the same name but for their versions.
        url: The destination.
        finish: Called with the destination, in the transaction that the copying is in; what it raises undoes that.
        timeout: Seconds to wait for locks.

    Returns:
        The rows of each table, counted in both places.

    Raises:
        UsageError: The destination is not empty, or a file is in use.
        StorageError: Either database failed, or the counts differ; then nothing was moved.
    """
    dialect = dialect_of(url, timeout=timeout)
    try:
        destination = dialect.connect(writing=True)
        try:
            with ExitStack() as stack:
                sources = [stack.enter_context(_alone(path, timeout)) for path in files]
                with destination.atomic():
                    dialect.migration_lock(destination)
                    counts = _copy(sources, destination, dialect.title)
                    finish(destination)
                # Only now: a file that says it was moved must have been.
                for source in sources:
                    SchemaVersion.update(version=MOVED).execute(source)
            destination.execute_sql("ANALYZE")
            destination.execute_sql("VACUUM jobs")  # only what it has seen is answered from an index alone
        finally:
            destination.close()
    except dialect.errors as error:
        raise dialect.explain(error) from error
    return counts


@contextmanager
def _alone(path: Path, timeout: float) -> Iterator[Db]:
    """Open a SQLite file that no other process has open, and let nobody in as long as the block runs."""
    db = peewee.SqliteDatabase(str(path), timeout=timeout, thread_safe=False)
    db.connect()
    try:
        try:
            # To leave write-ahead mode SQLite needs the file for itself alone, idle connections included.
            db.execute_sql("PRAGMA journal_mode = DELETE").fetchone()
            db.begin("EXCLUSIVE")
        except peewee.OperationalError as error:
            if error_code(error) not in {"BUSY", "LOCKED"}:
                raise
            raise UsageError(
                f"{path} is in use by another jobsync", remedy="End every other jobsync, the automatic sync too, and try again"
            ) from error
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.commit()
    finally:
        db.close()


def _copy(sources: Sequence[Db], destination: Db, title: str) -> dict[str, int]:
    tables = _tables(destination)
    filled = [name for name in tables if name != COUNTERS and _count(destination, name)]
    if filled:
        raise UsageError(f"The {title} is not empty: {', '.join(filled[:3])}", remedy="Name a database that jobsync has not used yet")
    destination.execute_sql(f"DELETE FROM {COUNTERS}")  # noqa: S608 - its own name
    # An index is made several times faster over rows that are there.
    has_text_index = destination.execute_sql("SELECT to_regclass(%s) IS NOT NULL", (_TEXT_INDEX,)).fetchone()[0]
    text_index = destination.execute_sql("SELECT pg_get_indexdef(to_regclass(%s))", (_TEXT_INDEX,)).fetchone()[0]
    if has_text_index:
        destination.execute_sql(f"DROP INDEX {_TEXT_INDEX}")
    counts: dict[str, int] = {}
    for source in sources:
        for name in _names(source):
            if name not in tables:
                raise StorageError(f"The {title} has no table {name}.", remedy="This is a fault in jobsync; nothing was moved.")
            counts[name] = _copy_table(source, destination, tables[name])
    if has_text_index:
        destination.execute_sql(text_index)
    return counts


def _copy_table(source: Db, destination: Db, table: _Table) -> int:
    """Copy the rows of a table, and return how many there are in both places.

    Raises:
        StorageError: There are not as many.
    """
    names = ", ".join(f'"{column}"' for column in table.columns)
    rows = source.execute_sql(f'SELECT {names} FROM "{table.name}"')  # noqa: S608 - names out of the schema
    with destination.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([_value(value, flag=place in table.flags) for place, value in enumerate(row)])
    before, after = _count(source, table.name), _count(destination, table.name)
    if before != after:
        raise StorageError(
            f"Of the {before:,} rows of {table.name} only {after:,} arrived.", remedy="This is a fault in jobsync; nothing was moved."
        )
    return after


def _value(value: Any, *, flag: bool) -> Any:
    if isinstance(value, str) and "\x00" in value:
        return storable(value)
    return bool(value) if flag and value is not None else value


def _names(source: Db) -> list[str]:
    """Return the tables of a file, without those that make up its text index."""
    query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
    return [row[0] for row in source.execute_sql(query).fetchall() if row[0] not in OWN]


def _tables(destination: Db) -> Mapping[str, _Table]:
    query = (
        "SELECT table_name, column_name, data_type = 'boolean' FROM information_schema.columns"
        " WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
    )
    found: dict[str, list[tuple[str, bool]]] = {}
    for table, column, flag in destination.execute_sql(query).fetchall():
        if table not in OWN:
            found.setdefault(table, []).append((column, flag))
    return {
        name: _Table(name, tuple(column for column, _ in columns), frozenset(place for place, (_, flag) in enumerate(columns) if flag))
        for name, columns in found.items()
    }


def _count(db: Db, table: str) -> int:
    number: int = db.execute_sql(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - a name out of the schema
    return number
