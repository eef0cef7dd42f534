"""A small HTTP/1.1 server on loopback, for tests over real sockets: it answers by a function, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import msgspec


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived. ``headers`` by lower-case name; of a repeated parameter the last value."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body, read as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. ``payload`` is sent as JSON unless it is bytes."""

    payload: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The payload as it goes over the wire."""
        return self.payload if isinstance(self.payload, bytes) else msgspec.json.encode(self.payload)

    def head(self, *, length: int | None = None) -> bytes:
        """Return status line and headers; ``length`` announces another length than the body has."""
        kind = {} if isinstance(self.payload, bytes) else {"Content-Type": "application/json"}
        headers = {**kind, "Content-Length": str(len(self.body) if length is None else length), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in headers.items() if value)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


Handler: TypeAlias = Callable[[Asked], Answer]
Fault: TypeAlias = Callable[[asyncio.StreamWriter, Answer], Awaitable[None]]
"""Writes something else than the answer; the connection is closed behind it."""


@dataclass(slots=True)
class _Planned:
    fault: Fault | Answer
    times: int
    when: Callable[[Asked], bool]


class AtsServer:
    """The server; use it as an asynchronous context manager.

    Args:
        handler: Answers.
        latency: Seconds that each answer takes, for benchmarks.

    Attributes:
        asked: Every request so far.
        connections: Those that are open.
    """

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None, latency: float = 0.0) -> None:
        self._latency = latency
        self.asked: list[Asked] = []
        self._handler = handler
        self._tls = tls
        self._planned: list[_Planned] = []
        self.connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, ssl=self._tls, ssl_shutdown_timeout=0.1 if self._tls else None
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self.connections):
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"

    def inject(self, fault: Fault | Answer, *, times: int = 1, when: Callable[[Asked], bool] = lambda _: True) -> None:
        """Answer the next ``times`` requests for which ``when`` holds with ``fault`` instead."""
        self._planned.append(_Planned(fault, times, when))

    def forget(self) -> None:
        """Answer well again."""
        self._planned.clear()

    def _fault_for(self, asked: Asked) -> Fault | Answer | None:
        for planned in self._planned:
            if planned.times > 0 and planned.when(asked):
                planned.times -= 1
                return planned.fault
        return None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: one that the stream protocol makes is reported as an error when it is cancelled.
        task = asyncio.create_task(self._connected(reader, writer))
        self.connections.add(task)
        task.add_done_callback(self.connections.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while await self._serve(reader, writer):
                    pass
        finally:
            writer.close()
            with suppress(Exception):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        asked = Asked(method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
        self.asked.append(asked)
        fault = self._fault_for(asked)
        if self._latency:
            await asyncio.sleep(self._latency)
        answer = fault if isinstance(fault, Answer) else self._handler(asked)
        if fault is not None and not isinstance(fault, Answer):
            await fault(writer, answer)
            return False
        writer.write(answer.head() + answer.body)
        await writer.drain()
        return True
