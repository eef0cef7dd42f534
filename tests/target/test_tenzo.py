"""The HTTP target against an independent server over real sockets."""

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import (
    AnswerLost,
    ConfigError,
    Conflict,
    CredentialsRejected,
    JobsyncError,
    RateLimited,
    Refused,
    RemoteGone,
    UnexpectedAnswer,
    Unreachable,
)
from jobsync_tui.backend.target.base import Catalog
from jobsync_tui.backend.target.tenzo import TenzoTarget
from jobsync_tui.backend.target.wire_mapping import WireMapping
from jobsync_tui.testing.clockwork import Clockwork
from tests.support.tenzo_server import Fault, TenzoServer
from tests.support.tenzo_session import tenzo

KEY = "01JDQ7M2V6K3N8T4W9X5Y1Z0AB"


async def test_creates_reads_finds_and_updates(target: TenzoTarget, server: TenzoServer) -> None:
    created = await target.create("s:1", {"name": "ICU", "settings": {"voice": "calm"}}, idempotency_key=KEY)
    assert (created.external_id, created.version, created.etag) == ("s:1", "1", 'W/"1"')
    assert await target.get(created.id) == created
    assert await target.find("s:1") == (replace(created, etag=None),)
    updated = await target.update(created.id, {"name": "ICU two", "settings": {"voice": None, "language": "en"}}, etag=created.etag)
    assert dict(updated.fields) == {"name": "ICU two", "settings": {"language": "en"}}
    assert server.jobs[created.id]["candidates"] == []


async def test_same_key_creates_nothing_twice(target: TenzoTarget, server: TenzoServer) -> None:
    first = await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY)
    assert await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY) == first
    assert len(server.jobs) == 1
    with pytest.raises(Conflict, match="key was used"):
        await target.create("s:1", {"name": "other"}, idempotency_key=KEY)


async def test_a_target_that_ignores_the_filter_does_not_mislead(target: TenzoTarget, server: TenzoServer) -> None:
    server.add(name="somebody's", external_id="s:2")
    server.listing = lambda query: (200, {"data": list(server.jobs.values())}, {})  # type: ignore[method-assign]
    assert await target.find("s:1") == ()


async def test_errors_say_what_to_do(target: TenzoTarget, server: TenzoServer) -> None:
    with pytest.raises(RemoteGone):
        await target.update("tz_404", {"name": "x"}, etag=None)
    job_id = server.add(name="ICU")
    with pytest.raises(Conflict, match="not as you read it"):
        await target.update(job_id, {"name": "x"}, etag='W/"9"')
    with pytest.raises(Refused, match="not yours"):
        await target.update(job_id, {"candidates": []}, etag=None)
    assert server.operations == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RESET_BEFORE, AnswerLost),
        (Fault.RESET_AFTER, AnswerLost),
        (Fault.ERROR_500_BEFORE, AnswerLost),
        (Fault.ERROR_500_AFTER, AnswerLost),
        (Fault.UNAVAILABLE, AnswerLost),
        (Fault.TRUNCATED, AnswerLost),
        (Fault.WEB_PAGE, AnswerLost),
        (Fault.EMPTY_OBJECT, AnswerLost),
        (Fault.REDIRECT, AnswerLost),
        (Fault.UNAUTHORIZED, CredentialsRejected),
        (Fault.UNPROCESSABLE, Refused),
    ],
)
async def test_a_write_is_sent_once_and_an_unclear_end_is_said(
    target: TenzoTarget, server: TenzoServer, fault: Fault, error: type[JobsyncError]
) -> None:
    server.faults.append(fault)
    with pytest.raises(error) as raised:
        await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY)
    assert type(raised.value) is error
    assert server.requests == ["POST /v1/jobs"]
    assert "tenzo_pk" not in str(raised.value)


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.ERROR_500_BEFORE, Fault.UNAVAILABLE, Fault.RATE_LIMITED, Fault.TRUNCATED])
async def test_a_read_is_tried_again(target: TenzoTarget, server: TenzoServer, clockwork: Clockwork, fault: Fault) -> None:
    server.faults.extend([fault, fault])
    assert await target.find("s:1") == ()
    assert len(server.requests) == 3
    assert len(clockwork.slept) >= 1


