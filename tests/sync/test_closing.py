"""A job that closes or vanishes in its ATS is closed in the target where the configuration says so: its status alone, like any sync."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import Failure, JobStatus, Outcome, PlanKind
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.undo import Undo
from tests.support.sync_bench import ALICE, CANDIDATE, SHELF, Bench, a_job, open_bench

AUTO = Actor.automatic({"trigger": "once"})


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench on which job 1 was synced, has a candidate, and is eligible no longer once it is closed."""
    async with open_bench(tmp_path) as bench:
        bench.parts = replace(bench.parts, closes=lambda integration: integration == SHELF)
        bench.pipeline = Pipeline(bench.parts)
        bench.ats.put(a_job(name="Driver"))
        assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED
        await bench.local.add_candidate(await target_id(bench), CANDIDATE)
        yield bench


async def target_id(bench: Bench) -> str:
    (job,) = await bench.local.find(f"{SHELF}:1")
    return job.id


def close(bench: Bench, status: JobStatus = JobStatus.CLOSED) -> None:
    bench.ats.put(a_job(name="Driver, once", status=status))


def vanish(bench: Bench) -> None:
    bench.ats.jobs.clear()


@pytest.mark.parametrize("status", [JobStatus.CLOSED, JobStatus.ARCHIVED])
async def test_a_closed_job_is_planned_written_and_taken_back_by_its_status_alone(bench: Bench, status: JobStatus) -> None:
    before, unowned = await bench.fields(), await bench.local.unowned()
    close(bench, status)
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.kind is PlanKind.UPDATE
    assert [(each.field, each.before, each.after, each.overwrites) for each in plan.changes] == [("status", "open", status.value, False)]
    result = await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)
    assert (result.outcome, result.verified) == (Outcome.UPDATED, True)
    assert await bench.fields() == {**before, "status": status.value}
    assert await bench.local.unowned() == unowned
    (row, *_) = await bench.ledger.audit.entries()
    assert (row.outcome, row.operation_id, row.after) == ("updated", result.operation_id, {"status": status.value})
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.REFUSED
    undone = await Undo(bench.pipeline).undo(ALICE, str(result.operation_id))
    assert undone.outcome is Outcome.UPDATED
    assert await bench.fields() == before


async def test_a_job_that_vanished_is_closed_once(bench: Bench) -> None:
    before = await bench.fields()
    vanish(bench)
    result = await bench.pipeline.sync(AUTO, SHELF, "1")
    assert result.outcome is Outcome.UPDATED
    assert await bench.fields() == {**before, "status": "closed"}
    assert (await bench.pipeline.sync(AUTO, SHELF, "1")).outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("end", [close, vanish])
async def test_left_is_the_default(bench: Bench, end: object) -> None:
    bench.parts = replace(bench.parts, closes=lambda _: False)
    before = await bench.fields()
    assert callable(end)
    end(bench)
    result = await Pipeline(bench.parts).sync(ALICE, SHELF, "1")
    assert result.outcome in {Outcome.REFUSED, Outcome.NOT_FOUND}
    assert await bench.fields() == before


@pytest.mark.parametrize("end", [close, vanish])
@pytest.mark.parametrize("edit", [{"department": "Elsewhere"}, {"status": "on_hold"}])
async def test_what_somebody_changed_since_is_closed_by_a_person_only(bench: Bench, end: object, edit: dict[str, str]) -> None:
    await bench.local.edit(await target_id(bench), edit)
    before = await bench.fields()
    assert callable(end)
    end(bench)
    refused = await bench.pipeline.sync(AUTO, SHELF, "1")
    assert refused.outcome is Outcome.REFUSED
    assert refused.error is not None
    assert (refused.error.code, next(iter(edit)) in refused.error.message) == ("changed_since", True)
    assert await bench.fields() == before
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.note is not None
    assert next(iter(edit)) in plan.note
    assert (await bench.pipeline.sync(ALICE, SHELF, "1", expected_digest=plan.digest)).outcome is Outcome.UPDATED
    assert await bench.fields() == {**before, "status": "closed"}


async def test_one_that_is_closed_there_already_is_left_alone_and_known_to_be(bench: Bench) -> None:
    await bench.local.edit(await target_id(bench), {"status": "closed"})
    vanish(bench)
    assert (await bench.pipeline.sync(AUTO, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert (await bench.pipeline.sync(AUTO, SHELF, "1")).outcome is Outcome.NOT_FOUND


async def test_one_that_was_never_synced_or_is_gone_from_the_target_is_not_made_to_be_closed(bench: Bench) -> None:
    bench.ats.put(a_job("2", name="Driver", status=JobStatus.CLOSED))
    assert (await bench.pipeline.sync(ALICE, SHELF, "2")).outcome is Outcome.REFUSED
    assert await bench.local.find(f"{SHELF}:2") == ()
    await bench.local.remove(await target_id(bench))
    close(bench)
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.REFUSED, "remote_gone")


async def test_an_integration_that_may_be_another_one_closes_nothing(bench: Bench) -> None:
    async def held(integration: str) -> Failure:
        return Failure("maybe_renamed", f"{integration} may have been another")

    bench.parts = replace(bench.parts, held=held)
    before = await bench.fields()
    vanish(bench)
    assert (await Pipeline(bench.parts).sync(ALICE, SHELF, "1")).outcome is Outcome.REFUSED
    assert await bench.fields() == before


async def test_a_closed_job_that_the_rules_let_through_is_synced_as_ever(bench: Bench) -> None:
    bench.ats.put(a_job(name="ICU now", status=JobStatus.CLOSED))
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert {"name", "status"} <= {each.field for each in result.changes}
