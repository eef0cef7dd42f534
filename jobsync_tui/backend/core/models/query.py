"""How a list of jobs is asked for, and answered: the sort, by column and direction. The filter is text, in the contract's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .job import JobRow


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

    @classmethod
    def parse(cls, text: str) -> Sort:
        """Return the sort that ``text`` names: a field ascending, or with a minus before it descending.

        Raises:
            ValueError: There is no such column.
        """
        return cls(SortField(text.removeprefix("-")), descending=text.startswith("-"))

    def __str__(self) -> str:
        """Return the text that `parse` takes."""
        return f"-{self.field}" if self.descending else str(self.field)


@dataclass(frozen=True, slots=True)
class JobPage:
    """The rows of a list that are shown first.

    Attributes:
        offset: Place of the first row in the list.
        rows: Those around the cursor.
        cursor: Place of the row that the cursor belongs on.
        count: Length of the list; None: there are more rows, and they were not counted.
    """

    offset: int
    rows: tuple[JobRow, ...]
    cursor: int
    count: int | None

    @property
    def end(self) -> int:
        """Return how many rows there are at least."""
        return self.offset + len(self.rows)
