"""Texts looked for in the index for names alone.

In the order of names the matches of a text often stand together, far from the beginning: every *Senior ...* behind six hundred thousand
others. The index holds name and id, packed closely: reading a million of its entries takes a tenth of a second, reading as many jobs more
than ten times that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import peewee
from peewee import SQL, fn

from ...core.models import Sort, SortField
from ...database import Db, Dialect
from ..jobs.sources import Source
from ..jobs.tables import JobRecord
from .conditions import Compiler, joined
from .ordering import ODD, anchor_columns, beside, order
from .query import Contains, Query
from .query_cache import Anchor

MOST_ODD = 100
"""Jobs whose search text the index does not hold that are looked at one by one; where there are more, it is no help."""

MOST_TRIED = 20_000
"""Entries that fit the texts and whose jobs are read for the other terms."""

_STEP = 4
"""How many times as many entries as before are taken where their jobs did not fill the window."""

Row = tuple[Any, ...]


class IndexScan:
    """The entries of one integration in the index for names, asked about one query.

    Args:
        db: Within one read. The index is there.
        dialect: Of ``db``.
        query: What is asked for.
        source: The integration.
        compiler: Of the query.
    """

    def __init__(self, db: Db, dialect: Dialect, query: Query, source: Source, compiler: Compiler) -> None:
        self._db = db
        self._dialect = dialect
        self._query = query
        self._source = source
        self._compiler = compiler
        self._texts = [term.text for term in query.terms if isinstance(term, Contains)]

    @cached_property
    def helps(self) -> bool:
        """Whether the index can be read for the query."""
        return bool(self._texts) and self._dialect.answers_by_index(self._db, "jobs") and len(self._odd) <= MOST_ODD

    def rows(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int, *, end: Anchor | None = None) -> list[Row] | None:
        """Return rows of the list by name, from ``offset`` on; None where too many jobs would have to be read for that.

        ``end`` is where to stop looking.
        """
        where = self._conditions if end is None else [*self._conditions, beside(self._dialect, sort, end, forward=False)]
        if self._exact:
            return self._jobs(columns, self._entries(where, sort, offset, limit))
        found: list[Row] = []
        wanted = step = offset + limit
        tried = skip = 0
        here = where
        while tried + step <= MOST_TRIED:
            entries = self._entries(here, sort, skip, step)
            found += self._jobs(columns, entries)
            if len(found) >= wanted or len(entries) < step:
                return found[offset:wanted]
            tried, step, skip = tried + step, step * _STEP, 1
            here = [*where, beside(self._dialect, sort, Anchor(0, *entries[-1]), forward=True)]
        return None

    def keys(self, most: int) -> tuple[int, ...] | None:
        """Return the keys of the matches, or of more than ``most``; None where more jobs than that would have to be read for them."""
        entries = self._entries(self._conditions, Sort(SortField.NAME), 0, most + 1)
        return tuple(key for (key,) in self._jobs((JobRecord.key,), entries)) if self._exact or len(entries) <= most else None

    def count(self) -> int | None:
        """Return how many jobs match; None where the index does not tell."""
        if not self._exact:
            return None
        with self._dialect.by_index(self._db):
            counted: int = JobRecord.select(fn.COUNT(1)).where(joined("AND", self._conditions)).scalar(self._db)
        return counted

    @cached_property
    def _odd(self) -> list[str]:
        """Ids of the jobs of which the index does not hold all, as many as matter."""
        query = JobRecord.select(JobRecord.id).where(joined("AND", [self._scope, SQL(ODD)])).limit(MOST_ODD + 1)
        return [row[0] for row in query.tuples().execute(self._db)]

    @property
    def _exact(self) -> bool:
        """Whether each entry that fits is a match."""
        return not self._odd and len(self._texts) == len(self._query.terms)

    @property
    def _scope(self) -> peewee.Node:
        scope: peewee.Node = JobRecord.source == self._source.number
        return scope

    @cached_property
    def _conditions(self) -> list[peewee.Node]:
        """What an entry must fulfil for its job to match."""
        holds = self._dialect.contains
        texts = [joined("OR", [holds(JobRecord.name_key, text), holds(fn.LOWER(JobRecord.id), text)]) for text in self._texts]
        fits = joined("AND", texts)
        return [self._scope, joined("OR", [fits, self._dialect.any_of(JobRecord.id, self._odd)]) if self._odd else fits]

    def _entries(self, where: Sequence[peewee.Node], sort: Sort, offset: int, limit: int) -> list[tuple[str, str]]:
        """Return name and id of entries, in order."""
        query = (
            JobRecord.select(*anchor_columns(self._dialect, sort))
            .where(joined("AND", where))
            .order_by(*order(self._dialect, sort, forward=True))
        )
        with self._dialect.by_index(self._db):
            return list(query.limit(limit).offset(offset).tuples().execute(self._db))

    def _jobs(self, columns: Sequence[Any], entries: Sequence[tuple[str, str]]) -> list[Row]:
        """Return the rows of those jobs that match, in the order of their entries."""
        ids = [job_id for _, job_id in entries]
        terms = [] if self._exact else self._compiler.conditions(self._query.terms)
        where = joined("AND", [self._scope, self._dialect.any_of(JobRecord.id, ids), *terms])
        found = {row[0]: row[1:] for row in JobRecord.select(JobRecord.id, *columns).where(where).tuples().execute(self._db)}
        return [found[job_id] for job_id in ids if job_id in found]
