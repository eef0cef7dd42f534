"""The table of renamed integrations: by which id the target and the record know jobs that are kept under another one now."""

from __future__ import annotations

import peewee

from ..database import Db, Dialect, create_tables


class RenameRow(peewee.Model):
    """An integration that got another id. ``finished_ms`` is null as long as the target knows jobs by ``old``."""

    number = peewee.AutoField()
    old = peewee.TextField()
    new = peewee.TextField()
    actor = peewee.TextField()
    at_ms = peewee.BigIntegerField()
    finished_ms = peewee.BigIntegerField(null=True)

    class Meta:  # noqa: D106
        table_name = "renames"


def create_renames(db: Db, dialect: Dialect) -> None:
    """Make the table, in a new database or in one of schema 1."""
    del dialect
    create_tables(db, (RenameRow,))
