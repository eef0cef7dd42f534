"""The orders in which jobs can be listed: by a column, ties by ATS job id.

The index for the default order is always there. One for another column is made when somebody first sorts a long list by it: an index on
each column would make a refresh of every integration twice as slow for orders that hardly anybody asks for.
"""

from __future__ import annotations

import peewee

from ..database import Db
from ..models import SortField
from .tables import JobRecord

COLUMNS: dict[SortField, str] = {
    SortField.NAME: "name_key",
    SortField.ID: "id",
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


def column(field: SortField) -> peewee.Field[object]:
    """Return the column that ``field`` sorts by."""
    found: peewee.Field[object] = getattr(JobRecord, COLUMNS[field])
    return found


def index_name(field: SortField) -> str:
    """Return the name of the index for an order; the unique index on id serves that order."""
    return f"jobs_by_{COLUMNS[field]}"


def has_order(db: Db, field: SortField) -> bool:
    """Return whether an index serves the order."""
    return field is SortField.ID or any(index.name == index_name(field) for index in db.get_indexes("jobs"))


def create_order(db: Db, field: SortField) -> None:
    """Make the index for an order where it is missing: about a second a million jobs, once."""
    if field is SortField.ID:
        return
    db.execute_sql(f"CREATE INDEX IF NOT EXISTS {index_name(field)} ON jobs (source, {COLUMNS[field]}, id)")
