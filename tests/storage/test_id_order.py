"""The list by ATS job id: without case and accents, as by name, whether the database sorts it or an index has it in order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import peewee
import pytest

from jobsync_tui.backend.core.models import Job, JobKey, Sort, SortField
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.storage.jobs import jobs
from jobsync_tui.backend.storage.jobs.tables import JobRecord
from jobsync_tui.backend.storage.search import executor
from jobsync_tui.backend.storage.search.conditions import joined
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.ordering import anchor_columns, beside, create_order, has_order, merged, order
from jobsync_tui.backend.storage.search.query_cache import Anchor
from tests.support.patience import PATIENCE
from tests.support.stores import Cache

IDS = ("b-2", "A-1", "a-10", "B-1", "É-1", "e-2", "ﬁ-3", "Z", "b-2\u0301", "a-1")
SORTED = ["A-1", "a-1", "a-10", "B-1", "b-2", "b-2\u0301", "É-1", "e-2", "ﬁ-3", "Z"]
BY_ID = Sort(SortField.ID, descending=False)
EVERYTHING = parse_filter("")


pytestmark = pytest.mark.usefixtures("on_each_database")


@pytest.fixture(autouse=True)
async def _index_gone(cache: Cache) -> AsyncIterator[None]:
    """Have no index at first, and take it away again: databases of the tests go from one to the next."""
    assert not await cache.database.read(has_order, SortField.ID)
    yield
    await cache.database.write(lambda db: db.execute_sql("DROP INDEX IF EXISTS jobs_by_folded_id"))


async def test_ids_are_sorted_as_names_are(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of an earlier version has no index for it either: it is made when a long list is first sorted so."""
    monkeypatch.setattr(executor, "FEW", 0)
    monkeypatch.setattr(jobs, "LONG_LIST", 1)
    await cache.fill([Job(integration="acme", id=each, name=each) for each in IDS])
    for sort in (Sort(SortField.NAME, descending=False), BY_ID):
        assert [row.id for row in await cache.jobs.window(["acme"], EVERYTHING, sort, 0, 20)] == SORTED
    async with asyncio.timeout(PATIENCE):
        while not await cache.database.read(has_order, SortField.ID):
            await cache.jobs.window(["acme"], EVERYTHING, BY_ID, 0, 1)
    for offset in (0, 7, 3, 5):
        assert [row.id for row in await cache.jobs.window(["acme"], EVERYTHING, BY_ID, offset, 3)] == SORTED[offset : offset + 3]
    assert [await cache.jobs.position(["acme"], EVERYTHING, BY_ID, JobKey("acme", each)) for each in SORTED] == list(range(len(IDS)))


async def test_the_index_gives_a_window_without_sorting(cache: Cache) -> None:
    dialect = cache.database.dialect
    await cache.database.write(create_order, dialect, SortField.ID)
    await cache.fill([Job(integration="acme", id=f"{'aA'[n % 2]}{n:04}", name="x") for n in range(500)])

    def plans(db: Db) -> str:
        assert has_order(db, SortField.ID)  # an explanation alone does not see what other connections changed
        found = []
        for forward in (True, False):
            where = joined(
                "AND", [JobRecord.source == 1, beside(dialect, BY_ID, Anchor(0, "a0007", "A0007", 1), forward=forward, source=1)]
            )
            query = JobRecord.select(JobRecord.id).where(where).order_by(*order(dialect, BY_ID, forward=forward)).limit(5)
            explained = peewee.NodeList((peewee.SQL("EXPLAIN" if dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"), query))
            with dialect.by_index(db):
                found += [str(row[-1]) for row in db.execute(explained).fetchall()]
        return "\n".join(found)

    found = await cache.database.read(plans)
    assert len(re.findall("jobs_by_folded_id", found)) == 2, found
    assert len(re.findall(r"<expr>[<>]|Index Cond: .*SUBSTR|Index.*Scan", found, re.IGNORECASE)) == 2, found
    assert not re.search("TEMP B-TREE|Sort", found), found


async def test_a_window_of_several_integrations_is_read_from_the_index_of_each_without_sorting_them(cache: Cache) -> None:
    dialect, sort = cache.database.dialect, Sort()
    for integration in ("one", "two", "three"):
        await cache.fill([Job(integration=integration, id=f"{n:04}", name="x") for n in range(500)], integration=integration)

    def plans(db: Db) -> str:
        found = []
        for forward in (True, False):
            branches = [JobRecord.select(*anchor_columns(dialect, sort)).where(JobRecord.source == number) for number in (1, 2, 3)]
            query = merged(dialect, branches, sort, offset=5, limit=5, forward=forward)
            explained = peewee.NodeList((peewee.SQL("EXPLAIN" if dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"), query))
            with dialect.by_index(db):
                found += [str(row[-1]) for row in db.execute(explained).fetchall()]
        return "\n".join(found)

    plan = await cache.database.read(plans)
    if dialect.name == "postgresql":
        # Each gives as many rows as are needed, and those are sorted.
        assert plan.count("Limit") == 2 * (3 + 1), plan
    else:
        assert "TEMP B-TREE" not in plan, plan
    assert plan.count("jobs_by_updated_at") == 2 * 3, plan
