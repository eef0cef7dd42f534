"""What the demonstration's target does that one might not expect.

Two mishaps happen once each: an answer that is lost, and a colleague who edits a job while its plan is read. And one job's description is
kept as many services keep HTML: without the markup that they do not allow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..core.errors import AnswerLost
from ..core.models import JsonValue
from ..http.wire import is_tapped
from ..target.base import TargetJob
from ..target.local import LocalTarget

_EMPHASIS = re.compile(r"</?b>")


class MishapTarget(LocalTarget):
    """The local target, with the story's mishaps on the way to it.

    Args:
        url: Of its store.
        lost: External id of the job whose created answer is lost.
        edited: External id of the job that somebody edits before what was planned for it is written.
        tidied: External id of the job whose description is kept without bold type.
        spent: The external ids whose mishap has happened; shared by everything that is opened on one sandbox.
    """

    def __init__(self, url: str, *, lost: str, edited: str, tidied: str, spent: set[str]) -> None:
        super().__init__(url)
        self._lost = lost
        self._edited = edited
        self._tidied = tidied
        self._spent = spent

    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job; somebody may have edited it by then.

        It happens when a sync reads the job to write it, not when a plan is shown: however often a person looks at the plan and goes
        back, and however long they read, it is the first confirmation that meets the edit. A sync's exchanges are kept, a plan's are not.
        """
        job = await super().get(target_id)
        if job is not None and is_tapped() and self._happens(job.external_id, self._edited):
            return await self.edit(target_id, {"folder": "Engineering/Urgent"})
        return job

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create the job; the answer may be lost.

        Raises:
            AnswerLost: It was.
        """
        kept = self._tidy(fields) if external_id == self._tidied else fields
        job = await super().create(external_id, kept, idempotency_key=idempotency_key)
        if self._happens(external_id, self._lost):
            raise AnswerLost("the connection broke before the answer", service=self.title)
        return job

    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        """Update the job; the description of one is tidied up."""
        job = await super().get(target_id)
        tidied = job is not None and job.external_id == self._tidied
        return await super().update(target_id, self._tidy(patch) if tidied else patch, etag=etag)

    def _tidy(self, fields: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        description = fields.get("description")
        return {**fields, "description": _EMPHASIS.sub("", description)} if isinstance(description, str) else fields

    def _happens(self, external_id: str | None, where: str) -> bool:
        if external_id != where or where in self._spent:
            return False
        self._spent.add(where)
        return True
