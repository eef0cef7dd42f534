"""The automatic sync closes what closed in the ATS where it may, once, and asks a person where it is much."""

from __future__ import annotations

from jobsync_tui.backend.core.models import JobStatus, SyncStatus
from jobsync_tui.backend.sync.undo import Undo
from tests.support.fleet import Fleet, Host
from tests.support.sync_bench import ALICE


async def status(fleet: Fleet, number: int) -> object:
    (job,) = await fleet.local.find(f"acme:{number}")
    return job.fields["status"]


def close(fleet: Fleet, *numbers: int) -> None:
    fleet.ats["acme"].put(*numbers, name="Driver", status=JobStatus.CLOSED)


async def test_what_closed_and_what_vanished_is_closed_once(fleet: Fleet, host: Host) -> None:
    fleet.closing = True
    await host.run()
    close(fleet, 1)
    del fleet.ats["acme"].jobs["2"]
    assert (await host.run()).outcomes["updated"] == 2
    assert [await status(fleet, number) for number in (1, 2, 3)] == ["closed", "closed", "open"]
    operations = len(await host.ledger.audit.entries())
    for _ in range(2):
        assert "updated" not in (await host.run()).outcomes
    assert len(await host.ledger.audit.entries()) == operations
    gone = await host.jobs.get("acme", "2")
    assert gone is not None
    assert gone.sync_status is SyncStatus.GONE


async def test_without_the_word_nothing_is(fleet: Fleet, host: Host) -> None:
    await host.run()
    close(fleet, 1)
    assert "updated" not in (await host.run()).outcomes
    assert await status(fleet, 1) == "open"


async def test_what_somebody_changed_is_refused_once_and_waits_for_a_person(fleet: Fleet, host: Host) -> None:
    fleet.closing = True
    await host.run()
    (job,) = await fleet.local.find("acme:1")
    await fleet.local.edit(job.id, {"department": "Elsewhere"})
    close(fleet, 1)
    await host.run()
    assert await host.outcomes(1) == [("refused", "changed_since")]
    rows = len(await host.ledger.audit.entries())
    await host.run()
    assert len(await host.ledger.audit.entries()) == rows
    assert await status(fleet, 1) == "open"


async def test_too_many_at_once_wait_for_a_person(fleet: Fleet, host: Host) -> None:
    fleet.closing = True
    await host.run()
    fleet.most_changes = 1
    close(fleet, 1, 2)
    run = await host.run()
    assert run.error is not None
    assert run.error.code == "guard"
    assert "2 of them because they closed" in run.error.message
    assert await status(fleet, 1) == "open"


async def test_one_whose_closing_was_taken_back_stays_open(fleet: Fleet, host: Host) -> None:
    fleet.closing = True
    await host.run()
    close(fleet, 1)
    await host.run()
    (row,) = [each for each in await host.ledger.audit.entries() if each.outcome == "updated"]
    await Undo(host.pipeline).undo(ALICE, str(row.operation_id))
    assert await status(fleet, 1) == "open"
    for _ in range(2):
        await host.run()
    assert await status(fleet, 1) == "open"
