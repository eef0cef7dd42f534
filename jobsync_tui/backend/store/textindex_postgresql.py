"""PostgreSQL's pg_trgm over the search text.

It comes with the server, but an administrator may have to allow it: without it jobs are found all the same, by reading them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import peewee
from peewee import SQL

from ..database import Db
from ..database.postgresql import escaped
from .textindex import Indexed, TextIndex

INDEX = "jobs_text"
CREATE = f"CREATE INDEX IF NOT EXISTS {INDEX} ON jobs USING gin (search gin_trgm_ops)"


class ServerTrigramIndex(TextIndex):
    """An index that the server keeps by itself, where it has the extension."""

    def create(self, db: Db) -> None:
        """Make the extension and the index, or neither: a server may lack the one, or let nobody but its administrator make it."""
        try:
            with db.atomic():
                db.execute_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                db.execute_sql(CREATE)
        except (peewee.NotSupportedError, peewee.ProgrammingError):
            return

    def add(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Do nothing: the server keeps the index."""

    def remove(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Do nothing: the server keeps the index."""

    def keys(
        self, db: Db, texts: Sequence[str], low: int, high: int, letters: Mapping[str, int], *, thorough: bool = False
    ) -> Indexed | None:
        """Return a query that the server answers from the index, or from the table where it expects many; short texts are no help."""
        del letters, thorough
        long = [text for text in texts if len(text) >= 3]
        if not long or not exists(db):
            return None
        where = " AND ".join(["search LIKE %s"] * len(long))
        # The sum keeps the server from reading the jobs by their keys instead.
        sql = f"SELECT key FROM jobs WHERE {where} AND key + 0 BETWEEN %s AND %s"  # noqa: S608 - every text is a parameter
        return Indexed(SQL(sql, (*(f"%{escaped(text)}%" for text in long), low, high)), exact=len(long) == len(texts))


def exists(db: Db) -> bool:
    """Return whether the index is there."""
    return bool(db.execute_sql("SELECT to_regclass(%s) IS NOT NULL", (INDEX,)).fetchone()[0])


SERVER_TRIGRAMS = ServerTrigramIndex()
