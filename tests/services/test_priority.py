"""Whose requests go first: what a person waits for goes before a refresh, whichever service they ask; the timer's does not."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import JobKey
from jobsync_tui.backend.http.rate_limit import Priority, current_priority
from jobsync_tui.backend.services.adoption import AdoptionService
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.services.base import ACCESS, Service
from jobsync_tui.backend.services.syncs import SyncService

from .workshop import workshop

SENDS_NOTHING = {"decline", "retry_candidates", "set_apart"}
"""Methods of the services below that only read or write the database."""

SENDING = [
    (kind, name)
    for kind in (SyncService, AdoptionService)
    for name, member in inspect.getmembers(kind, inspect.isfunction)
    if hasattr(member, ACCESS) and name not in SENDS_NOTHING
]


class Sent(Exception):
    """What a service wanted to send, with the priority that it would have had."""

    def __init__(self, priority: Priority) -> None:
        super().__init__(priority)
        self.priority = priority


class Way:
    """Stands for whatever sends: the first thing that is called of it tells the priority, and goes no further."""

    def __getattr__(self, _name: str) -> Way:
        return self

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise Sent(current_priority())


@contextmanager
def nothing_sent(backend: Backend) -> Iterator[None]:
    """Have the parts that send tell the priority instead."""
    parts = vars(backend._parts)
    own = dict(parts)
    parts.update(dict.fromkeys(("pipeline", "bulk", "undo", "recovery", "compare", "adoption", "target"), Way()))
    try:
        yield
    finally:
        parts.clear()
        parts.update(own)


async def priority_of(service: Service, name: str) -> Priority:
    """Return the priority of what a method sends first."""
    method = getattr(service, name)
    links = [type("Link", (), {"integration": "file", "job_id": "1", "target_id": "t"})]
    values = {"integration": "file", "job_id": "1", "jobs": [JobKey("file", "1")], "links": links, "target_id": "t", "operation_id": "o"}
    with pytest.raises(Sent) as sent:
        await method(*(values[each.name] for each in inspect.signature(method).parameters.values() if each.default is each.empty))
    return sent.value.priority


@pytest.mark.parametrize(("kind", "name"), SENDING)
async def test_what_a_person_waits_for_goes_before_a_refresh(tmp_path: Path, kind: type[Service], name: str) -> None:
    async with workshop(tmp_path, jobs=2) as backend:
        for actor, priority in ((backend._parts.admission.actor, Priority.PERSON), (Actor.automatic(), Priority.BACKGROUND)):
            backend._parts.admission.actor = actor
            with nothing_sent(backend):
                assert await priority_of(kind(backend._parts), name) is priority
        backend._parts.admission.actor = Actor("alice")
        assert current_priority() is Priority.BACKGROUND
