"""What only a server can do to a program: restart under it, cut its connection at the commit, refuse it, hear of a cancel too late."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from jobsync_tui.backend.core.errors import ExitCode, StorageBusy, StorageError, StorageRefused, StorageUnreachable
from jobsync_tui.backend.database import Database, Db, Migration, Schema, postgresql
from jobsync_tui.backend.database.postgresql_startup import why_refused
from jobsync_tui.backend.storage.search.filter import parse_filter
from jobsync_tui.backend.storage.search.textindex_postgresql import exists
from tests.storage.test_database import FIRST, add, add_and_fail, texts
from tests.support.cutting_proxy import Cut, cutting
from tests.support.databases import url_at
from tests.support.patience import PATIENCE
from tests.support.postgres import own_cluster, packaged_server
from tests.support.postgres_server import Cluster
from tests.support.refusing_server import ASKS_A_PASSWORD, fatal, refusing
from tests.support.stores import cache_at, job

NAP = "SELECT pg_sleep(60)"


@pytest.fixture
def url() -> Iterator[str]:
    with packaged_server().fresh() as made:
        yield made


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url, FIRST)
    yield opened
    await opened.close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with own_cluster() as cluster:
        yield cluster


async def test_what_is_written_is_read_and_a_failing_write_leaves_nothing(database: Database) -> None:
    await database.write(add, "kept")
    with pytest.raises(RuntimeError):
        await database.write(add_and_fail)
    assert await database.read(texts) == ["kept"]


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(add, "smuggled")
    assert await database.read(texts) == []


async def test_however_much_is_asked_for_at_once_the_connections_are_few(database: Database) -> None:
    """docs/postgresql.md promises how many a process takes; what would need more waits inside it."""

    def counted(db: Db) -> int:
        ours = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        return int(db.execute_sql(f"SELECT pg_sleep(0.02), ({ours})").fetchone()[1])

    reads = [database.read(counted) for _ in range(16)]
    counts = await asyncio.gather(*reads, *(database.write(add, str(each)) for each in range(4)), database.scan(counted))
    assert max(each for each in counts if isinstance(each, int)) == 4


async def test_a_cancelled_read_is_abandoned_and_its_thread_is_free_again(database: Database) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(4):  # one more than there are readers
        begun = asyncio.Event()

        def nap(db: Db, begun: asyncio.Event = begun) -> None:
            loop.call_soon_threadsafe(begun.set)
            db.execute_sql(NAP)

        task = asyncio.create_task(database.read(nap))
        await asyncio.wait_for(begun.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await asyncio.wait_for(asyncio.gather(*(database.read(texts) for _ in range(6))), 20) == [[]] * 6


async def test_a_cancel_that_was_meant_for_another_read_hits_nobody(database: Database, url: str) -> None:
    """The server hears of a cancel on another connection, and may hear when the next statement runs already."""
    tries = []

    def read(db: Db) -> list[str]:
        tries.append(db.connection().info.backend_pid)
        if len(tries) == 1:
            canceller = threading.Thread(target=_cancel_nap, args=(url, tries[0]))
            canceller.start()
            try:
                db.execute_sql(NAP)
            finally:
                canceller.join()
        return texts(db)

    assert await asyncio.wait_for(database.read(read), PATIENCE) == []
    assert len(tries) == 2


def _cancel_nap(url: str, pid: int) -> None:
    """Cancel what the session runs, as soon as that is a nap."""
    napping = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND query LIKE '%%pg_sleep%%'"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(napping, (pid,)).fetchone() is None:
            pass


async def test_writers_take_turns_so_that_what_was_read_is_still_so(url: str) -> None:
    def one_more(db: Db) -> None:
        last = max((int(text) for text in texts(db)), default=0)
        add(db, str(last + 1))

    hosts = [await Database.open(url, FIRST) for _ in range(3)]
    await asyncio.gather(*(host.write(one_more) for host in hosts for _ in range(20)))
    assert await hosts[0].read(texts) == [str(number) for number in range(1, 61)]
    for host in hosts:
        await host.close()


async def test_a_writer_that_stops_in_the_middle_gives_up_its_turn_and_does_it_all_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "STANDS_STILL", 300)
    stopped, other = await Database.open(url, FIRST), await Database.open(url, FIRST)
    begun, go = threading.Event(), threading.Event()
    tries = []

    def stopping(db: Db) -> None:
        tries.append(1)
        add(db, "late")
        begun.set()
        go.wait(PATIENCE)

    late = asyncio.create_task(stopped.write(stopping))
    await asyncio.to_thread(begun.wait, 60)
    await other.write(add, "in time")
    go.set()
    await late
    assert (await other.read(texts), len(tries)) == (["in time", "late"], 2)
    for host in (stopped, other):
        await host.close()


async def test_a_writer_who_holds_up_the_others_is_named_with_the_remedy(database: Database, url: str) -> None:
    impatient = await Database.open(url, FIRST, lock_timeout=0.05)
    begun, go = threading.Event(), threading.Event()

    def slow(db: Db) -> None:
        begun.set()
        go.wait(PATIENCE)
        add(db, "slow")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, 20)
    with pytest.raises(StorageBusy, match="in use by another process") as caught:
        await impatient.write(add, "x")
    assert caught.value.remedy
    assert caught.value.exit_code is ExitCode.BUSY
    go.set()
    await writing
    await impatient.write(add, "then")
    assert await impatient.read(texts) == ["slow", "then"]
    await impatient.close()


@pytest.mark.parametrize("cut", Cut)
async def test_a_commit_without_an_answer_is_looked_up_and_never_done_twice(cut: Cut, url: str) -> None:
    port = packaged_server().port
    with cutting(port) as proxy:
        database = await Database.open(url.replace(f":{port}/", f":{proxy.port}/"), FIRST)
        await database.write(add, "before")
        proxy.cut = cut
        await database.write(add, "once")
        await database.write(add, "after")
        assert (await database.read(texts), proxy.cuts) == (["before", "once", "after"], 1)
        await database.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_a_restart_is_survived_by_what_reads_and_what_writes(cluster: Cluster, how: signal.Signals) -> None:
    database = await Database.open(f"{cluster.url}/postgres", FIRST)
    await database.write(add, "before")
    assert await database.read(texts) == ["before"]
    begun, go = threading.Event(), threading.Event()

    def slow(db: Db) -> None:
        add(db, "in the middle")
        begun.set()
        go.wait(PATIENCE)
        add(db, "and its end")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, 30)
    await asyncio.to_thread(cluster.stop, how)
    cluster.start()
    go.set()
    await writing
    assert await database.read(texts) == ["before", "in the middle", "and its end"]
    await database.close()


async def test_a_server_that_stays_away_is_named_and_met_again_when_it_is_back(cluster: Cluster) -> None:
    by_socket = f"postgresql://nobody-here@/postgres?host={cluster.folder}&port={cluster.port}"
    with pytest.raises(StorageRefused, match="refused the login"):
        await Database.open(by_socket, FIRST)
    database = await Database.open(f"{cluster.url}/postgres", FIRST, lock_timeout=0.2)
    await database.write(add, "before")
    await asyncio.to_thread(cluster.stop)
    with pytest.raises(StorageError, match="cannot be reached"):
        await Database.open(by_socket, FIRST)
    for attempt in (database.write(add, "lost"), database.read(texts)):
        with pytest.raises(StorageError, match="cannot be reached") as caught:
            await attempt
        assert caught.value.remedy
    with pytest.raises(StorageError, match="cannot be reached"):
        await Database.open(f"{cluster.url}/postgres", FIRST)
    cluster.start()
    await asyncio.to_thread(cluster.wait)
    await database.write(add, "after")
    assert await database.read(texts) == ["before", "after"]
    await database.close()


async def test_commits_wait_for_the_disk_whatever_the_server_is_set_to(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off".encode())
    database = await Database.open(url, FIRST)
    assert await database.write_unsynced(lambda db: db.execute_sql("SHOW synchronous_commit").fetchone()) == ("on",)
    await database.close()


async def test_a_login_that_is_refused_says_what_to_look_at(url: str) -> None:
    for wrong in (url + "-unknown", url.replace("postgres@", "nobody-here@")):
        with pytest.raises(StorageError, match="refused the login, or does not exist") as caught:
            await Database.open(wrong, FIRST)
        assert "does not exist" in caught.value.message
        assert caught.value.remedy


@pytest.mark.parametrize(
    ("state", "words", "kind"),
    [
        ("28P01", "Passwort-Authentifizierung für Benutzer »jobsync« fehlgeschlagen", StorageRefused),
        ("28000", "нет записи в pg_hba.conf для компьютера", StorageRefused),
        ("3D000", "la base de données « jobsync » n'existe pas", StorageRefused),
        ("57P03", "データベースシステムは起動しています", StorageUnreachable),
        ("53300", "limite de connexions dépassée", StorageError),
    ],
)
async def test_a_server_of_any_language_is_understood(state: str, words: str, kind: type[StorageError]) -> None:
    with refusing(fatal(state, words)) as url, pytest.raises(kind) as caught:
        await Database.open(url, FIRST)
    assert f": {words}." in caught.value.message


async def test_a_server_that_asks_for_a_password_that_nobody_gave_has_refused_the_login() -> None:
    with refusing(ASKS_A_PASSWORD) as url, pytest.raises(StorageRefused):
        await Database.open(url, FIRST)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"R\0\0\0\x08\0\0\0\0", b"E\0\0\0\x05\0", b"N\0\0"])
async def test_what_is_no_postgresql_cannot_be_reached(answer: bytes) -> None:
    with refusing(answer) as url, pytest.raises(StorageUnreachable) as caught:
        await Database.open(url, FIRST)
    assert not caught.value.message.endswith(": .")


async def test_a_server_without_a_free_connection_is_asked_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = threading.Event()

    def why(attempt: object, timeout: float) -> str:
        state = why_refused(attempt, timeout)
        refused.set()
        return state

    with psycopg.connect(url, autocommit=True) as connection:
        name = f"guest_{connection.info.dbname}"
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO {name}".encode())
        guests = url.replace("postgres@", f"{name}@")
        database = await Database.open(guests, FIRST, lock_timeout=PATIENCE)
        try:
            await database.write(add, "before")
            connection.execute(f"ALTER ROLE {name} CONNECTION LIMIT 0".encode())
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [name])
            with pytest.raises(StorageError, match="connections"):
                await Database.open(guests, FIRST)
            monkeypatch.setattr(postgresql, "why_refused", why)
            writing = asyncio.create_task(database.write(add, "after"))
            assert await asyncio.to_thread(refused.wait, PATIENCE)
            connection.execute(f"ALTER ROLE {name} CONNECTION LIMIT -1".encode())
            await writing
            assert await database.read(texts) == ["before", "after"]
        finally:
            await database.close()
            connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO postgres".encode())
            connection.execute(f"DROP OWNED BY {name}".encode())
            connection.execute(f"DROP ROLE {name}".encode())


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_cannot_hold_every_name_is_refused(url: str, encoding: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        name = f"narrow_{connection.info.dbname}"
        connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0".encode())
        try:
            with pytest.raises(StorageRefused, match=encoding) as caught:
                await Database.open(url.replace(connection.info.dbname, name), FIRST)
        finally:
            connection.execute(f"DROP DATABASE {name}".encode())
    assert "UTF8" in str(caught.value.remedy)


async def test_a_user_who_may_not_make_tables_is_told(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        guest = f"guest_{connection.info.dbname}"
        connection.execute(f"CREATE ROLE {guest} LOGIN".encode())
        try:
            with pytest.raises(StorageError, match="cannot be written by this user"):
                await Database.open(url.replace("postgres@", f"{guest}@"), FIRST)
        finally:
            connection.execute(f"DROP ROLE {guest}".encode())


class TestMigrations:
    @staticmethod
    def _second(db: Db, _: object) -> None:
        db.execute_sql("ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")

    @staticmethod
    def _broken(db: Db, _: object) -> None:
        db.execute_sql("ALTER TABLE note ADD COLUMN size INTEGER")
        db.execute_sql("SELECT nothing FROM nowhere")

    def _newer(self) -> Schema:
        return Schema("notes", 2, FIRST.create, (Migration(2, "colours", self._second),))

    async def test_many_openers_make_one_schema(self, url: str) -> None:
        opened = await asyncio.gather(*(Database.open(url, FIRST) for _ in range(6)))
        await asyncio.gather(*(each.write(add, "x") for each in opened))
        assert await opened[0].read(texts) == ["x"] * 6
        for each in opened:
            await each.close()

    async def test_an_older_database_is_brought_up_once_and_then_refuses_the_older_program(self, url: str, database: Database) -> None:
        await database.write(add, "old")
        migrated = await asyncio.gather(*(Database.open(url, self._newer()) for _ in range(3)))
        assert await migrated[0].read(lambda db: db.execute_sql("SELECT text, colour FROM note").fetchall()) == [("old", "blue")]
        for each in migrated:
            await each.close()
        with pytest.raises(StorageError, match="newer jobsync") as caught:
            await Database.open(url, FIRST)
        assert caught.value.remedy

    async def test_a_failing_migration_changes_nothing(self, url: str, database: Database) -> None:
        await database.write(add, "old")
        broken = Schema("notes", 3, FIRST.create, (*self._newer().migrations, Migration(3, "broken", self._broken)))
        with pytest.raises(StorageError):
            await Database.open(url, broken)
        again = await Database.open(url, FIRST)
        assert await again.read(lambda db: [column.name for column in db.get_columns("note")]) == ["id", "text"]
        await again.close()


@pytest.mark.usefixtures("on_postgresql")
async def test_a_server_without_the_extension_is_searched_all_the_same(tmp_path: Path) -> None:
    async with cache_at(tmp_path / "jobs.db") as cache:
        assert not await cache.database.read(exists)
        await cache.fill([job(1, "ICU Nurse"), job(2, "Driver")])
        assert await cache.jobs.count(["acme"], parse_filter("nurse")) == 1


@pytest.mark.usefixtures("on_postgresql")
async def test_what_looks_like_sql_in_a_filter_is_text(tmp_path: Path) -> None:
    """Every text of a filter is a parameter, also where it looks like SQL or like a place for one."""
    async with cache_at(tmp_path / "jobs.db") as cache:
        await cache.fill([job(1, "100% s %s ${x} '; DROP TABLE jobs; --"), job(2, "Nurse")])
        for text in ("%s", "'; drop table jobs; --", "${x}", "100%"):
            assert await cache.jobs.count(["acme"], parse_filter('"' + text + '"')) == 1


@pytest.mark.usefixtures("on_postgresql")
def test_the_template_is_no_other_than_a_store_opened_for_the_first_time(tmp_path: Path) -> None:
    with closing(psycopg.connect(url_at(tmp_path / "a.db"))) as connection:
        found = connection.execute("SELECT name, value FROM counters ORDER BY name").fetchall()
    assert found == [("evaluation_versions", 0), ("jobs", 0), ("listings", 0)]
