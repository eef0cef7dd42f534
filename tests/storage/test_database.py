# ruff: noqa: ASYNC240 - a test may wait for its own files
from __future__ import annotations

import asyncio
import gc
import os
import stat
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import peewee
import pytest

from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.errors import StorageBusy, StorageError
from jobsync_tui.backend.database import Database, Db, Dialect, Migration, Schema, create_tables
from jobsync_tui.backend.database.dialect import dialect_of
from jobsync_tui.backend.database.lock_wait import LockWait
from tests.support.copies import Program
from tests.support.patience import PATIENCE

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"


def plain_connection(path: Path) -> peewee.SqliteDatabase:
    """Return a connection of the same library, with nothing set: a second one on the same file would break its locks."""
    return peewee.SqliteDatabase(str(path), thread_safe=False)


class Note(peewee.Model):
    id = peewee.AutoField()
    text = peewee.TextField()


def create(db: Db, dialect: Dialect) -> None:
    del dialect
    create_tables(db, (Note,))


FIRST = Schema("notes", 1, create)


def add(db: Db, text: str) -> None:
    Note.insert(text=text).execute(db)


def texts(db: Db) -> list[str]:
    return [row[0] for row in Note.select(Note.text).order_by(Note.id).tuples().execute(db)]


def add_and_fail(db: Db) -> None:
    add(db, "half")
    raise RuntimeError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "notes.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite://{path}", FIRST)
    yield opened
    await opened.close()


async def test_what_is_written_is_read_and_stays(path: Path) -> None:
    first = await Database.open(f"sqlite://{path}", FIRST)
    await first.write(add, "kept")
    await first.close()
    second = await Database.open(f"sqlite://{path}", FIRST)
    assert await second.read(texts) == ["kept"]
    await second.close()


async def test_a_failing_write_leaves_nothing_and_its_error_comes_out(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await database.write(add_and_fail)
    assert await database.read(texts) == []


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(add, "smuggled")
    assert await database.read(texts) == []


async def test_the_database_is_durable_and_checked(database: Database) -> None:
    def pragmas(db: Db) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return {name: db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in names}

    await database.write(add, "the first, which shares the seconds of the start")
    assert await database.write(pragmas) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 8_000}


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
async def test_files_are_the_owners_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        database = await Database.open(f"sqlite://{path}", FIRST)
        await database.write(add, "x")
        found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        directory = stat.S_IMODE(path.parent.stat().st_mode)
        await database.close()
    finally:
        os.umask(before)
    assert directory == 0o700
    assert {"notes.db", "notes.db-wal", "notes.db-shm"} <= set(found)
    assert set(found.values()) == {0o600}


async def test_a_file_that_others_could_read_is_closed_to_them(path: Path, database: Database) -> None:
    await database.close()
    path.chmod(0o644)
    again = await Database.open(f"sqlite://{path}", FIRST)
    await again.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_cancelled_read_is_abandoned_and_its_thread_is_free_again(database: Database) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(db: Db) -> None:
        loop.call_soon_threadsafe(begun.set)
        db.execute_sql(ENDLESS).fetchone()

    for _ in range(4):  # one more than there are readers
        begun.clear()
        task = asyncio.create_task(database.read(endless))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await asyncio.wait_for(asyncio.gather(*(database.read(texts) for _ in range(6))), PATIENCE) == [[]] * 6


async def test_however_many_scans_run_a_thread_stays_free_for_short_reads(database: Database) -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def scanned(_: Db) -> int:
        begun.release()
        assert go.wait(PATIENCE)
        return 1

    scans = [asyncio.create_task(database.scan(scanned)) for _ in range(4)]  # one more than there are readers
    try:
        assert await asyncio.to_thread(begun.acquire, timeout=PATIENCE)
        assert await asyncio.wait_for(database.read(texts), PATIENCE) == []
    finally:
        go.set()
    assert await asyncio.wait_for(asyncio.gather(*scans), PATIENCE) == [1] * 4


