"""The store's own steps: a database of an earlier version becomes what a new one is, and keeps what it held."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobsync_tui.backend.database import Database, Db, Dialect, Schema
from jobsync_tui.backend.storage.automatic.tables import ScheduleRow, TickRow
from jobsync_tui.backend.storage.jobs import codec
from jobsync_tui.backend.storage.jobs.statements import Value, insertion, run
from jobsync_tui.backend.storage.jobs.tables import IntegrationRow, ListingRow
from jobsync_tui.backend.storage.ledger import audit
from jobsync_tui.backend.storage.ledger.audit import AuditStore
from jobsync_tui.backend.storage.ledger.tables import AuditHead, AuditRow
from jobsync_tui.backend.storage.migrations import COLUMNS_RENAMED, INDEXES_RENAMED, SCHEMA, TABLES_RENAMED
from tests.support.postgres import packaged_server
from tests.support.stores import job

LATER_TABLES = (
    "renames",
    "automatic_alerts",
    "automatic_channels",
    "automatic_ticks",
    "automatic_batches",
    "automatic_workers",
    "set_aside",
    "rule_tests",
    "views",
    "wire",
    "automatic_runs",
    "automatic_answers",
    "told_apart",
    "undecided_links",
)
LATER_COLUMNS = (
    ("job_details", "parts"),
    ("automatic_decisions", "eligible_at"),
)
LATER_THAN_24 = (("automatic_decisions", "eligible_from"), ("automatic_decisions", "eligible_by"))
LATER_THAN_21 = (
    *LATER_THAN_24,
    ("audit", "reason"),
    ("operations", "reason"),
    ("automatic_pause", "until"),
    ("automatic_pause", "reason"),
)
LATER_THAN_15 = (*LATER_THAN_21, ("sightings", "own_id"))
LATER_THAN_11 = (
    *LATER_THAN_15,
    ("integrations", "left_out"),
    ("operations", "kept"),
    ("sync_marks", "kept"),
    ("integrations", "full_at"),
    ("integrations", "complete_at"),
    ("integrations", "waits"),
    ("listings", "first_number"),
    ("listings", "tally"),
    ("integrations", "provider"),
    ("integrations", "address"),
    ("integrations", "apart"),
)
LATER_THAN_7 = (
    *LATER_THAN_11,
    ("automatic_schedule", "spans"),
    ("automatic_schedule", "passed"),
    ("operations", "sent_uptime"),
    ("operations", "settles_uptime"),
    ("job_details", "visibility"),
)


def _as_of_version_1(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    _drop_later_indexes(db)
    for table in LATER_TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    _drop_later_columns(db, (*LATER_COLUMNS, *LATER_THAN_7))
    _take_earlier_names(db)
    for key, kept in ((1, job(1, custom={"Shift": "Nights"})), (2, job(2))):
        run(db, insertion("payloads", ("key", "body")), key, codec.encode(kept).decode())
        run(db, insertion("job_details", ("key", *codec.DETAILS[:-2])), key, *codec.details(kept)[:-2])
    stand: dict[str, Value] = {"at": 1000, "revision": 1, "judgement": 1, "changed": 1, "configuration": "", "tries": 0, "retry_at": 0}
    for key, outcome in ((1, "created"), (2, "refused")):
        run(db, insertion("automatic_decisions", ("key", "outcome", *stand)), key, outcome, *stand.values())


def _take_earlier_names(db: Db) -> None:
    there = set(db.get_tables())
    for table, column, old, new in INDEXES_RENAMED:
        if table in there:
            db.execute_sql(f"DROP INDEX {new}")
            db.execute_sql(f"CREATE INDEX {old} ON {table} ({column})")
    for table, old, new in COLUMNS_RENAMED:
        if table in there:
            db.execute_sql(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for old, new in TABLES_RENAMED.items():
        if new in there:
            db.execute_sql(f"ALTER TABLE {new} RENAME TO {old}")
    db.execute_sql("UPDATE counters SET name = 'judgements' WHERE name = 'evaluation_versions'")


def _drop_later_indexes(db: Db) -> None:
    db.execute_sql("DROP INDEX sync_marks_by_target")


def _drop_later_columns(db: Db, columns: Iterable[tuple[str, str]]) -> None:
    db.execute_sql("DROP INDEX decisions_by_eligible")
    db.execute_sql("DROP TABLE IF EXISTS undecided_links")
    for table, column in columns:
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def _copies(folder: Path) -> int:
    return len(list(folder.glob("old.db.schema-1.*")))


def _tables(db: Db) -> dict[str, tuple[list[tuple[str, bool]], list[str]]]:
    return {table: (_columns(db, table), sorted(each.name for each in db.get_indexes(table))) for table in sorted(db.get_tables())}


def _columns(db: Db, table: str) -> list[tuple[str, bool]]:
    return [(column.name, column.null) for column in db.get_columns(table)]


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
        parts = await old.read(lambda db: db.execute_sql("SELECT key, parts FROM job_details ORDER BY key").fetchall())
    finally:
        await old.close()
        await new.close()
    assert parts == [(1, "\ncustom.shift\tnights\n"), (2, "")]
    assert rows == [(1, 1000), (2, 0)]


def _as_of_version_7(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    _drop_later_indexes(db)
    for name, tick, every in (("acme", 120_000, 60_000), ("globex", 0, 0), ("initech", 600_000, 60_000)):
        ScheduleRow.insert(integration=name, tick=tick, every=every).execute(db)
    for tick in (0, 60_000, 120_000, 300_000):
        TickRow.insert(integration="acme", tick=tick, missed=0, by="me", started_at=tick).execute(db)
    _drop_later_columns(db, LATER_THAN_7)


async def test_the_slots_of_an_older_database_are_known_to_have_been_run(tmp_path: Path) -> None:
    await (await Database.open(f"sqlite:///{tmp_path}/old.db", Schema("store", 7, _as_of_version_7))).close()
    database = await Database.open(f"sqlite:///{tmp_path}/old.db", SCHEMA)
    try:
        rows = await database.read(lambda db: db.execute_sql("SELECT integration, spans, passed FROM automatic_schedule").fetchall())
    finally:
        await database.close()
    assert sorted(rows) == [("acme", "[[0,120000],[300000,300000]]", 0), ("globex", "[]", 0), ("initech", "[[600000,600000]]", 0)]


def _as_of_version_9(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    for number, watermark in ((1, "2026-01-01T00:00:00Z"), (2, None)):
        IntegrationRow.insert(number=number, id=f"ats-{number}", watermark=watermark, last_refresh=5, last_number=7).execute(db)
        ListingRow.insert(id=number, source=number, full=watermark is None, started_at=1, watermark=watermark, process="p").execute(db)
    old = codec.encode(job(1, remote=True)).replace(b'"visibility":null,', b"")
    run(db, insertion("payloads", ("key", "body")), 1, old.decode())
    run(db, insertion("job_details", ("key", *codec.DETAILS)), 1, *codec.details(job(1)))
    _drop_later_columns(db, (("job_details", "visibility"), *LATER_THAN_11))


async def test_jobs_of_an_older_database_have_no_visibility_and_are_all_asked_for_again(tmp_path: Path) -> None:
    await (await Database.open(f"sqlite:///{tmp_path}/old.db", Schema("store", 9, _as_of_version_9))).close()
    database = await Database.open(f"sqlite:///{tmp_path}/old.db", SCHEMA)
    try:
        marks = await database.read(lambda db: db.execute_sql("SELECT id, watermark FROM integrations ORDER BY id").fetchall())
        listings = await database.read(lambda db: db.execute_sql("SELECT source FROM listings").fetchall())
        details = await database.read(lambda db: db.execute_sql("SELECT visibility FROM job_details").fetchall())
        body = await database.read(lambda db: db.execute_sql("SELECT body FROM payloads").fetchone()[0])
    finally:
        await database.close()
    assert [tuple(row) for row in marks] == [("ats-1", None), ("ats-2", None)]
    assert [tuple(row) for row in listings] == [(2,)]
    assert [tuple(row) for row in details] == [("",)]
    assert "visibility" not in body
    assert (codec.plain(body).visibility, codec.plain(body).remote) == (None, True)


async def test_the_last_listing_of_an_older_database_counts_as_a_whole_one(tmp_path: Path) -> None:
    await (await Database.open(f"sqlite:///{tmp_path}/old.db", Schema("store", 9, _as_of_version_9))).close()
    database = await Database.open(f"sqlite:///{tmp_path}/old.db", SCHEMA)
    try:
        whole = await database.read(lambda db: db.execute_sql("SELECT full_at, complete_at, waits FROM integrations").fetchall())
        listings = await database.read(lambda db: db.execute_sql("SELECT first_number, tally FROM listings").fetchall())
    finally:
        await database.close()
    assert whole == [(5, 5, None), (5, 5, None)]
    assert listings == [(7, "{}")]


def _as_of_version_15(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    _pruned_once(db)
    _drop_later_columns(db, LATER_THAN_15)


def _pruned_once(db: Db) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for action in ("sync", "sync", "prune", "sync"):
        audit.append(db, audit.NewEntry(actor="alice", action=action, at=moment), moment)
    taken_out = AuditRow.select(AuditRow.hash).where(AuditRow.seq == 2).scalar(db)
    AuditRow.delete().where(AuditRow.seq <= 2).execute(db)
    AuditHead.update({AuditHead.pruned: 2, AuditHead.pruned_hash: taken_out}).execute(db)


def _as_of_version_15_without_its_prune(db: Db, dialect: Dialect) -> None:
    _as_of_version_15(db, dialect)
    last = AuditRow.select(AuditRow.hash).where(AuditRow.seq == 3).scalar(db)
    AuditRow.delete().where(AuditRow.seq == 3).execute(db)
    AuditHead.update({AuditHead.pruned: 3, AuditHead.pruned_hash: last}).execute(db)


@pytest.mark.parametrize(("create", "answered_for"), [(_as_of_version_15, True), (_as_of_version_15_without_its_prune, False)])
async def test_a_prune_of_an_older_database_is_answered_for_if_its_record_has_a_row_of_it(
    tmp_path: Path, create: Callable[[Db, Dialect], None], *, answered_for: bool
) -> None:
    await (await Database.open(f"sqlite:///{tmp_path}/old.db", Schema("store", 15, create))).close()
    database = await Database.open(f"sqlite:///{tmp_path}/old.db", SCHEMA)
    try:
        verified = await AuditStore(database).verify()
    finally:
        await database.close()
    assert (verified.ok, verified.kept) == (answered_for, 3 if answered_for else 1)


def _as_of_version_21(db: Db, dialect: Dialect) -> None:
    SCHEMA.create(db, dialect)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for action in ("sync", "undo"):
        audit.append(db, audit.NewEntry(actor="alice", action=action, at=moment), moment)
    _drop_later_columns(db, LATER_THAN_21)


async def test_a_record_without_reasons_verifies_as_it_did_and_goes_on_with_them(tmp_path: Path) -> None:
    await (await Database.open(f"sqlite:///{tmp_path}/old.db", Schema("store", 21, _as_of_version_21))).close()
    database = await Database.open(f"sqlite:///{tmp_path}/old.db", SCHEMA)
    try:
        record = AuditStore(database)
        before = await record.verify()
        await record.record(audit.NewEntry(actor="alice", action="sync", at=datetime(2026, 1, 2, tzinfo=UTC), reason="TICKET-42"))
        after = await record.verify()
        reasons = [entry.reason for entry in await record.entries()]
    finally:
        await database.close()
    assert (before.ok, before.kept, after.ok, after.kept) == (True, 2, True, 3)
    assert reasons == ["TICKET-42", None, None]
