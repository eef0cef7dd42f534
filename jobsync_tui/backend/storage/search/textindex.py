"""Indexes that find the jobs whose search text holds a text, without reading them all."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from peewee import SQL

from ...database import Db, Dialect

MAX_TERMS = 400
"""Index terms joined for a text of one or two characters; a text with more is so frequent that reading the jobs in order is faster."""
RARE = 20_000
"""Jobs up to which it costs next to nothing to look up the index terms that begin with a character: that reads the terms' entries."""
MAX_LETTERS = 500
"""Characters that are tried one by one as the third of a pair; languages with more have few jobs a pair."""


Span: TypeAlias = tuple[int, int]
"""The lowest and the highest of keys that lie together."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index names, each match among it.

    Attributes:
        keys: The query for the keys.
        condition: Says the same of a job.
        exact: Whether each of them matches.
    """

    keys: SQL
    condition: SQL
    exact: bool


class TextIndex(ABC):
    """Finds keys of jobs by text. Whether it is kept by the database or by `add` and `remove` is its own matter.

    Attributes:
        apart: Whether it is a table of its own, which counts without a look at the jobs.
    """

    apart: ClassVar[bool]

    @abstractmethod
    def create(self, db: Db) -> None:
        """Make the index for an empty table."""

    @abstractmethod
    def add(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Take in jobs, by key and search text."""

    @abstractmethod
    def remove(self, db: Db, entries: Sequence[tuple[int, str]]) -> None:
        """Take jobs out, by key and the very search text they were taken in with."""

    def share(self, db: Db, texts: Sequence[str]) -> float:
        """Return about which part of all jobs holds every text, if that can be told in less than a millisecond, else 0."""
        del db, texts
        return 0.0

    @abstractmethod
    def keys(
        self, db: Db, texts: Sequence[str], spans: Sequence[Span], letters: Mapping[str, int], *, thorough: bool = False
    ) -> Indexed | None:
        """Return a query for keys within ``spans``, ascending, among them each whose search text holds every text.

        Args:
            db: Within a read.
            texts: Folded, none of them empty.
            spans: From which key to which, ascending and apart; at least one.
            letters: How many jobs hold each character of the texts.
            thorough: Ask for frequent characters too, where that takes longer than to leave them out.

        Returns:
            None where the index is no help.
        """


class TrigramIndex(TextIndex):
    """SQLite's FTS5 with trigrams over the search text, which stays in ``jobs`` and is not stored twice."""

    apart: ClassVar[bool] = True

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

    def keys(
        self, db: Db, texts: Sequence[str], spans: Sequence[Span], letters: Mapping[str, int], *, thorough: bool = False
    ) -> Indexed | None:
        """Match long texts as phrases of trigrams, short ones as any of the trigrams that begin with them."""
        matches = []
        for text in texts:
            if len(text) == 1 and not thorough and letters.get(text, 0) > RARE:
                continue
            terms = _terms(db, text)
            if len(terms) <= MAX_TERMS:
                matches.append("(" + " OR ".join(_quoted(term) for term in terms) + ")" if terms else _NOTHING)
        if not matches:
            return None
        # The first and the last key are where the index is read; what lies between two spans is passed over.
        within, bounds = " AND rowid BETWEEN ? AND ?", [spans[0][0], spans[-1][1]]
        if len(spans) > 1:
            within += f" AND ({' OR '.join(['rowid BETWEEN ? AND ?'] * len(spans))})"
            bounds += [bound for span in spans for bound in span]
        sql, values = f"SELECT rowid FROM job_text WHERE job_text MATCH ?{within}", (" AND ".join(matches), *bounds)  # noqa: S608 - parameters
        return Indexed(SQL(sql, values), SQL(f"key IN ({sql})", values), exact=len(matches) == len(texts))


_INDEXED_AMONG = (
    "SELECT value FROM json_each(?)"
    """ WHERE EXISTS (SELECT 1 FROM job_text WHERE job_text MATCH '"' || replace(value, '"', '""') || '"')"""
)


def _terms(db: Db, text: str) -> Sequence[str]:
    """Return the trigrams that begin with a short text, more than `MAX_TERMS` where there are too many; a long text is its own phrase."""
    if len(text) >= 3:
        return (text,)
    if len(text) == 2:
        thirds = letters_in_use(db)
        if thirds is not None:
            return [row[0] for row in db.execute_sql(_INDEXED_AMONG, (json.dumps([text + third for third in thirds]),))]
    sql = "SELECT term FROM job_terms WHERE term >= ? AND term <= ? LIMIT ?"
    return [row[0] for row in db.execute_sql(sql, (text, text.ljust(3, "\U0010ffff"), MAX_TERMS + 1))]


def letters_in_use(db: Db) -> Sequence[str] | None:
    """Return every character that a search text holds; None where they are more than are tried one by one."""
    letters = [row[0] for row in db.execute_sql(f"SELECT DISTINCT letter FROM letters WHERE jobs > 0 LIMIT {MAX_LETTERS + 1}")]  # noqa: S608
    return letters if len(letters) <= MAX_LETTERS else None


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
