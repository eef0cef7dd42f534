"""One HTTP/1.1 connection: asyncio moves the bytes, h11 says what they mean. It takes one exchange at a time.

What a general library pays for every read and every request (scopes, events for a tracer, asking each idle connection whether it is still
there) is most of what a page of jobs costs to fetch. Here the event loop says by itself when something comes or a connection ends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import TypeAlias

import h11

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

MAX_HEAD = 100 * 1024
"""Bytes that status line and headers may have."""

READ_AHEAD = 1024 * 1024
"""Bytes that may wait for their reader before the peer has to: a body is capped while it is read, not before."""


class Connection(asyncio.Protocol):
    """A connection, once `asyncio` has made it. Every method that waits raises an ``OSError`` where the connection breaks meanwhile.

    Attributes:
        closed: Done when the connection is gone.
    """

    closed: asyncio.Future[None]

    def __init__(self) -> None:
        self._client = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._arrived: deque[bytes] = deque()
        self._waiting = 0
        self._ended = False
        self._error: Exception | None = None
        self._paused = False
        self._turn: asyncio.Future[None] | None = None

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent: the last answer was whole, and the peer neither went away nor spoke unasked."""
        return self._client.our_state is h11.IDLE and not self._ended and not self._arrived

    async def send(self, method: str, target: bytes, headers: Headers, body: bytes) -> None:
        """Send a request, whole.

        Raises:
            h11.LocalProtocolError: It is none that could be sent; nothing was.
        """
        data = self._client.send(h11.Request(method=method, target=target, headers=list(headers))) or b""
        if body:
            data += self._client.send(h11.Data(data=body)) or b""
        data += self._client.send(h11.EndOfMessage()) or b""
        self._transport.write(data)
        while self._paused:
            await self._next_turn()

    async def head(self) -> h11.Response:
        """Return status and headers of the answer.

        Raises:
            h11.RemoteProtocolError: What came is no answer.
        """
        while isinstance(event := await self._event(), h11.InformationalResponse):
            pass
        if not isinstance(event, h11.Response):
            raise h11.RemoteProtocolError("no answer")
        return event

    async def body(self) -> AsyncIterator[bytes]:
        """Give the body of the answer in pieces, as they come.

        Raises:
            h11.RemoteProtocolError: It breaks off before its end.
        """
        while isinstance(event := await self._event(), h11.Data):
            yield event.data
        whole = self._client.our_state is h11.DONE and self._client.their_state is h11.DONE
        if whole and not self._client.trailing_data[0]:  # what is behind the end would be taken for the next answer
            self._client.start_next_cycle()

    def close(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's, as `create_connection` makes them
        self._transport = transport
        self.closed = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Keep what came for its reader."""
        self._arrived.append(data)
        self._waiting += len(data)
        if self._waiting > READ_AHEAD:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Note that nothing more comes."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone, and why."""
        self._ended, self._error, self._paused = True, exc, False
        self._wake()
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        """Have the sender wait."""
        self._paused = True

    def resume_writing(self) -> None:
        """Let the sender go on."""
        self._paused = False
        self._wake()

    async def _event(self) -> object:
        """Return what comes next in the answer; what is no event of h11's is no part of an answer."""
        while True:
            event = self._client.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._client.receive_data(await self._receive())

    async def _receive(self) -> bytes:
        """Return what came, nothing at the end."""
        while not self._arrived:
            if self._error is not None:
                raise ConnectionError("the connection broke") from self._error
            if self._ended:
                return b""
            await self._next_turn()
        data = self._arrived.popleft()
        if self._waiting > READ_AHEAD >= self._waiting - len(data):
            self._transport.resume_reading()
        self._waiting -= len(data)
        return data

    async def _next_turn(self) -> None:
        """Wait until something changes."""
        self._turn = asyncio.get_running_loop().create_future()
        try:
            await self._turn
        finally:
            self._turn = None

    def _wake(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)
