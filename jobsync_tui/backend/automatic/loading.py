"""Fields that an ATS gives only for one job at a time, read for the jobs on which a rule's answer may hang on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime

from ..ats.base import Adapter
from ..core import clock
from ..core.errors import JobNotFound
from ..core.models import EvaluationPolicy, RuleSet
from ..rules.columnar.evaluate import fields_needed
from ..rules.fields import covers
from ..storage.automatic.decisions import Candidate
from ..storage.jobs.jobs import JobStore
from ..sync.single_read import read_singly

MOST = 500
"""Jobs read in one run; the others wait for the next ones, so that a large cache does not use up a rate limit at once."""

SLICE = 500
"""Cached jobs that are looked at together."""


class Loader:
    """Reads single jobs where a list leaves out what a rule asks for.

    Args:
        adapters: Gives the connected adapter of an integration.
        jobs: The cache.
        rules: The rules in force at this moment.
        policy: What the configuration adds to them.
        now: The present.
    """

    def __init__(
        self,
        adapters: Callable[[str], Adapter],
        jobs: JobStore,
        rules: Callable[[], Awaitable[RuleSet]],
        policy: Callable[[], EvaluationPolicy],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._adapters = adapters
        self._jobs = jobs
        self._rules = rules
        self._policy = policy
        self._now = now

    async def hidden(self, integration: str) -> tuple[str, ...]:
        """Return the fields that the rules ask for and that the integration's ATS gives only singly."""
        single = self._adapters(integration).availability.single_only
        return tuple(field for field in fields_needed(await self._rules(), self._policy()) if covers(single, field))

    async def lacking(self, integration: str, candidates: Sequence[Candidate], fields: Sequence[str]) -> list[Candidate]:
        """Return those of the candidates whose cached job lacks one of the fields because it was never read singly."""
        found: list[Candidate] = []
        for start in range(0, len(candidates), SLICE):
            some = candidates[start : start + SLICE]
            for candidate, job in zip(some, await self._jobs.get_many(integration, [each.job_id for each in some]), strict=True):
                if job is not None and any(covers(job.not_loaded, field) for field in fields):
                    found.append(candidate)
        return found

    async def load(self, integration: str, job_id: str) -> None:
        """Read one job into the cache, or note that it is gone.

        Raises:
            RemoteError: The ATS could not be asked.
        """
        with suppress(JobNotFound):
            await read_singly(integration, job_id, adapter=self._adapters(integration), jobs=self._jobs, now=self._now)
