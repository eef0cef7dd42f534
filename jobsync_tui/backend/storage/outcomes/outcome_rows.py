"""Cached outcomes as rows, many at once: in which state jobs were read, and how each was evaluated in that state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...database import Db, Dialect
from ..jobs.statements import many, run

_ONE_BY_ONE = (
    "INSERT INTO cached_outcomes (key, changed, outcome) VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome WHERE cached_outcomes.changed = ? AND cached_outcomes.outcome = ?"
)
_ALL_AT_ONCE = (
    "INSERT INTO cached_outcomes (key, changed, outcome) SELECT evaluated.key, evaluated.changed, evaluated.outcome "
    "FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[]) AS evaluated (key, changed, was, outcome) "
    "LEFT JOIN cached_outcomes ON cached_outcomes.key = evaluated.key "
    "WHERE cached_outcomes.key IS NULL OR (cached_outcomes.changed = evaluated.changed AND cached_outcomes.outcome = evaluated.was) "
    "ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome"
)


@dataclass(frozen=True, slots=True)
class States:
    """Jobs as they were when they were read for evaluating, a place each; a cached outcome is kept only where the job still is so.

    Columns, and no object a job: a hundred thousand of those would have Python's collector of cycles look through everything there is.

    Attributes:
        keys: Which jobs, rising.
        changed: The version of the cache with which each last changed.
        outcomes: The number of its distinct outcome; one of no evaluation version in force where it was not evaluated.
    """

    keys: Sequence[int] = ()
    changed: Sequence[int] = ()
    outcomes: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.keys)


def keep_outcomes(db: Db, dialect: Dialect, states: States, outcomes: Sequence[int]) -> None:
    """Give jobs their distinct outcomes, those excepted that are not as they were read.

    A server is sent whole columns, for it takes longer over a statement a job than over the job. Writers take turns, so that what the one
    statement compares is still so when it writes.

    Args:
        db: In a write transaction.
        dialect: Of ``db``.
        states: The jobs as they were read.
        outcomes: The number of the distinct outcome on each.
    """
    if dialect.name == "postgresql":
        run(db, _ALL_AT_ONCE, *map(_array, (states.keys, states.changed, states.outcomes, outcomes)))
    else:
        columns = (states.keys, states.changed, outcomes, states.changed, states.outcomes)
        many(db, dialect, _ONE_BY_ONE, list(zip(*columns, strict=True)))


def _array(numbers: Sequence[int]) -> str:
    """Return numbers as the server writes an array; the driver would take several times as long over a list."""
    return "{" + ",".join(map(str, numbers)) + "}"
