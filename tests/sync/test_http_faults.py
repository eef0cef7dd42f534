"""Every HTTP call of a sync, to the ATS and to the target, fails in turn in each of the ways there are, against independent servers."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from jobsync_tui.backend.ats.base import Connection
from jobsync_tui.backend.core.models import Job, Outcome, StepName, StepState
from jobsync_tui.backend.http import HeaderAuth, HttpSession, Limits, Network
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.testing.clockwork import Clockwork
from tests.support import invariants
from tests.support.sync_bench import ALICE, SHELF, Bench, ShelfAts, a_job, open_bench
from tests.support.tenzo_server import KEY, Fault, TenzoServer, serving
from tests.support.tenzo_session import tenzo

pytestmark = pytest.mark.usefixtures("on_each_database")

CALLS_OF_A_CREATE = ("GET find", "GET templates", "GET folders", "GET users", "POST", "GET back")
CALLS_OF_AN_UPDATE = ("GET known", "PATCH", "GET back")


@pytest.fixture
def server() -> Iterator[TenzoServer]:
    with serving() as server:
        server.templates, server.folders, server.users = ["ICU screen"], ["Mercy/ICU"], ["dana@example.com"]
        yield server


@pytest.fixture
async def bench(tmp_path: Path, server: TenzoServer) -> AsyncIterator[Bench]:
    target = tenzo(server.url, Clockwork())
    async with open_bench(tmp_path, target) as bench:
        yield bench
    await target.close()


class WiredAts(ShelfAts):
    """An ATS behind a socket, on a server that misbehaves in the same ways as the target's."""

    def __init__(self, server: TenzoServer) -> None:
        super().__init__()
        limits = Limits(deadline=5, connect=2, failures=1000)
        http = HttpSession(service="Shelf", base_url=server.url, network=Network(), limits=limits, timing=Clockwork().timing())
        http.auth = HeaderAuth({"Authorization": f"Bearer {KEY}"})
        self.connection = Connection(SHELF, server.url, {}, http)

    async def job(self, job_id: str) -> Job | None:
        reply = await self.connection.http.get(f"/v1/jobs/{job_id}", accept=(404,))
        return a_job(reply.decode(AtsRow).id, name=reply.decode(AtsRow).name) if reply.ok else None


class AtsRow(msgspec.Struct):
    """A job on the wire."""

    id: str
    name: str


