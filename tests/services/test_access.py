"""Who may call what: every public method of every service, found in the code and not in a list that could be forgotten."""

from __future__ import annotations

import inspect
import os
import pkgutil
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from jobsync_tui.backend import services as service_modules
from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import AccessDenied, UsageError
from jobsync_tui.backend.core.models import Scope
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.services.base import ACCESS, Service, for_admins
from jobsync_tui.backend.services.lazy import Lazy
from jobsync_tui.backend.settings.loader import load_settings
from tests.support.databases import url_at

CONFIG = """
[storage]
url = "{url}"

[[integrations]]
id = "hers"
provider = "file"
path = "hers.csv"

[[integrations]]
id = "his"
provider = "file"
path = "his.csv"
read_only = true

[[admins]]
user = "alice"
integrations = ["hers"]

[[admins]]
user = "bob"
integrations = ["*"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(url=url_at(tmp_path / "jobsync.db")))
    path.chmod(0o600)
    for name in ("hers", "his"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,Welder\n")
    return path


def services(backend: Backend) -> list[Service]:
    """Return every service: each public name that the facade gives, made by asking for it."""
    given = [getattr(backend, name) for name in vars(Backend) if not name.startswith("_") and name != "open"]
    return [each for each in given if isinstance(each, Service)]


def test_every_service_that_is_defined_is_given_by_the_facade() -> None:
    for module in pkgutil.iter_modules(service_modules.__path__):
        import_module(f"{service_modules.__name__}.{module.name}")
    given = {member.kind for member in vars(Backend).values() if isinstance(member, Lazy)}
    assert given == {each.__name__ for each in Service.__subclasses__() if each.__module__.startswith(service_modules.__name__)}


async def test_what_is_made_on_first_use_is_of_its_declared_class_and_made_once(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        for owner in (backend, backend._parts.stores):
            declared = {name: member for name, member in vars(type(owner)).items() if isinstance(member, Lazy)}
            assert declared
            for name, member in declared.items():
                made = getattr(owner, name)
                assert type(owner).__annotations__[name] == f"Lazy[{type(made).__name__}]" == f"Lazy[{member.kind}]"
                assert getattr(owner, name) is made


def methods(backend: Backend, kind: str) -> list[tuple[Service, str]]:
    return [
        (service, name)
        for service in services(backend)
        for name, member in inspect.getmembers(type(service), inspect.isfunction)
        if getattr(member, ACCESS, None) == kind
    ]


async def call(service: Service, name: str, *first: str) -> object:
    """Call a method with ``first`` and, for the rest, values that admission must never get as far as looking at."""
    method = getattr(service, name)
    original = inspect.unwrap(getattr(type(service), name))
    wanted = [p for p in list(inspect.signature(original).parameters.values())[1 + len(first) :] if p.default is p.empty]
    positional: list[Any] = [None for p in wanted if p.kind is not p.KEYWORD_ONLY]
    named = {p.name: None for p in wanted if p.kind is p.KEYWORD_ONLY}
    answer = method(*first, *positional, **named)
    if isinstance(answer, AsyncIterator):
        return await anext(answer)
    return await answer


async def test_a_stranger_is_refused_by_every_method_and_each_attempt_is_recorded(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("mallory")) as backend:
        everything = [*methods(backend, "admins"), *methods(backend, "integration")]
        assert len(everything) > 30
        for service, name in methods(backend, "admins"):
            with pytest.raises(AccessDenied):
                await call(service, name)
        for service, name in methods(backend, "integration"):
            with pytest.raises(AccessDenied):
                await call(service, name, "hers")
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        rows = await backend.records.audit(actor="mallory")
    assert len(rows) == len(everything)
    assert {row.outcome for row in rows} == {"refused"}


async def test_an_integration_of_somebody_else_is_answered_like_one_that_does_not_exist(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("alice")) as backend:
        for service, name in methods(backend, "integration"):
            answers = []
            for integration in ("his", "nobodys"):
                with pytest.raises(UsageError) as refused:
                    await call(service, name, integration)
                answers.append(refused.value.message.replace(integration, "..."))
            assert answers[0] == answers[1]
        assert [each.id for each in await backend.integrations.list()] == ["hers"]


async def test_a_read_only_integration_is_looked_at_and_never_synced(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.integrations.refresh("his")
        assert (await backend.jobs.get("his", "1")) is not None
        with pytest.raises(AccessDenied, match="read-only"):
            await backend.syncs.sync("his", "1")
        with pytest.raises(AccessDenied, match="read-only"):
            await backend.syncs.plan("his", "1")


def withdraw(config: Path, user: str) -> None:
    config.write_text(config.read_text().replace(f'user = "{user}"', 'user = "carol"'))


async def test_access_that_is_withdrawn_ends_with_the_next_action(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("alice")) as backend:
        await backend.integrations.refresh("hers")
        withdraw(config, "alice")
        with pytest.raises(AccessDenied):
            await backend.jobs.count(Scope.of("hers"), "")


def test_a_service_that_forgets_to_say_who_may_call_it_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match=r"Forgetful\.open_door does not say who may call it"):

        class Forgetful(Service):
            @for_admins
            async def guarded(self) -> None:
                """Admit first."""

            async def open_door(self) -> None:
                """Admit anybody."""


def rewrite_unnoticed(config: Path, place: Path) -> None:
    """Take alice's access away, with size and time of modification as they were."""
    status = config.stat()
    text = config.read_text().replace('"alice"', '"carol"')
    place.write_text(text)
    place.chmod(0o600)
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
    place.rename(config)
    assert (config.stat().st_size, config.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)


@pytest.mark.parametrize("way", ["in place", "by another file"])
async def test_access_that_is_withdrawn_is_noticed_where_size_and_time_stay_the_same(config: Path, way: str) -> None:
    """As ``rsync -t`` and a restored backup leave them."""
    async with Backend.open(load_settings(config), Actor("alice")) as backend:
        await backend.integrations.refresh("hers")
        rewrite_unnoticed(config, config if way == "in place" else config.with_name("new.toml"))
        with pytest.raises(AccessDenied):
            await backend.jobs.count(Scope.of("hers"), "")