async def test_what_was_read_goes_with_its_last_user(database: Database) -> None:
    class Found:
        """Something large."""

    go = threading.Event()

    def slow(_: Db) -> Found:
        assert go.wait(PATIENCE)
        return Found()

    async def read() -> weakref.ref[Found]:
        reading = asyncio.create_task(database.read(slow))
        await asyncio.wait({reading}, timeout=0)
        go.set()
        return weakref.ref(await reading)

    gc.disable()
    try:
        found = await read()
        for _ in range(100):  # the thread may not have let go of it yet
            await database.read(texts)
            if found() is None:
                break
        assert found() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("kept", [[], ["7"], ["30", "4", "1000000000000"]])
async def test_numbers_come_in_the_order_of_their_query(path: Path, database: Database, kept: list[str]) -> None:
    for text in kept:
        await database.write(add, text)
    query = Note.select(Note.text.cast("INTEGER")).order_by(Note.id.desc()).limit(3)
    dialect = dialect_of(f"sqlite://{path}", timeout=1)
    assert await database.read(lambda db: dialect.numbers(db, query)) == tuple(int(text) for text in reversed(kept))


async def test_a_write_under_way_when_cancelled_is_committed_and_one_waiting_never_runs(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(db: Db) -> None:
        begun.set()
        go.wait(PATIENCE)
        add(db, "slow")

    running = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, PATIENCE)
    waiting = asyncio.create_task(database.write(add, "never"))
    await asyncio.wait({waiting}, timeout=0)
    running.cancel()
    waiting.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    go.set()
    await database.write(add, "after")
    assert await database.read(texts) == ["slow", "after"]


async def test_closing_waits_for_writes_and_abandons_reads(path: Path) -> None:
    database = await Database.open(f"sqlite://{path}", FIRST)
    begun = threading.Event()

    def endless(db: Db) -> None:
        begun.set()
        db.execute_sql(ENDLESS).fetchone()

    reading = asyncio.create_task(database.read(endless))
    await asyncio.to_thread(begun.wait, PATIENCE)
    writes = [asyncio.create_task(database.write(add, str(number))) for number in range(20)]
    await asyncio.wait(writes, timeout=0)
    await asyncio.wait_for(database.close(), PATIENCE)
    await asyncio.gather(*writes)
    with pytest.raises(StorageError):
        await reading
    with pytest.raises(StorageError):
        await database.write(add, "late")
    with pytest.raises(StorageError):
        await database.read(texts)
    await database.close()
    with closing(plain_connection(path)) as plain:
        assert plain.execute_sql("SELECT COUNT(*) FROM note").fetchone() == (20,)


class TestMigrations:
    @staticmethod
    def _second(db: Db, dialect: Dialect) -> None:
        del dialect
        db.execute_sql("ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")

    @staticmethod
    def _broken(db: Db, dialect: Dialect) -> None:
        del dialect
        db.execute_sql("ALTER TABLE note ADD COLUMN size INTEGER")
        db.execute_sql("SELECT nothing FROM nowhere")

    async def test_an_older_database_is_copied_and_brought_up(self, path: Path, database: Database) -> None:
        await database.write(add, "old")
        await database.close()
        newer = Schema("notes", 2, create, (Migration(2, "colours", self._second),))
        migrated = await Database.open(f"sqlite://{path}", newer)
        assert await migrated.read(lambda db: db.execute_sql("SELECT text, colour FROM note").fetchall()) == [("old", "blue")]
        await migrated.close()
        (copy,) = [each for each in path.parent.iterdir() if ".schema-1." in each.name]
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with closing(plain_connection(copy)) as plain:
            assert [row[1] for row in plain.execute_sql("PRAGMA table_info(note)")] == ["id", "text"]
            assert plain.execute_sql("SELECT text FROM note").fetchall() == [("old",)]

    async def test_a_failing_migration_changes_nothing(self, path: Path, database: Database) -> None:
        await database.write(add, "old")
        await database.close()
        broken = Schema("notes", 3, create, (Migration(2, "colours", self._second), Migration(3, "broken", self._broken)))
        with pytest.raises(StorageError):
            await Database.open(f"sqlite://{path}", broken)
        again = await Database.open(f"sqlite://{path}", FIRST)
        assert await again.read(texts) == ["old"]
        await again.close()

    async def test_a_newer_database_is_refused_with_the_remedy(self, path: Path, database: Database) -> None:
        await database.close()
        newer = await Database.open(f"sqlite://{path}", Schema("notes", 2, create, (Migration(2, "colours", self._second),)))
        await newer.close()
        with pytest.raises(StorageError, match="newer jobsync") as caught:
            await Database.open(f"sqlite://{path}", FIRST)
        assert caught.value.remedy

    async def test_many_openers_make_one_schema(self, path: Path) -> None:
        opened = await asyncio.gather(*(Database.open(f"sqlite://{path}", FIRST) for _ in range(6)))
        await asyncio.gather(*(each.write(add, "x") for each in opened))
        assert await opened[0].read(texts) == ["x"] * 6
        for each in opened:
            await each.close()


