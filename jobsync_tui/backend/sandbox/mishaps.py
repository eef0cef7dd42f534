"""What goes wrong in the demonstration, each once: an answer that is lost, and a colleague who edits while one reads."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import AnswerLost
from ..models import JsonValue
from ..target.base import TargetJob
from ..target.local import LocalTarget


class MishapTarget(LocalTarget):
    """The local target, with the story's mishaps on the way to it.

    Args:
        url: Of its store.
        lost: External id of the job whose created answer is lost.
        edited: External id of the job that somebody edits right after it was read.
        spent: The external ids whose mishap has happened; shared by everything that is opened on one sandbox.
    """

    def __init__(self, url: str, *, lost: str, edited: str, spent: set[str]) -> None:
        super().__init__(url)
        self._lost = lost
        self._edited = edited
        self._spent = spent

    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job; somebody may edit it then."""
        job = await super().get(target_id)
        if job is not None and self._happens(job.external_id, self._edited):
            await self.edit(target_id, {"folder": "Engineering/Urgent"})
        return job

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create the job; the answer may be lost.

        Raises:
            AnswerLost: It was.
        """
        job = await super().create(external_id, fields, idempotency_key=idempotency_key)
        if self._happens(external_id, self._lost):
            raise AnswerLost("the connection broke before the answer", service=self.title)
        return job

    def _happens(self, external_id: str | None, where: str) -> bool:
        if external_id != where or where in self._spent:
            return False
        self._spent.add(where)
        return True
