"""An adapter and its simulated ATS in one process, without sockets, for tests that list it hundreds of times."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from jobsync_tui.backend.ats.base import Adapter, Connection
from jobsync_tui.backend.ats.registry import adapter_class
from jobsync_tui.backend.http import HttpSession, Network, Reply, Request
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.clockwork import Clockwork
from jobsync_tui.testing.wire import Wire

URL = "https://ats.example"


def responder(answer: Callable[[Asked], Answer]) -> Callable[[Request], Awaitable[Reply]]:
    """Return a server that answers by ``answer``."""

    async def respond(request: Request) -> Reply:
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, request.body)
        found = answer(asked)
        kind = {} if isinstance(found.payload, bytes) else {"content-type": "application/json"}
        told = {**kind, **{name.lower(): value for name, value in found.headers.items()}}
        return Reply(found.status, told, found.body, request.url.partition("?")[0], service="ATS")

    return respond


@asynccontextmanager
async def connected(wire: Wire, adapter: type[Adapter] | None = None) -> AsyncIterator[Adapter]:
    """Connect the adapter of ``wire``'s provider, or the one given, to it."""
    kind = adapter or adapter_class(wire.provider)
    wire.url, base_url = URL, URL + wire.base_path
    http = HttpSession(
        service=kind.title, base_url=base_url, network=Network(), responder=responder(wire.told), timing=Clockwork().timing()
    )
    try:
        yield kind(Connection("acme", base_url, dict(wire.credentials), http, wire.options()))
    finally:
        await http.close()