class TestFaults:
    async def test_a_lock_that_is_let_go_in_time_is_waited_for(self, path: Path, database: Database) -> None:
        with closing(plain_connection(path)) as other:
            other.execute_sql("BEGIN IMMEDIATE")
            write = asyncio.create_task(database.write(add, "patient"))
            assert await asyncio.wait({write}, timeout=0.3) == (set(), {write})
            assert await database.read(texts) == []
            other.execute_sql("COMMIT")
            await write
        assert await database.read(texts) == ["patient"]

    async def test_of_the_seconds_that_are_named_some_are_left_for_the_rest_of_the_command(self, path: Path, database: Database) -> None:
        await database.close()
        impatient = await Database.open(f"sqlite://{path}", FIRST, lock_timeout=0.5)
        await impatient.write(add, "first")
        waits = await impatient.write(lambda db: db.execute_sql("PRAGMA busy_timeout").fetchone()[0])
        with closing(plain_connection(path)) as other:
            other.execute_sql("BEGIN IMMEDIATE")
            with pytest.raises(StorageBusy, match=r"within 0\.5 s"):
                await impatient.write(add, "x")
        await impatient.close()
        assert waits == 400

    async def test_waits_that_follow_one_another_share_the_seconds(self, path: Path, database: Database) -> None:
        """Those of the start until the first write, and those after one that failed."""
        await database.close()
        with closing(plain_connection(path)) as other:
            began = time.monotonic()
            late = await Database.open(f"sqlite://{path}", FIRST, lock_timeout=1.0)
            other.execute_sql("BEGIN IMMEDIATE")
            for _ in range(6):
                with pytest.raises(StorageBusy):
                    await late.write(add, "x")
            assert time.monotonic() - began < 4  # each by itself would have waited for 0.8 s
            other.execute_sql("ROLLBACK")
        await late.write(add, "then")
        waits = await late.write(lambda db: db.execute_sql("PRAGMA busy_timeout").fetchone()[0])
        await late.close()
        assert waits == 800

    async def test_a_lock_that_stays_is_named_with_the_remedy(self, path: Path, database: Database) -> None:
        await database.close()
        impatient = await Database.open(f"sqlite://{path}", FIRST, lock_timeout=0.05)
        with closing(plain_connection(path)) as other:
            other.execute_sql("BEGIN IMMEDIATE")
            with pytest.raises(StorageBusy, match="in use by another process") as caught:
                await impatient.write(add, "x")
        assert caught.value.remedy
        await impatient.write(add, "then")
        await impatient.close()

    @pytest.mark.parametrize("content", [b"this is no database, it is a letter to the editor" * 100, None])
    async def test_a_damaged_file_is_named_and_left_alone(self, path: Path, content: bytes | None) -> None:
        database = await Database.open(f"sqlite://{path}", FIRST)
        await database.write(add, "x" * 10_000)
        await database.close()
        damaged = content if content is not None else path.read_bytes()[:100] + b"\xa5" * 8000
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match="is damaged, or is not a database") as caught:
            await Database.open(f"sqlite://{path}", FIRST)
        assert caught.value.remedy
        assert path.read_bytes() == damaged

    async def test_a_directory_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StorageError) as caught:
            await Database.open(f"sqlite://{tmp_path}/file/jobs.db", FIRST)
        assert caught.value.remedy

    async def test_an_unknown_url_is_refused(self) -> None:
        with pytest.raises(StorageError, match="no database that jobsync knows"):
            dialect_of("mysql://somewhere/x", timeout=1)

    async def test_a_password_is_in_no_message(self) -> None:
        assert "hunter2" not in dialect_of("postgresql://user:hunter2@host/db", timeout=1).title

    async def test_where_nothing_can_be_written_reading_goes_on(self, path: Path, database: Database) -> None:
        await database.write(add, "x")
        await database.close()
        path.parent.chmod(0o555)
        path.chmod(0o444)
        said = _in_subprocess(path, _AS_NOBODY)
        assert said.splitlines() == ["['x']", "True"]

    async def test_where_the_disk_is_full_reading_goes_on_and_what_others_write_is_seen(self, path: Path, database: Database) -> None:
        await database.write(add, "x")
        await database.close()
        said = _in_subprocess(path, _READING_ON_A_FULL_DISK)
        assert said.splitlines() == ["['x']", "StorageFull", "['x', 'there is room']"]

    async def test_what_stands_in_the_log_alone_is_not_passed_over(self, path: Path, database: Database) -> None:
        await database.write(add, "x")
        kept = {each: each.read_bytes() for each in (path, path.with_name(f"{path.name}-wal"))}
        await database.close()
        for each, content in kept.items():  # as a process leaves them that was killed
            each.write_bytes(content)
        said = _in_subprocess(path, _READING_ON_A_FULL_DISK)
        assert said.splitlines() == ["StorageFull"]

    async def test_a_full_disk_leaves_the_rows_and_work_goes_on_when_there_is_room(self, path: Path, database: Database) -> None:
        await database.write(add, "before")
        await database.close()
        said = _in_subprocess(path, _ON_A_FULL_DISK)
        assert said.splitlines() == ["disk is full", "['before', 'after']"]


