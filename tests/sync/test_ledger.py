"""Journal, leases and audit: what is on disk before anything leaves, who may write, and whether the record is whole."""

import asyncio
from datetime import timedelta

import pytest

from jobsync_tui.backend.core.canonical import canonical
from jobsync_tui.backend.core.errors import AnswerLost, Busy, StorageError, UsageError
from jobsync_tui.backend.core.ids import LENGTH, new_id
from jobsync_tui.backend.core.models import Lease, Outcome, RecordHead, SyncStatus
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from jobsync_tui.backend.storage.ledger.journal import Operation, OperationState
from jobsync_tui.backend.storage.ledger.ledger import Keep, Pruned
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from jobsync_tui.backend.storage.ledger.tables import AuditHead, AuditRow, LeaseRow
from tests.support.patience import PATIENCE
from tests.support.sabotage import mend, sabotage
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")

DEAD = ProcessIdentity.load(
    canonical([ProcessIdentity.own().host, ProcessIdentity.own().boot, ProcessIdentity.own().space, 2**22 + 1, "1"])
)
ELSEWHERE = ProcessIdentity("another-host", "boot", "", 1, "1")


def test_ids_sort_by_their_making() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {len(each) for each in made} == {LENGTH}


async def test_one_holder_at_a_time_and_fences_grow(bench: Bench) -> None:
    leases = bench.ledger.leases
    first = await leases.acquire(SHELF, "1", "alice")
    with pytest.raises(Busy) as busy:
        await leases.acquire(SHELF, "1", "bob")
    assert (busy.value.holder, busy.value.since) == ("alice", bench.clock.time)
    other = await leases.acquire(SHELF, "2", "bob")
    assert await leases.all() == (first, other)
    await leases.release(first)
    again = await leases.acquire(SHELF, "1", "bob")
    assert first.fence < other.fence < again.fence


async def test_a_lease_outlasts_any_request(bench: Bench) -> None:
    assert bench.ledger.leases.ttl > bench.parts.timing.write_deadline


async def test_a_lapsed_lease_is_taken_over_and_its_late_writer_refused(bench: Bench) -> None:
    leases = bench.ledger.leases
    first = await leases.acquire(SHELF, "1", "alice")
    bench.clock.turn(leases.ttl - timedelta(seconds=1))
    await leases.renew(first)
    bench.clock.turn(leases.ttl - timedelta(seconds=1))
    with pytest.raises(Busy):
        await leases.acquire(SHELF, "1", "bob")
    bench.clock.turn(timedelta(seconds=1))
    second = await leases.acquire(SHELF, "1", "bob")
    with pytest.raises(Busy, match="bob is syncing"):
        await leases.renew(first)
    await leases.release(first)
    assert await leases.holder_of(SHELF, "1") == second


async def test_a_writer_paused_past_its_lease_writes_nothing(bench: Bench) -> None:
    """The holder sleeps between its plan and its write; meanwhile somebody else syncs, and the sleeper must notice."""
    paused, go_on = asyncio.Event(), asyncio.Event()
    bench.jobs.marks.clear()
    original = bench.ledger.begin

    async def pause(operation: Operation, lease: Lease) -> Operation:
        paused.set()
        await go_on.wait()
        return await original(operation, lease)

    bench.ledger.begin = pause  # type: ignore[method-assign]
    late = asyncio.create_task(bench.pipeline.sync(ALICE, SHELF, "1"))
    await paused.wait()
    bench.clock.turn(bench.ledger.leases.ttl * 2)
    assert (await bench.another().sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED
    go_on.set()
    result = await late
    assert (result.outcome, result.written) == (Outcome.BUSY, False)
    assert len(await bench.local.find("shelf:1")) == 1
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.SYNCED


async def test_a_lease_that_ran_out_between_intent_and_request_stops_the_request(bench: Bench) -> None:
    original = bench.ledger.sent

    async def late(operation: Operation, lease: Lease, keep: Keep) -> object:
        bench.clock.turn(bench.ledger.leases.ttl * 2)  # nobody else wants the job: its own lease alone says so
        return await original(operation, lease, keep)

    bench.ledger.sent = late  # type: ignore[method-assign,assignment]
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.BUSY, False)
    assert await bench.local.find("shelf:1") == ()


