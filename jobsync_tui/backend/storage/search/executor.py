"""How a query is answered at a million jobs: which of the cheap ways fits how many jobs match.

The first rows and the count are two questions. Few matches: the text index names them all, and they are sorted. Many matches: the
list is read in its order until the window is full. What lies between is found by trying the cheap ways first, each with a bound; in the
order of names the index alone is read (`index_scan`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

import peewee
from peewee import SQL, fn

from ...core.canonical import storable
from ...core.models import JobKey, JobPage, JobRow, Sort, SortField
from ...database import Db, Dialect
from ..jobs import codec
from ..jobs.sources import integration_ids, sources_of, version
from ..jobs.tables import JobRecord
from ..outcomes.outcomes import in_force
from .conditions import Compiler, joined
from .index_estimates import IndexEstimates
from .index_scan import IndexScan
from .ordering import Place, Row, anchor_columns, beside, has_order, order, places, rows_at
from .query import Age, Contains, Query
from .query_cache import Anchor, QueryCache, QueryStatistics
from .seek import nearest
from .textindex import text_index

FEW = 6000
"""Matches that are fetched and sorted as a whole: some 20 ms, less than a window of jobs that are rarer than that takes to be filled."""

QUICK = 2000
"""Jobs read in order where nothing is known of how many match: a frequent text has filled its window by then."""

BUDGET = 20_000
"""Jobs read in order before the whole table is read instead: some 50 ms."""

FREQUENT = 0.05
"""Part of the jobs that must be expected to match for reading in order without further ado."""

DENSE = 0.1
"""The same for reading the index for names from its beginning, and for counting there: some 100 ms at most."""

SORTED = 30_000
"""Matches up to which finding and sorting them all takes less than that."""

Bound: TypeAlias = tuple[Anchor, bool]
"""A place in the list, and whether what is looked for is at it or behind it, or else before it."""

_PLACE = 3
"""Columns of a row that say where it stands, where it begins with those."""

ROW_COLUMNS = (
    JobRecord.source,
    JobRecord.id,
    JobRecord.name,
    JobRecord.status,
    JobRecord.place,
    JobRecord.more_places,
    JobRecord.client,
    JobRecord.department,
    JobRecord.sync_status,
    JobRecord.last_synced,
    JobRecord.updated_at,
)


@dataclass(frozen=True, slots=True)
class _Matches:
    """The conditions that select the matches.

    ``in_order`` says that nothing names them: the jobs are read in the order of the list, by its index, one integration's beside another's.
    Else the conditions say it all, and what they select is sorted.
    """

    conditions: Sequence[peewee.Node]
    in_order: bool = False


class QueryExecutor:
    """Answers questions about one query, within one read."""

    def __init__(
        self,
        db: Db,
        dialect: Dialect,
        cache: QueryCache,
        *,
        integrations: Sequence[str],
        query: Query,
        now: datetime,
        policy: str = "",
        has_order: Callable[[Db, SortField], bool] = has_order,
    ) -> None:
        self._db = db
        self._dialect = dialect
        self._cache = cache
        self._has_order = has_order
        self._query = query = query.reduced()
        # Ages count from the minute, so that what was found out holds for a while.
        self._now = now.replace(second=0, microsecond=0)
        self.sources = sources_of(db, tuple(integrations))
        aged = self._now if any(isinstance(term, Age) for term in query.terms) else None
        numbers = tuple(source.number for source in self.sources)
        evaluation_version = in_force(db, policy, now) if query.asks_rules else 0
        self._findings: QueryStatistics = cache.of(version(db), (numbers, query, aged, evaluation_version))
        self._compiler = Compiler(dialect, query, self._now, self.sources, evaluation_version)
        self._estimates = IndexEstimates(db, dialect, query, self.sources, self._compiler) if self.sources else None

    @property
    def total(self) -> int:
        """How many jobs the integrations have, whatever the query."""
        return sum(source.jobs for source in self.sources)

    def window(self, sort: Sort, offset: int, limit: int) -> tuple[JobRow, ...]:
        """Return up to ``limit`` lines of the sorted list from ``offset`` on."""
        names = integration_ids(self._db)
        rows = self._rows(ROW_COLUMNS, sort, max(0, offset), max(0, limit))
        return tuple(codec.job_row((names[row[0]], *row[1:])) for row in rows)

    def page(self, sort: Sort, limit: int, around: JobKey | None) -> JobPage:
        """Return up to ``limit`` lines around a job, or from the top where it is not in the list, and the count if it is known by then."""
        rows = self.window(sort, 0, limit)
        offset = place = 0
        if around is not None:
            found = next((index for index, row in enumerate(rows) if row.key == around), None)
            if found is None and len(rows) == limit:
                found = self.position(sort, around)
            place = found or 0
            if place >= limit:
                offset = max(0, place - limit // 2)
                rows = self.window(sort, offset, limit)
        count = self._known_count()
        if count is None and len(rows) < limit and (rows or not offset):
            count = offset + len(rows)
        return JobPage(offset, rows, place, count)

    def count(self) -> int:
        """Return how many jobs match."""
        findings = self._findings
        if findings.count is None:
            findings.count = self._count()
        return findings.count

    def position(self, sort: Sort, job: JobKey) -> int | None:
        """Return the place of a job in the sorted list, None where it does not match."""
        source = next((each for each in self.sources if each.id == job.integration), None)
        if source is None:
            return None
        matches = self._matching()
        here = [*matches.conditions, JobRecord.source == source.number, JobRecord.id == storable(job.id)]
        for found in self._select(anchor_columns(self._dialect, sort)).where(joined("AND", here)).limit(1).tuples().execute(self._db):
            before = (Anchor(0, *found), False)
            parts = self._by_source(sort, matches.conditions, before) if matches.in_order else [self._among(sort, matches, before)]
            counts: list[int] = [self._select((fn.COUNT(1),)).where(joined("AND", where)).scalar(self._db) for where in parts]
            return sum(counts)
        return None

    def keys(self, sort: Sort, limit: int | None = None) -> list[int]:
        """Return the keys of the jobs that match, sorted."""
        return [row[0] for row in self._ordered((JobRecord.key,), sort, 0, limit)]

    def all_keys(self) -> tuple[int, ...]:
        """Return the keys of the jobs that match, in no order."""
        return (
            self._dialect.numbers(self._db, self._select((JobRecord.key,)).where(joined("AND", self._all_conditions())))
            if self.sources
            else ()
        )

    def ids(self, sort: Sort) -> tuple[JobKey, ...]:
        """Return the jobs that match, sorted."""
        names = integration_ids(self._db)
        return tuple(JobKey(names[number], job_id) for number, job_id in self._ordered((JobRecord.source, JobRecord.id), sort, 0, None))

    def _rows(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int) -> list[Row]:
        if not self.sources or not limit:
            return []
        fresh = bool(self._query.terms) and not self._anchors(sort)
        rows = self._of_frequent(columns, sort, offset, limit) if fresh else None
        if rows is not None:
            return rows
        if self.few() is not None:
            return self._ordered(columns, sort, offset, limit)
        return (self._of_many if fresh else self._from_nearest)(columns, sort, offset, limit)

    def _of_frequent(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int) -> list[Row] | None:
        """Return the rows without asking an index how many match, where the database takes that for granted; None where it is not so."""
        share = self._share
        if share > DENSE and self._scans(sort):
            return self._scanned(columns, sort, offset, limit)
        return self._within(QUICK, columns, sort, offset, limit) if share > FREQUENT and self.total > QUICK else None

    def _of_many(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int) -> list[Row]:
        """Return the rows where more than a few match, or where nobody knows how many."""
        for budget in self._budgets(offset + limit):
            rows = self._within(budget, columns, sort, offset, limit)
            if rows is not None:
                return rows
        # None of them stands near the beginning of the list.
        matches = None if self._findings.density is None else self._findings.density * self.total
        if self._scans(sort) and (matches is None or matches > SORTED):
            rows = self._scanned(columns, sort, offset, limit)
            if rows is not None:
                return rows
        if self.total > BUDGET and not self._findings.many and self._collect():
            return self._ordered(columns, sort, offset, limit)
        return self._from_nearest(columns, sort, offset, limit, unordered=True)

    @cached_property
    def _share(self) -> float:
        """About which part of the jobs matches, as far as that can be told without looking; 0 where it cannot."""
        texts_only = all(isinstance(term, Contains) for term in self._query.terms)
        if self._findings.drawn or not texts_only or self._estimates is None or self._estimates.count is not None:
            return self._findings.density or 0.0
        return text_index(self._dialect).share(self._db, self._query.texts)

    @cached_property
    def _scan(self) -> IndexScan | None:
        """The index for names, where it is there and tells of the query."""
        if not self.sources or self.total <= QUICK or not self._has_order(self._db, SortField.NAME):
            return None
        scan = IndexScan(self._db, self._dialect, self._query, self.sources, self._compiler)
        return scan if scan.helps else None

    def _scans(self, sort: Sort) -> bool:
        return sort.field is SortField.NAME and self._scan is not None

    def _scanned(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int) -> list[Row] | None:
        """Return the rows of a list by name, found in the index for names; None where that does not find them."""
        rows = None if self._scan is None else self._scan.rows((*anchor_columns(self._dialect, sort), *columns), sort, offset, limit)
        return None if rows is None else self._noted(rows, sort, offset)

    def _budgets(self, wanted: int) -> list[int]:
        """Return how many jobs to read in order until as many as ``wanted`` match, one try after another."""
        density = self._findings.density
        # Matches do not lie evenly: three times as many as are expected to be enough.
        first = QUICK if density is None else max(QUICK, round(3 * wanted / max(density, 1 / max(1, self.total))))
        return [budget for budget in dict.fromkeys((min(first, BUDGET), BUDGET)) if budget < self.total]

    def _ordered(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int | None) -> list[Row]:
        """Return rows from ``offset`` on, leaving the way to the database."""
        if not self.sources:
            return []
        matches = self._matching()
        if limit is not None and matches.in_order:
            return self._merged(columns, sort, matches.conditions, offset, limit)
        query = (
            self._select(columns).where(joined("AND", self._all_conditions(matches))).order_by(*order(self._dialect, sort, forward=True))
        )
        return list(query.limit(limit).offset(offset).tuples().execute(self._db))

    def _merged(
        self,
        columns: Sequence[Any],
        sort: Sort,
        conditions: Sequence[peewee.Node],
        offset: int,
        limit: int,
        *bounds: Bound,
        forward: bool = True,
    ) -> list[Row]:
        """Return rows read in the order of the list, from ``offset`` on, or backwards from its end, within ``bounds``."""
        branches = self._by_source(sort, conditions, *bounds)
        if len(branches) == 1:
            query = self._select(columns).where(joined("AND", branches[0])).order_by(*order(self._dialect, sort, forward=forward))
            return list(query.limit(limit).offset(offset).tuples().execute(self._db))
        return rows_at(self._db, self._dialect, columns, self._places(sort, branches, offset, limit, forward=forward))

    def _places(
        self, sort: Sort, branches: Sequence[Sequence[peewee.Node]], offset: int, limit: int, *, forward: bool = True
    ) -> list[Place]:
        """Return where the jobs stand that fulfil the conditions of each integration's branch."""
        columns = anchor_columns(self._dialect, sort)
        selects = [self._select(columns).where(joined("AND", where)) for where in branches]
        return places(self._db, self._dialect, selects, sort, offset=offset, limit=limit, forward=forward)

    def _by_source(self, sort: Sort, conditions: Sequence[peewee.Node], *bounds: Bound) -> list[list[peewee.Node]]:
        """Return, for each integration, what its jobs within ``bounds`` must fulfil."""
        return [
            [
                JobRecord.source == source.number,
                *conditions,
                *(beside(self._dialect, sort, anchor, forward=forward, source=source.number) for anchor, forward in bounds),
            ]
            for source in self.sources
        ]

    def _among(self, sort: Sort, matches: _Matches, *bounds: Bound) -> list[peewee.Node]:
        """Return what matches that are named must fulfil to be within ``bounds``."""
        return [*matches.conditions, *(beside(self._dialect, sort, anchor, forward=forward) for anchor, forward in bounds)]

    def _within(self, budget: int, columns: Sequence[Any], sort: Sort, offset: int, limit: int) -> list[Row] | None:
        """Return the rows if the first ``budget`` jobs of the order are enough to fill the window; else None."""
        for found in self._places(sort, self._by_source(sort, ()), budget, 1):
            end = Anchor(budget, *found)
            if self._scan is not None and self._scans(sort):
                scanned = self._scan.rows(columns, sort, offset, limit, end=end)
                return scanned if scanned is not None and len(scanned) == limit else None
            with self._dialect.by_index(self._db):
                rows = self._merged(columns, sort, self._terms(), offset, limit, (end, False))
            return rows if len(rows) == limit else None
        return None

    def _collect(self) -> bool:
        """Look through all jobs once for the keys of the matches, in the index for names or as they lie; return whether they are few."""
        keys = None if self._scan is None else self._scan.keys(FEW)
        if keys is None:
            query = self._select((JobRecord.key,)).where(joined("AND", [self._span(), *self._terms()])).limit(FEW + 1)
            keys = self._dialect.numbers(self._db, query)
        if len(keys) > FEW:
            return False
        self._findings.keys, self._findings.count = keys, len(keys)
        return True

    def _from_nearest(self, columns: Sequence[Any], sort: Sort, offset: int, limit: int, *, unordered: bool = False) -> list[Row]:
        """Return the rows, read from the end of the list or the remembered place that is nearest.

        ``unordered`` keeps the database from reading an index in the list's order, where an index names the matches: they are sorted.
        """
        way = nearest(self._anchors(sort), self._known_count(), offset, limit)
        if way is None:
            return []
        matches = self._matching(unordered=unordered)
        bounds = [] if way.anchor is None else [(way.anchor, way.forward)]
        wanted = (*anchor_columns(self._dialect, sort), *columns)
        if matches.in_order:
            rows = self._merged(wanted, sort, matches.conditions, way.skip, way.limit, *bounds, forward=way.forward)
        else:
            where = joined("AND", self._among(sort, matches, *bounds))
            query = self._select(wanted).where(where).order_by(*order(self._dialect, sort, forward=way.forward))
            rows = list(query.limit(way.limit).offset(way.skip).tuples().execute(self._db))
        if not way.forward:
            rows.reverse()
        return self._noted(rows, sort, offset)

    def _noted(self, rows: Sequence[Row], sort: Sort, offset: int) -> list[Row]:
        """Take note of where rows stand that begin with the anchor's columns, and return them without those."""
        if rows:
            first, last = Anchor(offset, *rows[0][:_PLACE]), Anchor(offset + len(rows) - 1, *rows[-1][:_PLACE])
            self._cache.add_anchors(self._findings, sort, first, last)
        return [row[_PLACE:] for row in rows]

    def few(self) -> tuple[int, ...] | None:
        """Return the keys of all matches where an index tells that they are few; None where they may be many."""
        findings = self._findings
        if findings.keys is None and not findings.drawn and self._query.terms and self._estimates is not None:
            if self._estimates.count is not None:
                findings.count = self._estimates.count
                findings.density = findings.count / max(1, self.total)
            self._draw(self._estimates)
            if findings.keys is not None:
                findings.count = len(findings.keys)
            findings.drawn = True
        return findings.keys

    def _draw(self, estimates: IndexEstimates) -> None:
        """Ask the indexes for the keys of the matches; take note of those, or of how close together they lie."""
        findings = self._findings
        if findings.count == 0:
            findings.keys = ()
            return
        for drawn in estimates.drawn(FEW):
            if drawn.whole:
                findings.keys = drawn.keys if drawn.exact or not drawn.keys else self._matching_among(drawn.keys)
                return
            findings.many = findings.many or drawn.exact
            findings.density = min(drawn.density(self.sources), findings.density or 1.0)

    def _matching_among(self, keys: Sequence[int]) -> tuple[int, ...]:
        """Return those of the keys that match, without an index tempting the database to read more than their rows."""
        within = (JobRecord.source + 0).in_([source.number for source in self.sources])
        among = [self._dialect.any_of(JobRecord.key, keys), *self._terms(), within]
        return self._dialect.numbers(self._db, self._select((JobRecord.key,)).where(joined("AND", among)))

    def _count(self) -> int:
        if self._estimates is None:
            return 0
        if not self._query.terms:
            return self.total
        if self._findings.count is None and not text_index(self._dialect).apart and self._share > DENSE:
            scanned = self._count_scanned()
            if scanned is not None:
                return scanned
        keys = self.few()
        if keys is not None:
            return len(keys)
        counted = self._findings.count
        for way in (self._count_named, self._count_scanned):
            counted = way() if counted is None else counted
        return self._count_read() if counted is None else counted

    def _count_named(self) -> int | None:
        """Return the count from the text index, None where that does not tell it."""
        if self._estimates is None or not all(isinstance(term, Contains) for term in self._query.terms):
            return None
        indexed = self._estimates.indexed(thorough=True)
        if indexed is None or not indexed.exact:
            return None
        query = peewee.NodeList((SQL("SELECT COUNT(*) FROM ("), indexed.keys, SQL(") AS found")))
        counted: int = self._db.execute(query).fetchone()[0]
        return counted

    def _count_scanned(self) -> int | None:
        return None if self._scan is None else self._scan.count()

    def _count_read(self) -> int:
        """Return the count by reading the jobs as they lie in the table."""
        count: int = self._select((fn.COUNT(1),)).where(joined("AND", [self._span(), *self._terms()])).scalar(self._db)
        return count

    def _known_count(self) -> int | None:
        return self._findings.count if self._query.terms else self.total

    def _anchors(self, sort: Sort) -> tuple[Anchor, ...]:
        return self._cache.anchors(self._findings, sort)

    def _select(self, columns: Sequence[Any]) -> peewee.ModelSelect[JobRecord]:
        return JobRecord.select(*columns)

    def _scope(self, *, unordered: bool = False) -> peewee.Node:
        """Return that a job is of the integrations; ``unordered`` keeps the database from an index that begins with them."""
        numbers = [source.number for source in self.sources]
        source = JobRecord.source + 0 if unordered else JobRecord.source
        scope: peewee.Node = source == numbers[0] if len(numbers) == 1 else source.in_(numbers)
        return scope

    def _span(self) -> peewee.Node:
        """Return the scope as ranges of keys: so the table is read as it lies, and not row by row in the order of an index."""
        return joined("OR", [JobRecord.key.between(source.low, source.high) for source in self.sources])

    def _terms(self) -> list[peewee.Node]:
        return self._compiler.conditions(self._query.terms)

    def _matching(self, *, unordered: bool = False) -> _Matches:
        """Return the conditions that select the matches: their keys where they are few, else what the text index says, and the terms."""
        keys = self.few()
        if keys is not None:
            return _Matches([self._dialect.any_of(JobRecord.key, keys)])
        indexed = self._estimates.indexed() if unordered and self._estimates is not None else None
        if indexed is None:
            if unordered and self._dialect.sorts_quickly:
                return _Matches([self._scope(unordered=True), *self._terms()])
            return _Matches(self._terms(), in_order=True)
        # What the index says for certain is not said again: what is said twice is taken for rarer than it is.
        others = [term for term in self._query.terms if not (indexed.exact and isinstance(term, Contains))]
        return _Matches([self._scope(unordered=True), *self._compiler.conditions(others), indexed.condition])

    def _all_conditions(self, matches: _Matches | None = None) -> list[peewee.Node]:
        """Return what a match must fulfil, the integrations included."""
        found = matches or self._matching()
        return [*([self._scope()] if found.in_order else []), *found.conditions]
