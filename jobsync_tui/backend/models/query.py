"""How a list of jobs is asked for: the sort, by column and direction. The filter is text, in the contract's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SortField(StrEnum):
    """Columns by which jobs can be sorted."""

    NAME = "name"
    ID = "id"
    LOCATION = "location"
    CLIENT = "client"
    DEPARTMENT = "department"
    STATUS = "status"
    SYNC_STATUS = "sync_status"
    LAST_SYNCED = "last_synced"
    UPDATED_AT = "updated_at"
    CREATED_AT = "created_at"


@dataclass(frozen=True, slots=True)
class Sort:
    """A column and a direction. Ties are broken by ATS job id, so an order is always total."""

    field: SortField = SortField.UPDATED_AT
    descending: bool = True
