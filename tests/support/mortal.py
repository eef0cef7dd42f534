"""A process that can be killed between any two of its effects, without a process: what kill -9 leaves, at a thousandth of its price."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from jobsync_tui.backend.core.models import CachedJob, Job, JsonValue
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.target.base import TargetJob
from tests.support.sync_bench import MemoryJobs
from tests.support.wrapped_target import WrappedTarget

T = TypeVar("T")


class Killed(BaseException):
    """The process is dead: nothing that it still tries happens."""


@dataclass
class Life:
    """Counts the moments before and after each effect; the process dies at number ``dies_at`` and stays dead."""

    dies_at: int
    moment: int = 0

    def pass_by(self) -> None:
        """Go past a moment, or die in it."""
        self.moment += 1
        if self.moment >= self.dies_at:
            raise Killed

    async def effect(self, work: Awaitable[T]) -> T:
        """Do something that others can see, with a moment before and one after it."""
        try:
            self.pass_by()
        except Killed:
            if hasattr(work, "close"):
                work.close()
            raise
        done = await work
        self.pass_by()
        return done


class MortalDatabase:
    """A database whose writes are effects."""

    def __init__(self, inner: Database, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._inner.read(fn, *args, **kwargs)

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._life.effect(self._inner.write(fn, *args, **kwargs))

    async def write_unsynced(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._life.effect(self._inner.write_unsynced(fn, *args, **kwargs))


class MortalJobs(MemoryJobs):
    """Another process's view of the same cache, whose changes are effects."""

    def __init__(self, shared: MemoryJobs, life: Life) -> None:
        super().__init__()
        self.cached, self.marks, self.history = shared.cached, shared.marks, shared.history
        self._life = life

    async def put(self, job: Job, now: datetime) -> CachedJob:
        return await self._life.effect(super().put(job, now))

    async def mark_gone(self, integration: str, job_id: str) -> None:
        await self._life.effect(super().mark_gone(integration, job_id))


class MortalTarget(WrappedTarget):
    """The way of a mortal process to the target; ``late`` collects writes that were under way when it died."""

    def __init__(self, inner: Any, life: Life, late: list[Callable[[], Awaitable[object]]]) -> None:
        super().__init__(inner)
        self._life = life
        self._late = late

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        return await self._write(lambda: self._inner.create(external_id, fields, idempotency_key=idempotency_key))

    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        return await self._write(lambda: self._inner.update(target_id, patch, etag=etag))

    async def _write(self, send: Callable[[], Awaitable[TargetJob]]) -> TargetJob:
        self._life.pass_by()  # before the request left
        try:
            self._life.pass_by()  # it left, and is not there yet
        except Killed:
            self._late.append(send)
            raise
        done = await send()
        self._life.pass_by()  # it is there, and the answer is not back
        return done