def _in_subprocess(path: Path, body: Callable[[], None] | str) -> str:
    script = f"import asyncio, os, resource, sys\nfrom pathlib import Path\nPATH = {str(path)!r}\n" + _PRELUDE + str(body)
    process = Program[str]([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return out


_PRELUDE = """
from jobsync_tui.backend.core.errors import StorageError
from tests.storage.test_database import FIRST, Database, add, texts
"""
_AS_NOBODY = """
if os.getuid() == 0:
    for parent in Path(PATH).parents:
        if parent.owner() == 'root' and str(parent).startswith('/tmp/'):
            parent.chmod(0o755)
    os.setuid(65534)
async def main():
    database = await Database.open('sqlite://' + PATH, FIRST)
    print(await database.read(texts))
    try:
        await database.write(add, 'y')
    except StorageError as error:
        print("cannot be" in error.message)
    await database.close()
asyncio.run(main())
"""
_READING_ON_A_FULL_DISK = """
async def main():
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        database = await Database.open('sqlite://' + PATH, FIRST, readers=1)
    except StorageError as error:
        return print(type(error).__name__)
    print(await database.read(texts))
    try:
        await database.write(add, 'y')
    except StorageError as error:
        print(type(error).__name__)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    other = await Database.open('sqlite://' + PATH, FIRST)
    await other.write(add, 'there is room')
    print(await database.read(texts))
    await database.close()
    await other.close()
asyncio.run(main())
"""
_ON_A_FULL_DISK = """
async def main():
    database = await Database.open('sqlite://' + PATH, FIRST)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limits[1]))
    try:
        await database.write(add, 'x' * 1_000_000)
    except StorageError as error:
        print("disk is full" if "disk is full" in error.message else error.message)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await database.write(add, 'after')
    print(await database.read(texts))
    await database.close()
asyncio.run(main())
"""


@pytest.mark.parametrize(("age", "left"), [(5.0, 3.0), (7.9, 1.0), (3600.0, 8.0)])
def test_the_start_of_a_command_counts_among_the_seconds_until_its_first_write(
    monkeypatch: pytest.MonkeyPatch, age: float, left: float
) -> None:
    monkeypatch.setattr(clock, "age", lambda: age)
    monkeypatch.setattr(LockWait, "_failed", None)
    wait = LockWait(10)
    assert wait.left() == pytest.approx(left, abs=0.5)
    wait.taken()
    assert wait.left() == 8