async def test_leases_of_the_dead_are_free_and_of_strangers_are_not(bench: Bench) -> None:
    mine = bench.ledger.leases
    for process, free in ((DEAD, True), (ELSEWHERE, False)):
        other = bench.another(process=process).parts.ledger.leases
        await other.acquire(SHELF, process.host, "ghost")
        if free:
            assert (await mine.acquire(SHELF, process.host, "alice")).holder == "alice"
        else:
            with pytest.raises(Busy, match="ghost"):
                await mine.acquire(SHELF, process.host, "alice")
    assert not ProcessIdentity.own().known_dead(ProcessIdentity.own())


async def test_wall_clock_jumps_do_not_end_a_lease_on_this_host(bench: Bench) -> None:
    """Expiry on one host is counted in uptime, so a clock set a day ahead takes nobody's lease away."""
    leases = bench.ledger.leases
    await leases.acquire(SHELF, "1", "alice")
    leases.now = lambda: bench.clock.time + timedelta(days=1)
    with pytest.raises(Busy):
        await leases.acquire(SHELF, "1", "bob")


async def test_renewal_keeps_a_lease_while_its_block_runs(bench: Bench) -> None:
    leases = bench.ledger.leases
    leases.ttl = timedelta(milliseconds=30)

    async def expiry() -> int:
        def read(db: Db) -> int:
            value: int = LeaseRow.select(LeaseRow.expires_ms).scalar(db)
            return value

        return await bench.database.read(read)

    async with leases.hold(SHELF, "1", "alice"):
        first = await expiry()
        bench.clock.turn(timedelta(milliseconds=5))
        async with asyncio.timeout(PATIENCE):
            while await expiry() == first:  # each look goes to the database's thread, so this does not spin
                pass
    assert await leases.all() == ()


async def test_breaking_a_lease_is_recorded_and_stops_its_writer(bench: Bench) -> None:
    planned, go_on = asyncio.Event(), asyncio.Event()

    async def wait(external: str) -> None:
        planned.set()
        await go_on.wait()

    task = asyncio.create_task(bench.another(WrappedTarget(bench.local, before_find=wait)).sync(ALICE, SHELF, "1"))
    await planned.wait()
    (lease,) = await bench.ledger.leases.all()
    with pytest.raises(UsageError):
        await bench.ledger.break_lease("nonsense", "bob")
    assert await bench.ledger.break_lease(lease.id, "bob") == lease
    go_on.set()
    assert (await task).outcome is Outcome.BUSY
    assert await bench.local.find("shelf:1") == ()
    rows = await bench.ledger.audit.entries()
    assert [(row.actor, row.action, row.outcome) for row in rows] == [("alice", "sync", "busy"), ("bob", "leases break", "done")]


async def test_nothing_leaves_before_intent_and_audit_row_are_on_disk(bench: Bench) -> None:
    seen: list[tuple[str, bool, str | None, str]] = []

    async def look(external: str, fields: object) -> None:
        (operation,) = await bench.another().parts.ledger.journal.open_operations()
        (row,) = await bench.ledger.audit.entries()
        seen.append((operation.state.value, operation.idempotency_key == operation.id, row.outcome, row.hash))

    result = await bench.another(WrappedTarget(bench.local, before_create=look)).sync(ALICE, SHELF, "1")
    assert seen == [("sent", True, None, "")]
    (row,) = await bench.ledger.audit.entries()
    assert (row.operation_id, row.outcome, row.plan_digest) == (result.operation_id, "created", result.plan_digest)
    assert row.after["name"] == "ICU Nurse 1"
    assert (row.ruleset_revision, row.job_name, bool(row.hash)) == (7, "ICU Nurse 1", True)


@pytest.mark.parametrize("statement", ["INSERT ON audit", "INSERT ON operations"])
async def test_what_cannot_be_recorded_does_not_happen(bench: Bench, statement: str) -> None:
    await bench.database.write(sabotage, statement)
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.FAILED, False)
    assert result.error is not None
    assert result.error.code == "storage"
    assert await bench.local.find("shelf:1") == ()


async def test_a_record_that_fails_after_the_write_is_settled_later(bench: Bench) -> None:
    await bench.database.write(sabotage, "UPDATE ON audit")
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.UNKNOWN, None)
    with pytest.raises(StorageError):
        await bench.ledger.audit.record(NewEntry(actor="x", action="x", at=bench.clock.time))
    await bench.database.write(mend, "audit")
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert [row.outcome for row in await bench.ledger.audit.entries()] == ["unchanged", "created"]
    assert (await bench.ledger.audit.verify()).ok


