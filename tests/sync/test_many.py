"""Bulk, undo and adoption."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import (
    AccessDenied,
    CredentialsRejected,
    CutShort,
    JobsyncError,
    PermissionMissing,
    RemoteError,
    UnknownIntegration,
    UsageError,
)
from jobsync_tui.backend.core.models import CachedJob, JobKey, JsonValue, Outcome, PlanKind, SyncResult, SyncStatus
from jobsync_tui.backend.sync.adopt import Adoption
from jobsync_tui.backend.sync.bulk import Bulk
from jobsync_tui.backend.sync.pipeline import CLOSED_AT_ONCE
from jobsync_tui.backend.sync.undo import Undo
from jobsync_tui.backend.target.local_seed import Seed, SeedJob
from tests.support.sync_bench import ALICE, CANDIDATE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")

KEYS = JobKey.of(SHELF, *map(str, range(1, 9)))


@pytest.fixture
def jobs(bench: Bench) -> Bench:
    bench.ats.put(*(a_job(job_id) for _, job_id in KEYS))
    return bench


async def test_bulk_keeps_the_order_and_its_bounds(jobs: Bench) -> None:
    under_way, most = 0, 0

    async def enter(external: str, fields: Mapping[str, JsonValue]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)

    async def leave(target_id: str) -> None:
        nonlocal under_way
        under_way -= 1

    bulk = Bulk(jobs.another(WrappedTarget(jobs.local, before_create=enter, before_get=leave)), concurrency=3)
    told: list[SyncResult] = []
    results = await bulk.sync_many(ALICE, (*KEYS, KEYS[0]), on_result=told.append)
    assert [result.job.id for result in results] == [job_id for _, job_id in KEYS]
    assert {result.outcome for result in results} == {Outcome.CREATED}
    assert sorted(result.job.id for result in told) == sorted(job_id for _, job_id in KEYS)
    assert 1 < most <= 3


@pytest.mark.parametrize(
    "gone", [UnknownIntegration("Unknown integration: shelf"), AccessDenied("alice may not use this configuration")], ids=["id", "access"]
)
async def test_a_job_in_hand_when_access_goes_is_refused_as_the_rest_is(jobs: Bench, gone: JobsyncError) -> None:
    jobs.ats.trouble = gone
    (result,) = await Bulk(jobs.pipeline).sync_many(ALICE, KEYS[:1])
    assert (result.outcome, result.error and result.error.code) == (Outcome.REFUSED, AccessDenied.code)
    assert await jobs.jobs.sync_state(*KEYS[0]) is None, "that is no failure of the job's"


async def test_a_job_that_moved_drops_out_and_the_rest_goes_on(jobs: Bench) -> None:
    progress: list[tuple[int, int]] = []
    bulk = Bulk(jobs.pipeline)
    plan = await bulk.plan_many(ALICE, KEYS, lambda done, total: progress.append((done, total)))
    assert progress == [(number, 8) for number in range(1, 9)]
    assert {each.kind for each in plan.plans} == {PlanKind.CREATE}
    jobs.ats.put(a_job("3", name="ICU moved"))
    results = await bulk.sync_many(ALICE, KEYS, expected=plan)
    assert [result.job.id for result in results if result.outcome is Outcome.STALE] == ["3"]
    assert sum(result.outcome is Outcome.CREATED for result in results) == 7


async def test_one_digest_over_all_binds_all(jobs: Bench) -> None:
    bulk = Bulk(jobs.pipeline)
    digest = (await bulk.plan_many(ALICE, KEYS)).digest
    assert digest == (await bulk.plan_many(ALICE, KEYS)).digest
    jobs.ats.put(a_job("3", name="ICU moved"))
    results = await bulk.sync_many(ALICE, KEYS, expected=digest)
    assert {(result.outcome, result.written) for result in results} == {(Outcome.STALE, False)}
    assert [job async for job in jobs.local.jobs()] == []
    digest = (await bulk.plan_many(ALICE, KEYS)).digest
    assert {result.outcome for result in await bulk.sync_many(ALICE, KEYS, expected=digest)} == {Outcome.CREATED}


async def test_what_could_not_be_planned_is_not_synced_unseen(jobs: Bench) -> None:
    bulk = Bulk(jobs.pipeline)
    missing = jobs.ats.jobs.pop("5")
    plan = await bulk.plan_many(ALICE, KEYS)
    jobs.ats.put(missing)
    results = await bulk.sync_many(ALICE, KEYS, expected=plan)
    assert results[4].outcome is Outcome.STALE
    assert sum(result.outcome is Outcome.CREATED for result in results) == 7


@pytest.mark.parametrize(("error", "tried"), [(CredentialsRejected, 1), (PermissionMissing, 5)])
async def test_rejected_credentials_end_it_and_say_how_many_were_not_tried(jobs: Bench, error: type[RemoteError], tried: int) -> None:
    jobs.ats.trouble = error("Shelf rejected the API key", remedy="Make another.", service="Shelf")
    with pytest.raises(CutShort) as caught:
        await Bulk(jobs.pipeline, concurrency=1).sync_many(ALICE, KEYS)
    ending, results = caught.value.ending, caught.value.results
    assert (ending.message, ending.exit_code, ending.remedy) == (
        f"{8 - tried} jobs were not tried: Failed to sync job: Shelf rejected the API key",
        6,
        "Make another.",
    )
    assert [result.job.id for result in results] == [job_id for _, job_id in KEYS]
    assert [result.outcome for result in results] == [Outcome.FAILED] * tried + [Outcome.CANCELLED] * (8 - tried)
    assert {str(result.error and result.error.message) for result in results[tried:]} == {
        "Not begun: Failed to sync job: Shelf rejected the API key"
    }


async def test_cancel_lets_what_has_begun_end(jobs: Bench) -> None:
    cancel = asyncio.Event()

    async def stop(external: str, fields: Mapping[str, JsonValue]) -> None:
        cancel.set()

    bulk = Bulk(jobs.another(WrappedTarget(jobs.local, before_create=stop)), concurrency=2)
    results = await bulk.sync_many(ALICE, KEYS, cancel=cancel)
    created = sum(result.outcome is Outcome.CREATED for result in results)
    assert 1 <= created <= 2
    assert sum(result.outcome is Outcome.CANCELLED for result in results) == 8 - created
    rows = await jobs.ledger.audit.entries()
    assert len(rows) == 8


@pytest.fixture
def writes(jobs: Bench, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the functions that are given to the database to write, as they are given."""
    given: list[object] = []
    write = jobs.database.write

    def noted(fn: Callable[..., object], *args: object, **named: object) -> Awaitable[object]:
        given.append(fn)
        return write(fn, *args, **named)

    monkeypatch.setattr(jobs.database, "write", noted)
    return given


