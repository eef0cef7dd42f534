"""Texts found in the index for names alone, and pairs of letters, in the orders in which they cost differently."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import product
from pathlib import Path

import psycopg
import pytest

from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.models import Job, Sort, SortField
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.storage.jobs.sources import sources_of
from jobsync_tui.backend.storage.jobs.tables import JobRecord
from jobsync_tui.backend.storage.search import executor
from jobsync_tui.backend.storage.search import index_scan as skimming
from jobsync_tui.backend.storage.search.conditions import Compiler
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.fold import KEY_LENGTH
from jobsync_tui.backend.storage.search.index_scan import IndexScan
from jobsync_tui.backend.storage.search.ordering import create_order, has_order
from jobsync_tui.backend.storage.search.query import Query
from jobsync_tui.backend.storage.search.query_cache import Anchor
from jobsync_tui.backend.storage.search.seek import Seek, nearest
from jobsync_tui.backend.storage.search.textindex import text_index
from tests.storage.oracle import expected
from tests.support.databases import Kind, url_at, using
from tests.support.stores import Cache, job

BY_NAME = Sort(SortField.NAME, descending=False)
BY_UPDATE = Sort()
NAMES = ("Buzz", "C++ fuzz", "pizza zz top", "a-z", "Zürich", "ab1", "1ab  b", "cl", "clinic", "Jazz club", None, "z", "+c", "bz\u00fc")


@asynccontextmanager
async def named(cache: Cache) -> AsyncIterator[None]:
    """Have the index for names, whatever vacuum has seen, and take it away again: databases of the tests go from one to the next."""
    await cache.database.write(create_order, cache.database.dialect, SortField.NAME)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cache.database.dialect, "answers_by_index", lambda *_: True)
            yield
    finally:
        await cache.database.write(_without_names)


@contextmanager
def _alone(url: str) -> Iterator[psycopg.Connection]:
    """Connect to a database whose jobs nobody else vacuums meanwhile."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE jobs SET (autovacuum_enabled = off)")
        try:
            yield connection
        finally:
            connection.execute("ALTER TABLE jobs RESET (autovacuum_enabled)")


def _without_names(db: Db) -> None:
    for index in ("jobs_by_name_key", "jobs_odd"):
        db.execute_sql(f"DROP INDEX IF EXISTS {index}")


def _scan(db: Db, cache: Cache, query: Query) -> IndexScan:
    (source,) = sources_of(db, ("acme",))
    return IndexScan(db, cache.database.dialect, query, [source], Compiler(cache.database.dialect, query, clock.now(), [source]))