async def test_every_attempt_is_one_row(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    await bench.pipeline.sync(ALICE, SHELF, "1")
    await bench.pipeline.sync(ALICE, SHELF, "2")
    await bench.pipeline.dry_run(ALICE, SHELF, "1")
    bench.ats.put(a_job(name="ICU 2"))
    await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest="other")
    bench.rules.clear()
    await bench.pipeline.sync(ALICE, SHELF, "1")
    rows = await bench.ledger.audit.entries()
    assert [row.outcome for row in rows] == ["refused", "stale", "planned", "not_found", "unchanged", "created"]
    assert [row.seq for row in rows] == [6, 5, 4, 3, 2, 1]
    assert [row.seq for row in await bench.ledger.audit.entries(job_id="2", actor="alice", limit=5)] == [3]
    assert await bench.ledger.audit.entries(integrations=["other"]) == ()


async def _five(bench: Bench) -> None:
    for number in range(5):
        await bench.ledger.audit.record(NewEntry(actor=f"a{number}", action="x", at=bench.clock.time, cause="\ud800 \x00"))
        bench.clock.turn(timedelta(days=1))


TAMPERINGS = {
    "changed": lambda db: AuditRow.update({AuditRow.outcome: "created"}).where(AuditRow.seq == 3).execute(db),
    "changed time": lambda db: AuditRow.update({AuditRow.at_ms: 5}).where(AuditRow.seq == 3).execute(db),
    "changed with its hash": lambda db: (
        AuditRow.update({AuditRow.actor: "b", AuditRow.hash: "0" * 64}).where(AuditRow.seq == 3).execute(db)
    ),
    "removed": lambda db: AuditRow.delete().where(AuditRow.seq == 3).execute(db),
    "first removed": lambda db: AuditRow.delete().where(AuditRow.seq == 1).execute(db),
    "last removed": lambda db: AuditRow.delete().where(AuditRow.seq == 5).execute(db),
    "all removed": lambda db: AuditRow.delete().execute(db),
    "reordered": lambda db: [
        AuditRow.update({AuditRow.seq: to}).where(AuditRow.seq == of).execute(db) for of, to in ((2, 99), (3, 2), (99, 3))
    ],
    "added": lambda db: AuditRow.insert({"seq": 6, "at_ms": 1, "actor": "x", "action": "x"}).execute(db),
    "head moved": lambda db: AuditHead.update({AuditHead.links: 4}).execute(db),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_tampering_is_found(bench: Bench, tampering: str) -> None:
    await _five(bench)
    verified = await bench.ledger.audit.verify()
    assert (verified.ok, verified.rows, verified.message) == (True, 5, "5 rows, unbroken.")
    await bench.database.write(TAMPERINGS[tampering])
    verified = await bench.ledger.audit.verify()
    assert not verified.ok
    if tampering.startswith("changed"):
        assert verified.first_bad == 3


async def test_pruning_is_recorded_and_keeps_the_chain(bench: Bench) -> None:
    start = bench.clock.time
    await _five(bench)
    assert await bench.ledger.prune(start + timedelta(days=3), "alice") == Pruned(3, 0)
    verified = await bench.ledger.audit.verify()
    assert (verified.ok, verified.rows, verified.kept) == (True, 6, 3)
    assert verified.message == "3 rows, unbroken; 3 older ones taken out by a recorded prune."
    assert [(row.seq, row.action) for row in await bench.ledger.audit.entries()] == [(6, "prune"), (5, "x"), (4, "x")]
    await bench.database.write(lambda db: AuditRow.delete().where(AuditRow.seq == 4).execute(db))
    assert not (await bench.ledger.audit.verify()).ok
    assert await bench.ledger.prune(start, "alice") == Pruned(0, 0)


def _cut(db: Db, links: int) -> None:
    """Take out what came after so many rows, and move the head there: nothing in the database says that there ever was more."""
    last = AuditRow.select(AuditRow.hash).where(AuditRow.link == links).scalar(db)
    AuditRow.delete().where(AuditRow.link > links).execute(db)
    AuditHead.update({AuditHead.rows: links, AuditHead.links: links, AuditHead.hash: last}).execute(db)


def _pretend_a_prune(db: Db, links: int) -> None:
    last = AuditRow.select(AuditRow.hash).where(AuditRow.link == links).scalar(db)
    AuditRow.delete().where(AuditRow.link <= links).execute(db)
    AuditHead.update({AuditHead.pruned: links, AuditHead.pruned_hash: last}).execute(db)


async def test_a_head_that_stood_elsewhere_shows_that_the_end_was_cut_off(bench: Bench) -> None:
    await _five(bench)
    verified = await bench.ledger.audit.verify()
    kept = RecordHead(verified.rows, verified.hash)
    assert kept == await bench.ledger.audit.head()
    await bench.database.write(_cut, 3)
    assert (await bench.ledger.audit.verify()).ok
    assert not (await bench.ledger.audit.verify(kept)).ok
    # What is put in the place of it is no better.
    await _five(bench)
    assert (await bench.ledger.audit.verify()).ok
    found = await bench.ledger.audit.verify(kept)
    assert (found.ok, found.message) == (False, "Row 5 is not the one that was the last of 5 rows: the record was written anew.")


async def test_an_earlier_head_is_held_as_the_record_grows_until_a_prune_takes_it_out(bench: Bench) -> None:
    start = bench.clock.time
    none = await bench.ledger.audit.head()
    heads = []
    for _ in range(2):
        await _five(bench)
        heads.append(await bench.ledger.audit.head())
    for each in (none, *heads):
        assert (await bench.ledger.audit.verify(each)).ok
    await bench.ledger.prune(start + timedelta(days=5), "alice")
    assert [(await bench.ledger.audit.verify(each)).ok for each in heads] == [True, True]
    assert not (await bench.ledger.audit.verify(RecordHead(5, "0" * 64))).ok
    await bench.ledger.prune(start + timedelta(days=6), "alice")
    assert [(await bench.ledger.audit.verify(each)).ok for each in heads] == [False, True]


async def test_a_prune_that_no_row_answers_for_is_a_fault(bench: Bench) -> None:
    start = bench.clock.time
    await _five(bench)
    await bench.ledger.prune(start + timedelta(days=1), "alice")
    assert (await bench.ledger.audit.verify()).ok
    await bench.database.write(_pretend_a_prune, 3)
    found = await bench.ledger.audit.verify()
    assert (found.ok, found.message) == (False, "The first 3 rows were taken out, and no row of the record says by whom.")


async def test_the_first_row_of_a_day_has_the_head_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "jobsync_tui.backend.storage.ledger.audit")
    heads = []
    for hours in (0, 1, 24, 1, 24):
        bench.clock.turn(timedelta(hours=hours))
        await bench.ledger.audit.record(NewEntry(actor="a", action="x", at=bench.clock.time))
        heads.append(await bench.ledger.audit.head())
    logged = [record.getMessage() for record in caplog.records]
    assert logged == [f"the record of who did what has the head {each.rows}:{each.hash}" for each in (heads[1], heads[3])]


