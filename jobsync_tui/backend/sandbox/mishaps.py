"""What goes wrong in the demonstration, each once: an answer that is lost, and a colleague who edits while one reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from ..errors import AnswerLost
from ..models import JsonValue
from ..target.base import Catalog, Target, TargetJob
from ..target.local import LocalTarget


class MishapTarget(Target):
    """The way to the local target, with the story's mishaps on it.

    Args:
        inner: The target.
        lost: External id of the job whose created answer is lost.
        edited: External id of the job that somebody edits right after it was read.
        spent: The external ids whose mishap has happened; shared by everything that is opened on one sandbox.
    """

    title = LocalTarget.title

    def __init__(self, inner: LocalTarget, *, lost: str, edited: str, spent: set[str]) -> None:
        self._inner = inner
        self._lost = lost
        self._edited = edited
        self._spent = spent

    async def test(self) -> str:
        """Test the target."""
        return await self._inner.test()

    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job; somebody may edit it then."""
        job = await self._inner.get(target_id)
        if job is not None and self._happens(job.external_id, self._edited):
            await self._inner.edit(target_id, {"folder": "Engineering/Urgent"})
        return job

    async def find(self, external_id: str) -> tuple[TargetJob, ...]:
        """Return the jobs with that external id."""
        return await self._inner.find(external_id)

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create the job; the answer may be lost.

        Raises:
            AnswerLost: It was.
        """
        job = await self._inner.create(external_id, fields, idempotency_key=idempotency_key)
        if self._happens(external_id, self._lost):
            raise AnswerLost("the connection broke before the answer", service=self.title)
        return job

    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        """Update the job."""
        return await self._inner.update(target_id, patch, etag=etag)

    async def link(self, target_id: str, external_id: str, *, etag: str | None) -> TargetJob:
        """Link the job."""
        return await self._inner.link(target_id, external_id, etag=etag)

    def jobs(self) -> AsyncIterator[TargetJob]:
        """Yield every job."""
        return self._inner.jobs()

    async def catalog(self) -> Catalog:
        """Return the names."""
        return await self._inner.catalog()

    async def close(self) -> None:
        """Close the target."""
        await self._inner.close()

    def _happens(self, external_id: str | None, where: str) -> bool:
        if external_id != where or where in self._spent:
            return False
        self._spent.add(where)
        return True
