"""Schemas by number: a new database is made whole, an older one is brought up step by step, a newer one is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import peewee

from ..core import clock
from ..core.errors import StorageRefused
from .dialect import Db, Dialect

MOVED = 1_000_000
"""Stands for the version of every schema in a file whose rows were moved to a server."""


class SchemaVersion(peewee.Model):
    """Which version of which schema the database holds; several schemas may share one database."""

    name = peewee.TextField(primary_key=True)
    version = peewee.IntegerField()
    changed_at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "schema_version"


@dataclass(frozen=True, slots=True)
class Migration:
    """The step that brings a database from version ``number - 1`` to ``number``; runs in the transaction that records it."""

    number: int
    title: str
    apply: Callable[[Db, Dialect], None]


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one part of the program.

    Attributes:
        name: Under which its version is kept.
        version: The present one, at least 1.
        create: Makes everything, as of ``version``, in a database that has nothing of it.
        migrations: One for each version after the first, in order.
    """

    name: str
    version: int
    create: Callable[[Db, Dialect], None]
    migrations: tuple[Migration, ...] = ()


def create_tables(db: Db, tables: tuple[type[peewee.Model], ...]) -> None:
    """Make the tables with their indexes, which belong to no database by themselves."""
    for table in tables:
        peewee.SchemaManager(table, db).create_all()


def bring_up(db: Db, dialect: Dialect, schema: Schema) -> None:
    """Make or migrate ``schema`` in one transaction, alone among all processes; does nothing where it is up to date.

    Raises:
        StorageRefused: The database comes from a newer version of the program.
        peewee.PeeweeException: As the driver says it; nothing has changed then.
    """
    if is_up_to_date(db, schema):
        return
    with db.atomic():
        dialect.migration_lock(db)
        create_tables(db, (SchemaVersion,))
        dialect.create_own(db)
        found = _version(db, schema)
        if found == schema.version:
            return
        if found > schema.version:
            raise _newer(dialect, schema, found)
        if found == 0:
            schema.create(db, dialect)
        else:
            dialect.copy_before_migration(db, found)
            for step in schema.migrations:
                if step.number > found:
                    step.apply(db, dialect)
        _record(db, schema)


def is_up_to_date(db: Db, schema: Schema) -> bool:
    """Return whether the database has ``schema`` as this program knows it."""
    return _version(db, schema) == schema.version


def _version(db: Db, schema: Schema) -> int:
    """Return the version in the database, 0 where it has none."""
    if not db.table_exists("schema_version"):
        return 0
    query = SchemaVersion.select(SchemaVersion.version).where(SchemaVersion.name == schema.name)
    version: int | None = query.scalar(db)
    return version or 0


def _record(db: Db, schema: Schema) -> None:
    values = {"name": schema.name, "version": schema.version, "changed_at": clock.to_ms(clock.now())}
    query = SchemaVersion.insert(values).on_conflict(
        conflict_target=[SchemaVersion.name], preserve=[SchemaVersion.version, SchemaVersion.changed_at]
    )
    query.execute(db)


def _newer(dialect: Dialect, schema: Schema, found: int) -> StorageRefused:
    if found == MOVED:
        return StorageRefused(
            f"The {dialect.title} was moved to PostgreSQL by jobsync migrate-storage, and is kept as it was then.",
            remedy="Set storage.url to the database it was moved to.",
        )
    return StorageRefused(
        f"The {dialect.title} was written by a newer jobsync: its schema is at version {found}, this jobsync knows {schema.version}.",
        remedy="Install the newer jobsync, or point storage.url at another database.",
    )
