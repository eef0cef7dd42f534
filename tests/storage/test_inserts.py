"""Rows that go in many at once."""

from __future__ import annotations

import pytest

from jobsync_tui.backend.storage.jobs.statements import MOST_ROWS, Insertion
from tests.support.stores import Cache

pytestmark = pytest.mark.usefixtures("on_each_database")


@pytest.mark.parametrize("count", [0, 1, MOST_ROWS - 1, MOST_ROWS, MOST_ROWS + 1, 2 * MOST_ROWS])
async def test_every_row_goes_in_whatever_their_number(cache: Cache, count: int) -> None:
    insertion = Insertion("letters", ("source", "letter", "jobs"), "ON CONFLICT (source, letter) DO UPDATE SET jobs = excluded.jobs")
    rows = [(7, f"{number:05d}", number) for number in range(count)]
    dialect = cache.database.dialect
    for _ in range(2):  # the second time every row conflicts
        await cache.database.write(insertion.run, dialect, rows)
    found = await cache.database.read(lambda db: db.execute_sql("SELECT source, letter, jobs FROM letters ORDER BY letter").fetchall())
    assert [tuple(row) for row in found] == rows