async def test_a_throttled_write_waits_and_goes_out(target: TenzoTarget, server: TenzoServer) -> None:
    server.faults.append(Fault.RATE_LIMITED)
    assert (await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY)).id == "tz_1"
    server.faults.extend([Fault.RATE_LIMITED] * 10)
    with pytest.raises(RateLimited):
        await target.create("s:2", {"name": "ICU"}, idempotency_key=KEY)
    assert len(server.jobs) == 1


async def test_what_is_no_job_is_said(target: TenzoTarget, server: TenzoServer) -> None:
    for fault in (Fault.WEB_PAGE, Fault.EMPTY_OBJECT):
        server.faults.append(fault)
        with pytest.raises(UnexpectedAnswer):
            await target.find("s:1")
    server.jobs["odd"] = {"id": "odd", "version": 1, "settings": [1]}
    with pytest.raises(UnexpectedAnswer, match="settings of the job odd"):
        await target.get("odd")


async def test_a_listing_in_a_circle_ends(target: TenzoTarget, server: TenzoServer) -> None:
    server.add(name="one")
    server.listing = lambda query: (200, {"data": [], "next": "again"}, {})  # type: ignore[method-assign]
    with pytest.raises(UnexpectedAnswer, match="circle"):
        [job async for job in target.jobs()]


async def test_lists_that_are_missing_are_not_checked(target: TenzoTarget, server: TenzoServer) -> None:
    server.folders, server.missing_lists = ["Ohio"], {"templates", "users"}
    assert await target.catalog() == Catalog(None, frozenset({"Ohio", "folders_0"}), None)


async def test_nobody_there_is_no_lost_answer(clockwork: Clockwork) -> None:
    target = tenzo("http://127.0.0.1:9", clockwork)
    with pytest.raises(Unreachable) as raised:
        await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY)
    assert not isinstance(raised.value, AnswerLost)
    await target.close()


async def test_a_wrong_key_is_said_without_showing_it(server: TenzoServer, clockwork: Clockwork) -> None:
    target = tenzo(server.url, clockwork, key="tenzo_pk_wrong_wrong_wrong")
    with pytest.raises(CredentialsRejected, match="not valid") as raised:
        await target.test()
    assert "wrong_wrong" not in f"{raised.value} {raised.value.remedy}"
    await target.close()


async def test_names_on_the_wire_are_configuration(server: TenzoServer, clockwork: Clockwork) -> None:
    mapping = WireMapping.from_options({"idempotency_header": "X-Once", "field_names": {"name": "title"}, "version_field": "rev"})
    target = tenzo(server.url, clockwork, mapping)
    server.jobs["tz_9"] = {"id": "tz_9", "rev": "abc", "version": 1, "title": "ICU", "name": "not this"}
    found = await target.get("tz_9")
    assert found is not None
    assert (found.version, dict(found.fields)) == ("abc", {"name": "ICU"})
    with pytest.raises(Refused, match="Idempotency-Key"):
        await target.create("s:1", {"name": "ICU"}, idempotency_key=KEY)
    assert server.seen[-1][2]["x-once"] == KEY
    assert b'"title":"ICU"' in server.seen[-1][3]
    await target.close()


@pytest.mark.parametrize(
    "options",
    [
        {"nonsense": "x"},
        {"jobs_path": 3},
        {"jobs_path": ""},
        {"field_names": "x"},
        {"field_names": {"candidates": "x"}},
        {"field_names": {"name": 1}},
        {"field_names": {"name": "folder"}},
    ],
)
def test_a_wrong_mapping_is_a_configuration_error(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"target\.wire"):
        WireMapping.from_options(options)
