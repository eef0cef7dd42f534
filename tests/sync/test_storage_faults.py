"""Every database write of a sync fails in turn, until none is left: what the target got is known, recorded once, and never repeated."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from jobsync_tui.backend.core.errors import StorageBusy
from jobsync_tui.backend.core.models import Outcome
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from tests.support.failing import Failing, FailingDatabase, FailingJobs, Failure
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job
from tests.sync.one_write import prepared, whole

pytestmark = pytest.mark.usefixtures("on_each_database")


def unlucky(bench: Bench, failing: Failing) -> Pipeline:
    """Return the pipeline of a process whose database fails."""
    database = cast("Database", FailingDatabase(bench.database, failing))
    ledger = Ledger(database, now=bench.clock.now, uptime=bench.clock.uptime)
    return Pipeline(replace(bench.parts, ledger=ledger, jobs=FailingJobs(bench.jobs, failing)))


async def reconcile(bench: Bench, pipeline: Pipeline) -> None:
    async def sleep(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    await Recovery(pipeline.parts, sleep).recover()


@pytest.mark.parametrize("how", list(Failure))
@pytest.mark.parametrize("kind", [Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REFUSED])
async def test_every_write_fails_in_turn(bench: Bench, kind: Outcome, how: Failure) -> None:
    for number in range(1, 40):
        job, foreign = await prepared(bench, number, kind)
        failing = Failing(number, how)
        pipeline = unlucky(bench, failing)
        result = await pipeline.sync(ALICE, SHELF, job.id)
        assert result.outcome in {kind, Outcome.FAILED, Outcome.UNKNOWN}, (number, result)
        if result.outcome is Outcome.FAILED:
            assert result.error is not None
            assert (result.written, result.error.code) == (False, "storage"), (number, result)
        failing.mended = True
        await reconcile(bench, pipeline)
        again = await pipeline.sync(ALICE, SHELF, job.id)
        assert again.outcome in {kind, Outcome.UNCHANGED}, (number, again)
        await whole(bench, job, kind, foreign, number)
        if not failing.struck:
            return
    pytest.fail("its writes never ended")


async def test_a_database_in_use_is_busy_and_is_waited_for_once(bench: Bench) -> None:
    """Each try to write would wait as long as the message says, so nothing is tried after the first."""
    waited: list[str] = []

    async def held(*_: object, **__: object) -> None:
        waited.append("once")
        raise StorageBusy("The database is in use by another process and did not come free within 10 s.")

    bench.ats.put(a_job("1"))
    for part, name in ((bench.jobs, "put"), (bench.ledger, "record"), (bench.ledger.audit, "record")):
        setattr(part, name, held)
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.error is not None
    assert (result.outcome, result.error.code, result.written) == (Outcome.BUSY, "busy", False)
    assert waited == ["once"]
