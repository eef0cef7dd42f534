"""What works on a run: reads the jobs that are chosen singly, or syncs them by the one pipeline, and keeps each decision as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..access.access import Actor
from ..core import clock
from ..core.map_concurrently import map_concurrently
from ..core.models import Failure, JobKey, Outcome, SyncResult
from ..storage.automatic.batches import RunTally, Work
from ..storage.automatic.decisions import LONGEST_WAIT, Candidate, Decision, DecisionStore
from ..storage.outcomes.outcomes import EvaluationVersion
from ..sync.bulk import Bulk
from ..sync.guard import Patience
from .alerts import FOR_GOOD
from .loading import Loader

FINAL = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})
"""Outcomes that stand until the job or the rules change. A job that the ATS did not find may be in its next list again, as it was."""

FAILED = frozenset({Outcome.FAILED.value, Outcome.UNKNOWN.value})

FAULT = Failure("fault", "A fault in jobsync; its log has the details")
"""What ends a run, or a batch of one, where nobody has foreseen it."""

FOR_NOW = frozenset({"unknown_name", "several_target_jobs"})
"""Refusals that somebody may mend in the target, without a change of the job or the rules."""

Renew = Callable[[], Awaitable[None]]
"""Puts the expiry of the lease off under which the work is done."""


@dataclass(frozen=True, slots=True)
class BatchWorker:
    """Reads and syncs jobs of one integration, for one run.

    Attributes:
        actor: The automatic one, with where it runs.
        integration: Its id.
        evaluation_version: The one under which the jobs were chosen.
        every: The time between two runs.
        stop: Once set, what has begun ends and nothing else is begun.
    """

    bulk: Bulk
    loader: Loader
    decisions: DecisionStore
    actor: Actor
    integration: str
    evaluation_version: EvaluationVersion
    every: timedelta
    stop: asyncio.Event
    now: Callable[[], datetime] = clock.now

    async def do(self, work: Work, some: Sequence[Candidate], tally: RunTally, renew: Renew) -> None:
        """Read jobs into the cache, one request each, or sync them.

        Args:
            work: Which of the two.
            some: The jobs.
            tally: Takes in what comes of each as it comes, also of those before an error.
            renew: Called after each.

        Raises:
            RemoteError: The ATS could not be asked for a job that was to be read.
            AccessDenied, UsageError: The integration may not be used, or not any more.
            Busy: The lease under which this is done has ended.
        """
        if work is Work.READ:
            await self._read(some, renew)
        else:
            await self._sync(some, tally, renew)

    async def _read(self, some: Sequence[Candidate], renew: Renew) -> None:
        async def one(candidate: Candidate) -> None:
            if not self.stop.is_set():
                await self.loader.load(self.integration, candidate.job_id)
                await renew()

        await map_concurrently(some, one, self.bulk.concurrency)

    async def _sync(self, some: Sequence[Candidate], tally: RunTally, renew: Renew) -> None:
        by_key: dict[JobKey, Candidate] = {JobKey(self.integration, each.job_id): each for each in some}
        patience = Patience()

        async def ended(job: JobKey, result: SyncResult | Exception) -> None:
            decision = self._decision(by_key[job], result, patience)
            keeping = asyncio.ensure_future(self.decisions.synced(self.evaluation_version, decision, self.now()))
            try:
                await asyncio.shield(keeping)
            finally:
                # Where this is cut short too: what is not kept is done again by somebody, and counted there.
                await keeping
                tally.outcomes[decision.outcome] += 1
                if decision.outcome in FAILED:
                    tally.fail(decision.reason or decision.outcome, FAULT if isinstance(result, Exception) else result.error)
            await renew()

        await self.bulk.sync_while(self.actor, list(by_key), lambda: not (self.stop.is_set() or patience.ended), ended)
        if patience.ended:
            tally.error = patience.last

    def _decision(self, candidate: Candidate, result: SyncResult | Exception, patience: Patience) -> Decision:
        if isinstance(result, Exception):
            return Decision(candidate, Outcome.FAILED.value, FAULT.code, self._again(candidate))
        patience.see(result.error if result.outcome in {Outcome.FAILED, Outcome.UNKNOWN} else None)
        code = None if result.error is None else result.error.code
        if result.outcome in FINAL:
            return Decision(candidate, result.outcome.value)
        if code in FOR_GOOD or (result.outcome is Outcome.REFUSED and code not in FOR_NOW):
            return Decision(candidate, result.outcome.value, code)
        return Decision(candidate, result.outcome.value, code, self._again(candidate))

    def _again(self, candidate: Candidate) -> datetime:
        """Return when to try again: at the next run, then after twice as long each time, up to an hour."""
        tries = candidate.known.tries if candidate.known is not None and candidate.known.failed else 0
        wait: timedelta = self.every * (1 << min(tries, 10)) - self.every / 2
        return self.now() + min(LONGEST_WAIT, wait)
