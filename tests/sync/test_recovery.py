"""Lost answers and crashes: nothing lost, nothing twice, nothing resolved in silence."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from jobsync_tui.backend.core.errors import AnswerLost, Busy, Unreachable
from jobsync_tui.backend.core.models import JsonValue, Lease, Outcome, SyncStatus
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.ledger.journal import OperationState
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from jobsync_tui.backend.sync.hold import in_hand
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.backend.target.base import TargetJob
from tests.support.mortal import Killed, Life, MortalDatabase, MortalJobs, MortalTarget
from tests.support.patience import PATIENCE
from tests.support.sync_bench import ALICE, SETTLE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget
from tests.sync.one_write import prepared, whole
from tests.sync.test_ledger import DEAD

pytestmark = pytest.mark.usefixtures("on_each_database")

Late = list[Callable[[], Awaitable[object]]]


def recovery(bench: Bench) -> Recovery:
    async def sleep(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    return Recovery(bench.parts, sleep)


async def lose(*_: object) -> None:
    raise AnswerLost("Tenzo: the connection broke", service="Tenzo")


async def test_a_lost_answer_is_unknown_until_it_is_looked_up(bench: Bench) -> None:
    result = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written, result.verified) == (Outcome.UNKNOWN, None, None)
    assert result.settles_at == bench.clock.time + SETTLE
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.UNKNOWN
    (row,) = await bench.ledger.audit.entries()
    assert (row.outcome, row.hash) == ("unknown", "")

    early = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (early.outcome, early.settles_at) == (Outcome.UNKNOWN, result.settles_at)
    assert bench.ats.reads == 1

    report = await recovery(bench).recover(wait=False)
    assert (report.open, report.settled, report.unknown) == (1, {}, (result.operation_id,))
    bench.clock.turn(SETTLE)
    report = await recovery(bench).recover(wait=False)
    assert (report.settled, report.unknown) == ({result.operation_id: "created"}, ())
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.SYNCED
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED


async def test_a_write_that_did_not_arrive_is_said_and_sent_again_under_the_same_key(bench: Bench) -> None:
    keys: list[str] = []

    class Recorder(WrappedTarget):
        async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
            keys.append(idempotency_key)
            return await super().create(external_id, fields, idempotency_key=idempotency_key)

    lost = await bench.another(Recorder(bench.local, before_create=lose)).sync(ALICE, SHELF, "1")
    report = await recovery(bench).recover()
    assert report.settled == {lost.operation_id: "failed"}
    assert bench.jobs.marks[SHELF, "1"].sync_status is SyncStatus.FAILED
    again = await bench.another(Recorder(bench.local)).sync(ALICE, SHELF, "1")
    assert (again.outcome, again.operation_id != lost.operation_id) == (Outcome.CREATED, True)
    assert keys == [lost.operation_id, lost.operation_id]
    bench.ats.put(a_job("2"))
    await bench.another(Recorder(bench.local, before_create=lose)).sync(ALICE, SHELF, "2")
    await recovery(bench).recover()
    bench.ats.put(a_job("2", name="ICU other"))
    await bench.another(Recorder(bench.local)).sync(ALICE, SHELF, "2")
    assert keys[2] != keys[3]


async def test_recovery_says_what_it_cannot_look_up(bench: Bench) -> None:
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE)

    async def away(external: str) -> None:
        raise Unreachable("Tenzo: no connection")

    blind = Recovery(replace(bench.parts, target=WrappedTarget(bench.local, before_find=away)))
    report = await blind.recover()
    assert (report.open, report.settled, report.unknown) == (1, {}, (lost.operation_id,))
    blocked = await bench.another(WrappedTarget(bench.local, before_find=away)).sync(ALICE, SHELF, "1")
    assert blocked.outcome is Outcome.UNKNOWN
    assert blocked.error is not None
    assert "no connection" in blocked.error.message


async def test_a_sync_waits_for_the_recovery_that_looks_its_job_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every start of the program begins one: the sync that it was started for must not be sent away by it."""
    await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE)
    looked, go_on, waits = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def pause(external: str) -> None:
        looked.set()
        await go_on.wait()

    async def acquire(integration: str, job_id: str, holder: str) -> Lease:
        try:
            return await usual(integration, job_id, holder)
        except Busy:
            waits.set()
            raise

    usual = bench.ledger.leases.acquire
    monkeypatch.setattr(bench.ledger.leases, "acquire", acquire)
    looking = asyncio.create_task(Recovery(replace(bench.parts, target=WrappedTarget(bench.local, before_find=pause))).recover())
    await asyncio.wait_for(looked.wait(), PATIENCE)
    syncing = asyncio.create_task(bench.pipeline.sync(ALICE, SHELF, "1"))
    await asyncio.wait_for(waits.wait(), PATIENCE)
    with pytest.raises(Busy):
        async with in_hand(bench.parts, SHELF, "1", ALICE.user, longest=0):
            pass
    go_on.set()
    assert (await syncing).outcome is Outcome.UNCHANGED
    assert len((await looking).settled) == 1


