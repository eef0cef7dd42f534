"""Indexes that find the jobs whose search text holds a text, without reading them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from peewee import SQL

from ..database import Db, Dialect

MAX_TERMS = 400
"""Index terms joined for a text of one or two characters; a text with more is so frequent that reading the jobs in order is faster."""


class TextIndex(ABC):
    """Finds keys of jobs by text. Whether it is kept by the database or by `add` and `remove` is its own matter."""

    @abstractmethod
    def create(self, db: Db) -> None:
        """Make the index for an empty table."""

    @abstractmethod
    def add(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Take in jobs, by key and search text."""

    @abstractmethod
    def remove(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Take jobs out, by key and the very search text they were taken in with."""

    @abstractmethod
    def keys(self, db: Db, texts: Sequence[str], low: int, high: int) -> SQL | None:
        """Return a query for the keys from ``low`` to ``high`` whose search text holds every text, or None where the index is no help."""


class TrigramIndex(TextIndex):
    """SQLite's FTS5 with trigrams over the search text, which stays in ``jobs`` and is not stored twice."""

    def create(self, db: Db) -> None:
        """Make the index and the view of its terms."""
        db.execute_sql(
            "CREATE VIRTUAL TABLE job_text USING fts5("
            "search, content='jobs', content_rowid='key', columnsize=0, tokenize='trigram case_sensitive 1')"
        )
        db.execute_sql("CREATE VIRTUAL TABLE job_terms USING fts5vocab('job_text', 'row')")

    def add(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Insert the entries."""
        db.connection().executemany("INSERT INTO job_text (rowid, search) VALUES (?, ?)", entries)

    def remove(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Tell the index, which has no copy of the text, what to forget."""
        db.connection().executemany("INSERT INTO job_text (job_text, rowid, search) VALUES ('delete', ?, ?)", entries)

    def keys(self, db: Db, texts: Sequence[str], low: int, high: int) -> SQL | None:
        """Match long texts as phrases of trigrams, short ones as any of the trigrams that begin with them."""
        matches = []
        for text in texts:
            terms = (text,) if len(text) >= 3 else self._terms(db, text)
            if len(terms) <= MAX_TERMS:
                matches.append("(" + " OR ".join(_quoted(term) for term in terms) + ")" if terms else _NOTHING)
        if not matches:
            return None
        return SQL("SELECT rowid FROM job_text WHERE job_text MATCH ? AND rowid BETWEEN ? AND ?", (" AND ".join(matches), low, high))

    def _terms(self, db: Db, start: str) -> tuple[str, ...]:
        sql = "SELECT term FROM job_terms WHERE term >= ? AND term < ? LIMIT ?"
        rows = db.execute_sql(sql, (start, start + "\U0010ffff", MAX_TERMS + 1)).fetchall()
        return tuple(row[0] for row in rows)


_NOTHING = '"\U0010ffff\U0010ffff\U0010ffff"'
_TRIGRAMS = TrigramIndex()


def text_index(dialect: Dialect) -> TextIndex:
    """Return the text index for a database."""
    if dialect.name == "sqlite":
        return _TRIGRAMS
    from .textindex_postgresql import SERVER_TRIGRAMS

    return SERVER_TRIGRAMS


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
