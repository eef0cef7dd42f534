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
from .ordering import ODD, Place, Row, anchor_columns, beside, places, rows_at
from .query import Contains, Query
from .query_cache import Anchor

MOST_ODD = 100
"""Jobs whose search text the index does not hold that are looked at one by one; where there are more, it is no help."""

MOST_TRIED = 20_000
"""Entries that fit the texts and whose jobs are read for the other terms."""

_STEP = 4
"""How many times as many entries as before are taken where their jobs did not fill the window."""


class IndexScan:
    """The entries of some integrations in the index for names, asked about one query.

    Args:
        db: Within one read. The index is there.
        dialect: Of ``db``.
        query: What is asked for.
        sources: The integrations, at least one.
        compiler: Of the query.
    """

    def __init__(self, db: Db, dialect: Dialect, query: Query, sources: Sequence[Source], compiler: Compiler) -> None:
        self._db = db
        self._dialect = dialect
        self._query = query
        self._sources = sources
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
        if self._exact:
            return self._jobs(columns, self._entries(sort, offset, limit, end=end))
        found: list[Row] = []
        wanted = step = offset + limit
        tried = skip = 0
        start: Anchor | None = None
        while tried + step <= MOST_TRIED:
            entries = self._entries(sort, skip, step, start=start, end=end)
            found += self._jobs(columns, entries)
            if len(found) >= wanted or len(entries) < step:
                return found[offset:wanted]
            tried, step, skip = tried + step, step * _STEP, 1
            start = Anchor(0, *entries[-1])
        return None

    def keys(self, most: int) -> tuple[int, ...] | None:
        """Return the keys of the matches, or of more than ``most``; None where more jobs than that would have to be read for them."""
        entries = self._entries(Sort(SortField.NAME), 0, most + 1)
        return tuple(key for (key,) in self._jobs((JobRecord.key,), entries)) if self._exact or len(entries) <= most else None

    def count(self) -> int | None:
        """Return how many jobs match; None where the index does not tell."""
        if not self._exact:
            return None
        with self._dialect.by_index(self._db):
            counts: list[int] = [JobRecord.select(fn.COUNT(1)).where(self._fits(source)).scalar(self._db) for source in self._sources]
        return sum(counts)

    @cached_property
    def _odd(self) -> list[tuple[int, str]]:
        """The jobs of which the index does not hold all, as many as matter; each with the number of its integration."""
        scope = JobRecord.source.in_([source.number for source in self._sources])
        query = JobRecord.select(JobRecord.source, JobRecord.id).where(joined("AND", [scope, SQL(ODD)])).limit(MOST_ODD + 1)
        return list(query.tuples().execute(self._db))

    @property
    def _exact(self) -> bool:
        """Whether each entry that fits is a match."""
        return not self._odd and len(self._texts) == len(self._query.terms)

    def _fits(self, source: Source, *besides: peewee.Node) -> peewee.Node:
        """Return what an entry of an integration must fulfil for its job to match."""
        holds = self._dialect.contains
        texts = [joined("OR", [holds(JobRecord.name_key, text), holds(fn.LOWER(JobRecord.id), text)]) for text in self._texts]
        fits = joined("AND", texts)
        odd = [job_id for number, job_id in self._odd if number == source.number]
        if odd:
            fits = joined("OR", [fits, self._dialect.any_of(JobRecord.id, odd)])
        return joined("AND", [JobRecord.source == source.number, fits, *besides])

    def _entries(self, sort: Sort, offset: int, limit: int, *, start: Anchor | None = None, end: Anchor | None = None) -> list[Place]:
        """Return entries in order, from ``start`` on and before ``end``."""
        branches = []
        for source in self._sources:
            bounds = [
                beside(self._dialect, sort, anchor, forward=forward, source=source.number)
                for anchor, forward in ((start, True), (end, False))
                if anchor is not None
            ]
            branches.append(JobRecord.select(*anchor_columns(self._dialect, sort)).where(self._fits(source, *bounds)))
        with self._dialect.by_index(self._db):
            return places(self._db, self._dialect, branches, sort, offset=offset, limit=limit)

    def _jobs(self, columns: Sequence[Any], entries: Sequence[Place]) -> list[Row]:
        """Return the rows of those jobs that match, in the order of their entries."""
        terms = [] if self._exact else self._compiler.conditions(self._query.terms)
        return rows_at(self._db, self._dialect, columns, entries, terms)