async def test_old_operations_go_with_their_rows_and_open_ones_stay(bench: Bench) -> None:
    async def lose(*_: object) -> None:
        raise AnswerLost("the connection broke", service="Tenzo")

    bench.ats.put(a_job("1"), a_job("2"), a_job("3"))
    old = await bench.pipeline.sync(ALICE, SHELF, "1")
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "2")
    bench.clock.turn(timedelta(days=400))
    young = await bench.pipeline.sync(ALICE, SHELF, "3")

    assert await bench.ledger.prune(bench.clock.time - timedelta(days=365), "alice") == Pruned(1, 1)

    assert (await bench.ledger.audit.verify()).ok
    kept = [await bench.ledger.journal.get(each.operation_id or "") for each in (old, lost, young)]
    assert [None if each is None else each.state for each in kept] == [None, OperationState.UNKNOWN, OperationState.VERIFIED]
    # What is pruned is history: the job is known by its mark, and a sync of it is an update.
    bench.ats.put(a_job("1", name="ICU Nurse again"))
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UPDATED


async def test_an_empty_record_verifies(bench: Bench) -> None:
    assert (await bench.ledger.audit.verify()).ok


async def test_a_settled_operation_is_not_settled_twice(bench: Bench) -> None:
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    operation = await bench.ledger.journal.get(result.operation_id or "")
    assert operation is not None
    assert not await bench.ledger.lost(operation, bench.clock.time, "late")
    await bench.ledger.applied(operation, "tz_other")
    after = await bench.ledger.journal.get(operation.id)
    assert after == operation
    assert after is not None
    assert after.state is OperationState.VERIFIED
