"""Tokens: fetched once, renewed before they end, by one caller at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import CredentialsRejected, Unreachable
from jobsync_tui.backend.http import BasicAuth, HttpSession, Token, TokenAuth
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, Asked, AtsServer
from jobsync_tui.testing.clockwork import Clockwork
from jobsync_tui.testing.stage import FAST
from tests.http.conftest import Connect


class Tokens:
    """A fetcher that counts, and a server that accepts the latest token only."""

    def __init__(self, lifetime: float | None = 3600) -> None:
        self.given = 0
        self.good = True
        self.lifetime = lifetime

    async def fetch(self, http: HttpSession) -> Token:
        await http.post("token", authenticate=False, repeatable=True)
        self.given += 1
        return Token({"Authorization": f"Bearer token-{self.given}"}, self.lifetime)

    def answer(self, asked: Asked) -> Answer:
        fine = asked.path.endswith("token") or (self.good and asked.headers.get("authorization") == f"Bearer token-{self.given}")
        return Answer({}) if fine else Answer({}, status=401)


async def test_one_token_for_many_callers(connect: Connect) -> None:
    tokens = Tokens()
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch))
        await asyncio.gather(*(http.get("jobs") for _ in range(20)))
        assert tokens.given == 1


async def test_a_token_is_renewed_before_it_ends(connect: Connect, clock: Clockwork) -> None:
    tokens = Tokens(lifetime=3600)
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch))
        await http.get("jobs")
        clock.seconds += 3479
        await http.get("jobs")
        assert tokens.given == 1
        clock.seconds += 1
        await asyncio.gather(*(http.get("jobs") for _ in range(20)))
        assert tokens.given == 2


@pytest.mark.parametrize("lifetime", [0.0, 60.0, None])
async def test_odd_lifetimes(connect: Connect, lifetime: float | None) -> None:
    tokens = Tokens(lifetime)
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch))
        await http.get("jobs")
        await http.get("jobs")
        assert tokens.given == (2 if lifetime == 0 else 1)


async def test_a_revoked_token_is_renewed_once_under_concurrency(connect: Connect) -> None:
    tokens = Tokens()
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch))
        await http.get("jobs")
        server.inject(Answer({}, status=401), times=6, when=lambda asked: asked.headers.get("authorization") == "Bearer token-1")
        await asyncio.gather(*(http.get("jobs") for _ in range(6)))
        assert tokens.given == 2


async def test_a_new_token_that_is_refused_too_ends_it(connect: Connect) -> None:
    tokens = Tokens()
    tokens.good = False
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch))
        with pytest.raises(CredentialsRejected):
            await http.get("jobs")
        assert tokens.given == 2


async def test_a_token_endpoint_that_is_away_makes_unreachable(connect: Connect) -> None:
    tokens = Tokens()
    async with AtsServer(tokens.answer) as server:
        server.inject(faults.failing(), times=faults.MANY)
        with pytest.raises(Unreachable):
            await connect(server.url, auth=TokenAuth(tokens.fetch)).get("jobs")


async def test_basic(server: AtsServer, connect: Connect) -> None:
    await connect(auth=BasicAuth("key")).get("jobs")
    assert server.asked[0].headers["authorization"] == "Basic a2V5Og=="


async def test_a_token_that_ran_out_in_an_outage_does_not_keep_the_circuit_open(connect: Connect, clock: Clockwork) -> None:
    tokens = Tokens(lifetime=100)
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch), limits=replace(FAST, tries=1))
        await http.get("jobs")
        server.inject(faults.failing(), times=6)
        for _ in range(5):
            with pytest.raises(Unreachable, match="fault on its side"):
                await http.get("jobs")
        asked = len(server.asked)
        with pytest.raises(Unreachable, match="left alone"):
            await http.get("jobs")
        assert len(server.asked) == asked
        clock.seconds += 120
        # The trial asks for a token first, which fails: that is one failure, and the circuit is open again.
        with pytest.raises(Unreachable, match="fault on its side"):
            await http.get("jobs")
        assert len(server.asked) == asked + 1
        clock.seconds += 120
        assert (await http.get("jobs")).ok
        assert tokens.given == 2


async def test_a_token_that_is_given_is_no_sign_that_calls_are_answered(connect: Connect) -> None:
    tokens = Tokens(lifetime=0)
    async with AtsServer(tokens.answer) as server:
        http = connect(server.url, auth=TokenAuth(tokens.fetch), limits=replace(FAST, tries=1))
        server.inject(faults.failing(), times=faults.MANY, when=lambda asked: not asked.path.endswith("token"))
        for _ in range(5):
            with pytest.raises(Unreachable, match="fault on its side"):
                await http.get("jobs")
        with pytest.raises(Unreachable, match="left alone"):
            await http.get("jobs")
