"""What a run does: every job that is new, changed or evaluated anew is decided on, once, and what was decided is kept in place."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import Refused, Unreachable
from jobsync_tui.backend.core.models import Action, ActionKind, EvaluationPolicy, Leaf, Op, Rule, SyncStatus
from jobsync_tui.backend.refresh.refresh import Refresher
from jobsync_tui.backend.storage.automatic.tables import DecisionRow
from jobsync_tui.backend.storage.jobs.integrations import IntegrationStore
from jobsync_tui.backend.sync.undo import Undo
from tests.support.fleet import EVERY, ICU, REST, Fleet, Host, open_fleet
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")

DRIVERS = Rule("drivers", "Drivers", Leaf("name", Op.CONTAINS, "driver"), (Action(ActionKind.GENERATION_TEMPLATE, "General screen"),))


async def test_a_first_run_syncs_what_is_eligible_and_says_why_not_of_the_rest(fleet: Fleet, host: Host) -> None:
    run = await host.run()
    assert (run.refreshed, run.evaluated, run.outcomes, run.error) == (5, 5, {"created": 3, "refused": 2}, None)
    assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3"]
    assert await host.outcomes(1, 4) == [("created", None), ("refused", "no_rule_matched")]
    decision = await host.decided(4)
    assert (decision.ruleset_revision, decision.decided_at) == (1, fleet.clock.now())
    rows = await host.ledger.audit.entries()
    assert [(row.actor, row.action, row.outcome, row.origin) for row in rows] == [("auto", "sync", "created", {"trigger": "once"})] * 3


async def test_a_second_run_finds_nothing_to_do_and_adds_no_rows(fleet: Fleet, host: Host) -> None:
    await host.run()
    fleet.clock.turn(EVERY)
    again = await host.run()
    assert (again.refreshed, again.evaluated, again.outcomes) == (5, 0, {})
    assert len(fleet.ats["acme"].read) == 3
    assert await host.database.read(lambda db: DecisionRow.select().count(db)) == 5
    assert (await host.decided(1)).decided_at == fleet.clock.now() - EVERY


async def test_only_what_is_new_or_changed_is_looked_at(fleet: Fleet, host: Host) -> None:
    await host.run()
    fleet.ats["acme"].put(2, description="<p>Days</p>")
    fleet.ats["acme"].put(4, name="ICU Driver")
    fleet.ats["acme"].put(6)
    run = await host.run()
    assert (run.evaluated, run.outcomes) == (3, {"updated": 1, "created": 2})
    assert await host.outcomes(1, 2, 4, 6) == [("created", None), ("updated", None), ("created", None), ("created", None)]
    assert (await host.run()).evaluated == 0


async def test_a_widened_rule_brings_in_what_was_excluded_before(fleet: Fleet, host: Host) -> None:
    await host.run()
    await host.save(ICU, DRIVERS)
    run = await host.run()
    assert (run.evaluated, run.outcomes) == (5, {"created": 2})
    assert await fleet.in_target() == [f"acme:{number}" for number in range(1, 6)]
    assert [(await host.decided(number)).ruleset_revision for number in (1, 4)] == [2, 2]


async def test_rules_that_leave_a_job_as_it_is_cost_it_no_sync(fleet: Fleet, host: Host) -> None:
    await host.run()
    await host.save(ICU, replace(DRIVERS, active=False))
    reads = len(fleet.ats["acme"].read)
    run = await host.run()
    assert (run.evaluated, run.outcomes, len(fleet.ats["acme"].read)) == (5, {"refused": 2}, reads)
    assert [(await host.decided(number)).ruleset_revision for number in (1, 4)] == [2, 2]
    await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
    assert (await host.run()).outcomes == {"refused": 2, "updated": 3}


async def test_a_job_that_becomes_eligible_without_any_action_is_synced(fleet: Fleet, host: Host) -> None:
    await host.run()
    await host.save(ICU, replace(DRIVERS, actions=()))
    assert (await host.run()).outcomes == {"created": 2}


async def test_another_policy_is_met_like_other_rules(fleet: Fleet, host: Host) -> None:
    fleet.policy = EvaluationPolicy(required_fields=("client",))
    assert (await host.run()).outcomes == {"refused": 5}
    assert await host.outcomes(1, 4) == [("refused", "missing_required_fields"), ("refused", "no_rule_matched")]
    fleet.policy = EvaluationPolicy()
    assert (await host.run()).outcomes == {"created": 3, "refused": 2}


async def test_the_trouble_of_one_integration_stops_no_other(fleet: Fleet, host: Host) -> None:
    fleet.ats["globex"].trouble = Unreachable("Globex does not answer", service="Globex")
    ours, theirs = await asyncio.gather(host.run("acme"), host.run("globex"))
    assert ours.outcomes == {"created": 3, "refused": 2}
    assert theirs.error is not None
    assert (theirs.error.code, theirs.refreshed) == ("unreachable", None)
    fleet.ats["globex"].trouble = None
    fleet.ats["globex"].put(9)
    assert (await host.run("globex")).outcomes == {"created": 1}


async def test_an_ats_is_told_that_nobody_waits_for_the_list_of_a_run(fleet: Fleet, host: Host) -> None:
    await host.run()
    await Refresher(fleet.ats.__getitem__, host.jobs, IntegrationStore(host.database)).refresh("acme")
    assert fleet.ats["acme"].unattended == [True, False]


async def test_what_fails_is_tried_again_later_each_time_and_what_is_declined_is_not(fleet: Fleet, host: Host) -> None:
    fleet.ats["acme"].broken = {"1": Unreachable("down", service="Shelf"), "2": Refused("never", service="Shelf")}
    assert (await host.run()).outcomes == {"failed": 2, "created": 1, "refused": 2}
    assert await host.outcomes(1, 2) == [("failed", "unreachable"), ("failed", "refused")]
    gaps = []
    for _ in range(4):
        waited = 0
        while not (run := await host.run()).evaluated:
            fleet.clock.turn(EVERY)
            waited += 1
        gaps.append(waited)
        assert run.outcomes == {"failed": 1}
    assert gaps == [1, 2, 4, 8]
    fleet.ats["acme"].broken = {}
    fleet.clock.turn(timedelta(hours=1))
    assert (await host.run()).outcomes == {"created": 1}
    assert await fleet.in_target() == ["acme:1", "acme:3"]
    fleet.ats["acme"].put(2, description="<p>Weekends</p>")
    assert (await host.run()).outcomes == {"created": 1}


async def test_a_clock_that_was_a_day_ahead_delays_no_second_try(fleet: Fleet, host: Host) -> None:
    fleet.ats["acme"].broken = {"1": Unreachable("down", service="Shelf")}
    fleet.clock.turn(timedelta(days=1))
    await host.run()
    fleet.clock.turn(-timedelta(days=1))
    assert (await host.run()).outcomes == {"failed": 1}


async def test_a_target_that_is_down_ends_the_run_before_every_job_has_failed(tmp_path: Path) -> None:
    async def down(*_: object) -> None:
        raise Unreachable("Tenzo does not answer", service="Tenzo")

    async with open_fleet(tmp_path, wrap=lambda local: WrappedTarget(local, before_find=down)) as fleet, fleet.host() as host:
        fleet.ats["acme"].put(*range(30))
        await host.save(ICU)
        run = await host.run()
        assert run.error is not None
        assert run.error.code == "unreachable"
        assert run.outcomes.keys() == {"failed"}
        assert run.outcomes["failed"] in {5, 6}  # five in a row, and the one beside the fifth where it had begun
        async with fleet.host(target=fleet.local) as mended:
            fleet.clock.turn(EVERY)
            assert (await mended.run()).outcomes == {"created": 30}


async def test_a_job_that_faults_stands_in_nobodys_way(fleet: Fleet, host: Host) -> None:
    fleet.ats["acme"].broken = {"2": ZeroDivisionError("our fault")}
    run = await host.run()
    assert (run.outcomes, run.error) == ({"created": 2, "failed": 1, "refused": 2}, None)
    assert await host.outcomes(2) == [("failed", "fault")]


async def test_a_job_that_is_gone_is_left_alone(fleet: Fleet, host: Host) -> None:
    await host.run()
    del fleet.ats["acme"].jobs["3"]
    await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
    assert (await host.run()).outcomes == {"refused": 2, "updated": 2}
    assert fleet.ats["acme"].read[3:].count("3") == 1  # whether it is really gone, and never again
    assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3"]


async def test_a_read_only_integration_is_refreshed_and_never_synced(fleet: Fleet, host: Host) -> None:
    fleet.read_only = {"acme"}
    run = await host.run()
    assert (run.refreshed, run.evaluated, run.outcomes, run.error) == (5, 0, {}, None)
    assert (await fleet.in_target(), await host.ledger.audit.entries()) == ([], ())


async def test_what_was_undone_is_not_done_again_by_itself(fleet: Fleet, host: Host) -> None:
    await host.run()
    await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
    await host.run()
    dana, undo = Actor("dana"), Undo(host.pipeline)
    for number in ("1", "2"):
        (updated, *_) = await host.ledger.journal.of_job("acme", number)
        assert (await undo.undo(dana, updated.id)).outcome == "updated"
    await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Mercy/ICU"),)))
    assert (await host.run()).outcomes == {"refused": 4, "updated": 1}
    assert await host.outcomes(1, 2, 3) == [("refused", "undone"), ("refused", "undone"), ("updated", None)]
    assert (await host.run()).outcomes == {}
    fleet.ats["acme"].put(1, name="ICU lead")
    assert (await host.run()).outcomes == {"updated": 1}
    assert (await host.pipeline.sync(dana, "acme", "2")).outcome == "updated"
    await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
    assert (await host.run()).outcomes == {"refused": 2, "updated": 3}


async def test_a_person_and_the_timer_write_a_job_once(fleet: Fleet, host: Host) -> None:
    manual = host.pipeline.sync(Actor("dana"), "acme", "1")
    run, by_hand = await asyncio.gather(host.run(), manual)
    assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3"]
    assert run.error is None
    assert by_hand.outcome in {"created", "unchanged", "busy"}


async def test_what_the_sync_itself_reads_is_no_change_that_calls_for_another(fleet: Fleet, host: Host) -> None:
    """A list says less than a single read: the first sync brings the rest into the cache, and must not be followed by a second."""
    listed = replace(fleet.ats["acme"].jobs["1"], description=None, not_loaded=("description",))
    whole = fleet.ats["acme"].jobs["1"]
    fleet.ats["acme"].jobs = {"1": listed}
    shelf = fleet.ats["acme"]

    async def single(job_id: str) -> object:
        shelf.read.append(job_id)
        return whole

    shelf.job = single  # type: ignore[method-assign,assignment]
    assert (await host.run()).outcomes == {"created": 1}
    assert [(await host.run()).evaluated for _ in range(2)] == [0, 0]


async def test_a_field_that_the_list_leaves_out_is_read_before_a_job_is_refused(
    fleet: Fleet, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = fleet.ats["acme"]
    shelf.describe_singly()
    monkeypatch.setattr("jobsync_tui.backend.automatic.run.MOST", 3)
    await host.save(Rule("nights", "Nights", Leaf("description", Op.CONTAINS, "nights"), ICU.actions))
    first, second, third = [await host.run() for _ in range(3)]
    assert (first.outcomes, second.outcomes, third.evaluated) == ({"created": 3}, {"created": 2}, 0)
    assert sorted(shelf.read) == sorted(["1", "2", "3", "4", "5"] * 2)  # once to evaluate, once to sync


async def test_a_job_that_was_not_found_once_is_synced_when_the_list_has_it_again(fleet: Fleet, host: Host) -> None:
    shelf = fleet.ats["acme"]
    away = shelf.jobs["2"]
    keep = shelf.job

    async def lagging(job_id: str) -> object:
        return None if job_id == "2" else await keep(job_id)

    shelf.job = lagging  # type: ignore[method-assign,assignment]
    assert (await host.run()).outcomes == {"created": 2, "not_found": 1, "refused": 2}
    del shelf.jobs["2"]
    fleet.clock.turn(EVERY)
    assert (await host.run()).evaluated == 0
    shelf.jobs["2"], shelf.job = away, keep  # type: ignore[method-assign]
    fleet.clock.turn(EVERY)
    assert (await host.run()).outcomes == {"created": 1}
    assert await fleet.in_target() == ["acme:1", "acme:2", "acme:3"]


async def test_asked_to_stop_it_ends_what_it_has_begun(tmp_path: Path) -> None:
    stop = asyncio.Event()

    async def asked(*_: object) -> None:
        stop.set()

    async with open_fleet(tmp_path, wrap=lambda local: WrappedTarget(local, before_create=asked)) as fleet, fleet.host() as host:
        fleet.ats["acme"].put(*range(10))
        await host.save(ICU, REST)
        run = await host.run(stop=stop)
        assert run.outcomes == {"created": 2}  # as many as go side by side
        assert [row.outcome for row in await host.ledger.audit.entries()] == ["created", "created"]
        assert await host.ledger.leases.all() == ()
        assert (await host.run()).outcomes == {"created": 8}


@pytest.mark.parametrize("status", [SyncStatus.CHANGED, SyncStatus.SYNCED])
async def test_a_change_in_the_middle_of_its_sync_is_not_lost(fleet: Fleet, host: Host, status: SyncStatus) -> None:
    """The job changes in the cache between its sync and the decision on it, in a field that is synced, or in one that only rules see."""
    changed = {"description": "<p>Days</p>"} if status is SyncStatus.CHANGED else {"client": "Mercy"}
    keep = host.decisions.synced

    async def late(*args: object) -> None:
        if (await host.jobs.sync_state("acme", "1")) is not None:
            fleet.ats["acme"].put(1, **changed)
            await host.jobs.put(fleet.ats["acme"].jobs["1"], fleet.clock.now())
        await keep(*args)  # type: ignore[arg-type]

    host.decisions.synced = late  # type: ignore[method-assign,assignment]
    await host.save(ICU, Rule("mercy", "Mercy", Leaf("client", Op.EQUALS, "Mercy"), (Action(ActionKind.SETTING, "x", "voice"),)))
    fleet.ats["acme"].jobs = {"1": fleet.ats["acme"].jobs["1"]}
    await host.run()
    host.decisions.synced = keep  # type: ignore[method-assign]
    assert (await host.run()).outcomes == {"updated": 1}


async def test_a_job_that_its_ats_gives_under_another_id_is_read_once(fleet: Fleet, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by an ATS that takes any spelling of an id: no second job comes of it, and the job is not asked for again in each run."""
    shelf = fleet.ats["acme"]
    shelf.describe_singly()
    await host.save(Rule("nights", "Nights", Leaf("description", Op.CONTAINS, "nights"), ICU.actions))
    shelf.jobs = {"1": shelf.jobs["1"]}

    async def single(job_id: str) -> object:
        shelf.read.append(job_id)
        return replace(shelf.jobs["1"], id="ONE", not_loaded=())

    monkeypatch.setattr(shelf, "job", single)
    await host.run()
    assert shelf.read == ["1"]
    job = await host.jobs.get("acme", "1")
    assert job is not None
    assert job.sync_status is SyncStatus.GONE
    assert await host.jobs.get("acme", "ONE") is None
