"""The store's own steps: a database of an earlier version becomes what a new one is, and keeps what it held."""

from __future__ import annotations

from pathlib import Path

from jobsync_tui.backend.database import Database, Db, Dialect, Schema
from jobsync_tui.backend.store import codec
from jobsync_tui.backend.store.migrations import SCHEMA
from jobsync_tui.backend.store.statements import Value, insertion, run
from tests.support.postgres import packaged_server
from tests.support.stores import job

LATER_TABLES = (
    "renames",
    "automatic_troubles",
    "automatic_channels",
    "automatic_ticks",
    "job_parts",
    "automatic_shares",
    "automatic_hands",
)


def _as_of_version_1(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    for table in LATER_TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    db.execute_sql("ALTER TABLE automatic_decisions DROP COLUMN eligible_at")
    run(db, insertion("payloads", ("key", "body")), 1, codec.encode(job(1, custom={"Shift": "Nights"})).decode())
    run(db, insertion("payloads", ("key", "body")), 2, codec.encode(job(2)).decode())
    stand: dict[str, Value] = {"at": 1000, "revision": 1, "judgement": 1, "changed": 1, "configuration": "", "tries": 0, "retry_at": 0}
    for key, outcome in ((1, "created"), (2, "refused")):
        run(db, insertion("automatic_decisions", ("key", "outcome", *stand)), key, outcome, *stand.values())


def _copies(folder: Path) -> int:
    return len(list(folder.glob("old.db.schema-1.*")))


def _tables(db: Db) -> dict[str, list[tuple[str, bool]]]:
    return {table: [(column.name, column.null) for column in db.get_columns(table)] for table in sorted(db.get_tables())}


async def test_an_older_database_is_brought_up_and_copied_first(tmp_path: Path) -> None:
    await _bring_up(f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db")
    assert _copies(tmp_path) == 1


async def test_so_is_one_on_a_server() -> None:
    server = packaged_server()
    with server.fresh() as old, server.fresh() as new:
        await _bring_up(old, new)


async def _bring_up(old_url: str, new_url: str) -> None:
    await (await Database.open(old_url, Schema("store", 1, _as_of_version_1))).close()
    old = await Database.open(old_url, SCHEMA)
    new = await Database.open(new_url, SCHEMA)
    try:
        assert await old.read(_tables) == await new.read(_tables)
        rows = await old.read(lambda db: db.execute_sql("SELECT key, eligible_at FROM automatic_decisions ORDER BY key").fetchall())
        parts = await old.read(lambda db: db.execute_sql("SELECT key, parts FROM job_parts").fetchall())
    finally:
        await old.close()
        await new.close()
    assert parts == [(1, "\ncustom.shift\tnights\n")]
    assert rows == [(1, 1000), (2, 0)]