@pytest.mark.usefixtures("on_each_text_index")
@pytest.mark.parametrize("few", [0, 5, 6000])
async def test_pairs_of_letters_are_found_in_both_orders(cache: Cache, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    for bound, value in (("FEW", few), ("QUICK", 3), ("BUDGET", 6)):
        monkeypatch.setattr(executor, bound, value)
    async with named(cache):
        await cache.fill([job(number, f"{NAMES[number % len(NAMES)]}" if number % 5 else None) for number in range(60)])
        cached = [one async for one in cache.jobs.stream(["acme"], parse_filter(""), BY_NAME)]
        pairs = ("".join(pair) for pair in product("zcl+1 ü-", repeat=2))
        for pair in filter(str.strip, pairs):
            query = parse_filter(f'"{pair}"')
            assert await cache.jobs.count(["acme"], query) == len(expected(cached, query, BY_NAME, clock.now()))
            for sort in (BY_NAME, BY_UPDATE):
                wanted = expected(cached, query, sort, clock.now())
                assert [row.id for row in await cache.jobs.window(["acme"], query, sort, 0, 7)] == wanted[:7]


@pytest.mark.usefixtures("on_each_text_index")
@pytest.mark.parametrize("most_odd", [0, 100])
async def test_what_the_index_for_names_does_not_hold_is_found(cache: Cache, monkeypatch: pytest.MonkeyPatch, most_odd: int) -> None:
    """The end of a name that is longer than a sort key, and ids whose letters fold into others."""
    monkeypatch.setattr(skimming, "MOST_ODD", most_odd)
    for bound in ("FEW", "QUICK", "FREQUENT", "DENSE", "SORTED"):
        monkeypatch.setattr(executor, bound, 0)
    odd = [job(1, "Nurse " + "x" * KEY_LENGTH + " welder"), job("É-9", "Driver"), job("ß", "Chef")]
    async with named(cache):
        await cache.fill([*odd, *(job(f"N-{number}", f"Nurse {number}") for number in range(10, 30))])
        for text, ids in {
            "welder": ["job-1"],
            "e-9": ["job-É-9"],
            "ss": ["job-ß"],
            "job-n-12": ["job-N-12"],
            "x welder": ["job-1"],
        }.items():
            query = parse_filter(text)
            assert [row.id for row in await cache.jobs.window(["acme"], query, BY_NAME, 0, 5)] == ids
            assert await cache.jobs.count(["acme"], query) == len(ids)


@pytest.mark.usefixtures("on_each_text_index")
async def test_other_terms_are_asked_of_the_jobs_whose_entries_fit(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    async with named(cache):
        await cache.fill([job(f"{number:03}", f"Nurse {number:03}", client="odd" if number % 2 else "even") for number in range(120)])
        query = parse_filter("nurse client:odd")
        wanted = [f"job-{number:03}" for number in range(1, 120, 2)]

        def rows(db: Db, offset: int, limit: int) -> list[str] | None:
            found = _scan(db, cache, query).rows((JobRecord.id,), BY_NAME, offset, limit)
            return None if found is None else [row[0] for row in found]

        for offset, limit in ((0, 5), (20, 10), (55, 10), (60, 3)):
            assert await cache.database.read(rows, offset, limit) == wanted[offset : offset + limit]
        monkeypatch.setattr(skimming, "MOST_TRIED", 30)
        assert await cache.database.read(rows, 20, 10) is None


@pytest.mark.usefixtures("on_each_text_index")
async def test_a_long_list_by_name_is_answered_by_the_index_alone(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """The matches stand at the end, more of them than are sorted: neither a walk from the beginning nor a sort finds them."""
    for bound, value in (("FEW", 4), ("QUICK", 5), ("BUDGET", 10), ("SORTED", 2)):
        monkeypatch.setattr(executor, bound, value)
    for other in ("_from_nearest", "_collect"):
        monkeypatch.setattr(executor.QueryExecutor, other, lambda *_, **__: pytest.fail("the jobs were read"))
    async with named(cache):
        await cache.fill([job(number, f"{'Welder' if number > 40 else 'Accountant'} {number:03}") for number in range(80)])
        rows = await cache.jobs.window(["acme"], parse_filter("welder"), BY_NAME, 0, 6)
        assert [row.id for row in rows] == [f"job-{number}" for number in range(41, 47)]


@pytest.mark.usefixtures("on_each_text_index")
async def test_few_matches_that_no_index_names_are_found_among_the_names(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound, value in (("FEW", 4), ("QUICK", 5), ("BUDGET", 10)):
        monkeypatch.setattr(executor, bound, value)
    for other in ("_from_nearest", "_span"):
        monkeypatch.setattr(executor.QueryExecutor, other, lambda *_, **__: pytest.fail("the jobs were read"))
    async with named(cache):
        await cache.fill([job(number, f"Welder {number:03}{' c+' if number % 20 == 13 else ''}") for number in range(60)])
        for text, ids in (("c+", ["job-53", "job-33", "job-13"]), ("c+ -13", ["job-53", "job-33"])):
            rows = await cache.jobs.window(["acme"], parse_filter(text), Sort(SortField.ID, descending=True), 0, 6)
            assert [row.id for row in rows] == ids


async def test_an_index_for_names_of_an_earlier_version_is_completed(cache: Cache) -> None:
    await cache.database.write(lambda db: db.execute_sql("CREATE INDEX jobs_by_name_key ON jobs (source, name_key, id)"))
    assert not await cache.database.read(has_order, SortField.NAME)
    await cache.database.write(create_order, cache.database.dialect, SortField.NAME)
    assert await cache.database.read(has_order, SortField.NAME)


def test_rows_are_reached_from_a_row_rather_than_from_an_end_of_the_list() -> None:
    first, last = Anchor(0, "senior", "1", 1), Anchor(59, "senior", "2", 1)
    assert nearest((first, last), None, 0, 60) == Seek(first, forward=True, skip=0, limit=60)
    assert nearest((first, last), 1000, 60, 60) == Seek(last, forward=True, skip=1, limit=60)
    assert nearest((), 1000, 990, 60) == Seek(None, forward=False, skip=0, limit=10)
    assert nearest((first,), 10, 10, 5) is None


class TestServer:
    """What only PostgreSQL's index and planner are told."""

    @pytest.fixture(autouse=True)
    def _on_trigrams(self) -> Iterator[None]:
        with using(Kind.TRIGRAMS):
            yield

    async def test_only_pairs_that_the_index_tells_apart_are_looked_up(self, cache: Cache) -> None:
        await cache.fill([job(number, f"Nurse {number} c+") for number in range(30)])
        index = text_index(cache.database.dialect)

        def asked(db: Db, *texts: str, thorough: bool = False) -> str:
            found = index.keys(db, texts, [(0, 1 << 60)], {}, thorough=thorough)
            return "" if found is None else found.keys.sql

        assert "ANY" in await cache.database.read(asked, "nu")
        assert "ANY" in await cache.database.read(asked, "nu", "0")
        for texts in (("c+",), ("+1",), ("é9",), ("1",)):
            assert not await cache.database.read(asked, *texts)
        assert not await cache.database.read(lambda db: asked(db, "nu", thorough=True))

    async def test_an_index_whose_rows_have_to_be_looked_up_is_not_read_alone(self, cache: Cache, tmp_path: Path) -> None:
        query = parse_filter("nurse")
        seen = cache.database.dialect.answers_by_index

        def helps(db: Db) -> bool:
            return _scan(db, cache, query).helps

        async with named(cache):
            await cache.fill([job(number, f"Nurse {number}") for number in range(2000)])
            with pytest.MonkeyPatch.context() as patch, _alone(url_at(tmp_path / "data" / "jobsync.db")) as connection:
                patch.setattr(cache.database.dialect, "answers_by_index", seen)
                connection.execute("VACUUM jobs")
                assert await cache.database.read(helps)
                connection.execute("UPDATE jobs SET gone = NOT gone")
                connection.execute("ANALYZE jobs")
                assert not await cache.database.read(helps)

    async def test_the_planner_is_told_for_a_statement_only(self, cache: Cache) -> None:
        names = ("enable_seqscan", "enable_bitmapscan")

        def settings(db: Db) -> list[str]:
            return [db.execute_sql(f"SHOW {name}").fetchone()[0] for name in names]

        def around(db: Db) -> list[list[str]]:
            with cache.database.dialect.by_index(db):
                inside = settings(db)
            return [inside, settings(db)]

        assert await cache.database.read(around) == [["off", "off"], ["on", "on"]]

    async def test_a_query_is_planned_for_the_text_that_it_is_asked_with(self, cache: Cache) -> None:
        """A plan for any text would read every job: the server makes one after a few queries where it may."""
        await cache.fill([Job(integration="acme", id=str(number), name=f"Nurse {number}") for number in range(3)])
        assert await cache.database.read(lambda db: db.execute_sql("SHOW plan_cache_mode").fetchone()) == ("force_custom_plan",)
