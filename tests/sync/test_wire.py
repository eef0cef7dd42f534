"""The requests and answers of a sync are kept with its row in the record: those that went out, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.core.models import Outcome, SyncResult, WireExchange
from jobsync_tui.backend.storage.ledger.wire import WireStore
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.backend.sync.undo import Undo
from jobsync_tui.backend.sync.wire_log import WireLog
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job, open_bench
from tests.support.tenzo_server import KEY, Fault, TenzoServer, serving
from tests.sync.test_http_faults import WiredAts, bench, server

__all__ = ["bench", "server"]


async def sync(bench: Bench) -> SyncResult:
    return await bench.pipeline.sync(ALICE, SHELF, "1")


async def of(bench: Bench, reference: str) -> tuple[WireExchange, ...]:
    """Return what is kept by an operation or a number."""
    await bench.parts.wire.flush()
    store = WireStore(bench.database)
    entry = await store.entry(reference)
    assert entry is not None
    return await store.of(entry.seq, bench.parts.wire.since)


def lines(exchanges: tuple[WireExchange, ...]) -> list[str]:
    """Return methods and addresses as the server notes them."""
    return [f"{each.method} {each.path}{each.url[each.url.index(each.path) + len(each.path) :]}" for each in exchanges]


@pytest.mark.usefixtures("on_each_database")
async def test_every_request_of_a_sync_is_kept_as_it_was_sent_and_answered(bench: Bench, server: TenzoServer) -> None:
    result = await sync(bench)
    assert result.outcome is Outcome.CREATED
    found = await of(bench, str(result.operation_id))
    assert sorted(lines(found)) == sorted(server.requests)
    created = next(each for each in found if each.method == "POST")
    assert created.status == 201
    assert created.request.headers["Idempotency-Key"] == result.operation_id
    assert created.request.headers["Authorization"] == "***"
    assert '"external_id":"shelf:1"' in created.request.body
    assert created.answer is not None
    assert '"shelf:1"' in created.answer.body
    assert KEY not in repr(found)


async def test_a_write_whose_answer_was_lost_shows_its_request_and_the_later_look_up(bench: Bench, server: TenzoServer) -> None:
    await sync(bench)
    bench.ats.put(a_job("1", name="ICU changed"))
    server.faults.extend([None, Fault.RESET_AFTER])
    result = await sync(bench)
    assert result.outcome is Outcome.UNKNOWN
    (_, patch) = await of(bench, str(result.operation_id))
    assert (patch.method, patch.status, patch.answer) == ("PATCH", None, None)
    assert patch.error

    async def turn(seconds: float) -> None:
        bench.clock.turn(timedelta(seconds=seconds))

    await Recovery(bench.parts, turn).recover()
    looked_up = (await of(bench, str(result.operation_id)))[2:]
    assert [each.method for each in looked_up] == ["GET"]


async def test_each_try_is_one_of_its_own(bench: Bench, server: TenzoServer) -> None:
    await sync(bench)
    bench.ats.put(a_job("1", name="ICU changed"))
    server.faults.extend([Fault.UNAVAILABLE, Fault.RATE_LIMITED])
    result = await sync(bench)
    assert [each.status for each in await of(bench, str(result.operation_id))] == [503, 429, 200, 200, 200]


async def test_a_refused_redirect_is_kept_and_so_is_a_failure_before_any_write(bench: Bench, server: TenzoServer) -> None:
    server.faults.append(Fault.REDIRECT)
    result = await sync(bench)
    assert (result.outcome, result.operation_id) == (Outcome.FAILED, None)
    number = (await bench.ledger.audit.entries())[0].seq
    (found,) = await of(bench, str(number))
    assert found.status in range(300, 400)
    assert found.answer is not None
    assert "location" in found.answer.headers


async def test_what_went_to_the_ats_is_kept_too(bench: Bench, server: TenzoServer) -> None:
    with serving() as shelf:
        ats = WiredAts(shelf)
        job_id = shelf.add(name="ICU Nurse")
        bench.parts = replace(bench.parts, adapter=lambda _: ats)
        result = await Pipeline(bench.parts).sync(ALICE, SHELF, job_id)
        found = await of(bench, str(result.operation_id))
        await ats.connection.http.close()
    assert found[0].service == "Shelf"
    assert found[0].path == f"/v1/jobs/{job_id}"
    assert {each.service for each in found} == {"Shelf", "Tenzo"}


async def test_an_undo_has_its_own(bench: Bench) -> None:
    await sync(bench)
    bench.ats.put(a_job("1", name="ICU changed"))
    changed = await sync(bench)
    undone = await Undo(bench.pipeline).undo(ALICE, str(changed.operation_id))
    assert [each.method for each in await of(bench, str(undone.operation_id))] == ["GET", "PATCH", "GET"]


async def test_a_sync_that_changes_nothing_keeps_nothing(bench: Bench) -> None:
    await sync(bench)
    assert (await sync(bench)).outcome is Outcome.UNCHANGED
    number = (await bench.ledger.audit.entries())[0].seq
    assert await of(bench, str(number)) == ()


@pytest.mark.usefixtures("on_each_database")
async def test_what_is_older_than_it_is_kept_is_gone(bench: Bench) -> None:
    result = await sync(bench)
    bench.clock.turn(timedelta(days=14, seconds=5))
    assert await of(bench, str(result.operation_id)) == ()
    store = WireStore(bench.database)
    assert await store.forget(bench.clock.now() - timedelta(days=15)) == 0
    bench.ats.put(a_job("1", name="ICU changed"))
    await sync(bench)
    await bench.parts.wire.flush()
    assert await store.forget(bench.parts.wire.since) == 0, "what is old went when the next was kept"
    assert await store.forget(bench.clock.now() + timedelta(days=1)) > 0


async def test_nothing_is_kept_where_the_configuration_says_so(bench: Bench) -> None:
    store = WireStore(bench.database)
    bench.parts = replace(bench.parts, wire=WireLog(store, lambda: None, bench.clock.now))
    await Pipeline(bench.parts).sync(ALICE, SHELF, "1")
    await bench.parts.wire.flush()
    assert await store.forget(bench.clock.now() + timedelta(days=1)) == 0


async def test_calls_of_the_local_target_are_kept_in_the_same_shape(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        result = await sync(bench)
        found = await of(bench, str(result.operation_id))
    assert [each.method for each in found] == ["find", "create", "get"]
    assert found[1].status is None
    assert found[1].error is None
    assert found[1].answer is not None
    assert str(result.target_id) in found[1].answer.body
    assert "ICU" in found[1].request.body
