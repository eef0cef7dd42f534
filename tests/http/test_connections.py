"""Connections and what becomes of them, against servers that speak HTTP byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import pytest

from jobsync_tui.backend.core.errors import AnswerLost, Unreachable
from jobsync_tui.backend.http import Reply
from jobsync_tui.testing.ats_server import Answer, AtsServer
from tests.http.conftest import Connect
from tests.http.test_tls import TRUSTING, serving

Speak: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def speaking(speak: Speak) -> AsyncIterator[tuple[str, list[int]]]:
    """Serve by ``speak``; give the address and a list that grows by one with each connection."""
    connections: list[int] = []
    tasks: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await speak(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections))
        tasks.append(asyncio.create_task(talk(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def request(reader: asyncio.StreamReader) -> bytes:
    """Read a request without a body."""
    return await reader.readuntil(b"\r\n\r\n")


FAREWELL = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("farewell", [b"", FAREWELL])
async def test_a_connection_that_ended_or_spoke_while_idle_is_not_used_again(connect: Connect, farewell: bytes) -> None:
    idle, said = asyncio.Event(), asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(OK)
        await idle.wait()
        idle.clear()
        writer.write(farewell)
        if not farewell:
            writer.write_eof()
        said.set()
        await reader.read()

    async with speaking(speak) as (url, connections):
        http = connect(url)
        for _ in range(3):
            assert (await http.post("jobs")).status == 200  # not to be repeated if it were lost
            idle.set()
            await asyncio.wait_for(said.wait(), 60)
            said.clear()
        assert len(connections) == 3


@pytest.mark.parametrize("behind", [FAREWELL, OK, b"x"])
async def test_what_came_along_with_an_answer_is_no_answer_to_the_next_request(connect: Connect, behind: bytes) -> None:
    number = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        while await request(reader):
            number += 1
            body = b"%d" % number
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body) + behind)

    async with speaking(speak) as (url, connections):
        http = connect(url)
        assert (await http.get("jobs")).body == b"1"
        assert (await http.get("jobs")).body == b"3"  # its second try, on a connection of its own
        with pytest.raises(AnswerLost):
            await http.post("jobs")
        assert len(connections) == 2


# A handshake that is given up leaves its socket to Python, which closes it and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("secure", [False, True])
async def test_calls_that_are_given_up_at_any_moment_take_no_connection_with_them(connect: Connect, *, secure: bool) -> None:
    async with serving("good.pem") if secure else AtsServer(lambda _: Answer({})) as server:
        http = connect(server.url, network=TRUSTING)
        for turns in range(0, 60, 2):
            calls = [asyncio.create_task(http.get("jobs")) for _ in range(2)]
            for _ in range(turns):
                await asyncio.sleep(0)
            calls[0].cancel()
            given_up, whole = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(whole, Reply)
            assert isinstance(given_up, Reply | asyncio.CancelledError)


async def test_an_answer_in_chunks_behind_an_interim_one(connect: Connect) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await request(reader):
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n")
            await writer.drain()

    async with speaking(speak) as (url, connections):
        http = connect(url)
        assert [(await http.get("jobs")).decode(list[int]) for _ in range(3)] == [[1, 2]] * 3
        assert len(connections) == 1


async def test_a_body_larger_than_what_may_wait_comes_whole_both_ways(connect: Connect) -> None:
    large = b"x" * (4 << 20)

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await request(reader)
        assert b"content-length" in head.lower()
        body = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(large), large))
        writer.write(b"" if large[:9] in body else b"!")
        await writer.drain()
        await reader.read()

    async with speaking(speak) as (url, _):
        reply = await connect(url).post("jobs", json={"text": large.decode()})
        assert reply.body == large


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", b"220 mail.example ESMTP\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"])
async def test_what_is_no_answer_is_a_lost_one(connect: Connect, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(answer)

    async with speaking(speak) as (url, _):
        http = connect(url)
        with pytest.raises(AnswerLost):
            await http.post("jobs")
        with pytest.raises(Unreachable):
            await http.get("jobs")


async def test_a_request_on_its_way_ends_with_its_session(connect: Connect) -> None:
    asked = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        asked.set()
        await reader.read()
        writer.write(OK)

    async with speaking(speak) as (url, connections):
        http = connect(url)
        waiting = asyncio.create_task(http.get("jobs"))
        await asked.wait()
        await http.close()
        with pytest.raises(Exception, match="was closed"):
            await waiting
        assert len(connections) == 1  # no other try, which would open again what was closed