async def test_the_end_of_many_that_had_not_begun_is_recorded_in_few_transactions(jobs: Bench, writes: list[object]) -> None:
    await jobs.jobs.put(jobs.ats.jobs["3"], jobs.clock.now())
    await Bulk(jobs.pipeline).sync_many(ALICE, KEYS[:1])
    cancel = asyncio.Event()
    cancel.set()
    many = (*KEYS, *JobKey.of(SHELF, *(f"more-{number}" for number in range(2 * CLOSED_AT_ONCE))))
    told: list[SyncResult] = []
    writes.clear()
    results = await Bulk(jobs.pipeline).sync_many(ALICE, many, on_result=told.append, cancel=cancel)
    assert len(writes) == 3
    assert [result.job.id for result in results] == [result.job.id for result in told] == [job_id for _, job_id in many]
    assert {(result.outcome, result.written) for result in results} == {(Outcome.CANCELLED, False)}
    assert results[2].job.name == "ICU Nurse 3"
    await Bulk(jobs.pipeline).sync_many(ALICE, KEYS[1:2])
    rows = await jobs.ledger.audit.entries()
    assert [row.job_id for row in reversed(rows)] == ["1", *(job_id for _, job_id in many), "2"]
    assert {(row.outcome, row.cause) for row in rows[1:-1]} == {("cancelled", "Stopped before it began")}
    assert (await jobs.ledger.audit.verify()).message == f"{len(many) + 2:,} rows, unbroken."


async def test_planning_again_stops_where_it_is_told_to(jobs: Bench) -> None:
    cancel = asyncio.Event()
    digest = (await Bulk(jobs.pipeline).plan_many(ALICE, KEYS)).digest
    jobs.ats.reads, jobs.ats.on_read = 0, cancel.set
    results = await Bulk(jobs.pipeline, concurrency=2).sync_many(ALICE, KEYS, expected=digest, cancel=cancel)
    assert jobs.ats.reads <= 2
    assert [result.outcome for result in results] == [Outcome.CANCELLED] * len(KEYS)
    assert len(await jobs.ledger.audit.entries()) == len(KEYS)


async def test_a_cancelled_task_ends_items_in_flight_and_begins_no_other(jobs: Bench) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(external: str, fields: Mapping[str, JsonValue]) -> None:
        writing.set()
        await go_on.wait()

    task = asyncio.create_task(Bulk(jobs.another(WrappedTarget(jobs.local, before_create=slowly)), concurrency=1).sync_many(ALICE, KEYS))
    await writing.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len([job async for job in jobs.local.jobs()]) == 1
    assert await jobs.ledger.journal.open_operations() == ()
    assert await jobs.ledger.leases.all() == ()


