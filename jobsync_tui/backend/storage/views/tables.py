"""The table of the saved views."""

from __future__ import annotations

import peewee

from ...database import Db, Dialect, create_tables


class ViewRow(peewee.Model):
    """A view of one owner. ``key`` is the folded name; lists are JSON; ``sort`` is as ``--sort`` takes it, empty for the usual order."""

    owner = peewee.TextField()
    key = peewee.TextField()
    name = peewee.TextField()
    shared = peewee.BooleanField()
    integrations = peewee.TextField()
    filter_text = peewee.TextField()
    sort = peewee.TextField()
    columns = peewee.TextField()
    at = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "views"
        primary_key = peewee.CompositeKey("owner", "key")


def create_views(db: Db, _: Dialect) -> None:
    """Make the table, in a new database or in an older one."""
    create_tables(db, (ViewRow,))
