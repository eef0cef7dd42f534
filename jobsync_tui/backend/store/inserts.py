"""Rows by the hundred in one statement.

A driver gives Python's interpreter lock away for each statement it runs and has to get it back for the next one. While a refresh parses
pages on another thread, that is most of what a row costs: so a statement takes as many rows as fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from ..database import Db, Dialect

MOST_PARAMETERS = 16_000
"""Of one statement: half of what SQLite takes, a quarter of what PostgreSQL takes."""

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Insertion:
    """An INSERT of any number of rows. ``conflict`` is what stands behind the values."""

    table: str
    names: tuple[str, ...]
    conflict: str = ""

    def run(self, db: Db, dialect: Dialect, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows."""
        step = min(MOST_ROWS, MOST_PARAMETERS // len(self.names))
        cursor = db.cursor()
        whole = len(rows) - len(rows) % step
        for start in range(0, whole, step):
            cursor.execute(_statement(self, step, dialect.placeholder), tuple(chain.from_iterable(rows[start : start + step])))
        if whole < len(rows):
            cursor.executemany(_statement(self, 1, dialect.placeholder), rows[whole:])


@lru_cache(64)
def _statement(insertion: Insertion, rows: int, placeholder: str) -> str:
    row = f"({', '.join([placeholder] * len(insertion.names))})"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {insertion.table} ({', '.join(insertion.names)}) VALUES {values} {insertion.conflict}"  # noqa: S608 - own names
