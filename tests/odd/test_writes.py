"""What a write did is known from an answer about the job that was asked for and from reading it back; else it is looked up."""

from datetime import timedelta

import pytest

from jobsync_tui.backend.core.models import Outcome, PlanKind, SyncResult, SyncStatus
from jobsync_tui.backend.storage.ledger.journal import OperationState
from jobsync_tui.backend.sync.recovery import Recovery
from tests.support import invariants
from tests.support.odd_target import OddTarget
from tests.support.odd_ways import Alert, Ways
from tests.support.sync_bench import ALICE, SETTLE, SHELF, Bench, a_job


async def settle(bench: Bench) -> None:
    async def sleep(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    await Recovery(bench.parts, sleep).recover()


async def sync(bench: Bench, job_id: str = "1") -> SyncResult:
    return await bench.pipeline.sync(ALICE, SHELF, job_id)


async def comes_to_rest(bench: Bench, odd: OddTarget) -> None:
    """Each job is there once, each write has its row, and another sync writes nothing."""
    await settle(bench)
    for job_id in bench.ats.jobs:
        assert (await sync(bench, job_id)).outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
    await settle(bench)
    writes = len(odd.writes)
    for job_id in bench.ats.jobs:
        assert (await sync(bench, job_id)).outcome is Outcome.UNCHANGED
        assert len(odd.of(f"{SHELF}:{job_id}")) == 1
    assert len(odd.writes) == writes
    operations = [each for job_id in bench.ats.jobs for each in await bench.ledger.journal.of_job(SHELF, job_id)]
    rows = await bench.ledger.audit.entries()
    assert invariants.one_row_each_write(odd.writes, operations, rows) == []
    assert invariants.versions_only_grow(odd.writes) == []
    assert invariants.all_settled(operations, await bench.ledger.audit.verify()) == []


# ---- 409 on a create -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyless", [False, True])
@pytest.mark.parametrize("lag_reads", [0, 5])
async def test_a_key_in_progress_makes_no_second_job(bench: Bench, odd: OddTarget, keyless: bool, lag_reads: int) -> None:
    odd.ways = Ways(in_progress=1, keyless=keyless, lag_reads=lag_reads)
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    result = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert (result.outcome, result.written) == ((Outcome.UNKNOWN, None) if lag_reads else (Outcome.CREATED, True))
    assert len(odd.writes) == 1
    odd.caught_up()
    await comes_to_rest(bench, odd)
    assert [write.kind for write in odd.writes] == ["create"]


async def test_a_409_that_nothing_explains_is_sent_again_later_under_the_same_key(bench: Bench, odd: OddTarget) -> None:
    odd.ways.refuses_creates = 1
    first = await sync(bench)
    assert (first.outcome, first.written) == (Outcome.UNKNOWN, None)
    assert (await sync(bench)).outcome is Outcome.UNKNOWN
    assert len(odd.keys) == 1
    bench.clock.turn(SETTLE)
    assert (await sync(bench)).outcome is Outcome.CREATED
    assert len(odd.keys) == 2
    assert len(set(odd.keys)) == 1


async def test_a_409_over_a_job_that_somebody_else_made_is_planned_again(bench: Bench, odd: OddTarget) -> None:
    odd.ways.taken = lambda: odd.add(external_id="shelf:1", name="Somebody else's")
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    result = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert (result.outcome, result.written) == (Outcome.STALE, False)
    odd.ways.taken = None
    assert (await sync(bench)).outcome is Outcome.UPDATED
    assert len(odd.of("shelf:1")) == 1


# ---- reading lags behind writing -------------------------------------------------------------------------------------


async def test_written_and_not_shown_yet_is_unknown_and_no_create_is_offered(bench: Bench, odd: OddTarget) -> None:
    odd.ways.lag_reads = 5
    result = await sync(bench)
    assert (result.outcome, result.written) == (Outcome.UNKNOWN, None)
    assert result.error is not None
    assert "does not show it yet" in result.error.message
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.UNKNOWN
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert (plan.kind, plan.digest, plan.outcome) == (PlanKind.REFUSE, None, Outcome.UNKNOWN)
    assert (await bench.pipeline.dry_run(ALICE, SHELF, "1")).outcome is Outcome.UNKNOWN
    assert (await sync(bench)).outcome is Outcome.UNKNOWN
    odd.caught_up()
    bench.clock.turn(SETTLE)
    assert (await sync(bench)).outcome is Outcome.UNCHANGED
    assert [write.kind for write in odd.writes] == ["create"]
    await comes_to_rest(bench, odd)


async def test_an_update_that_is_not_shown_yet_is_unknown(bench: Bench, odd: OddTarget) -> None:
    await sync(bench)
    bench.ats.put(a_job(name="ICU changed"))
    for version in ("number", "none"):
        odd.ways = Ways(lag_reads=1, version=version, etag="weak" if version == "number" else "none")
        bench.ats.put(a_job(name=f"ICU {version}"))
        result = await sync(bench)
        assert (result.outcome, result.written) == (Outcome.UNKNOWN, None), version
        odd.caught_up()
        bench.clock.turn(SETTLE)
        assert (await sync(bench)).outcome is Outcome.UNCHANGED
    assert len(odd.writes) == 3
    await comes_to_rest(bench, odd)


async def test_one_that_died_before_it_read_back_waits_for_the_lag_too(bench: Bench, odd: OddTarget) -> None:
    odd.ways.lag_reads = 5
    result = await sync(bench)
    operation = await bench.ledger.journal.get(result.operation_id or "")
    assert operation is not None
    database = bench.database
    await database.write(
        lambda db: db.execute_sql("UPDATE operations SET state = 'applied', settles_ms = NULL, settles_uptime = NULL, error = NULL")
    )
    assert (await Recovery(bench.parts).recover(wait=False)).settled == {}
    taken = await bench.ledger.journal.get(operation.id)
    assert taken is not None
    assert (taken.state, taken.open) == (OperationState.UNKNOWN, True)
    odd.caught_up()
    await comes_to_rest(bench, odd)
    assert [write.kind for write in odd.writes] == ["create"]


async def test_one_that_never_shows_is_made_anew_only_when_a_person_says_so(bench: Bench, odd: OddTarget) -> None:
    odd.ways.lag_reads = 1000
    assert (await sync(bench)).outcome is Outcome.UNKNOWN
    await settle(bench)
    blind = await sync(bench)
    assert (blind.outcome, blind.written) == (Outcome.FAILED, False)
    assert len(odd.writes) == 1


# ---- whose answer is it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["none", "id", "list", "other"])
@pytest.mark.parametrize(("created", "patched"), [(201, 200), (200, 204), (202, 202)])
async def test_an_answer_that_does_not_say_whose_it_is(bench: Bench, odd: OddTarget, body: str, created: int, patched: int) -> None:
    other = odd.add(external_id="other:7", name="Somebody else's")
    before = odd.jobs[other]
    odd.ways = Ways(body="none" if patched == 204 else body, created=created, patched=patched)
    assert (await sync(bench)).outcome in {Outcome.CREATED, Outcome.UNKNOWN}
    assert bench.jobs.marks[SHELF, "1"].target_id != other
    await settle(bench)
    bench.ats.put(a_job(name="ICU changed"))
    assert (await sync(bench)).outcome in {Outcome.UPDATED, Outcome.UNKNOWN}
    assert bench.jobs.marks[SHELF, "1"].target_id != other
    await comes_to_rest(bench, odd)
    assert odd.jobs[other] == before
    assert [write.kind for write in odd.writes] == ["create", "update"]


async def test_answers_without_a_body_are_good_where_the_job_is_there(bench: Bench, odd: OddTarget) -> None:
    odd.ways = Ways(body="none", patched=204)
    created = await sync(bench)
    assert (created.outcome, created.verified) == (Outcome.CREATED, True)
    bench.ats.put(a_job(name="ICU changed"))
    updated = await sync(bench)
    assert (updated.outcome, updated.verified) == (Outcome.UPDATED, True)


@pytest.mark.parametrize("ways", [Ways(drops_external_id=True), Ways(silent="reads"), Ways(respell=str.upper)])
async def test_an_external_id_that_is_not_kept_is_not_verified_and_makes_no_second_job(bench: Bench, odd: OddTarget, ways: Ways) -> None:
    odd.ways = ways
    result = await sync(bench)
    assert (result.outcome, result.verified) == (Outcome.FAILED, False)
    assert result.error is not None
    assert "external_id" in result.error.message
    for _ in range(3):
        again = await sync(bench)
        assert (again.outcome, again.written) == (Outcome.FAILED, False)
    assert len(odd.writes) == 1


async def test_a_dropped_external_id_of_an_update_is_not_verified(bench: Bench, odd: OddTarget) -> None:
    created = await sync(bench)
    odd.ways.on_patch = lambda job: job.update(external_id=None)
    bench.ats.put(a_job(name="ICU changed"))
    result = await sync(bench)
    assert (result.outcome, result.verified, result.target_id) == (Outcome.FAILED, False, created.target_id)


# ---- small -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize("confirmed", [True, False])
async def test_an_update_that_was_refused_and_carried_out_is_ours(bench: Bench, odd: OddTarget, status: int, confirmed: bool) -> None:
    await sync(bench)
    odd.ways = Ways(refuses_after=(status, 1), keeps={"name": str.upper})
    bench.ats.put(a_job(name="ICU changed"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    result = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest if confirmed else None)
    assert (result.outcome, result.written, result.verified) == (Outcome.UPDATED, True, True)
    assert [change.field for change in result.changes] == ["name"]
    (row, _) = await bench.ledger.audit.entries()
    assert (row.outcome, str(status) in (row.cause or "")) == ("updated", True)
    await comes_to_rest(bench, odd)


async def test_candidates_that_moved_make_no_plan_stale(bench: Bench, odd: OddTarget) -> None:
    created = await sync(bench)
    bench.ats.put(a_job(name="ICU changed"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    odd.edit(created.target_id or "", candidates=[{"name": "Grace"}])
    assert (await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)).outcome is Outcome.UPDATED
    assert odd.jobs[created.target_id or ""]["candidates"] == [{"name": "Grace"}]


async def test_without_versions_nothing_is_said_for_certain(bench: Bench, odd: OddTarget) -> None:
    await sync(bench)
    for version, certain in (("none", False), ("number", True)):
        odd.ways = Ways(version=version, etag="none" if version == "none" else "weak")
        bench.ats.put(a_job(name=f"ICU {version}"))
        odd.troubles.extend([None, Alert.RESET_BEFORE])
        lost = await sync(bench)
        assert lost.outcome is Outcome.UNKNOWN
        await settle(bench)
        operation = await bench.ledger.journal.get(lost.operation_id or "")
        assert operation is not None
        assert ("did not receive" in (operation.error or "")) is certain
    await comes_to_rest(bench, odd)
