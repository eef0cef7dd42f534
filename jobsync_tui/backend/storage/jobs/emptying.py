"""Taking out what is cached of an integration: its jobs come again with its next refresh."""

from __future__ import annotations

from ...database import Db, Dialect
from ..search.textindex import text_index
from .sources import Source
from .statements import rows, run

OF_JOBS = ("sightings", "payloads", "job_details", "sync_marks", "cached_outcomes", "automatic_decisions", "jobs")
"""Tables with a row for each job, under the job's key."""

OF_SOURCE = (("set_aside", "source"), ("listings", "source"), ("letters", "source"), ("integrations", "number"))
"""Tables with rows for the integration itself."""

AT_ONCE = 1000
"""Jobs that are taken out of the text index at once."""


def empty(db: Db, dialect: Dialect, source: Source) -> None:
    """Take an integration out with all its cached jobs."""
    index, after = text_index(dialect), source.low - 1
    while found := rows(db, "SELECT key, search FROM jobs WHERE key > ? AND key <= ? ORDER BY key LIMIT ?", after, source.high, AT_ONCE):
        index.remove(db, [(key, search) for key, search in found])
        after = found[-1][0]
    for table in OF_JOBS:
        run(db, f"DELETE FROM {table} WHERE key BETWEEN ? AND ?", source.low, source.high)  # noqa: S608 - its own texts
    for table, column in OF_SOURCE:
        run(db, f"DELETE FROM {table} WHERE {column} = ?", source.number)  # noqa: S608 - its own texts
