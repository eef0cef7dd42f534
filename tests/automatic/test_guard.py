"""What stops an integration until a person says so: rules that would write too much, and credentials that are refused."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import CredentialsRejected, StorageError
from jobsync_tui.backend.core.models import Action, ActionKind, AutomaticRun, HoldKind, Leaf, Op, Rule
from jobsync_tui.backend.database import Db
from jobsync_tui.backend.storage.automatic.decisions import DecisionStore
from jobsync_tui.backend.storage.automatic.tables import RunRow
from jobsync_tui.backend.sync.guard import too_many
from tests.support.fleet import EVERY, ICU, Fleet, Host, open_fleet
from tests.support.sabotage import sabotage
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")

EVERYTHING = Rule("all", "Everything", None, (Action(ActionKind.GENERATION_TEMPLATE, "General screen"),))


def code(run: AutomaticRun) -> str | None:
    return run.error.code if run.error is not None else None


@pytest.fixture
async def wide(fleet: Fleet, host: Host) -> Host:
    """Forty drivers that no rule matches, met by a run; then a rule that matches everything."""
    fleet.ats["acme"].put(*range(100, 140), name="Driver")
    await host.run()
    await host.save(ICU, EVERYTHING)
    return host


async def test_rules_that_would_write_too_much_wait_for_a_person(fleet: Fleet, wide: Host, caplog: pytest.LogCaptureFixture) -> None:
    run = await wide.run()
    assert (code(run), run.outcomes) == ("guard", {})
    hold = await wide.schedule.held("acme")
    assert hold is not None
    assert (hold.kind, "42 of 45 jobs" in hold.message, "r2" in hold.message) == (HoldKind.GUARD, True, True)
    fleet.clock.turn(EVERY)
    assert code(await wide.run()) == "guard"
    assert len(await fleet.in_target()) == 3
    rows = await wide.ledger.audit.entries()
    assert [(row.actor, row.action, row.outcome, row.integration) for row in rows[:2]] == [
        ("auto", "auto", "held", "acme"),
        ("auto", "sync", "created", "acme"),
    ]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1
    assert (await wide.schedule.states(["acme"]))[0].next_run is None


async def test_a_person_lets_these_rules_pass_and_no_others(fleet: Fleet, wide: Host) -> None:
    await wide.run()
    assert await wide.schedule.release("acme", HoldKind.CREDENTIALS) is None
    await wide.schedule.release("acme", HoldKind.GUARD, accept=True)
    assert (await wide.run()).outcomes == {"created": 42}
    await wide.save(ICU, replace(EVERYTHING, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
    assert code(await wide.run()) == "guard"


async def test_other_rules_are_looked_at_anew(fleet: Fleet, wide: Host) -> None:
    assert code(await wide.run()) == "guard"
    await wide.save(ICU, Rule("five", "Job 5", Leaf("id", Op.EQUALS, "5"), EVERYTHING.actions))
    run = await wide.run()
    assert (code(run), run.outcomes["created"]) == (None, 1)
    assert await wide.schedule.held("acme") is None


async def test_new_jobs_are_no_change_of_rules(fleet: Fleet, host: Host) -> None:
    await host.run()
    fleet.ats["acme"].put(*range(100, 140))
    assert (await host.run()).outcomes == {"created": 40}


async def test_a_first_run_has_nothing_to_compare_with(fleet: Fleet, host: Host) -> None:
    fleet.most_changes = 0
    assert (await host.run()).outcomes == {"created": 3, "refused": 2}


@pytest.mark.parametrize(
    ("written", "cached", "most", "asks"),
    [
        (20, 30, 200, False),
        (21, 30, 200, True),
        (21, 200, 200, False),
        (41, 200, 200, True),
        (200, 10_000, 200, False),
        (201, 10_000, 200, True),
        (1, 10_000, 0, True),
        (0, 10, 0, False),
    ],
)
def test_how_much_is_too_much(written: int, cached: int, most: int, asks: bool) -> None:
    assert too_many([object()] * written, cached, most) is asks  # type: ignore[list-item]


async def test_refused_credentials_stop_one_integration_with_one_loud_word(
    fleet: Fleet, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    fleet.ats["acme"].trouble = CredentialsRejected("Shelf refused the key (401)", service="Shelf", remedy="Renew it.")
    run = await host.run(on_schedule=True)
    assert (code(run), run.skipped) == ("credentials_rejected", False)
    for _ in range(3):
        fleet.clock.turn(EVERY)
        run = await host.run(on_schedule=True)
        assert (code(run), run.skipped) == ("credentials", True)
    assert fleet.ats["acme"].listed == 1
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1
    assert [(row.outcome, row.cause) for row in await host.ledger.audit.entries()] == [("held", "Shelf refused the key (401)")]
    fleet.ats["globex"].put(1)
    assert (await host.run("globex")).outcomes == {"created": 1}
    fleet.ats["acme"].trouble = None
    await host.schedule.release("acme", HoldKind.CREDENTIALS)
    assert (await host.run()).outcomes == {"created": 3, "refused": 2}


async def test_a_target_that_refuses_its_key_stops_the_run_at_once(tmp_path: Path) -> None:
    async def refuse(*_: object) -> None:
        raise CredentialsRejected("Tenzo refused the key (401)", service="Tenzo")

    async with open_fleet(tmp_path, wrap=lambda local: WrappedTarget(local, before_find=refuse)) as fleet, fleet.host() as host:
        fleet.ats["acme"].put(*range(30))
        await host.save(ICU)
        run = await host.run()
        assert (code(run), run.outcomes) == ("credentials_rejected", {"failed": 2})
        assert (await host.run()).skipped


async def test_the_guard_counts_for_each_integration_by_itself(fleet: Fleet, wide: Host) -> None:
    fleet.ats["globex"].put(1, 2, name="Driver")
    ours, theirs = await asyncio.gather(wide.run("acme"), wide.run("globex"))
    assert (code(ours), code(theirs), theirs.outcomes) == ("guard", None, {"created": 2})


async def test_a_run_that_cannot_keep_why_it_stops_has_an_end_all_the_same(fleet: Fleet, host: Host) -> None:
    await host.database.write(sabotage, "INSERT ON audit")
    fleet.ats["acme"].trouble = CredentialsRejected("Shelf refused the key (401)", service="Shelf", remedy="Renew it.")
    run = await host.run(on_schedule=True)
    assert (code(run), run.skipped) == ("credentials_rejected", False)
    assert await host.database.read(_ends) == ["credentials_rejected"]


async def test_what_a_run_did_is_kept_where_its_last_look_fails(fleet: Fleet, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: DecisionStore, integration: str) -> tuple[str, ...]:
        raise StorageError(f"The database failed for {integration}")

    monkeypatch.setattr(DecisionStore, "refused_as_reused", fail)
    run = await host.run()
    assert (run.outcomes, run.evaluated, code(run)) == ({"created": 3, "refused": 2}, 5, "storage")
    assert await host.database.read(_ends) == ["storage"]


def _ends(db: Db) -> list[str | None]:
    return [row.outcome for row in RunRow.select().execute(db)]
