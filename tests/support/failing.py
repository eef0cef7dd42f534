"""A process whose database fails it once, or from then on, at the Nth write: nothing dies, and everything is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.core.models import CachedJob, Job
from jobsync_tui.backend.database import Database
from tests.support.sync_bench import MemoryJobs

T = TypeVar("T")


class Failure(StrEnum):
    """What happens to the write."""

    REFUSED = "refused once, as by a lock"
    DOUBTFUL = "done, and reported as failed, as by a connection that breaks at the commit"
    DISK_FULL = "refused from then on, as by a full disk"


@dataclass
class Failing:
    """Counts writes; number ``at`` fails as ``how`` says. ``mended`` ends what goes on."""

    at: int
    how: Failure
    writes: int = 0
    mended: bool = False

    @property
    def struck(self) -> bool:
        """Whether any write failed."""
        return self.writes >= self.at

    async def effect(self, work: Awaitable[T]) -> T:
        """Do a write, or fail it."""
        self.writes += 1
        hit = not self.mended and (self.writes == self.at or (self.how is Failure.DISK_FULL and self.writes > self.at))
        if not hit:
            return await work
        if self.how is Failure.DOUBTFUL:
            await work
        elif hasattr(work, "close"):
            work.close()
        raise StorageError(f"The database failed: {self.how}.", remedy="Mend it.")


class FailingDatabase:
    """A database whose writes can fail."""

    def __init__(self, inner: Database, failing: Failing) -> None:
        self._inner = inner
        self._failing = failing

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._inner.read(fn, *args, **kwargs)

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._failing.effect(self._inner.write(fn, *args, **kwargs))

    async def write_unsynced(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._failing.effect(self._inner.write_unsynced(fn, *args, **kwargs))


class FailingJobs(MemoryJobs):
    """A cache whose writes can fail."""

    def __init__(self, shared: MemoryJobs, failing: Failing) -> None:
        super().__init__()
        self.cached, self.marks, self.history = shared.cached, shared.marks, shared.history
        self._failing = failing

    async def put(self, job: Job, now: datetime) -> CachedJob:
        return await self._failing.effect(super().put(job, now))
