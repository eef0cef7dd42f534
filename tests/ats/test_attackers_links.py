"""Whoever speaks for an ATS names addresses: none of them gets a request, and so none a credential."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from jobsync_tui.backend.ats.registry import providers
from jobsync_tui.backend.core.errors import JobsyncError, RemoteError
from jobsync_tui.testing.ats_server import Answer, Asked, AtsServer
from jobsync_tui.testing.stage import staged
from jobsync_tui.testing.wire import Wire
from tests.support import wire as simulators
from tests.support.wire.bullhorn import BullhornWire

for module in iter_modules(simulators.__path__):
    import_module(f"{simulators.__name__}.{module.name}")
WIRES = {wire.provider: wire for wire in Wire.__subclasses__()}

LINKS = {
    "another port": "http://127.0.0.1:{evil}/x",
    "another host": "http://localhost:{own}/x",
    "another scheme": "https://127.0.0.1:{own}/x",
    "somebody's name": "http://user:pw@127.0.0.1:{own}/x",
    "the own host as a name": "http://127.0.0.1:{own}@127.0.0.1:{evil}/x",
    "no scheme": "//127.0.0.1:{evil}/x",
    "backslashes": "\\\\127.0.0.1:{evil}\\x",
    "backslashes behind the scheme": "http:\\\\127.0.0.1:{evil}\\x",
    "a backslash before the own host": "http://127.0.0.1:{evil}\\@127.0.0.1:{own}/x",
    "IPv4 in IPv6": "http://[::ffff:127.0.0.1]:{evil}/x",
    "IPv6": "http://[::1]:{own}/x",
    "a number": "http://2130706433:{evil}/x",
    "fewer parts": "http://127.1:{evil}/x",
    "full-width digits": "http://\uff11\uff12\uff17.0.0.1:{evil}/x",
    "another alphabet's dot": "http://127\u30020.0.1:{evil}/x",
    "a blank before it": " http://127.0.0.1:{evil}/x",
}


def is_way_on(name: str, value: object) -> bool:
    """Return whether a value of an answer may lead to the next page: by its name, or since it is an address."""
    named = any(word in name.lower() for word in ("next", "cursor", "link", "href", "url", "token"))
    return isinstance(value, str) and (named or "://" in value)


def poisoned(document: Any, link: str) -> Any:
    """Return an answer with the link in the place of every way on."""
    if isinstance(document, list):
        return [poisoned(each, link) for each in document]
    if isinstance(document, dict):
        return {name: link if is_way_on(name, value) else poisoned(value, link) for name, value in document.items()}
    return document


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize("provider", sorted(set(providers()) - {"file"}))
async def test_a_next_link_to_an_attacker_is_never_followed(provider: str, link: str) -> None:
    kind = WIRES[provider]
    async with AtsServer(lambda _: Answer({})) as evil, staged(kind(9)) as on:
        own = on.server.url.rpartition(":")[2]
        meant = link.format(evil=evil.url.rpartition(":")[2], own=own)
        answer = on.wire.told

        def told(asked: Asked) -> Answer:
            found = answer(asked)
            if not on.wire.is_listing(asked) or isinstance(found.payload, bytes):
                return found
            header = f'<{meant}>; rel="next"'.encode().decode("latin-1")
            return replace(found, payload=poisoned(found.payload, meant), headers={**found.headers, "Link": header})

        on.wire.told = told  # type: ignore[method-assign]
        with suppress(JobsyncError):
            await asyncio.wait_for(on.listed(), 60)
        assert evil.asked == []
        assert {asked.headers["host"] for asked in on.server.asked} == {f"127.0.0.1:{own}"}


@pytest.mark.parametrize("link", [*LINKS.values(), ""], ids=[*LINKS, "nothing"])
@pytest.mark.parametrize(
    ("of", "name"),
    [("/loginInfo", "oauthUrl"), ("/loginInfo", "restUrl"), ("/rest-services/login", "restUrl"), ("/loginInfo", "Location")],
)
async def test_bullhorns_login_leads_to_no_attacker(of: str, name: str, link: str) -> None:
    async with AtsServer(lambda _: Answer({})) as evil, staged(BullhornWire(2)) as on:
        own = on.server.url.rpartition(":")[2]
        meant = link.format(evil=evil.url.rpartition(":")[2], own=own)
        answer = on.wire.told

        def told(asked: Asked) -> Answer:
            found = answer(asked)
            if not asked.path.endswith(of):
                return found
            if name == "Location":
                return Answer(b"", status=307, headers={"Location": meant.encode().decode("latin-1")})
            return replace(found, payload={**found.payload, name: meant}) if isinstance(found.payload, dict) else found

        on.wire.told = told  # type: ignore[method-assign]
        with pytest.raises(RemoteError):  # a path of its own that is not there, or a refusal
            await asyncio.wait_for(on.adapter.test(), 60)
        assert evil.asked == []
        assert {asked.headers["host"] for asked in on.server.asked} == {f"127.0.0.1:{own}"}
        if of == "/loginInfo":
            assert not any("canary" in f"{asked.path}{asked.query}{asked.headers}{asked.body!r}" for asked in on.server.asked)


def test_every_provider_has_its_server() -> None:
    assert set(providers()) - {"file"} <= set(WIRES)
