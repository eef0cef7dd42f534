"""A process that did not get on for a while, as on a host that was suspended, and comes back when others have gone on without it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from jobsync_tui.backend.core.errors import Conflict, RemoteError, Unreachable
from jobsync_tui.backend.core.models import Outcome, SyncStatus
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget
from tests.sync.test_ledger import ELSEWHERE
from tests.sync.test_recovery import recovery

pytestmark = pytest.mark.usefixtures("on_each_database")

LONG = timedelta(minutes=10)
RENAMED = "ICU Nurse renamed"


def others_go_on(bench: Bench, raising: Exception | None = None) -> Callable[..., Awaitable[None]]:
    """Return what happens while the process stands still: its write is looked up and settled, and its job, renamed, is synced again."""

    async def meanwhile(*_: object) -> None:
        for _round in range(2):
            bench.clock.turn(LONG)
            await recovery(bench).recover(wait=False)
        bench.ats.put(a_job(name=RENAMED))
        assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome in {Outcome.CREATED, Outcome.UPDATED}
        if raising is not None:
            raise raising

    return meanwhile


async def newer_sync_stands(bench: Bench) -> None:
    """Hold that the newer sync is what the job is known by."""
    mark = bench.jobs.marks[SHELF, "1"]
    assert (mark.sync_status, mark.written["name"]) == (SyncStatus.SYNCED, RENAMED)
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert (await bench.ledger.audit.verify()).ok


@pytest.mark.parametrize("raising", [None, RemoteError("Tenzo: 400"), Unreachable("Tenzo: no connection"), Conflict("Tenzo: moved")])
async def test_what_was_settled_without_it_is_not_settled_again(bench: Bench, raising: Exception | None) -> None:
    """However its own request ended: what it reports is what the other process recorded."""
    stopped = WrappedTarget(bench.local, after_create=others_go_on(bench, raising))
    result = await bench.another(stopped, process=ELSEWHERE).sync(ALICE, SHELF, "1")
    await newer_sync_stands(bench)
    assert result.error is not None
    assert (result.outcome, result.written, result.verified, result.error.code) == (Outcome.CREATED, True, True, "overtaken")
    assert "Another process looked this write up and settled it as created" in result.error.message
    rows = await bench.ledger.audit.entries(job_id="1")
    assert [(row.outcome, row.operation_id == result.operation_id) for row in reversed(rows)][:2] == [("created", True), ("updated", False)]


async def test_nor_is_one_that_was_found_not_to_have_arrived(bench: Bench) -> None:
    stopped = WrappedTarget(bench.local, before_create=others_go_on(bench, Unreachable("Tenzo: no connection")))
    result = await bench.another(stopped, process=ELSEWHERE).sync(ALICE, SHELF, "1")
    await newer_sync_stands(bench)
    assert result.error is not None
    assert (result.outcome, result.written, result.error.code) == (Outcome.FAILED, None, "overtaken")


@pytest.mark.parametrize("trouble", [None, Unreachable("Shelf: no connection")])
async def test_an_attempt_without_a_write_leaves_the_newer_sync_too(bench: Bench, trouble: Exception | None) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    meanwhile = others_go_on(bench)

    class Stopped(type(bench.ats)):  # type: ignore[misc]
        async def job(self, job_id: str) -> object:
            found = bench.ats.jobs[job_id]
            await meanwhile()
            if trouble is not None:
                raise trouble
            return found

    ats = Stopped()
    pipeline = bench.another(process=ELSEWHERE)
    late = type(pipeline)(replace(pipeline.parts, adapter=lambda integration: ats, target=WrappedTarget(bench.local)))
    result = await late.sync(ALICE, SHELF, "1")
    assert result.written is False
    await newer_sync_stands(bench)
