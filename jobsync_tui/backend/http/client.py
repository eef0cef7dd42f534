"""One exchange over a connection, bounded in time and bytes.

httpx's transports are used without its client above them: so there are no redirects, no cookies, no environment proxies and no log of URLs.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping

import httpx

from ..core.errors import ConfigError
from .direct import DirectTransport
from .faults import TooLarge, TransportFault, tls_words
from .inflate import Inflater
from .messages import Reply, Request, Responder
from .network import Limits, Network

logging.getLogger("httpcore").setLevel(logging.WARNING)  # at DEBUG it writes down headers


class Exchange:
    """Connections to one service, kept alive between requests; made when they are first needed."""

    def __init__(self, network: Network, limits: Limits, responder: Responder | None = None) -> None:
        self._network = network
        self._limits = limits
        self._responder = responder
        self._transports: dict[tuple[str, bool], httpx.AsyncBaseTransport] = {}

    async def exchange(self, request: Request, limits: Limits) -> Reply:
        """Send ``request`` and return the whole reply, decompressed, its URL without the query.

        Raises:
            TransportFault: No reply came back whole; it says whether the request can have reached the service.
        """
        watch = _Watch()
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
                return await self._exchange(outgoing, limits)
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
        """Close every connection."""
        transports, self._transports = self._transports, {}
        for transport in transports.values():
            await transport.aclose()

    async def _exchange(self, outgoing: httpx.Request, limits: Limits) -> Reply:
        response = await self._transport(outgoing.url).handle_async_request(outgoing)
        try:
            headers = _lower(response.headers)
            body = await _read(response, headers, limits.max_bytes)
        finally:
            await response.aclose()
        return Reply(response.status_code, headers, body, str(outgoing.url).partition("?")[0])

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        key = (url.scheme, _is_loopback(url.host))
        transport = self._transports.get(key)
        if transport is None:
            transport = self._transports[key] = self._open(*key)
        return transport

    def _proxy(self, tls: ssl.SSLContext) -> httpx.Proxy | None:
        url = self._network.proxy
        if url is None:
            return None
        try:
            return httpx.Proxy(url, ssl_context=tls if url.lower().startswith("https:") else None)
        except (httpx.InvalidURL, ValueError):  # its text may hold the proxy's password
            raise ConfigError("network.proxy is not the address of an HTTP proxy") from None

    def _open(self, scheme: str, loopback: bool) -> httpx.AsyncBaseTransport:  # noqa: FBT001
        if self._responder is not None:
            return _InProcess(self._responder)
        # A context without any authority trusts nobody: good enough for http, and loading the system's takes 20 ms.
        tls = self._network.tls() if scheme == "https" or self._network.proxy else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        most = self._limits.concurrency + 1
        proxy = None if loopback else self._proxy(tls)
        if proxy is None:
            return DirectTransport(tls, keep=most)
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        return httpx.AsyncHTTPTransport(verify=tls, trust_env=False, proxy=proxy, limits=limits)


class _Watch:
    """Notes whether a request began to go out: before that, the service surely has not seen it."""

    def __init__(self) -> None:
        self.sent = False

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started") and getattr(info.get("request"), "method", b"") != b"CONNECT":
            self.sent = True


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
            if isinstance(watch, _Watch):
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
