"""Jobs turned by ninety degrees: for each field one column, whose distinct values are known.

A leaf is asked once for each distinct value instead of once for each job, or, where other conditions have left few jobs, for these alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeGuard

from ...core.models import Job, Location
from ..cells import Cell, place_text
from ..fields import field_named
from ..operators import LeafTest
from .groups import Groups
from .rows import CODES, FALSE, TRUE

_MANY = 4_096
"""Distinct values from which on a column is costly to ask as a whole."""


class Column:
    """One field of many jobs.

    Args:
        values: As `Field.read` gives them: text, numbers, bool, datetime, None, a list or tuple of such, an object, or a place, which is
            its text.
    """

    __slots__ = ("_groups", "_kinds", "_values", "costly")

    def __init__(self, values: Sequence[object]) -> None:
        kinds = set(map(type, values))
        if Location in kinds:
            values = [place_text(value) if isinstance(value, Location) else value for value in values]
            kinds = set(map(type, values))
        self._values = values
        self._kinds = kinds - {type(None)}
        self._groups: Groups | None = None
        self.costly = self._kinds <= {str, datetime} and len(set(values)) > _MANY

    def cell(self, row: int) -> Cell:
        """Return what one job has."""
        return Cell(self._values[row])

    def answers(self, test: LeafTest, now: datetime) -> bytes:
        """Return the coded answer of ``test`` for each row."""
        if test.presence is not None and (present := self._present()) is not None:
            yes, no = (TRUE, FALSE) if test.presence else (FALSE, TRUE)
            return present.translate(bytes([no, yes]) + bytes(254))
        if self._groups is None:
            self._groups = Groups(self._values, self._kinds)
        return self._groups.answers(test, now)

    def answers_at(self, rows: Iterable[int], test: LeafTest, now: datetime) -> bytes:
        """Return the coded answer of ``test`` for some rows, and 0 for the others."""
        answers = bytearray(len(self._values))
        for row in rows:
            answers[row] = CODES[test(self.cell(row), now)]
        return bytes(answers)

    def _present(self) -> bytes | None:
        """Return for each row whether there is a value; None where that takes a closer look."""
        if not self._kinds <= {datetime} and (self._kinds != {str} or any(map(str.isspace, filter(_is_text, self._values)))):
            return None
        return bytes(map(bool, self._values))


class Batch:
    """Some jobs as columns: enough of them to be quick, few enough to stop between two batches.

    Args:
        size: How many jobs.
        columns: By dotted field name, values as `Field.read` gives them; a field that is not there is missing in every job.
    """

    def __init__(self, size: int, columns: Mapping[str, Sequence[object]]) -> None:
        self.size = size
        self.values = columns
        self._columns: dict[str, Column] = {}

    @classmethod
    def of(cls, jobs: Sequence[Job], fields: Iterable[str]) -> Batch:
        """Return the given fields of ``jobs`` as columns; fields that nobody knows are left out."""
        known = {name: field for name in fields if (field := field_named(name)) is not None}
        return cls(len(jobs), {name: list(map(field.read, jobs)) for name, field in known.items()})

    def column(self, name: str) -> Column:
        """Return the column of a field; built once."""
        column = self._columns.get(name)
        if column is None:
            values = self.values.get(name) or [None] * self.size
            if name == "status":
                values = [None if value == "unknown" else value for value in values]
            column = self._columns[name] = Column(values)
        return column


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)