async def reconcile(bench: Bench) -> None:
    async def sleep(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    await Recovery(bench.parts, sleep).recover()


async def check(bench: Bench, server: TenzoServer) -> None:
    """Hold every invariant against the server's own log."""
    operations = [each for job_id in bench.ats.jobs for each in await bench.ledger.journal.of_job(SHELF, job_id)]
    rows = await bench.ledger.audit.entries()
    wanted = [(SHELF, job_id) for job_id in bench.ats.jobs]
    assert invariants.one_target_job_each(job.get("external_id") for job in server.jobs.values()) == []
    assert invariants.synced_or_explained(wanted, bench.jobs.marks, rows) == []
    assert invariants.versions_only_grow(server.operations) == []
    assert invariants.one_row_each_write(server.operations, operations, rows) == []
    assert invariants.all_settled(operations, await bench.ledger.audit.verify()) == []


async def test_a_sync_costs_find_write_and_read_back(bench: Bench, server: TenzoServer) -> None:
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED
    assert [request.split()[0] for request in server.requests] == [call.split()[0] for call in CALLS_OF_A_CREATE]
    server.requests.clear()
    bench.ats.put(a_job("2"), a_job("1", name="ICU changed"))
    assert (await bench.pipeline.sync(ALICE, SHELF, "2")).outcome is Outcome.CREATED
    assert server.requests == ["GET /v1/jobs?external_id=shelf%3A2", "POST /v1/jobs", "GET /v1/jobs/tz_2"]
    server.requests.clear()
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UPDATED
    assert server.requests == ["GET /v1/jobs/tz_1", "PATCH /v1/jobs/tz_1", "GET /v1/jobs/tz_1"]
    server.requests.clear()
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert server.requests == ["GET /v1/jobs/tz_1"]


@pytest.mark.parametrize(("fault", "times"), [*((fault, 1) for fault in Fault), (Fault.UNAVAILABLE, 9)])
async def test_every_call_fails_in_turn(bench: Bench, server: TenzoServer, fault: Fault, times: int) -> None:
    number = 0
    for calls in (CALLS_OF_A_CREATE, CALLS_OF_AN_UPDATE):
        for place, _ in enumerate(calls):
            number += 1
            job = a_job(str(number))
            bench.ats.put(job)
            pipeline = bench.another()
            if calls is CALLS_OF_AN_UPDATE:
                assert (await pipeline.sync(ALICE, SHELF, job.id)).outcome is Outcome.CREATED
                bench.ats.put(a_job(job.id, name="ICU changed"))
            foreign = server.foreign()
            server.faults.extend([*[None] * place, *[fault] * times])
            hit = await pipeline.sync(ALICE, SHELF, job.id)
            server.faults.clear()
            assert hit.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNKNOWN, Outcome.FAILED}, (place, hit.outcome)
            if hit.outcome is Outcome.FAILED and not hit.written:
                assert hit.error is not None
                assert hit.error.message.startswith("Failed to sync job: ")
            await reconcile(bench)
            again = await pipeline.sync(ALICE, SHELF, job.id)
            assert again.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}, (place, again.outcome)
            if calls is CALLS_OF_AN_UPDATE:
                assert invariants.foreign_untouched(foreign, server.foreign()) == []
    writes = len(server.operations)
    for job_id in bench.ats.jobs:
        assert (await bench.pipeline.sync(ALICE, SHELF, job_id)).outcome is Outcome.UNCHANGED
    assert len(server.operations) == writes
    await check(bench, server)


@pytest.mark.parametrize("times", [1, 9])
@pytest.mark.parametrize("fault", list(Fault))
async def test_the_read_of_the_ats_fails(bench: Bench, server: TenzoServer, fault: Fault, times: int) -> None:
    with serving() as shelf:
        ats = WiredAts(shelf)
        bench.ats.jobs.clear()
        pipeline = Pipeline(replace(bench.parts, adapter=lambda integration: ats))
        for expected in (Outcome.CREATED, Outcome.UPDATED):
            if expected is Outcome.CREATED:
                job_id = shelf.add(name="ICU Nurse")
            else:
                shelf.edit(job_id, name="ICU changed")
            writes = len(server.operations)
            shelf.faults.extend([fault] * times)
            hit = await pipeline.sync(ALICE, SHELF, job_id)
            shelf.faults.clear()
            assert hit.outcome in {expected, Outcome.FAILED}
            if hit.outcome is Outcome.FAILED:
                assert hit.error is not None
                assert hit.error.message.startswith("Failed to sync job: ")
                assert (hit.written, len(server.operations)) == (False, writes)
                assert next(step.state for step in hit.steps if step.name is StepName.FETCH) is StepState.FAILED
                assert (await pipeline.sync(ALICE, SHELF, job_id)).outcome is expected
            bench.ats.put(a_job(job_id))
        assert (await pipeline.sync(ALICE, SHELF, job_id)).outcome is Outcome.UNCHANGED
        await check(bench, server)
        await ats.connection.http.close()


async def test_the_checker_finds_what_is_wrong(bench: Bench, server: TenzoServer) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    await check(bench, server)
    server.add(external_id="shelf:1")
    with pytest.raises(AssertionError, match="I1"):
        await check(bench, server)
    server.jobs.popitem()
    bench.ats.put(a_job("never synced"))
    with pytest.raises(AssertionError, match="I2"):
        await check(bench, server)
    bench.ats.jobs.pop("never synced")
    server.operations.append(server.operations[0])
    with pytest.raises(AssertionError, match="I4"):
        await check(bench, server)
    server.operations.clear()
    with pytest.raises(AssertionError, match="I5"):
        await check(bench, server)
    assert invariants.foreign_untouched("a", "b") != []
