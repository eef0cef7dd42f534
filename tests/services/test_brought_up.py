"""A database of the first released schema, with rules, syncs and a record in it, is brought up to date and goes on where it was."""

from __future__ import annotations

from pathlib import Path

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Outcome, Rule, Scope, Sort, SyncStatus
from jobsync_tui.backend.database import Database, Db
from jobsync_tui.backend.database.schema import Schema
from jobsync_tui.backend.storage.migrations import SCHEMA
from tests.services.workshop import workshop
from tests.storage.test_migrations import (
    LATER_COLUMNS,
    LATER_TABLES,
    LATER_THAN_7,
    _drop_later_columns,
    _drop_later_indexes,
    _take_earlier_names,
)

CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))


def _as_first_released(db: Db) -> None:
    """Take away what later versions brought, and say that it is the first."""
    _drop_later_indexes(db)
    for table in LATER_TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    _drop_later_columns(db, (*LATER_COLUMNS, *LATER_THAN_7))
    _take_earlier_names(db)
    db.execute_sql("UPDATE schema_version SET version = 1 WHERE name = 'store'")


async def test_rules_ledger_and_record_come_along(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([CARE], expected_revision=0, what="begin", typed=6)
        done = await backend.syncs.sync("file", "1")
        refused = await backend.syncs.sync("file", "2")
        record = [(row.seq, row.outcome, row.hash) for row in await backend.records.audit()]
    assert (done.outcome, refused.outcome) == (Outcome.CREATED, Outcome.REFUSED)
    database = await Database.open(f"sqlite:///{tmp_path}/jobsync.db", SCHEMA)
    try:
        await database.write(_as_first_released)
    finally:
        await database.close()

    async with workshop(tmp_path) as backend:
        assert [(row.seq, row.outcome, row.hash) for row in await backend.records.audit()][-len(record) :] == record
        assert (await backend.records.verify()).ok
        assert (await backend.rules.current()).rules == (CARE,)
        assert [each.revision for each in await backend.rules.history()] == [1]
        job = await backend.jobs.get("file", "1")
        assert job is not None
        assert (job.sync_status, job.target_id) == (SyncStatus.SYNCED, done.target_id)
        await backend.eligibility.evaluate_all()
        assert len(await backend.jobs.ids(Scope.of("file"), "is:eligible location.city:oslo", Sort())) == 2
        assert (await backend.syncs.sync("file", "1")).outcome is Outcome.UNCHANGED
        plan = await backend.syncs.undo_plan(str(done.operation_id))
        assert plan.error is not None, "a create is not undone"
        assert isinstance(backend.actor, Actor)
    assert SCHEMA.version > Schema("store", 1, SCHEMA.create).version
