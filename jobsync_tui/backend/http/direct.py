"""httpx's transport to services that are reached without a proxy: connections of our own, kept alive between requests.

How many there are at once is the gate's matter, so none is waited for here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeAlias

import h11
import httpx

from .connection import Connection

KEEP_FOR = 5.0
"""Seconds after which an idle connection is not used again: services drop them, and a request on its way is lost then."""

NEXT_ADDRESS_AFTER = 0.25
"""Seconds until the next address of a name is tried beside the first (RFC 8305)."""

_PORTS = {"http": 80, "https": 443}
_Origin: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Idle:
    """A connection that waits to be used again, and since when by the loop's clock."""

    connection: Connection
    since: float


class DirectTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over TCP or TLS.

    Args:
        tls: Whom to trust.
        keep: Idle connections to keep for each origin.
    """

    def __init__(self, tls: ssl.SSLContext, *, keep: int) -> None:
        self._tls = tls
        self._tls.set_alpn_protocols(["http/1.1"])
        self._keep = keep
        self._idle: dict[_Origin, list[_Idle]] = {}
        self._open: set[Connection] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return the head of its answer; the body comes with the response's stream.

        Raises:
            httpx.ConnectTimeout, httpx.ConnectError: Nothing was sent.
            httpx.TransportError: The connection broke, or what came is no answer.
        """
        place = _place(request.url)
        connection = self._kept(place) or await self._connect(place, request.extensions["timeout"]["connect"])
        try:
            with _explained():
                await request.extensions["trace"]("direct.send_request_headers.started", {"request": request})
                await connection.send(request.method, request.url.raw_path, request.headers.raw, request.content)
                head = await connection.head()
        except BaseException:
            connection.close()
            raise
        body = _Body(self, place, connection)
        return httpx.Response(head.status_code, headers=list(head.headers), stream=body)

    async def aclose(self) -> None:
        """Close every connection, and see them gone."""
        self._idle.clear()
        for connection in self._open:
            connection.close()
        await asyncio.gather(*(connection.closed for connection in self._open))

    def give_back(self, place: _Origin, connection: Connection) -> None:
        """Keep a connection for the next request if it is good for one, else close it."""
        waiting = self._idle.setdefault(place, [])
        if connection.reusable and len(waiting) < self._keep:
            waiting.append(_Idle(connection, asyncio.get_running_loop().time()))
        else:
            connection.close()

    def _kept(self, place: _Origin) -> Connection | None:
        waiting = self._idle.get(place, [])
        now = asyncio.get_running_loop().time()
        while waiting:
            idle = waiting.pop()
            if idle.connection.reusable and now - idle.since < KEEP_FOR:
                return idle.connection
            idle.connection.close()
        return None

    async def _connect(self, place: _Origin, seconds: float) -> Connection:
        scheme, host, port = place
        tls = self._tls if scheme == "https" else None
        racing = None if _is_address(host) else NEXT_ADDRESS_AFTER
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(Connection, host, port, ssl=tls, happy_eyeballs_delay=racing)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that cannot be looked up
            raise httpx.ConnectError("no connection") from error
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return connection


class _Body(httpx.AsyncByteStream):
    """The body of an answer, whose connection is given back, or closed, when it has been read or is not wanted any more."""

    def __init__(self, transport: DirectTransport, place: _Origin, connection: Connection) -> None:
        self._transport = transport
        self._place = place
        self._connection: Connection | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert self._connection is not None  # noqa: S101 - read before it is closed
        with _explained():
            async for piece in self._connection.body():
                yield piece

    async def aclose(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._transport.give_back(self._place, connection)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what goes wrong on a connection into httpx's errors."""
    try:
        yield
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError("not a request") from error
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError("not an answer") from error
    except OSError as error:
        raise httpx.NetworkError("the connection broke") from error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _place(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
