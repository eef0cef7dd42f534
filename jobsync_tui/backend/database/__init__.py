"""The database below every store: threads, transactions, migrations and plain words when it fails.

Peewee is synchronous, so it runs on threads of its own: one that writes and a few that read. Models are never bound to a database;
each query is executed on the connection that its function is given, so that two databases live in one process.
"""

from .dialect import Db, Dialect
from .pool import Database
from .schema import Migration, Schema, create_tables

__all__ = ["Database", "Db", "Dialect", "Migration", "Schema", "create_tables"]
