"""The embedded target: a store of its own, in a file of its own or on the server.

It holds all that a job there has beside what the sync owns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from typing import ClassVar, Concatenate, ParamSpec, Self, TypeVar

from ..core.canonical import Plain, canonical, storable
from ..core.models import JsonValue
from ..core.text import counted
from ..database import Database, Db
from ..database.backup import Pages, copy_database
from ..http.messages import Reply, Request
from ..http.wire import is_tapped, watched
from . import local_seed, local_store
from .base import Catalog, Target, TargetJob
from .local_seed import Candidate, Seed
from .local_tables import TARGET_SCHEMA

PAGE = 500

P = ParamSpec("P")
T = TypeVar("T")


class LocalTarget(Target):
    """Jobs, folders, templates, users, settings, candidates and interviews in a database.

    That is opened, or made, when something is first asked of it.

    Beside the target's contract it can be filled (`seed`) and changed as people there would (`edit`, `remove`, `add_candidate`).
    """

    title: ClassVar[str] = "local target"

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None
        self._opening = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the store at ``url`` at once, making it where there is none.

        Raises:
            StorageError: It cannot be opened or made.
        """
        target = cls(url)
        await target._opened()
        return target

    async def test(self) -> str:
        """Return how many jobs the store holds."""
        return f"local store with {counted(await self._read(local_store.count), 'job')}"

    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job with that id, or None."""
        return await self._called("get", f"/jobs/{target_id}", None, self._read(local_store.get, target_id))

    async def find(self, external_id: str) -> tuple[TargetJob, ...]:
        """Return every job that carries the external id."""
        return await self._called("find", f"/jobs?external_id={external_id}", None, self._read(local_store.find, external_id))

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create a job; the same key with the same fields creates nothing twice, and an external id is taken once.

        Raises:
            Conflict: The key stands for something else, or the external id is taken.
            Refused: A name in the fields is not known here.
        """
        call = self._write(local_store.create, local_store.Create(external_id, fields, idempotency_key))
        return await self._called("create", "/jobs", {"external_id": external_id, **fields}, call)

    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        """Apply a merge patch to the owned columns and to no other.

        Raises:
            RemoteGone: There is no such job.
            Conflict: It changed since ``etag``.
            Refused: A name is not known here.
        """
        return await self._called("update", f"/jobs/{target_id}", patch, self._write(local_store.update, target_id, patch, etag))

    async def link(self, target_id: str, external_id: str, *, etag: str | None) -> TargetJob:
        """Give the job that external id and change nothing else.

        Raises:
            RemoteGone: There is no such job.
            Conflict: It changed since ``etag``, or another job has the external id.
        """
        call = self._write(local_store.link, target_id, external_id, etag)
        return await self._called("link", f"/jobs/{target_id}", {"external_id": external_id}, call)

    async def jobs(self) -> AsyncIterator[TargetJob]:
        """Yield every job, in the order of their ids."""
        last = ""
        while page := await self._read(local_store.after, last, PAGE):
            for job in page:
                yield job
            last = page[-1].id

    async def catalog(self) -> Catalog:
        """Return the names in the store; where it has none of a kind, that kind is not checked."""
        return await self._read(local_store.catalog)

    async def close(self) -> None:
        """Close the database, if it was opened."""
        if self._database is not None:
            await self._database.close()

    async def seed(self, seed: Seed) -> tuple[str, ...]:
        """Add names, users and jobs with candidates and interviews; returns the jobs' ids in order."""
        return await self._write(local_seed.sow, seed)

    async def edit(
        self, target_id: str, fields: Mapping[str, JsonValue] | None = None, *, notes: str | None = None, active: bool | None = None
    ) -> TargetJob:
        """Change a job as a recruiter there does.

        Raises:
            RemoteGone: There is no such job.
        """
        others: dict[str, str | bool | None] = {}
        if notes is not None:
            others["notes"] = storable(notes)
        if active is not None:
            others["active"] = active
        return await self._write(local_store.edit, target_id, fields or {}, others)

    async def remove(self, target_id: str) -> None:
        """Delete a job as a recruiter there does."""
        await self._write(local_store.remove, target_id)

    async def add_candidate(self, target_id: str, candidate: Candidate) -> str:
        """Add a candidate with interviews, as the target does by itself; returns the candidate's id."""
        return await self._write(local_seed.add_candidate, target_id, candidate)

    async def unowned(self) -> str:
        """Return everything that no sync may change as one text: candidates, interviews, notes, shares, active flags, names.

        Two equal texts mean that not one byte of it moved.
        """
        return await self._read(local_store.unowned)

    async def copy_to(self, path: Path, on_pages: Pages) -> int:
        """Copy the store, as it is at this moment, into a new file, and return its size in bytes.

        Args:
            path: The new file.
            on_pages: Told how far it is, on the thread that copies.

        Raises:
            UsageError: The file exists.
            StorageError: It cannot be written.
        """
        return await self._read(copy_database, path, on_pages)

    async def _called(self, method: str, path: str, sent: Plain, call: Coroutine[object, object, T]) -> T:
        """Return what a call of the target's contract returns, and have it kept as a request would be, where somebody keeps those."""
        if not is_tapped():
            return await call
        asked = b"" if sent is None else canonical(sent).encode()
        with watched(self.title, Request(method, f"local:{path}", body=asked), {}) as answered:
            found = await call
            answered(Reply(0, body=canonical(_plain(found)).encode()))
        return found

    async def _read(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await (await self._opened()).read(fn, *args, **kwargs)

    async def _write(self, fn: Callable[Concatenate[Db, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await (await self._opened()).write(fn, *args, **kwargs)

    async def _opened(self) -> Database:
        async with self._opening:
            if self._database is None:
                self._database = await Database.open(self._url, TARGET_SCHEMA, readers=2)
            return self._database


def _plain(found: object) -> Plain:
    """Return jobs as they are kept with the requests of a sync; None where there is no such job."""
    if isinstance(found, tuple):
        return [_plain(each) for each in found]
    if not isinstance(found, TargetJob):
        return None
    return {"id": found.id, "version": found.version, "external_id": found.external_id, "url": found.url, **found.fields}
