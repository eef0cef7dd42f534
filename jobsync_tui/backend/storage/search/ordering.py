"""The orders in which jobs can be listed: by a column, ties by ATS job id, those of the same id by integration.

Each index for an order begins with the integration. A list of several is the lists of each, merged: the database reads no more of each than
it takes to tell which row is next.

The index for the default order is always there. One for another column is made when somebody first sorts a long list by it: an index on
each column would make a refresh of every integration twice as slow for orders that hardly anybody asks for.

ATS job ids are ordered as names are, without case and accents: their folded form is the second line of the search text, so that the index
for them is made of that, and no job has to be rewritten for it.

The index for names is more than an order: it holds name and id, which together are the search text of almost every job (`index_scan`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import peewee
from peewee import SQL

from ...core.models import Sort, SortField
from ...database import Db, Dialect
from ..jobs.tables import JobRecord
from .fold import KEY_LENGTH
from .query_cache import Anchor

COLUMNS: dict[SortField, str] = {
    SortField.NAME: "name_key",
    SortField.LOCATION: "place_key",
    SortField.CLIENT: "client_key",
    SortField.DEPARTMENT: "department_key",
    SortField.STATUS: "status",
    SortField.SYNC_STATUS: "sync_status",
    SortField.LAST_SYNCED: "last_synced",
    SortField.UPDATED_AT: "updated_at",
    SortField.CREATED_AT: "created_at",
}

TIMES = frozenset({SortField.LAST_SYNCED, SortField.UPDATED_AT, SortField.CREATED_AT})

ODD = "search <> name_key || '\n' || LOWER(id) || '\n\n'"
"""A job whose search text is more than its entry in the index for names: the name is longer than a sort key, or the id has other letters
than ASCII ones. The same words make the index of such jobs and ask it."""

_ODD_INDEX = "jobs_odd"


def sort_key(dialect: Dialect, field: SortField) -> str:
    """Return the SQL of what ``field`` sorts by: a column, or for ids their folded form."""
    return dialect.second_line("search", KEY_LENGTH) if field is SortField.ID else COLUMNS[field]


def index_name(field: SortField) -> str:
    """Return the name of the index for an order."""
    return f"jobs_by_{COLUMNS.get(field, 'folded_id')}"


def has_order(db: Db, field: SortField) -> bool:
    """Return whether an index serves the order."""
    return _needed(field) <= {index.name for index in db.get_indexes("jobs")}


def create_order(db: Db, dialect: Dialect, field: SortField) -> None:
    """Make the index for an order where it is missing, about a second a million jobs, once; with that for names its exceptions."""
    key = sort_key(dialect, field)
    db.execute_sql(f"CREATE INDEX IF NOT EXISTS {index_name(field)} ON jobs (source, {key}, id)")
    if field is SortField.NAME:
        db.execute_sql(f"CREATE INDEX IF NOT EXISTS {_ODD_INDEX} ON jobs (source, id) WHERE {ODD}")
        dialect.tidy_often(db, "jobs")


def _needed(field: SortField) -> set[str]:
    return {index_name(field), _ODD_INDEX} if field is SortField.NAME else {index_name(field)}


def anchor_columns(dialect: Dialect, sort: Sort) -> tuple[Any, ...]:
    """Return the columns that say where in the sorted list a job stands, as an `Anchor` has them."""
    return (SQL(sort_key(dialect, sort.field)), JobRecord.id, JobRecord.source)


def order(dialect: Dialect, sort: Sort, *, forward: bool) -> tuple[peewee.Ordering, ...]:
    """Return the order: the column, the ATS job id, the integration; ``forward`` from the beginning of the list."""
    return tuple(part.desc() if sort.descending == forward else part.asc() for part in anchor_columns(dialect, sort))


def beside(dialect: Dialect, sort: Sort, anchor: Anchor, *, forward: bool, source: int | None = None) -> peewee.Node:
    """Return the condition "at ``anchor`` or behind it" (``forward``), or "before it", in the sorted list.

    ``source`` is the integration, by its number, whose jobs alone are asked about: then the condition is one on the index for the order.
    """
    sign = "<" if sort.descending == forward else ">"
    key = SQL(sort_key(dialect, sort.field))
    here: list[peewee.Node] = [key, SQL(","), JobRecord.id]
    there: list[peewee.Node] = [peewee.Value(anchor.value), SQL(","), peewee.Value(anchor.job_id)]
    if source is None:
        here += [SQL(","), JobRecord.source]
        there += [SQL(","), peewee.Value(anchor.source)]
        same = forward
    else:
        same = forward if source == anchor.source else (source > anchor.source) == (sign == ">")
    word = f"{sign}=" if same else sign
    condition = peewee.NodeList((SQL("("), *here, SQL(f") {word} ("), *there, SQL(")")))
    if sort.field is not SortField.ID:
        return condition
    # SQLite enters an index at a pair of columns, but at an expression only by itself.
    return peewee.NodeList((key, SQL(f"{sign}="), peewee.Value(anchor.value), SQL("AND"), condition), parens=True)


Place: TypeAlias = tuple[Any, str, int]
"""Where in a sorted list a job stands: what it sorts by, its ATS job id, and the number of its integration."""


def places(
    db: Db,
    dialect: Dialect,
    branches: Sequence[peewee.ModelSelect[JobRecord]],
    sort: Sort,
    *,
    offset: int,
    limit: int,
    forward: bool = True,
) -> list[Place]:
    """Return where the jobs of a list stand, from ``offset`` on and in its order; backwards from its end where not ``forward``.

    Args:
        db: Within a read.
        dialect: Of ``db``.
        branches: A query for the `anchor_columns` of each integration's jobs; at least one.
        sort: The order.
        offset: Of the first.
        limit: The most.
        forward: From the beginning of the list.
    """
    if len(branches) == 1:
        one = branches[0].order_by(*order(dialect, sort, forward=forward)).limit(limit).offset(offset)
        return list(one.tuples().execute(db))
    return list(db.execute(merged(dialect, branches, sort, offset=offset, limit=limit, forward=forward)).fetchall())


def merged(
    dialect: Dialect, branches: Sequence[peewee.ModelSelect[JobRecord]], sort: Sort, *, offset: int, limit: int, forward: bool
) -> peewee.Node:
    """Return one query for what several give, in the order of the list: no more of each is read than that takes."""
    parts: list[peewee.Node] = []
    for branch in branches:
        parts += [SQL("UNION ALL")] if parts else []
        if dialect.merges:
            parts.append(branch)
        else:
            bounded = branch.order_by(*order(dialect, sort, forward=forward)).limit(offset + limit)
            parts += [SQL("("), bounded, SQL(")")]
    way = "DESC" if sort.descending == forward else "ASC"
    return peewee.NodeList(
        (*parts, SQL(f"ORDER BY 1 {way}, 2 {way}, 3 {way} LIMIT"), peewee.Value(limit), SQL("OFFSET"), peewee.Value(offset))
    )


Row: TypeAlias = tuple[Any, ...]
"""A row as the driver gives it, on its way into a dataclass."""


def rows_at(db: Db, dialect: Dialect, columns: Sequence[Any], found: Sequence[Place], terms: Sequence[peewee.Node] = ()) -> list[Row]:
    """Return the rows of the jobs at some places, in their order; those left out that do not fulfil ``terms``."""
    if not found:
        return []
    ids: dict[int, list[str]] = {}
    for _, job_id, number in found:
        ids.setdefault(number, []).append(job_id)
    parts: list[peewee.Node] = [SQL("(")]
    for number, of_one in ids.items():
        parts += [*([SQL("OR")] if len(parts) > 1 else []), (JobRecord.source == number) & dialect.any_of(JobRecord.id, of_one)]
    where = peewee.NodeList([peewee.NodeList([*parts, SQL(")")]), *terms], glue=" AND ")
    query = JobRecord.select(JobRecord.source, JobRecord.id, *columns).where(where)
    rows: dict[tuple[int, str], Row] = {row[:2]: row[2:] for row in query.tuples().execute(db)}
    return [rows[number, job_id] for _, job_id, number in found if (number, job_id) in rows]
