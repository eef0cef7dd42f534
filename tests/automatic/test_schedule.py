"""Slots of the schedule: each is run once, whatever the clocks do; a run that was cut off is taken up by the next."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.automatic.run import LEASE
from jobsync_tui.backend.automatic.timer import next_slot
from jobsync_tui.backend.core.clock import from_ms, to_ms
from jobsync_tui.backend.core.models import AutomaticRun, Pause
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.automatic.schedule import AHEAD, Claim, ScheduleStore, slot, width
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from jobsync_tui.backend.storage.migrations import SCHEMA
from tests.support.copies import Program
from tests.support.databases import url_at
from tests.support.fleet import EVERY, ICU, Fleet, Host
from tests.support.sync_bench import SETTLE, HandClock

pytestmark = pytest.mark.usefixtures("on_each_database")

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def clock_at(hour: int = 18, minute: int = 35, **more: int) -> HandClock:
    clock = HandClock()
    clock.time = datetime(2026, 11, 23, hour, minute, tzinfo=UTC) + timedelta(**more)
    return clock


def done(run: AutomaticRun) -> bool:
    return not run.skipped


def why(run: AutomaticRun) -> str | None:
    return run.error.code if run.error is not None else None


async def test_two_processes_at_one_slot_run_it_once(fleet: Fleet, host: Host) -> None:
    async with fleet.host() as other:
        runs = await asyncio.gather(host.run(on_schedule=True), other.run(on_schedule=True))
        assert sorted(map(done, runs)) == [False, True]
        assert {why(run) for run in runs} == {None, "slot_taken"}
        assert [done(await each.run(on_schedule=True)) for each in (host, other)] == [False, False]
        fleet.clock.turn(EVERY)
        runs = await asyncio.gather(host.run(on_schedule=True), other.run(on_schedule=True))
        assert sorted(map(done, runs)) == [False, True]
    assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3"]


async def test_no_second_run_while_one_is_under_way(fleet: Fleet, host: Host) -> None:
    async with fleet.host() as other, other.ledger.leases.hold("acme", LEASE, "auto"):
        run = await host.run()
        assert (why(run), run.skipped, fleet.ats["acme"].listed) == ("running", True, 0)
        assert done(await host.run("globex"))
    assert done(await host.run())


async def test_a_slot_that_comes_while_another_host_is_at_it_is_passed_over_and_shown(fleet: Fleet, host: Host) -> None:
    elsewhere = Ledger(host.database, process=ProcessIdentity("elsewhere", "boot", "", 1, "1"), now=fleet.clock.now).leases
    async with elsewhere.hold("acme", LEASE, "auto"):
        run = await host.run(on_schedule=True)
        (tick,) = await host.schedule.ticks(["acme"])
    assert (run.skipped, why(run)) == (True, "running")
    assert (tick.outcome, tick.ended_at, tick.missed) == ("running", fleet.clock.now(), 0)
    fleet.clock.turn(EVERY)
    assert done(await host.run(on_schedule=True))


async def test_a_manual_sync_neither_moves_nor_skips_the_schedule(fleet: Fleet, host: Host) -> None:
    from jobsync_tui.backend.access.access import Actor

    (before,) = await host.schedule.states(["acme"])
    await host.jobs.put(fleet.ats["acme"].jobs["1"], fleet.clock.now())
    await host.pipeline.sync(Actor("dana"), "acme", "1")
    assert (before,) == await host.schedule.states(["acme"])
    assert (await host.run(on_schedule=True)).outcomes == {"created": 2, "refused": 2, "unchanged": 1}


async def test_a_run_by_hand_takes_no_slot(host: Host) -> None:
    assert done(await host.run())
    assert done(await host.run(on_schedule=True))


async def test_a_clock_a_day_ahead_and_back_runs_no_slot_twice_and_loses_one_at_most(fleet: Fleet, host: Host) -> None:
    clock = fleet.clock
    assert done(await host.run(on_schedule=True))
    clock.turn(DAY)
    assert [done(await host.run(on_schedule=True)) for _ in range(3)] == [True, False, False]
    clock.turn(-DAY)
    assert [done(await host.run(on_schedule=True)) for _ in range(3)] == [False, False, False]
    clock.turn(EVERY)
    assert [done(await host.run(on_schedule=True)) for _ in range(3)] == [True, False, False]


async def test_a_clock_that_goes_back_a_day_does_not_stop_the_schedule(fleet: Fleet, host: Host) -> None:
    assert done(await host.run(on_schedule=True))
    for _ in range(3):
        fleet.clock.turn(-DAY)
        assert done(await host.run(on_schedule=True))
        fleet.clock.turn(EVERY)
        assert done(await host.run(on_schedule=True))


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_a_slot_to_which_the_clock_comes_back_is_passed_over_and_said_to_be(fleet: Fleet, host: Host, jump: timedelta) -> None:
    clock = fleet.clock
    clock.time = clock_at(18, 36).time
    assert done(await host.run(on_schedule=True))
    clock.turn(jump)
    assert done(await host.run(on_schedule=True))
    clock.turn(-jump)
    runs = [await host.run(on_schedule=True) for _ in range(3)]
    assert not any(map(done, runs))
    assert [why(run) for run in runs] == ["clock_went_back", "slot_taken", "slot_taken"]
    assert runs[0].error is not None
    assert "it goes on at 2026-11-23T18:40:00.000Z" in runs[0].error.message
    (trouble,) = await host.alerts.standing(["acme"])
    assert (trouble.code, trouble.runs) == ("clock_went_back", 1)
    clock.turn(EVERY)
    assert done(await host.run(on_schedule=True))
    assert await host.alerts.standing(["acme"]) == ()


async def test_a_person_may_say_that_the_clock_is_right_now(fleet: Fleet, host: Host) -> None:
    """Without that, what was run while the clock was hours ahead would be waited for."""
    fleet.clock.turn(DAY / 3)
    for _ in range(100):
        assert await host.schedule.claim("acme", EVERY) is Claim.OURS
        fleet.clock.turn(EVERY)
    fleet.clock.turn(-DAY / 3)
    assert why(await host.run(on_schedule=True)) == "clock_went_back"
    fleet.clock.turn(EVERY)
    assert why(await host.run(on_schedule=True)) == "clock_went_back"
    await host.schedule.resume()
    assert not done(await host.run(on_schedule=True))
    fleet.clock.turn(EVERY)
    assert done(await host.run(on_schedule=True))


async def test_a_slot_that_a_person_let_be_run_again_is_shown_as_it_was_run_last(fleet: Fleet, host: Host) -> None:
    clock = fleet.clock
    clock.time = clock_at(18, 36, days=1).time
    assert done(await host.run(on_schedule=True))
    clock.time = clock_at(18, 36).time
    await host.schedule.resume()
    clock.time = clock_at(18, 37, days=1).time
    assert done(await host.run(on_schedule=True))
    (tick,) = await host.schedule.ticks(["acme"])
    assert (tick.started_at, tick.ended_at, tick.outcome) == (clock.now(), clock.now(), "ok")


async def test_a_changed_interval_has_slots_of_its_own_and_no_moment_twice(fleet: Fleet, host: Host) -> None:
    """The slot of 18:35 is one of both grids, that of 18:40 of the narrow one alone."""
    fleet.clock.time = clock_at(18, 36).time
    narrow, wide = timedelta(minutes=5), timedelta(minutes=7)
    assert await host.schedule.claim("acme", narrow) is Claim.OURS
    began = {slot_of(fleet.clock, narrow)}
    for _ in range(60):
        for every in (wide, narrow):
            if await host.schedule.claim("acme", every) is Claim.OURS:
                assert slot_of(fleet.clock, every) not in began
                began.add(slot_of(fleet.clock, every))
        fleet.clock.turn(MINUTE)
    assert len(began) <= 60 // 5 + 60 // 7 + 2


async def test_a_host_whose_clock_is_a_minute_ahead_takes_the_slot_for_both(fleet: Fleet, host: Host) -> None:
    ahead = HandClock()
    ahead.time = fleet.clock.time + EVERY - timedelta(seconds=30)
    fleet.clock.time = ahead.time - MINUTE
    async with fleet.host(ahead) as other:
        ran = []
        for _ in range(40):
            ran += [done(await each.run(on_schedule=True)) for each in (other, host)]
            ahead.turn(MINUTE)
            fleet.clock.turn(MINUTE)
    assert sum(ran) == 8 + 1  # forty minutes, and the slot in which it began


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2027, 3, 28, 0, tzinfo=UTC)], ids=["autumn", "spring"])
async def test_a_night_in_which_local_time_jumps_has_every_slot_once(
    fleet: Fleet, host: Host, night: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hour that local time has twice in autumn, and the one that it lacks in spring, are hours like all others."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        offsets, ran = set(), 0
        fleet.clock.time = night
        async with fleet.host() as other:
            for _ in range(2 * 12 * 2):
                offsets.add(fleet.clock.now().astimezone().utcoffset())
                ran += sum([done(await each.run(on_schedule=True)) for each in (host, other)])
                fleet.clock.turn(EVERY / 2)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}
    assert ran == 2 * 12


JUMPS = (0, 0, 0, 1, -1, 60, -60, 300, -300, 3_600, -3_600, 86_400, -86_400)
MOVES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 400), st.sampled_from(JUMPS), st.integers(0, 2)), max_size=40)


@settings(max_examples=25, deadline=None)
@given(MOVES, st.sampled_from([0, 500, -500, 86_400, -86_400]), st.sampled_from([EVERY, timedelta(seconds=10)]))
def test_no_slot_is_run_twice_however_two_clocks_move_and_time_goes_on(
    moves: list[tuple[int, int, int, int]], skew: int, every: timedelta
) -> None:
    asyncio.run(_check_slots(moves, skew, every))


async def _check_slots(moves: list[tuple[int, int, int, int]], skew: int, every: timedelta) -> None:
    """Two processes, each by its own clock, claim in turn while time passes and clocks jump."""
    clocks = clock_at(), clock_at(seconds=skew)
    near = max(2 * every, AHEAD)
    with TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            hosts = []
            for clock in clocks:
                database = await Database.open(url_at(f"{folder}/jobsync.db"), SCHEMA)
                stack.push_async_callback(database.close)
                hosts.append(ScheduleStore(database, now=clock.now))
            ran: list[datetime] = []
            for who, seconds, jump, jumper in moves:
                present = slot_of(clocks[who], every)
                if await hosts[who].claim("acme", every) is Claim.OURS:
                    ran.append(present)
                else:  # only for one that was run at that time, or a little later
                    assert any(present <= each <= present + near for each in ran)
                for number, clock in enumerate(clocks):
                    clock.turn(timedelta(seconds=seconds + (jump if jumper in {number, 2} else 0)))
            assert len(ran) == len(set(ran))
            right = max([*ran, *(clock.time for clock in clocks)]) + every
            for clock in clocks:
                clock.time = right
            assert [await host.claim("acme", every) for host in hosts] == [Claim.OURS, Claim.TAKEN]


def slot_of(clock: HandClock, every: timedelta) -> datetime:
    return from_ms(slot(to_ms(clock.time), width(every)))


async def test_the_next_run_is_told_as_long_as_there_is_a_schedule(fleet: Fleet, host: Host) -> None:
    fleet.clock.time = clock_at(18, 36).time
    (state,) = await host.schedule.states(["acme"])
    assert (state.last_run, state.next_run) == (None, None)
    await host.run(on_schedule=True)
    (state,) = await host.schedule.states(["acme"])
    assert (state.last_run, state.ended_at, state.next_run) == (fleet.clock.now(), fleet.clock.now(), clock_at(18, 40).time)
    assert state.run is not None
    assert state.run.outcomes == {"created": 3, "refused": 2}
    await host.schedule.pause("alice")
    assert (await host.schedule.states(["acme"]))[0].next_run is None
    await host.schedule.resume()
    assert (await host.schedule.states(["acme"]))[0].next_run == clock_at(18, 40).time


async def test_runs_that_come_no_more_are_not_promised(fleet: Fleet, host: Host) -> None:
    async def told() -> tuple[datetime | None, bool]:
        (state,) = await host.schedule.states(["acme"])
        return state.next_run, state.stopped

    fleet.clock.time = clock_at(18, 36).time
    await host.run()
    assert await told() == (None, False), "a run by hand is followed by none"
    await host.run(on_schedule=True)
    assert await told() == (clock_at(18, 40).time, False)
    fleet.clock.turn(timedelta(minutes=5))
    assert await told() == (None, False), "late, as by a timer that drifts"
    fleet.clock.turn(timedelta(minutes=5))
    assert await told() == (None, True)
    assert (await host.schedule.states(["acme"], ["acme"]))[0].stopped is False, "one is under way"
    await host.schedule.pause("alice")
    assert await told() == (None, False)
    fleet.clock.turn(timedelta(hours=1))
    await host.schedule.resume()
    assert await told() == (None, True)
    await host.run(on_schedule=True)
    assert await told() == (clock_at(19, 50).time, False)


async def test_after_a_pause_a_run_has_the_time_of_a_slot_to_come(fleet: Fleet, host: Host) -> None:
    fleet.clock.time = clock_at(18, 36).time
    await host.run(on_schedule=True)
    await host.schedule.pause("alice", clock_at(19, 30).time)
    fleet.clock.time = clock_at(19, 31).time
    assert (await host.schedule.states(["acme"]))[0].stopped is False
    fleet.clock.time = clock_at(19, 41).time
    assert (await host.schedule.states(["acme"]))[0].stopped is True


async def test_a_pause_lets_no_run_begin(fleet: Fleet, host: Host) -> None:
    await host.schedule.pause("alice")
    await host.schedule.pause("bob")
    run = await host.run(on_schedule=True)
    assert run.error is not None
    assert (run.skipped, run.error.code, fleet.ats["acme"].listed) == (True, "paused", 0)
    assert "alice" in run.error.message
    await host.schedule.resume()
    assert done(await host.run(on_schedule=True))


async def test_a_pause_with_an_end_is_over_then_and_the_first_run_after_it_says_so_in_the_record(fleet: Fleet, host: Host) -> None:
    """Whatever any host's own clock says: the database's decides."""
    end = fleet.clock.now() + timedelta(hours=1)
    await host.schedule.pause("alice", end, "Tenzo is upgraded")
    assert await host.schedule.paused() == Pause("alice", fleet.clock.now(), end, "Tenzo is upgraded")
    run = await host.run(on_schedule=True)
    assert run.error is not None
    assert (run.error.code, "until" in run.error.message) == ("paused", True)
    async with fleet.host() as other:
        (state,) = await other.schedule.states(["acme"])
        assert state.pause is not None
        assert state.pause.until == end
        fleet.clock.turn(timedelta(hours=1))
        assert await host.schedule.paused() is None
        assert all(done(each) for each in await asyncio.gather(host.run(on_schedule=True), other.run("globex", on_schedule=True)))
    ended = [row for row in await host.ledger.audit.entries() if row.action == "auto resume"]
    assert [(row.actor, row.cause) for row in ended] == [("auto", "the pause by alice ended at its time")]


async def test_a_later_pause_takes_the_place_of_one_that_ends_at_another_time(fleet: Fleet, host: Host) -> None:
    hour, day = fleet.clock.now() + timedelta(hours=1), fleet.clock.now() + DAY
    await host.schedule.pause("alice", hour)
    assert (await host.schedule.pause("bob", hour)).by == "alice"
    assert (await host.schedule.pause("bob", day)).by == "bob"
    assert (await host.schedule.pause("carol")).until is None
    fleet.clock.turn(2 * DAY)
    pause = await host.schedule.paused()
    assert pause is not None
    assert pause.by == "carol"


async def test_the_wait_ends_in_the_next_slot_whatever_the_clock_does() -> None:
    clock, naps = clock_at(18, 36), list[float]()

    async def nap(stop: asyncio.Event, seconds: float) -> None:
        naps.append(seconds)
        clock.turn(timedelta(seconds=seconds))

    await next_slot(EVERY, asyncio.Event(), since=clock.now(), now=clock.now, wait=nap)
    assert (clock.time, max(naps)) == (clock_at(18, 40).time, 15)

    async def jump(stop: asyncio.Event, seconds: float) -> None:
        clock.turn(-DAY)

    await next_slot(EVERY, asyncio.Event(), since=clock.now(), now=clock.now, wait=jump)
    stop = asyncio.Event()
    stop.set()
    await next_slot(EVERY, stop, since=clock.now(), now=clock.now, wait=nap)


VICTIM = """
import asyncio, sys
from pathlib import Path
from tests.support.fleet import ICU, open_fleet
from tests.support.wrapped_target import WrappedTarget

