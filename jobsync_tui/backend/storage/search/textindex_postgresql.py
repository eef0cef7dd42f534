"""PostgreSQL's pg_trgm over the search text.

It comes with the server, but an administrator may have to allow it: without it jobs are found all the same, by reading them.

It knows groups of three characters. A pair is looked up with each character that may follow it, for one always does: the text ends in line
feeds. Of a pair that is not of letters and digits the index holds no group that would tell it from others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import peewee
from peewee import SQL

from ...database import Db
from ...database.postgresql import escaped
from .textindex import Indexed, Span, TextIndex, letters_in_use

INDEX = "jobs_text"
CREATE = f"CREATE INDEX IF NOT EXISTS {INDEX} ON jobs USING gin (search gin_trgm_ops)"

_ROWS = "SELECT reltuples FROM pg_class WHERE oid = 'jobs'::regclass"


class ServerTrigramIndex(TextIndex):
    """An index that the server keeps by itself, where it has the extension."""

    apart: ClassVar[bool] = False

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

    def share(self, db: Db, texts: Sequence[str]) -> float:
        """Return what the planner expects by the sample that ANALYZE took, which knows nothing rarer than a hundredth."""
        where = " AND ".join(["search LIKE %s"] * len(texts))
        plan = db.execute_sql(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM jobs WHERE {where}", [_within(text) for text in texts])  # noqa: S608
        expected = plan.fetchone()[0][0]["Plan"]["Plan Rows"]
        return float(expected / max(1.0, db.execute_sql(_ROWS).fetchone()[0]))

    def keys(
        self, db: Db, texts: Sequence[str], spans: Sequence[Span], letters: Mapping[str, int], *, thorough: bool = False
    ) -> Indexed | None:
        """Return a query that the server answers from the index, or from the table where it expects many.

        A single character is no help. A pair is one where it is rarer than the longer texts beside it, and where it stands alone, unless
        every match is wanted: most of those are read anyway.
        """
        del letters
        long = [text for text in texts if len(text) >= 3]
        pairs = [text for text in texts if len(text) == 2 and (long or not thorough)]
        if not (long or pairs) or not exists(db):
            return None
        bar = self.share(db, long) if long and pairs else 1.0
        groups = [group for pair in pairs if not long or self.share(db, [pair]) < bar for group in _groups(db, pair)]
        if not (long or groups):
            return None
        where = " AND ".join([*["search LIKE %s"] * len(texts), *["search LIKE ANY (%s)"] * len(groups)])
        values: list[Any] = [*(_within(text) for text in texts), *groups]
        # The sum keeps the server from reading the jobs by their keys instead.
        within = " OR ".join(["key + 0 BETWEEN %s AND %s"] * len(spans))
        sql = f"SELECT key FROM jobs WHERE {where} AND ({within})"  # noqa: S608 - every text is a parameter
        return Indexed(SQL(sql, (*values, *(bound for span in spans for bound in span))), SQL(where, values), exact=True)


def _groups(db: Db, pair: str) -> list[list[str]]:
    """Return the patterns of a pair with each character that may follow, as the one element of a list; nothing where they are no help."""
    thirds = letters_in_use(db) if pair.isascii() and pair.isalnum() else None
    return [] if thirds is None else [[_within(pair + third) for third in thirds]]


def _within(text: str) -> str:
    return f"%{escaped(text)}%"


def exists(db: Db) -> bool:
    """Return whether the index is there."""
    return bool(db.execute_sql("SELECT to_regclass(%s) IS NOT NULL", (INDEX,)).fetchone()[0])


SERVER_TRIGRAMS = ServerTrigramIndex()