async def test_a_recovery_that_is_cut_off_leaves_no_lease(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE)
    looked, gives_back, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hang(external: str) -> None:
        looked.set()
        await asyncio.Event().wait()

    async def release(lease: Lease) -> None:
        gives_back.set()
        await go_on.wait()
        await usual(lease)
        order.append("released")

    order: list[str] = []
    usual = bench.ledger.leases.release
    monkeypatch.setattr(bench.ledger.leases, "release", release)
    looking = asyncio.create_task(Recovery(replace(bench.parts, target=WrappedTarget(bench.local, before_find=hang))).recover())
    await asyncio.wait_for(looked.wait(), PATIENCE)
    looking.add_done_callback(lambda _: order.append("ended"))
    for step in (gives_back, go_on):
        looking.cancel()
        await asyncio.wait({looking}, timeout=0)
        await asyncio.wait_for(gives_back.wait(), PATIENCE)
        step.set()
    await asyncio.wait({looking}, timeout=PATIENCE)
    assert (looking.cancelled(), order) == (True, ["released", "ended"])
    assert await bench.ledger.leases.all() == ()


async def test_a_lost_update_that_somebody_wrote_over_is_told(bench: Bench) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert created.target_id is not None
    for after_update, name, outcome in ((lose, None, "updated"), (lose, "somebody's", "failed")):
        bench.ats.put(a_job(name=f"ICU {outcome}"))
        lost = await bench.another(WrappedTarget(bench.local, after_update=after_update)).sync(ALICE, SHELF, "1")
        if name is not None:
            await bench.local.edit(created.target_id, {"name": name})
        assert (await recovery(bench).recover()).settled == {lost.operation_id: outcome}
    row = (await bench.ledger.audit.entries())[0]
    assert row.cause == "Tenzo's job was changed in the meantime and has other values in: name"


async def test_two_that_recover_at_once_both_report_what_was_settled(bench: Bench) -> None:
    """A command that recovers has the recovery of its own start beside it."""
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE)
    both = recovery(bench)
    reports = await asyncio.gather(both.recover(), both.recover())
    assert [(report.open, report.settled, report.unknown) for report in reports] == [(1, {lost.operation_id: "created"}, ())] * 2


async def test_everything_settled_is_told_once_and_what_nobody_waited_for_to_whoever_asks_next(bench: Bench) -> None:
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE)
    one = recovery(bench)
    assert (await one.recover(unattended=True)).settled == {lost.operation_id: "created"}
    assert (await one.recover()).settled == {lost.operation_id: "created"}
    assert (await one.recover()).open == 0
    assert (await one.recover(unattended=True)).open == 0


async def test_what_a_live_process_has_in_hand_is_left_alone(bench: Bench) -> None:
    async def recover(external: str, fields: Mapping[str, JsonValue]) -> None:
        report = await recovery(bench).recover()
        assert (report.open, report.settled) == (0, {})

    result = await bench.another(WrappedTarget(bench.local, before_create=recover)).sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.CREATED


async def test_an_operation_of_another_host_waits_for_its_deadline(bench: Bench) -> None:
    """Nobody here can tell whether that process still runs: its request may leave until its deadline, and land after that."""
    from tests.sync.test_ledger import ELSEWHERE

    life = Life(dies_at=9)
    pipeline = mortal(bench, life, [], ELSEWHERE)
    with pytest.raises(Killed):
        await pipeline.sync(ALICE, SHELF, "1")
    (operation,) = await bench.ledger.journal.open_operations()
    assert operation.state is OperationState.SENT
    assert (await recovery(bench).recover(wait=False)).open == 0
    bench.clock.turn(bench.ledger.leases.ttl)
    await recovery(bench).recover(wait=False)
    taken = await bench.ledger.journal.get(operation.id)
    assert taken is not None
    assert operation.sent_at is not None
    assert (taken.state, taken.settles_at) == (OperationState.UNKNOWN, bench.clock.now() + SETTLE)


async def test_what_a_process_left_that_ended_long_ago_is_decided_at_the_first_look(bench: Bench) -> None:
    """Its request left within its deadline, however late somebody comes to look; nobody waits once more from then on."""
    with pytest.raises(Killed):
        await mortal(bench, Life(dies_at=9), []).sync(ALICE, SHELF, "1")
    bench.clock.turn(bench.parts.timing.write_deadline + SETTLE)
    report = await recovery(bench).recover(wait=False)
    assert list(report.settled.values()) == ["failed"]


