"""A large run is distributed: whoever is free takes a batch, each job is synced once, and a worker that ends takes nothing with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.automatic import distribution
from jobsync_tui.backend.automatic import run as automatic
from jobsync_tui.backend.automatic.distribution import in_hand, place
from jobsync_tui.backend.core.errors import CredentialsRejected, Unreachable
from jobsync_tui.backend.core.models import Job, Leaf, Op, Rule
from jobsync_tui.backend.storage.automatic.batches import BatchStore, RunTally, Work
from jobsync_tui.backend.storage.jobs.tables import EvaluationVersionRow
from tests.support.fleet import EVERY, ICU, Fleet, Host, open_fleet, order

pytestmark = pytest.mark.usefixtures("on_each_database", "quick")

SIZE, LARGE = 8, 16
"""So that some dozen jobs are several batches, of which the last is smaller than the others."""

MANY = LARGE + SIZE + 7


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "BEAT", 0.02)
    monkeypatch.setattr(distribution, "LOOK", 0.01)
    monkeypatch.setattr(distribution, "SIZE", SIZE)
    monkeypatch.setattr(automatic, "LARGE", LARGE)


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path) as opened:
        opened.ats["acme"].put(*range(MANY))
        opened.most_changes = 10_000
        yield opened


@pytest.fixture
async def hosts(fleet: Fleet) -> AsyncIterator[list[Host]]:
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(fleet.host(process=f"host{number}:1")) for number in range(3)]
        await found[0].save(ICU)
        yield found


async def until(condition: Callable[[], object]) -> None:
    """Wait for what other tasks bring about; the suite's own time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - nothing of the program's tells of it
        await asyncio.sleep(0.005)


async def lend(host: Host, stop: asyncio.Event | None = None) -> None:
    await host.automatic.work_on_batches(order("acme", stop=stop))


async def helping(host: Host) -> None:
    """Work on batches whenever there are some, as a worker does."""
    while True:
        if "acme" in await host.batches.integrations():
            await lend(host)
        await asyncio.sleep(0.005)


def everything(fleet: Fleet) -> list[str]:
    return sorted(f"acme:{number}" for number in fleet.ats["acme"].jobs)


async def test_everybody_who_is_free_does_shares_and_each_job_is_synced_once(fleet: Fleet, hosts: list[Host]) -> None:
    by: set[BatchStore] = set()
    keep = BatchStore.note

    async def noted(store: BatchStore, batch: object, tally: RunTally, *, ended: bool) -> None:
        by.add(store)
        await keep(store, batch, tally, ended=ended)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchStore, "note", noted)
        others = [asyncio.create_task(helping(host)) for host in hosts[1:]]
        run = await hosts[0].run(spread=True)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert (run.error, run.evaluated, run.outcomes) == (None, MANY, {"created": MANY})
    assert await fleet.in_target() == everything(fleet)
    assert len(by) > 1
    assert sorted(fleet.ats["acme"].read, key=int) == [str(number) for number in range(MANY)]
    assert await hosts[0].batches.open("acme") == ()
    assert await hosts[0].ledger.leases.all() == ()
    assert (await hosts[1].run(spread=True)).evaluated == 0