async def test_undo_restores_what_was_there(bench: Bench) -> None:
    undo = Undo(bench.pipeline)
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    await bench.local.add_candidate(created.target_id, CANDIDATE)
    bench.ats.put(a_job(name="ICU lead", custom={"shift": "days", "grade": 2}))
    updated = await bench.pipeline.sync(ALICE, SHELF, "1")
    before, foreign = await bench.fields(), await bench.local.unowned()
    plan = await undo.plan(ALICE, updated.operation_id or "")
    assert [(each.field, each.before, each.after) for each in plan.changes] == [
        ("name", "ICU lead", "ICU Nurse 1"),
        ("custom.grade", 2, None),
        ("custom.shift", "days", "nights"),
    ]
    assert await bench.fields() == before
    assert "not synced automatically" in (plan.note or "")
    undone = await undo.undo(ALICE, updated.operation_id or "", expected_digest=plan.digest)
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.UNDONE
    assert (undone.outcome, undone.verified) == (Outcome.UPDATED, True)
    fields = await bench.fields()
    assert (fields["name"], fields["custom"]) == ("ICU Nurse 1", {"shift": "nights"})
    assert await bench.local.unowned() == foreign
    assert [(row.action, row.outcome) for row in await bench.ledger.audit.entries(limit=1)] == [("undo", "updated")]
    again = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert [(each.field, each.overwrites) for each in again.changes] == [("name", False), ("custom.grade", False), ("custom.shift", False)]
    redone = await undo.undo(ALICE, undone.operation_id or "")
    assert redone.outcome is Outcome.REFUSED


async def test_what_an_undo_gives_back_to_a_person_stays_theirs(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    await bench.local.edit(created.target_id or "", {"name": "A person's name"})
    updated = await bench.pipeline.sync(ALICE, SHELF, "1")
    await Undo(bench.pipeline).undo(ALICE, updated.operation_id or "")
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert [(each.field, each.before, each.overwrites) for each in plan.changes] == [("name", "A person's name", True)]


async def test_undo_says_why_it_cannot(bench: Bench) -> None:
    undo = Undo(bench.pipeline)
    with pytest.raises(UsageError):
        await undo.plan(ALICE, "nonsense")
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    refused = await undo.undo(ALICE, created.operation_id or "")
    assert (refused.outcome, refused.written) == (Outcome.REFUSED, False)
    assert refused.error is not None
    assert "cannot be undone" in refused.error.message
    bench.ats.put(a_job(name="ICU lead", department="ER"))
    updated = await bench.pipeline.sync(ALICE, SHELF, "1")
    await bench.local.edit(created.target_id, {"department": "Surgery"})
    plan = await undo.plan(ALICE, updated.operation_id or "")
    assert plan.error is not None
    assert (plan.kind, plan.error.message) == (PlanKind.REFUSE, "Cannot be undone, because these fields changed in Tenzo since: department")
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.SYNCED
    await bench.local.remove(created.target_id)
    gone = await undo.plan(ALICE, updated.operation_id or "")
    assert gone.error is not None
    assert "is gone" in gone.error.message


async def stream(bench: Bench) -> AsyncIterator[CachedJob]:
    for job in bench.ats.jobs.values():
        yield await bench.jobs.put(job, bench.clock.now())


async def test_adopt_links_what_is_sure_and_leaves_the_rest(bench: Bench) -> None:
    bench.ats.put(
        a_job("1", name="ICU Nurse  days"),
        a_job("2", name="ICU one of two"),
        a_job("3", name="ICU by requisition", requisition_id="R-00433"),
        a_job("4", name="ICU elsewhere"),
        a_job("5", name="ICU old integration"),
        a_job("6", name="ICU taken"),
    )
    place = {"location": "Cleveland, OH"}
    seeds = (
        SeedJob(fields={"name": "icu nurse days", **place}, candidates=(CANDIDATE,)),
        SeedJob(fields={"name": "ICU one of two", **place}),
        SeedJob(fields={"name": "ICU one of two", **place}),
        SeedJob(fields={"name": "By requisition (R-00433)"}),
        SeedJob(fields={"name": "ICU elsewhere", "location": "Toledo, OH"}),
        SeedJob(fields={"name": "Other"}, external_id="former:5"),
        SeedJob(fields={"name": "ICU taken", **place}, external_id="lever:6"),
    )
    ids = await bench.local.seed(Seed(jobs=seeds))
    adoption = Adoption(bench.pipeline)
    found = await adoption.find(ALICE, SHELF, stream(bench), known=(SHELF, "lever"), linked=())
    assert [(link.job_id, link.target_id, link.confidence) for link in found.links] == [("1", ids[0], 0.8), ("3", ids[3], 0.9)]
    unsure = [("2", ids[1]), ("2", ids[2]), ("4", ids[4]), ("5", ids[5])]
    assert sorted((link.job_id, link.target_id) for link in found.ambiguous) == sorted(unsure)
    foreign = await bench.local.unowned()
    linked = await adoption.adopt(ALICE, found.links[0])
    assert (linked.outcome, linked.verified) == (Outcome.UPDATED, True)
    assert await bench.local.unowned() == foreign
    mark = bench.jobs.marks[SHELF, "1"]
    assert (mark.sync_status, mark.target_id, mark.last_synced) == (SyncStatus.NEVER, ids[0], None)
    assert (await bench.fields())["name"] == "icu nurse days"
    first = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (first.outcome, first.target_id) == (Outcome.UPDATED, ids[0])
    assert all(change.overwrites for change in first.changes if change.before is not None)
    assert (await adoption.adopt(ALICE, replace(found.links[0], target_id=ids[1]))).outcome is Outcome.REFUSED
