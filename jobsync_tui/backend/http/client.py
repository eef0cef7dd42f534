"""One exchange over a connection, bounded in time and bytes.

httpx's transports are used without its client above them: so there are no redirects, no cookies, no environment proxies and no log of URLs.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from functools import cache, cached_property
from typing import TypeAlias

import httpx

from ..core.errors import ConfigError
from .faults import TooLarge, TransportFault, tls_words
from .inflate import Inflater
from .messages import Reply, Request, Responder
from .network import Limits, Network
from .watch import Watch

logging.getLogger("httpcore").setLevel(logging.WARNING)  # at DEBUG it writes down headers

ONE_AT_A_TIME = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=5.0)
"""A connection that was idle for five seconds is not used again: services drop them, and a request on its way is lost then."""

_Origin: TypeAlias = tuple[str, str, int | None]


class Exchange:
    """Connections to one service, kept alive between requests; made when they are first needed.

    Each is a transport of its own that has room for one. A pool of httpx's forgets to take back what was cancelled in the wrong moment,
    and is empty after a few such; here whatever did not end well is closed, and how many there are at once is the limiter's matter.
    """

    def __init__(self, network: Network, responder: Responder | None = None) -> None:
        self._network = network
        self._responder = responder
        self._connections: set[httpx.AsyncBaseTransport] = set()
        self._idle: dict[_Origin, list[httpx.AsyncBaseTransport]] = {}

    async def exchange(self, request: Request, limits: Limits) -> Reply:
        """Send ``request`` and return the whole reply, decompressed, its URL without the query.

        Raises:
            TransportFault: No reply came back whole; it says whether the request can have reached the service.
        """
        watch = Watch()
        timeout = {"connect": limits.connect, "read": limits.deadline, "write": limits.deadline, "pool": limits.deadline}
        try:
            outgoing = httpx.Request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.body or None,
                extensions={"timeout": timeout, "trace": watch},
            )
        except (httpx.InvalidURL, ValueError):
            raise TransportFault("an address that cannot be used", sent=False, hopeless=True) from None
        try:
            async with asyncio.timeout(limits.deadline):
                return await self._exchange(outgoing, limits, watch)
        except TimeoutError:
            raise TransportFault(f"no whole answer within {limits.deadline:g} s", sent=watch.sent) from None
        except httpx.ConnectTimeout:
            raise TransportFault(f"no connection within {limits.connect:g} s", sent=False) from None
        except httpx.ConnectError as error:
            words = tls_words(error)
            raise TransportFault(words or "no connection", sent=False, hopeless=words is not None) from None
        except httpx.ProxyError:
            raise TransportFault("the proxy would not connect", sent=watch.sent) from None
        except httpx.HTTPError:
            raise TransportFault("the connection broke before the whole answer was there", sent=watch.sent) from None

    async def close(self) -> None:
        """Close every connection; a request on its way fails."""
        connections, self._connections = self._connections, set()
        self._idle.clear()
        for connection in connections:
            await connection.aclose()

    async def _exchange(self, outgoing: httpx.Request, limits: Limits, watch: Watch) -> Reply:
        url = outgoing.url
        idle = self._idle.setdefault((url.scheme, url.host, url.port), [])
        connection = idle.pop() if idle else self._open(url)
        try:
            response = await connection.handle_async_request(outgoing)
            try:
                if watch.unasked:
                    raise TransportFault("an answer came before it was asked for", sent=True)
                headers = _lower(response.headers)
                body = await _read(response, headers, limits.max_bytes)
            finally:
                await response.aclose()
        except BaseException:
            self._connections.discard(connection)
            await connection.aclose()
            raise
        if connection in self._connections:
            idle.append(connection)
        return Reply(response.status_code, headers, body, str(url).partition("?")[0])

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._network.tls()

    def _open(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        connection = _InProcess(self._responder) if self._responder is not None else self._connection(url)
        self._connections.add(connection)
        return connection

    def _connection(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = None if _is_loopback(url.host) else self._proxy()
        tls = self._tls if url.scheme == "https" or proxy is not None else _trusting_nobody()
        return httpx.AsyncHTTPTransport(verify=tls, trust_env=False, proxy=proxy, limits=ONE_AT_A_TIME)

    def _proxy(self) -> httpx.Proxy | None:
        url = self._network.proxy
        if url is None:
            return None
        try:
            return httpx.Proxy(url, ssl_context=self._tls if url.lower().startswith("https:") else None)
        except (httpx.InvalidURL, ValueError):  # its text may hold the proxy's password
            raise ConfigError("network.proxy is not the address of an HTTP proxy") from None


@cache
def _trusting_nobody() -> ssl.SSLContext:
    """Return a context without any authority, for what goes by http: httpx would load the system's, which takes 20 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _InProcess(httpx.AsyncBaseTransport):
    """Answers from a responder in this process, by way of the same reading, capping and decoding."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand ``request`` to the responder and return its reply as the network would."""
        asked = Request(request.method, str(request.url), _lower(request.headers), request.content)
        try:
            reply = await self._responder(asked)
        except (ConnectionRefusedError, TimeoutError):
            raise httpx.ConnectError("refused") from None
        except ConnectionError:
            watch = request.extensions.get("trace")
            if isinstance(watch, Watch):
                watch.sent = True
            raise httpx.ReadError("reset") from None
        return httpx.Response(reply.status, headers=dict(reply.headers), stream=httpx.ByteStream(reply.body))


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


async def _read(response: httpx.Response, headers: Mapping[str, str], limit: int) -> bytes:
    """Return the body, decompressed piece by piece so that a bomb never has room to go off."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip"}:
        raise TransportFault("a compression that was not asked for", sent=True, hopeless=True)
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and len(announced) < 20 and int(announced) > limit:
        raise TooLarge(limit)
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous transport gives asynchronous bodies")
    inflater = Inflater() if "gzip" in coding else None
    pieces: list[bytes] = []
    size = 0
    async for raw in response.stream:
        for piece in (raw,) if inflater is None else inflater.feed(raw):
            size += len(piece)
            if size > limit or (inflater is not None and inflater.suspicious):
                raise TooLarge(limit)
            pieces.append(piece)
    if inflater is not None and not inflater.whole:
        raise TransportFault("the connection broke before the whole answer was there", sent=True)
    return b"".join(pieces)