async def test_a_small_run_is_not_shared_out(fleet: Fleet, hosts: list[Host], monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(LARGE, MANY):
        del fleet.ats["acme"].jobs[str(number)]
    monkeypatch.setattr(BatchStore, "cut", None)
    assert (await hosts[0].run(spread=True)).outcomes == {"created": LARGE}


async def test_a_run_alone_shares_nothing_out_unless_told_to(fleet: Fleet, hosts: list[Host], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchStore, "cut", None)
    assert (await hosts[0].run()).outcomes == {"created": MANY}


async def test_what_a_leader_that_ended_left_is_done_by_others_and_the_next_run(fleet: Fleet, hosts: list[Host]) -> None:
    leader = asyncio.create_task(hosts[0].run(spread=True))
    await until(lambda: len(fleet.ats["acme"].read) > 3)
    keep, hosts[0].batches.clear = hosts[0].batches.clear, _nothing  # type: ignore[method-assign, assignment]
    leader.cancel()
    await asyncio.gather(leader, return_exceptions=True)
    hosts[0].batches.clear = keep  # type: ignore[method-assign]
    assert await hosts[1].batches.integrations() == {"acme"}
    await lend(hosts[1])
    assert await hosts[1].batches.open("acme") == ()
    assert MANY - len(await fleet.in_target()) <= 2, "but for what it had in hand as it was cut off, which is tried again later"
    fleet.clock.turn(EVERY)
    assert (await hosts[2].run(spread=True)).error is None
    assert await fleet.in_target() == everything(fleet)
    assert await hosts[2].batches.spread("acme") is None


async def _nothing(_: str) -> RunTally:
    return RunTally()


@pytest.mark.parametrize("ended", ["killed", "stopped"])
async def test_a_run_waits_for_what_others_have_in_hand_of_the_one_before(
    hosts: list[Host], monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    waiting = asyncio.Event()

    async def waits(stop: asyncio.Event, seconds: float) -> None:
        waiting.set()
        await asyncio.sleep(0)

    monkeypatch.setattr(distribution, "wait_for", waits)
    await hosts[0].batches.cut("acme", [1], SIZE, work=Work.SYNC, evaluation_version=1, every=EVERY)
    (batch,) = await hosts[0].batches.open("acme")
    if ended == "stopped":
        await hosts[2].batches.clear("acme")
    async with hosts[1].ledger.leases.hold("acme", place(batch), "auto"):
        run = asyncio.create_task(hosts[0].run())
        await asyncio.wait({run, asyncio.create_task(waiting.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert await hosts[0].batches.open("acme") == (), "nobody begins another one"
        assert not run.done()
    assert (await run).outcomes == {"created": MANY}


async def test_a_free_share_is_found_behind_however_many_that_others_have_in_hand(
    hosts: list[Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "AT_ONCE", 1)
    await hosts[0].run()
    evaluation_version = await hosts[0].database.read(lambda db: EvaluationVersionRow.select(EvaluationVersionRow.number).scalar(db))
    await hosts[0].batches.cut("acme", [1, 2, 3, 4], 1, work=Work.SYNC, evaluation_version=evaluation_version, every=EVERY)
    batches = await hosts[0].batches.open("acme")
    async with AsyncExitStack() as stack:
        for batch in batches[:2]:
            await stack.enter_async_context(hosts[1].ledger.leases.hold("acme", place(batch), "auto"))
        await lend(hosts[2])
    assert await hosts[0].batches.open("acme") == batches[:2]


async def test_shares_of_rules_that_have_changed_are_left(fleet: Fleet, hosts: list[Host]) -> None:
    leader = asyncio.create_task(hosts[0].run(spread=True))
    await until(lambda: len(fleet.ats["acme"].read) > 3)
    await hosts[1].save(Rule("none", "None", Leaf("name", Op.EQUALS, "nothing"), ()))
    before = len(fleet.ats["acme"].read)
    await lend(hosts[1])
    run = await leader
    assert run.error is None
    assert run.outcomes["created"] < MANY, "what the new rules refuse is refused"
    assert len(fleet.ats["acme"].read) >= before


async def test_one_that_is_asked_to_end_leaves_its_share_to_others(fleet: Fleet, hosts: list[Host]) -> None:
    stop = asyncio.Event()
    leader = asyncio.create_task(hosts[0].run(spread=True))
    await until(lambda: len(fleet.ats["acme"].read) > 3)
    helper = asyncio.create_task(lend(hosts[1], stop))
    await until(lambda: len(fleet.ats["acme"].read) > SIZE // 2)
    stop.set()
    await helper
    run = await leader
    assert (run.error, sum(run.outcomes.values())) == (None, MANY)
    assert await fleet.in_target() == everything(fleet)


async def test_what_was_done_of_a_share_before_its_lease_was_broken_is_told(fleet: Fleet, hosts: list[Host]) -> None:
    shelf, leases = fleet.ats["acme"], hosts[1].ledger.leases
    read = shelf.job

    async def breaks(job_id: str) -> Job | None:
        if len(shelf.read) == SIZE // 2:
            for lease in await leases.all():
                if in_hand("acme", lease):
                    await leases.release(lease)
        return await read(job_id)

    shelf.job = breaks  # type: ignore[method-assign]
    run = await hosts[0].run(spread=True)
    assert (run.error, sum(run.outcomes.values())) == (None, MANY)
    assert run.outcomes["created"] >= MANY - 2, "but for what was in hand, which is tried again later"


async def test_one_who_lost_a_share_does_not_open_it_again(hosts: list[Host]) -> None:
    store = hosts[0].batches
    await store.cut("acme", [1], SIZE, work=Work.SYNC, evaluation_version=1, every=EVERY)
    (batch,) = await store.open("acme")
    await store.note(batch, RunTally(Counter(created=1)), ended=True)
    await store.note(batch, RunTally(Counter(created=2)), ended=False)
    assert await store.open("acme") == ()
    assert (await store.clear("acme")).outcomes == {"created": 3}


async def test_a_trouble_that_the_next_job_would_meet_ends_the_run(fleet: Fleet, hosts: list[Host]) -> None:
    fleet.ats["acme"].broken = {str(number): Unreachable("Shelf: no answer", service="Shelf") for number in range(MANY)}
    run = await hosts[0].run(spread=True)
    assert run.error is not None
    assert (run.error.code, run.outcomes["failed"] < SIZE) == ("unreachable", True)
    assert await hosts[0].batches.integrations() == frozenset()


async def test_refused_credentials_are_met_once_and_hold_the_integration(fleet: Fleet, hosts: list[Host]) -> None:
    refused = CredentialsRejected("Shelf: refused", service="Shelf")
    fleet.ats["acme"].broken = {str(number): refused for number in range(MANY)}
    run = await hosts[0].run(spread=True)
    assert run.error is not None
    assert run.error.code == "credentials_rejected"
    assert await hosts[0].schedule.held("acme") is not None


async def test_jobs_that_have_to_be_read_singly_are_shared_out_too(fleet: Fleet, hosts: list[Host]) -> None:
    fleet.ats["acme"].describe_singly()
    cut: list[Work] = []
    keep = hosts[0].batches.cut

    async def noted(*args: object, **rest: object) -> int:
        cut.append(rest["work"])  # type: ignore[arg-type]
        return await keep(*args, **rest)  # type: ignore[arg-type]

    hosts[0].batches.cut = noted  # type: ignore[method-assign]
    await hosts[0].save(Rule("nights", "Nights", Leaf("description", Op.CONTAINS, "nights"), ICU.actions))
    run = await hosts[0].run(spread=True)
    assert (run.error, run.outcomes, cut) == (None, {"created": MANY}, [Work.READ, Work.SYNC])


async def test_whoever_works_on_an_integration_has_a_part_of_what_its_ats_allows(fleet: Fleet, hosts: list[Host]) -> None:
    parts: list[tuple[int, float]] = []
    session = fleet.ats["acme"].connection.http
    session.divide = lambda among, held=0.0: parts.append((among, held))  # type: ignore[method-assign]
    leader = asyncio.create_task(hosts[0].run(spread=True))
    await until(lambda: len(fleet.ats["acme"].read) > 3)
    await asyncio.gather(leader, lend(hosts[1]))
    assert {among for among, _ in parts} == {1, 2}
    assert parts[-1] == (1, 0.0)


async def test_what_the_ats_asked_of_one_is_told_to_the_others(hosts: list[Host], fleet: Fleet) -> None:
    first, second = hosts[0].presence, hosts[1].presence
    assert (await first.heartbeat("acme", timedelta(seconds=40))).held == timedelta()
    presence = await second.heartbeat("acme", timedelta())
    assert (presence.processes, presence.held) == (2, timedelta(seconds=40))
    fleet.clock.turn(timedelta(seconds=11))
    assert (await second.heartbeat("acme", timedelta())).processes == 1, "one that is silent has no part any more"
    await second.leave("acme")
    assert (await first.heartbeat("acme", timedelta())).processes == 1


async def test_it_can_be_seen_how_far_a_large_run_is(hosts: list[Host]) -> None:
    store = hosts[0].batches
    assert await store.spread("acme") is None
    await store.cut("acme", range(SIZE * 2 + 1), SIZE, work=Work.SYNC, evaluation_version=1, every=EVERY)
    batches = await store.open("acme")
    assert [len(batch.keys) for batch in batches] == [SIZE, SIZE, 1]
    await hosts[0].presence.heartbeat("acme", timedelta())
    await store.note(batches[0], RunTally(), ended=True)
    found = await store.spread("acme")
    assert found is not None
    assert (found.shares, found.ended, found.workers) == (3, 1, ("host0:1",))
