"""Every outcome of a sync, on a real ledger and the real local target."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import AccessDenied, Unreachable
from jobsync_tui.backend.core.models import Action, ActionKind, JsonValue, Outcome, PlanKind, Step, StepName, StepState, SyncStatus
from jobsync_tui.backend.storage.ledger.journal import OperationState
from jobsync_tui.backend.sync.dependencies import external_id
from jobsync_tui.backend.target.base import TargetJob
from jobsync_tui.backend.target.local_seed import Seed, SeedJob
from tests.support.sync_bench import ALICE, CANDIDATE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")


async def test_creates_with_everything_the_rules_say(bench: Bench) -> None:
    steps: list[Step] = []
    result = await bench.pipeline.sync(ALICE, SHELF, "1", on_step=steps.append)
    assert (result.outcome, result.verified, result.written, result.error) == (Outcome.CREATED, True, True, None)
    assert await bench.fields() == {
        "name": "ICU Nurse 1",
        "description": "<p>Nights</p>",
        "location": "Cleveland, OH",
        "department": "Nursing",
        "status": "open",
        "custom": {"shift": "nights"},
        "template_type": "script",
        "templates": ["ICU screen"],
        "folder": "Mercy/ICU",
        "settings": {"language": "English"},
        "follow_up_user": "dana@example.com",
    }
    assert [(step.name, step.state) for step in result.steps] == [(name, StepState.OK) for name in StepName]
    assert [step.name for step in steps if step.state is StepState.RUNNING] == list(StepName)
    assert bench.jobs.history == [SyncStatus.SYNCING, SyncStatus.SYNCED]
    operation = await bench.ledger.journal.get(result.operation_id or "")
    assert operation is not None
    assert (operation.state, operation.open, operation.target_id) == (OperationState.VERIFIED, False, result.target_id)


async def test_second_run_writes_nothing_and_moves_last_synced(bench: Bench) -> None:
    first = await bench.pipeline.sync(ALICE, SHELF, "1")
    version = (await bench.local.find(external_id(SHELF, "1")))[0].version
    bench.clock.turn(first_minute := bench.parts.timing.settle_after)
    second = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (second.outcome, second.written, second.verified, second.changes) == (Outcome.UNCHANGED, False, None, ())
    assert (await bench.local.find(external_id(SHELF, "1")))[0].version == version
    assert first.synced_at is not None
    assert second.synced_at == bench.jobs.marks[SHELF, "1"].last_synced == first.synced_at + first_minute
    assert len(await bench.ledger.journal.of_job(SHELF, "1")) == 1


async def test_update_touches_nothing_it_does_not_own(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    await bench.local.add_candidate(created.target_id, CANDIDATE)
    await bench.local.edit(created.target_id, {"settings": {"voice": "calm"}, "custom": {"theirs": 1}}, notes="call back", active=False)
    before = await bench.local.unowned()
    assert "Hello" in before
    bench.ats.put(a_job(name="ICU Nurse, days", custom={"shift": "days"}))
    updated = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (updated.outcome, updated.verified) == (Outcome.UPDATED, True)
    assert [change.field for change in updated.changes] == ["name", "custom.shift"]
    assert await bench.local.unowned() == before
    fields = await bench.fields()
    assert fields["custom"] == {"shift": "days", "theirs": 1}
    assert fields["settings"] == {"language": "English", "voice": "calm"}


async def test_a_recruiters_edit_is_shown_before_it_is_overwritten(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    await bench.local.edit(created.target_id, {"folder": "Ohio"})
    bench.ats.put(a_job(name="ICU lead"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.kind is PlanKind.UPDATE
    assert [(each.field, each.before, each.after, each.overwrites) for each in plan.changes] == [
        ("name", "ICU Nurse 1", "ICU lead", False),
        ("folder", "Ohio", "Mercy/ICU", True),
    ]


async def test_what_no_rule_sets_any_more_is_cleared_unless_somebody_changed_it(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    await bench.local.edit(created.target_id, {"settings": {"language": "Multilingual"}})
    bench.rules[0] = replace(bench.rules[0], actions=bench.rules[0].actions[:1])
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert [(change.field, change.after) for change in result.changes] == [("folder", None), ("follow_up_user", None)]
    fields = await bench.fields()
    assert fields["settings"] == {"language": "Multilingual"}
    assert "folder" not in fields
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED


async def test_refusal_leaves_target_and_mark_as_they_were(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    mark, fields = bench.jobs.marks[SHELF, "1"], await bench.fields()
    bench.rules.clear()
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.REFUSED, False)
    assert result.error is not None
    assert (result.error.code, result.error.message) == ("no_active_rules", "No active rules configured")
    assert (bench.jobs.marks[SHELF, "1"], await bench.fields()) == (mark, fields)


async def test_not_found_is_said_in_the_known_words(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.jobs.clear()
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.NOT_FOUND
    assert result.error is not None
    assert result.error.message == "Job not found in ATS"
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.GONE
    assert [step.state for step in result.steps] == [StepState.FAILED, *[StepState.SKIPPED] * 4]


async def test_an_ats_that_fails_is_a_failed_sync(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    synced = bench.jobs.marks[SHELF, "1"]
    bench.ats.trouble = Unreachable("Shelf: no connection")
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.FAILED, False)
    assert result.error is not None
    assert (result.error.code, result.error.message) == ("unreachable", "Failed to sync job: Shelf: no connection")
    assert bench.jobs.marks[SHELF, "1"] == replace(synced, sync_status=SyncStatus.FAILED)


async def test_a_name_the_target_lacks_is_refused_before_anything_is_written(bench: Bench) -> None:
    bench.rules[0] = replace(bench.rules[0], actions=(Action(ActionKind.FOLDER, "Nowhere"), Action(ActionKind.JOB_TEMPLATE, "ICU screen")))
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert result.error.message == "Tenzo has no folder 'Nowhere'"
    assert await bench.local.find(external_id(SHELF, "1")) == ()
    await bench.local.seed(Seed(folders=("Nowhere",)))
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.REFUSED  # not asked again at once
    assert (await bench.another().sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED


async def test_two_target_jobs_are_refused_by_name(bench: Bench) -> None:
    jobs = tuple(SeedJob(fields={"name": "ICU"}, external_id=external_id(SHELF, "1")) for _ in range(2))
    ids = await bench.local.seed(Seed(jobs=jobs))
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert all(target_id in result.error.message for target_id in ids)


async def test_stale_plan_stops_and_says_what_would_happen_now(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.put(a_job(name="ICU two"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.digest == (await bench.pipeline.plan(ALICE, SHELF, "1")).digest
    bench.ats.put(a_job(name="ICU three"))
    result = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert (result.outcome, result.written) == (Outcome.STALE, False)
    assert [change.after for change in result.changes] == ["ICU three"]
    assert (await bench.fields())["name"] == "ICU Nurse 1"
    fresh = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert (await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=fresh.digest)).outcome is Outcome.UPDATED


async def test_digest_moves_with_target_and_rules_but_not_with_time(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    first = (await bench.pipeline.plan(ALICE, SHELF, "1")).digest
    bench.clock.turn(bench.parts.timing.settle_after)
    assert (await bench.pipeline.plan(ALICE, SHELF, "1")).digest == first
    await bench.local.edit(created.target_id, notes="a note, or a candidate, moves the version and nothing that would be written")
    assert (await bench.pipeline.plan(ALICE, SHELF, "1")).digest == first
    await bench.local.edit(created.target_id, {"name": "theirs"})
    second = (await bench.pipeline.plan(ALICE, SHELF, "1")).digest
    bench.rules[1] = replace(bench.rules[1], name="Otherwise")
    third = (await bench.pipeline.plan(ALICE, SHELF, "1")).digest
    assert len({first, second, third}) == 3


async def test_a_target_job_that_vanished_is_made_anew_only_when_confirmed(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    await bench.local.remove(created.target_id)
    blind = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert blind.outcome is Outcome.FAILED
    assert blind.error is not None
    assert created.target_id in blind.error.message
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.kind is PlanKind.CREATE
    assert plan.note is not None
    assert created.target_id in plan.note
    again = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert again.outcome is Outcome.CREATED
    assert again.target_id != created.target_id


async def test_a_conflict_is_planned_again_once(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    target_id = created.target_id

    edits: list[int] = []

    async def edit(target_id: str, patch: Mapping[str, JsonValue]) -> None:
        if edits:
            await bench.local.edit(target_id, notes=f"note {edits.pop()}")

    for edits[:], expected in (([1], Outcome.UPDATED), ([2, 3], Outcome.FAILED)):
        bench.ats.put(a_job(name=f"ICU {len(edits)}"))
        wrapped = WrappedTarget(bench.local, before_update=edit)
        plan = await bench.pipeline.plan(ALICE, SHELF, "1")
        result = await bench.another(wrapped).sync(ALICE, SHELF, "1", expected_digest=plan.digest)
        assert result.outcome is expected
        assert result.written is (expected is Outcome.UPDATED)
    rows = await bench.ledger.audit.entries()
    assert [row.outcome for row in rows] == ["failed", "updated", "created"]
    assert await bench.ledger.journal.open_operations() == ()
    assert target_id == result.target_id


async def test_a_conflict_over_an_owned_field_is_stale(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.put(a_job(name="ICU new"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")

    async def rename(target_id: str, patch: Mapping[str, JsonValue]) -> None:
        await bench.local.edit(target_id, {"name": "somebody's"})

    result = await bench.another(WrappedTarget(bench.local, before_update=rename)).sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert (result.outcome, result.written) == (Outcome.STALE, False)
    assert (await bench.fields())["name"] == "somebody's"
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.SYNCED


async def test_a_target_that_keeps_something_else_is_told_on(bench: Bench) -> None:
    async def shorten(job: TargetJob) -> None:
        await bench.local.edit(job.id, {"name": "ICU"})

    result = await bench.another(WrappedTarget(bench.local, after_create=shorten)).sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written, result.verified) == (Outcome.FAILED, True, False)
    assert result.error is not None
    assert result.error.message == "Failed to sync job: Tenzo holds something else than was sent in: name"
    assert bench.jobs.marks[SHELF, "1"].target_id == result.target_id
    retried = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert retried.outcome is Outcome.UPDATED


async def test_written_but_not_read_back(bench: Bench) -> None:
    async def away(target_id: str) -> None:
        raise Unreachable("Tenzo: no connection")

    result = await bench.another(WrappedTarget(bench.local, before_get=away)).sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written, result.verified) == (Outcome.CREATED, True, None)
    assert await bench.ledger.journal.open_operations() == ()


async def test_cancelled_before_the_write_writes_nothing(bench: Bench) -> None:
    reading = asyncio.Event()
    bench.ats.on_read = reading.set
    hang = asyncio.Event()
    wrapped = WrappedTarget(bench.local, before_find=lambda external: hang.wait())
    task = asyncio.create_task(bench.another(wrapped).sync(ALICE, SHELF, "1"))
    await reading.wait()
    task.cancel()
    result = await task
    assert (result.outcome, result.written) == (Outcome.CANCELLED, False)
    assert await bench.local.find(external_id(SHELF, "1")) == ()
    assert await bench.ledger.leases.all() == ()
    assert [row.outcome for row in await bench.ledger.audit.entries()] == ["cancelled"]


async def test_cancelled_at_once_is_recorded_too(bench: Bench) -> None:
    task = asyncio.create_task(bench.pipeline.sync(ALICE, SHELF, "1"))
    for _ in range(50):
        await asyncio.sleep(0)
        task.cancel()
    assert (await task).outcome is Outcome.CANCELLED
    assert await bench.ledger.leases.all() == ()
    assert [row.outcome for row in await bench.ledger.audit.entries()] == ["cancelled"]


async def test_cancelled_during_the_write_ends_it(bench: Bench) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(external: str, fields: Mapping[str, JsonValue]) -> None:
        writing.set()
        await go_on.wait()

    task = asyncio.create_task(bench.another(WrappedTarget(bench.local, before_create=slowly)).sync(ALICE, SHELF, "1"))
    await writing.wait()
    task.cancel()
    go_on.set()
    result = await task
    assert (result.outcome, result.verified) == (Outcome.CREATED, True)
    assert await bench.ledger.leases.all() == ()


async def test_a_second_syncer_is_told_who_and_since_when(bench: Bench) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(external: str, fields: Mapping[str, JsonValue]) -> None:
        writing.set()
        await go_on.wait()

    first = asyncio.create_task(bench.another(WrappedTarget(bench.local, before_create=slowly)).sync(ALICE, SHELF, "1"))
    await writing.wait()
    second = await bench.pipeline.sync(replace(ALICE, user="bob"), SHELF, "1")
    assert (second.outcome, second.written) == (Outcome.BUSY, False)
    assert second.error is not None
    assert second.error.message == "alice is syncing this job since 12:00:00 UTC."
    go_on.set()
    assert (await first).outcome is Outcome.CREATED


async def test_access_is_asked_for_each_time(bench: Bench) -> None:
    bench.refused.add("alice")
    with pytest.raises(AccessDenied):
        await bench.pipeline.sync(ALICE, SHELF, "1")
    with pytest.raises(AccessDenied):
        await bench.pipeline.plan(ALICE, SHELF, "1")
    assert bench.ats.reads == 0


async def test_plan_writes_nothing_and_a_dry_run_is_recorded(bench: Bench) -> None:
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert await bench.ledger.audit.entries() == ()
    dry = await bench.pipeline.dry_run(ALICE, SHELF, "1")
    assert (dry.outcome, dry.plan_digest, dry.written) == (Outcome.PLANNED, plan.digest, False)
    (said_no,) = await bench.pipeline.cancelled(ALICE, [plan])
    assert said_no.outcome is Outcome.CANCELLED
    assert [row.outcome for row in await bench.ledger.audit.entries()] == ["cancelled", "planned"]
    assert bench.jobs.marks == {}
    assert await bench.local.find(external_id(SHELF, "1")) == ()


async def test_what_cannot_be_planned_says_why(bench: Bench) -> None:
    missing = await bench.pipeline.plan(ALICE, SHELF, "nope")
    assert missing.error is not None
    assert (missing.kind, missing.error.code, missing.digest) == (PlanKind.REFUSE, "job_not_found", None)
    assert (await bench.pipeline.dry_run(ALICE, SHELF, "nope")).outcome is Outcome.NOT_FOUND
    bench.ats.trouble = Unreachable("Shelf: away")
    assert (await bench.pipeline.dry_run(ALICE, SHELF, "1")).outcome is Outcome.FAILED


async def test_a_listener_that_fails_does_not_stop_the_write(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def broken(step: Step) -> None:
        raise RuntimeError(step.name)

    assert (await bench.pipeline.sync(ALICE, SHELF, "1", on_step=broken)).outcome is Outcome.CREATED
    assert "a listener failed" in caplog.text


async def test_hostile_text_goes_through_as_it_came(bench: Bench) -> None:
    bench.ats.put(a_job(name="ICU \x1b[31m[red] \u202e \x00 end", custom={"a.b": "x", "": "y", "settings.z": [1, {"deep": None}]}))
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED
    assert (await bench.fields())["name"] == "ICU \x1b[31m[red] \u202e \x00 end"
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    bench.ats.put(a_job(name="ICU \ud800"))
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).verified
    assert (await bench.fields())["name"] == "ICU \ufffd"
    assert (await bench.ledger.audit.verify()).ok
