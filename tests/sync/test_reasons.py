"""Why a person acted stands in the record with what they did, through every end of it, and is part of what the chain holds together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobsync_tui.backend.core.errors import AnswerLost
from jobsync_tui.backend.core.models import Outcome
from jobsync_tui.backend.core.reasons import acting_because
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from jobsync_tui.backend.storage.ledger.tables import AuditRow
from jobsync_tui.backend.sync.recovery import Recovery
from tests.support.sync_bench import ALICE, SETTLE, SHELF, Bench, a_job
from tests.support.wrapped_target import WrappedTarget

pytestmark = pytest.mark.usefixtures("on_each_database")


async def test_a_sync_a_refusal_and_a_prune_say_why_and_what_has_no_reason_says_none(bench: Bench) -> None:
    bench.ats.put(a_job("2", name="Porter", status="closed"))
    with acting_because("TICKET-42: night shift reopened"):
        written = await bench.pipeline.sync(ALICE, SHELF, "1")
        refused = await bench.pipeline.sync(ALICE, SHELF, "2")
    silent = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (written.outcome, refused.outcome, silent.outcome) == (Outcome.CREATED, Outcome.REFUSED, Outcome.UNCHANGED)
    assert (written.reason, refused.reason, silent.reason) == ("TICKET-42: night shift reopened",) * 2 + (None,)
    rows = await bench.ledger.audit.entries()
    assert [row.reason for row in rows] == [None, "TICKET-42: night shift reopened", "TICKET-42: night shift reopened"]
    with acting_because("a year is enough"):
        await bench.ledger.prune(bench.clock.time - timedelta(days=365), "alice")
    assert (await bench.ledger.audit.entries(limit=1))[0].reason == "a year is enough"
    assert (await bench.ledger.audit.verify()).ok


async def test_what_was_lost_and_is_settled_by_somebody_else_keeps_its_own_reason(bench: Bench) -> None:
    async def lose(*_: object) -> None:
        raise AnswerLost("Tenzo: the connection broke", service="Tenzo")

    with acting_because("asked for by phone"):
        result = await bench.another(WrappedTarget(bench.local, after_create=lose)).sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.UNKNOWN
    bench.clock.turn(SETTLE)

    async def sleep(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    with acting_because("tidying up"):
        await Recovery(bench.parts, sleep).recover(wait=False)
    (row,) = await bench.ledger.audit.entries()
    assert (row.outcome, row.reason) == ("created", "asked for by phone")
    assert (await bench.ledger.audit.verify()).ok


@pytest.mark.parametrize("forged", ["something else", None])
async def test_a_reason_that_is_changed_or_taken_out_breaks_the_chain(bench: Bench, forged: str | None) -> None:
    await bench.ledger.audit.record(NewEntry(actor="alice", action="sync", at=bench.clock.time, outcome="created", reason="as told"))
    assert (await bench.ledger.audit.verify()).ok
    await bench.database.write(lambda db: AuditRow.update({AuditRow.reason: forged}).execute(db))
    assert (await bench.ledger.audit.verify()).first_bad == 1


async def test_so_does_one_that_is_put_in(bench: Bench) -> None:
    await bench.ledger.audit.record(NewEntry(actor="alice", action="sync", at=bench.clock.time, outcome="created"))
    await bench.database.write(lambda db: AuditRow.update({AuditRow.reason: "because"}).execute(db))
    assert (await bench.ledger.audit.verify()).first_bad == 1