async def hang(external_id, fields):
    if external_id in {"acme:3", "acme:6"}:  # whichever comes first: they are written side by side
        if external_id == "acme:3":
            print("in the middle", flush=True)
        await asyncio.Event().wait()

async def main():
    async with open_fleet(Path(sys.argv[1]), wrap=lambda local: WrappedTarget(local, before_create=hang)) as fleet, fleet.host() as host:
        fleet.ats["acme"].put(1, 2, 3, 6)
        await host.run(on_schedule=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("late", [False, True])
async def test_a_run_that_was_killed_is_taken_up_and_nothing_is_made_twice(tmp_path: Path, late: bool) -> None:
    from tests.support.fleet import open_fleet

    async with open_fleet(tmp_path) as fleet, fleet.host() as host:
        await host.save(ICU)
        root = str(Path(__file__).parents[2])
        with Program[str]([sys.executable, "-c", VICTIM, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdout is not None
            assert await asyncio.to_thread(victim.stdout.readline) == "in the middle\n"
            assert why(await host.run()) == "running"
            victim.kill()
        if late:  # the request was under way, and landed after its sender died
            await fleet.local.create("acme:3", {"name": "ICU Nurse 3"}, idempotency_key="whatever")
        fleet.ats["acme"].put(1, 2, 3, 6)
        fleet.clock.turn(EVERY)
        assert why(await host.run(on_schedule=True)) is None
        assert [outcome for outcome, _ in await host.outcomes(3, 6)] == ["updated" if late else "created", "created"]
        fleet.clock.turn(max(SETTLE, EVERY))
        assert (await host.run(on_schedule=True)).evaluated == 0
        assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3", "acme:6"]
        assert await host.ledger.leases.all() == ()
        assert (await host.ledger.audit.verify()).ok
