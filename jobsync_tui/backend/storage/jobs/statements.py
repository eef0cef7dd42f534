"""SQL as text, and rows by the hundred in one statement, where building it anew each time would be most of the cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

from ...database import Db, Dialect

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


Value: TypeAlias = str | int | bytes | None


def many(db: Db, dialect: Dialect, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one statement, its parameters written ``?``, for each row."""
    if rows:
        db.cursor().executemany(sql.replace("?", dialect.placeholder), rows)


def run(db: Db, sql: str, *values: Value) -> int:
    """Run a statement, its parameters written ``?``, and return how many rows it touched."""
    touched: int = _execute(db, sql, values).rowcount
    return touched


def first(db: Db, sql: str, *values: Value) -> tuple[Any, ...] | None:
    """Run a query, its parameters written ``?``, and return its first row; None where there is none."""
    found = rows(db, sql, *values)
    return found[0] if found else None


def rows(db: Db, sql: str, *values: Value) -> list[tuple[Any, ...]]:
    """Run a query, its parameters written ``?``, and return its rows."""
    found: list[tuple[Any, ...]] = _execute(db, sql, values).fetchall()
    return found


def insertion(table: str, names: Iterable[str]) -> str:
    """Return the statement that inserts a row of those columns."""
    columns = list(names)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - the package's own names


def change(table: str, names: Iterable[str], where: str) -> str:
    """Return the statement that sets those columns where ``where`` holds."""
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE {where}"  # noqa: S608 - the package's own names


def _execute(db: Db, sql: str, values: tuple[Value, ...]) -> Any:
    return db.execute_sql(sql if db.param == "?" else sql.replace("?", db.param), values)