DAY = timedelta(days=1)


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_no_jump_of_the_clock_hastens_or_delays_a_look_up(bench: Bench, jump: timedelta) -> None:
    """Ahead, a write that may still land would be looked up, and sent again; back, its job would be held up for a day."""
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    bench.clock.turn(SETTLE - timedelta(seconds=1))
    bench.clock.jump(jump)
    early = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (early.outcome, early.settles_at) == (Outcome.UNKNOWN, bench.clock.now() + timedelta(seconds=1))
    assert (await recovery(bench).recover(wait=False)).settled == {}
    bench.clock.turn(timedelta(seconds=1))
    assert (await recovery(bench).recover(wait=False)).settled == {lost.operation_id: "created"}


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_nor_of_one_whose_process_lost_its_lease(bench: Bench, jump: timedelta) -> None:
    """It runs on this host still, so that its request may leave until its deadline."""
    with pytest.raises(Killed):
        await mortal(bench, Life(dies_at=9), [], ProcessIdentity.own()).sync(ALICE, SHELF, "1")
    bench.clock.jump(jump)
    (operation,) = await bench.ledger.journal.open_operations()
    await bench.ledger.leases.release(next(iter(await bench.ledger.leases.all())))
    await recovery(bench).recover(wait=False)
    taken = await bench.ledger.journal.get(operation.id)
    assert taken is not None
    assert taken.settles_at == bench.clock.now() + bench.parts.timing.write_deadline + SETTLE
    bench.clock.turn(bench.parts.timing.write_deadline + SETTLE)
    assert len((await recovery(bench).recover(wait=False)).settled) == 1


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_a_host_that_was_started_anew_asks_no_clock(bench: Bench, jump: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was sent left before the start, so that the time since then is enough; a clock is often wrong after one."""
    before = replace(ProcessIdentity.own(), boot="the boot before")
    lost = await bench.another(WrappedTarget(bench.local, after_create=lose), before).sync(ALICE, SHELF, "1")
    bench.clock.jump(jump)
    up = SETTLE // timedelta(milliseconds=1)
    monkeypatch.setattr(bench.ledger, "uptime", lambda: up - 1)
    assert (await recovery(bench).recover(wait=False)).settled == {}
    monkeypatch.setattr(bench.ledger, "uptime", lambda: up)
    assert (await recovery(bench).recover(wait=False)).settled == {lost.operation_id: "created"}


async def test_the_shared_clock_set_back_holds_no_job_up(bench: Bench) -> None:
    """Of another host's write only that clock tells; what it says can never be longer than a write takes."""
    from tests.sync.test_ledger import ELSEWHERE

    lost = await bench.another(WrappedTarget(bench.local, after_create=lose), ELSEWHERE).sync(ALICE, SHELF, "1")
    bench.clock.jump(-DAY)
    assert (await recovery(bench).recover()).settled == {lost.operation_id: "created"}
    assert bench.clock.now() <= lost.settles_at - DAY + bench.parts.timing.write_deadline + SETTLE  # type: ignore[operator]


def mortal(bench: Bench, life: Life, late: Late, process: object = DEAD) -> Pipeline:
    """Return the pipeline of a process that dies."""
    database = cast("Database", MortalDatabase(bench.database, life))
    ledger = Ledger(database, process=process, now=bench.clock.now, uptime=bench.clock.uptime)  # type: ignore[arg-type]
    parts = replace(bench.parts, ledger=ledger, jobs=MortalJobs(bench.jobs, life), target=MortalTarget(bench.local, life, late))
    return Pipeline(parts)


@pytest.mark.parametrize(
    ("kind", "commits"),
    [
        (Outcome.CREATED, "late"),
        (Outcome.CREATED, "never"),
        (Outcome.UPDATED, "late"),
        (Outcome.UPDATED, "never"),
        (Outcome.UNCHANGED, "never"),
        (Outcome.REFUSED, "never"),
    ],
)
async def test_killed_at_every_moment(bench: Bench, kind: Outcome, commits: str) -> None:
    """The process dies at the first, the second, the third ... moment, until it lives; each time another one starts and finds all whole."""
    for moment in range(1, 60):
        job, foreign = await prepared(bench, moment, kind)
        late: Late = []
        died = False
        try:
            await mortal(bench, Life(moment), late).sync(ALICE, SHELF, job.id)
        except Killed:
            died = True
        await recovery(bench).recover(wait=False)
        if commits == "late":
            for send in late:
                await send()
        await recovery(bench).recover()
        again = await bench.pipeline.sync(ALICE, SHELF, job.id)
        assert again.outcome in {kind, Outcome.UNCHANGED}, (moment, again)
        await whole(bench, job, kind, foreign, moment)
        assert await bench.ledger.leases.all() == ()
        if not died:
            assert (await bench.pipeline.sync(ALICE, SHELF, job.id)).outcome in {Outcome.REFUSED, Outcome.UNCHANGED}
            return
    pytest.fail("it never lived")
