"""What a session makes of good and bad answers, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import (
    AnswerLost,
    Conflict,
    CredentialsRejected,
    PermissionMissing,
    RateLimited,
    Refused,
    RemoteError,
    RemoteGone,
    UnexpectedAnswer,
    Unreachable,
)
from jobsync_tui.backend.http import HeaderAuth, Reply
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, AtsServer
from jobsync_tui.testing.clockwork import Clockwork
from jobsync_tui.testing.stage import FAST
from tests.http.conftest import SECRET, Connect


async def test_a_request_arrives_as_it_was_meant(server: AtsServer, connect: Connect) -> None:
    reply = await connect().get("jobs", params={"a": "x y&z", "b": True, "c": None, "d": 3, "e": ["1", "2"]})
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("GET", "/base/jobs")
    assert asked.query == {"a": "x y&z", "b": "true", "d": "3", "e": "2"}
    assert asked.headers["x-api-key"] == SECRET
    assert asked.headers["accept"] == "application/json"
    assert reply.url == f"{server.url}/base/jobs"
    assert reply.service == "Acme"


async def test_bodies(server: AtsServer, connect: Connect) -> None:
    http = connect()
    await http.post("a", json={"k": "ä"})
    await http.post("b", form={"k": "v w"})
    await http.send("PATCH", "c", json=[1], headers={"If-Match": "7"})
    assert [asked.body for asked in server.asked] == ['{"k":"ä"}'.encode(), b"k=v+w", b"[1]"]
    assert server.asked[0].headers["content-type"] == "application/json"
    assert server.asked[1].headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.asked[2].headers["if-match"] == "7"


async def test_connections_are_kept(server: AtsServer, connect: Connect) -> None:
    http = connect()
    for _ in range(3):
        await http.get("jobs")
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, CredentialsRejected),
        (403, PermissionMissing),
        (404, RemoteGone),
        (409, Conflict),
        (412, Conflict),
        (422, Refused),
        (501, Unreachable),
        (304, UnexpectedAnswer),
    ],
)
async def test_a_status_has_its_error(server: AtsServer, connect: Connect, status: int, error: type[RemoteError]) -> None:
    server.inject(Answer({"message": "because"}, status=status), times=faults.MANY)
    with pytest.raises(error) as caught:
        await connect().get("jobs")
    assert type(caught.value) is error
    assert caught.value.service == "Acme"
    assert "Acme" in caught.value.message


async def test_an_accepted_status_comes_back(server: AtsServer, connect: Connect) -> None:
    server.inject(Answer({"message": "none"}, status=404))
    assert (await connect().get("jobs", accept={404})).status == 404


async def test_not_found_by_a_web_page_is_not_accepted(server: AtsServer, connect: Connect) -> None:
    server.inject(replace(faults.WEB_PAGE, status=404))
    with pytest.raises(UnexpectedAnswer, match="says nothing about a job"):
        await connect().get("jobs", accept={404})


@pytest.mark.parametrize(
    "fault", [faults.WEB_PAGE, replace(faults.WEB_PAGE, status=404), Answer(status=302, headers={"Location": "/login"})]
)
async def test_whether_the_address_is_to_be_checked_depends_on_whether_it_answered_before(
    server: AtsServer, connect: Connect, fault: Answer
) -> None:
    fresh, known = connect(), connect()
    (await known.get("jobs")).decode(dict[str, object])
    server.inject(fault, times=2)
    remedies = []
    for http in (fresh, known):
        with pytest.raises(UnexpectedAnswer) as caught:
            (await http.get("jobs")).decode(dict[str, object])
        remedies.append(caught.value.remedy or "")
    assert "base_url" in remedies[0]
    assert "base_url" not in remedies[1]
    assert "try again" in remedies[1]
    server.inject(fault)
    with pytest.raises(UnexpectedAnswer) as caught:
        (await fresh.get("jobs")).decode(dict[str, object])
    assert "base_url" in (caught.value.remedy or ""), "A web page is no answer that speaks for the address"


async def test_what_a_body_says_is_cleaned_shortened_and_redacted(server: AtsServer, connect: Connect) -> None:
    from jobsync_tui.backend.settings.secrets import register

    register(SECRET)
    server.inject(Answer(f"\x1b[31m{SECRET} ".encode() + b"x" * 5000, status=422))
    with pytest.raises(Refused) as caught:
        await connect().get("jobs")
    assert "\x1b" not in caught.value.message
    assert SECRET not in caught.value.message
    assert len(caught.value.message) < 250


async def test_an_adapter_reads_its_own_errors_first(server: AtsServer, connect: Connect) -> None:
    http = connect()

    def explain(reply: Reply) -> RemoteError | None:
        return PermissionMissing("not yours") if b"no:scope" in reply.body else None

    http.explain = explain
    server.inject(Answer({"error": "no:scope"}, status=200))
    with pytest.raises(PermissionMissing, match="not yours"):
        await http.get("jobs")
    assert (await http.get("jobs")).ok


async def test_a_rate_limit_that_only_the_body_tells_is_waited_for(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    http = connect()
    http.explain = lambda reply: RateLimited("slow") if b"SLOW" in reply.body else None
    server.inject(Answer({"code": "SLOW"}, status=400, headers={"Retry-After": "7"}))
    assert (await http.get("jobs")).ok
    assert clock.seconds == 7


async def test_connection_refused(connect: Connect, clock: Clockwork) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    http = connect(url)
    with pytest.raises(Unreachable, match="no connection") as caught:
        await http.get("jobs")
    assert not isinstance(caught.value, AnswerLost)
    assert clock.seconds == 1 + 2 + 4
    assert clock.said[0] == "no good answer from Acme, next try in 1 s"
    with pytest.raises(Unreachable) as caught:
        await http.post("jobs")
    assert not isinstance(caught.value, AnswerLost)  # it surely was not sent
    assert http.requests == 8


async def test_a_name_that_does_not_resolve(connect: Connect) -> None:
    with pytest.raises(Unreachable, match="no connection"):
        await connect("http://nowhere.invalid").get("jobs")


async def test_headers_that_never_come(server: AtsServer, connect: Connect) -> None:
    server.inject(faults.hang, times=faults.MANY)
    http = connect(limits=replace(FAST, deadline=0.5, tries=2))
    with pytest.raises(Unreachable, match=r"no whole answer within 0\.5 s") as caught:
        await http.get("jobs")
    assert not isinstance(caught.value, AnswerLost)
    assert len(server.asked) == 2


@pytest.mark.parametrize("fault", [faults.reset, faults.truncated, faults.hang, faults.drip, faults.failing(500), faults.failing(502)])
async def test_a_write_without_a_whole_answer_is_not_repeated(server: AtsServer, connect: Connect, fault: object) -> None:
    server.inject(fault, times=faults.MANY)  # type: ignore[arg-type]
    with pytest.raises(AnswerLost, match="whether the request was carried out is unknown"):
        await connect(limits=replace(FAST, deadline=0.5)).post("jobs", json={})
    assert len(server.asked) == 1


async def test_a_write_that_may_be_repeated_is(server: AtsServer, connect: Connect) -> None:
    server.inject(faults.reset, times=2)
    assert (await connect().post("jobs", json={}, repeatable=True)).ok
    assert len(server.asked) == 3


async def test_a_write_refused_for_its_rate_is_sent_again(server: AtsServer, connect: Connect) -> None:
    server.inject(faults.too_many({"Retry-After": "3"}))
    assert (await connect().post("jobs", json={})).ok


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_refused(server: AtsServer, connect: Connect, status: int) -> None:
    async with AtsServer(lambda _: Answer({})) as elsewhere:
        server.inject(faults.redirect(f"{elsewhere.url}/x?key=secret", status))
        with pytest.raises(UnexpectedAnswer, match=r"redirected to 127\.0\.0\.1") as caught:
            await connect().get("jobs")
        assert elsewhere.asked == []
        assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "link", ["http://evil.example/jobs", "https://user:pw@evil.example/", "ftp://127.0.0.1/", "http://[", "//evil.example/x"]
)
async def test_a_link_elsewhere_is_not_followed(server: AtsServer, connect: Connect, link: str) -> None:
    if link.startswith("//"):
        await connect().get(link)
        assert server.asked[0].path == "/base/evil.example/x"
    else:
        with pytest.raises(UnexpectedAnswer, match="not its own address"):
            await connect().get(link)
        assert server.asked == []


async def test_an_origin_of_the_configuration_can_be_allowed(connect: Connect) -> None:
    async with AtsServer(lambda _: Answer({})) as elsewhere:
        http = connect()
        http.allow(elsewhere.url)
        assert (await http.get(f"{elsewhere.url}/x")).ok
    with pytest.raises(UnexpectedAnswer):
        connect("https://acme.example").allow("http://acme.example")


def test_a_host_of_the_services_domain_can_be_allowed(connect: Connect) -> None:
    http = connect("https://rest.acme.example/base")
    http.allow("https://REST-2.acme.example/x", "acme.example")
    http.allow("https://rest.acme.example:443/y", "acme.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://rest-2.acme.example/",
        "https://rest-2.acme.example:8443/",
        "https://user@rest-2.acme.example/",
        "https://acme.example.evil.example/",
        "https://evilacme.example/",
        "https://evil.example\\.acme.example/",
        "https://evil.example#.acme.example/",
        "https://evil.example?.acme.example/",
        "https://rest.\u0430cme.example/",
        "https://evil.example\u3002.acme.example/",
        "https://[::1]/",
        "https://[::ffff:192.0.2.1%25.acme.example]/",
        "//rest-2.acme.example/",
        "\\\\rest-2.acme.example",
        "",
    ],
)
def test_no_other_address_is_allowed(connect: Connect, url: str) -> None:
    with pytest.raises(UnexpectedAnswer, match="not its own address"):
        connect("https://rest.acme.example/base").allow(url, "acme.example")


async def test_a_header_that_cannot_be_sent_is_not_shown(connect: Connect) -> None:
    for value in ("canary-1\n", "canary-1\u2019s", "canary-1\x00"):
        with pytest.raises(CredentialsRejected) as caught:
            await connect(auth=HeaderAuth({"X-Api-Key": value})).get("jobs")
        assert "canary" not in "".join(traceback.format_exception(caught.value))


async def test_logs_have_no_query_and_no_headers(server: AtsServer, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.inject(faults.failing())
    await connect().get("jobs", params={"api_key": SECRET})
    assert "/base/jobs" in caplog.text
    assert SECRET not in caplog.text
    assert "api_key" not in caplog.text


async def test_the_circuit_opens_and_lets_one_trial_through(server: AtsServer, connect: Connect, clock: Clockwork) -> None:
    http = connect(limits=replace(FAST, tries=1))
    server.inject(faults.failing(), times=6)
    for _ in range(5):
        with pytest.raises(Unreachable, match="fault on its side"):
            await http.get("jobs")
    with pytest.raises(Unreachable, match="left alone"):
        await http.get("jobs")
    assert len(server.asked) == 5
    clock.seconds += 60
    with pytest.raises(Unreachable, match="fault on its side"):
        await http.get("jobs")
    with pytest.raises(Unreachable, match="left alone"):
        await http.get("jobs")
    clock.seconds += 60
    answers = await asyncio.gather(*(http.get("jobs") for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(answer, Reply) for answer in answers) == 1  # the trial
    assert (await http.get("jobs")).ok
    assert len(server.asked) == 8


async def test_refusals_do_not_open_the_circuit(server: AtsServer, connect: Connect) -> None:
    http = connect()
    server.inject(Answer({}, status=422), times=10)
    for _ in range(10):
        with pytest.raises(Refused):
            await http.get("jobs")
    assert (await http.get("jobs")).ok


async def test_a_closed_session_opens_again(connect: Connect) -> None:
    http = connect()
    await http.get("jobs")
    await http.close()
    assert (await http.get("jobs")).ok
