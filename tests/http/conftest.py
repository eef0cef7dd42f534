"""Sessions over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from jobsync_tui.backend.http import Auth, HeaderAuth, HttpSession, Limits, Network
from jobsync_tui.testing.ats_server import Answer, Asked, AtsServer
from jobsync_tui.testing.clockwork import Clockwork
from jobsync_tui.testing.stage import FAST

SECRET = "canary-5be1d0"
Connect = Callable[..., HttpSession]


@pytest.fixture
def clock() -> Clockwork:
    """Time that does not pass by itself."""
    return Clockwork()


@pytest.fixture
async def server() -> AsyncIterator[AtsServer]:
    """A server that says what it was asked."""

    def echo(asked: Asked) -> Answer:
        return Answer({"path": asked.path, "query": dict(asked.query), "body": asked.body.decode()})

    async with AtsServer(echo) as running:
        yield running


@pytest.fixture
async def connect(server: AtsServer, clock: Clockwork) -> AsyncIterator[Connect]:
    """Make sessions with the server, or with another address."""
    async with AsyncExitStack() as stack:

        def make(url: str | None = None, *, limits: Limits = FAST, auth: Auth | None = None, network: Network = Network()) -> HttpSession:  # noqa: B008
            session = HttpSession(
                service="Acme",
                base_url=url or f"{server.url}/base",
                network=network,
                limits=limits,
                auth=auth or HeaderAuth({"X-Api-Key": SECRET}),
                on_wait=clock.heard,
                timing=clock.timing(),
            )
            stack.push_async_callback(session.close)
            return session

        yield make
