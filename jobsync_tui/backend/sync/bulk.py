"""Many jobs at once: planned together under one digest, synced side by side, each by the pipeline and for itself."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from ..access.access import Actor
from ..core.errors import (
    AccessDenied,
    CredentialsRejected,
    CutShort,
    Fault,
    JobsyncError,
    NotPermitted,
    PermissionMissing,
    StalePlan,
    UsageError,
)
from ..core.map_concurrently import map_concurrently
from ..core.models import BulkPlan, Failure, JobKey, Outcome, SyncPlan, SyncResult
from ..core.text import counted
from .attempt import FAILED, withdrawn
from .guard import TROUBLE
from .pipeline import Pipeline
from .plan import bulk_plan

log = logging.getLogger(__name__)

T = TypeVar("T")

NOT_BEGUN = Failure("cancelled", "Stopped before it began")
LEFT = Failure(
    "unknown",
    "The process ended while it waited for a reply from the target, so it is not known whether this was saved",
    "jobsync recover looks it up and settles it; so does every start",
)
IN_FLIGHT, STOPPING = 5.0, 1.5
"""Seconds in which jobs in flight end once a bulk sync is stopped, and then those that were asked to stop."""

LANES = 4
"""Integrations whose jobs are synced side by side."""

_DENIED = {CredentialsRejected.code: 1, PermissionMissing.code: TROUBLE}
"""How often in a row a refusal by the ATS or the target comes before no other job is tried: one job alone may be nobody's to see."""

MOVED = StalePlan(
    "What was confirmed is no longer what would happen; nothing was written", remedy="Look at the plan again, and confirm that one."
)

OnProgress: TypeAlias = Callable[[int, int], None]
"""Told how many are done, of how many."""

OnResult: TypeAlias = Callable[[SyncResult], None]
"""Told each result as it comes, in no particular order."""

OnEach: TypeAlias = Callable[[JobKey, "SyncResult | Exception"], Awaitable[None]]
"""Awaited with each job and what came of it."""


class Bulk:
    """Plans and syncs lists of jobs, of each integration ``concurrency`` at a time; what comes back is in the order of the list."""

    def __init__(self, pipeline: Pipeline, concurrency: int = 4) -> None:
        self._pipeline = pipeline
        self.concurrency = max(1, concurrency)

    async def plan_many(self, actor: Actor, jobs: Sequence[JobKey], on_progress: OnProgress | None = None) -> BulkPlan:
        """Return what syncing the jobs would do, under one digest; those of a read-only integration among others are refused in it.

        Raises:
            AccessDenied, UsageError: The actor may not use one of the integrations, or each of them is read-only.
        """
        return bulk_plan(await self._plans(actor, unique(jobs), on_progress))

    async def sync_many(
        self,
        actor: Actor,
        jobs: Sequence[JobKey],
        *,
        expected: BulkPlan | str | None = None,
        on_result: OnResult | None = None,
        cancel: asyncio.Event | None = None,
    ) -> tuple[SyncResult, ...]:
        """Sync the jobs, and return what came of each.

        Args:
            actor: On whose behalf.
            jobs: Each once; repeats are left out.
            expected: What was confirmed. A plan: each job is bound to its own part of it, one that moved is `stale` and the rest goes on.
                The digest of one: everything is planned again, and if it comes to another digest nothing is written at all.
            on_result: Told each result as it comes.
            cancel: Once set, what has begun ends and the rest is `cancelled`.

        Raises:
            CutShort: Something ended it before all was tried: the actor's access or the integration went, the database failed, or there was
                a fault. It has a result for every job: what was done, and the rest as refused or cancelled, recorded as far as it could be.
        """
        jobs, tell, stop = unique(jobs), _Telling(on_result or _nobody), cancel or asyncio.Event()
        try:
            await self._all(actor, jobs, expected, tell, stop)
        except Exception as error:
            ending = _ending(error)
            outcome = Outcome.REFUSED if isinstance(ending, AccessDenied) else Outcome.CANCELLED
            left = [job for job in jobs if job not in tell.found]
            _told(await self._closed(actor, left, ending, outcome), tell)
            raise CutShort(ending, tuple(tell.found[job] for job in jobs)) from error
        return tuple(tell.found[job] for job in jobs)

    async def _all(
        self,
        actor: Actor,
        jobs: Sequence[JobKey],
        expected: BulkPlan | str | None,
        tell: _Telling,
        stop: asyncio.Event,
    ) -> None:
        """Bring every job to an end, and tell it as it comes."""
        refused = await self._refused(actor, jobs)
        for integration, refusal in refused.items():
            of_one = [job for job in jobs if job.integration == integration]
            _told(await self._pipeline.not_begun(actor, of_one, refusal.failure(), Outcome.REFUSED), tell)
        if isinstance(expected, str):
            plan = bulk_plan(await self._plans(actor, jobs, stop=stop))
            if not stop.is_set() and plan.digest != expected:
                moved = [each for each in plan.plans if each.integration not in refused]
                _told(await self._pipeline.ended(actor, moved, Outcome.STALE, MOVED.failure()), tell)
                return
            expected = plan
        rejected = await self._carried_out(actor, [job for job in jobs if job.integration not in refused], expected, tell, stop)
        left = [job for job in jobs if job not in tell.found]
        if rejected and not stop.is_set():
            for integration, error in rejected.items():
                of_one = [job for job in left if job.integration == integration]
                _told(await self._closed(actor, of_one, error, Outcome.CANCELLED), tell)
            if left:
                were = counted(len(left), "job was", "jobs were")
                errors = [rejected[integration] for integration in dict.fromkeys(job.integration for job in left)]
                why = "; ".join(dict.fromkeys(error.message for error in errors))
                raise CredentialsRejected(f"{were} not tried: {why}", remedy=errors[0].remedy)
            return
        _told(await self._pipeline.not_begun(actor, left, NOT_BEGUN), tell)

    async def _closed(self, actor: Actor, jobs: Sequence[JobKey], ending: JobsyncError, outcome: Outcome) -> tuple[SyncResult, ...]:
        """Record that the jobs were not begun, and why; where that cannot be recorded, say so of each all the same."""
        failure = replace(ending.failure(), message=f"Not begun: {ending.message}")
        try:
            return await self._pipeline.not_begun(actor, jobs, failure, outcome)
        except Exception:
            log.exception("%d jobs that were not begun could not be recorded", len(jobs))
            return tuple(self._pipeline.unrecorded(actor, job, outcome, failure) for job in jobs)

    async def _plans(
        self, actor: Actor, jobs: Sequence[JobKey], on_progress: OnProgress | None = None, stop: asyncio.Event | None = None
    ) -> tuple[SyncPlan, ...]:
        """Return a plan for each job, in their order; once it is stopped, of those only that had begun."""
        done = 0
        refused = await self._refused(actor, jobs)

        async def one(job: JobKey) -> SyncPlan | None:
            nonlocal done
            if stop is not None and stop.is_set():
                return None
            refusal = refused.get(job.integration)
            plan = await (self._pipeline.plan(actor, *job) if refusal is None else self._pipeline.no_plan(job, refusal.failure()))
            done += 1
            if on_progress is not None:
                on_progress(done, len(jobs))
            return plan

        plans = await self._side_by_side(jobs, one)
        return tuple(plan for plan in plans if plan is not None)

    async def _refused(self, actor: Actor, jobs: Sequence[JobKey]) -> Mapping[str, NotPermitted]:
        """Return which of several integrations may not be written, and why: they do not keep the others from it.

        Raises:
            AccessDenied, UsageError: The actor may not use one of them, or none of them may be written.
        """
        refused: dict[str, NotPermitted] = {}
        integrations = tuple(dict.fromkeys(job.integration for job in jobs))
        for integration in integrations if len(integrations) > 1 else ():
            try:
                await self._pipeline.parts.authorise(actor, integration)
            except NotPermitted as refusal:
                refused[integration] = refusal
        if refused and len(refused) == len(integrations):
            raise next(iter(refused.values()))
        return refused

    async def _side_by_side(self, jobs: Sequence[JobKey], work: Callable[[JobKey], Awaitable[T]]) -> tuple[T, ...]:
        """Do something with each job, and return what came of it, in their order.

        Each ATS is asked for ``concurrency`` jobs at a time and waits for no other: one that is slow, or asks to be called more slowly,
        holds up its own jobs only.
        """
        lanes: dict[str, list[JobKey]] = {}
        for job in jobs:
            lanes.setdefault(job.integration, []).append(job)
        found: dict[JobKey, T] = {}

        async def lane(of_one: Sequence[JobKey]) -> None:
            answers = await map_concurrently(of_one, work, self.concurrency)
            found.update(zip(of_one, answers, strict=True))

        await map_concurrently(tuple(lanes.values()), lane, LANES)
        return tuple(found[job] for job in jobs)

    async def _carried_out(
        self, actor: Actor, jobs: Sequence[JobKey], expected: BulkPlan | None, tell: _Telling, stop: asyncio.Event
    ) -> dict[str, CredentialsRejected]:
        """Sync the jobs until it is stopped, and tell what came of those that had begun.

        Returns:
            By integration, that credentials were rejected: its other jobs are not begun then.
        """
        rejected: dict[str, CredentialsRejected] = {}
        denied: Counter[str] = Counter()
        digests = {} if expected is None else {plan.key: plan.digest for plan in expected.plans}
        begun: list[JobKey] = []

        async def one(job: JobKey) -> None:
            if stop.is_set() or job[0] in rejected:
                return
            begun.append(job)
            # Nothing was confirmed for one that could not be planned, or is not part of the plan: it is tried as a plan nobody agreed to.
            bound = None if expected is None else digests.get(job) or ""
            try:
                result = await self._pipeline.sync(actor, *job, expected_digest=bound)
                tell(result)
                denied[job[0]] = denied[job[0]] + 1 if result.error is not None and result.error.code in _DENIED else 0
                if result.error is not None and denied[job[0]] >= _DENIED.get(result.error.code, TROUBLE):
                    rejected[job[0]] = CredentialsRejected(result.error.message, remedy=result.error.remedy)
            except JobsyncError:
                raise
            except Exception as fault:
                # The pipeline has logged and recorded it.
                tell(self._pipeline.unrecorded(actor, job, Outcome.FAILED, _ending(fault).failure()))
                raise

        work = asyncio.create_task(self._side_by_side(jobs, one))
        if await _ends_in_time(work, stop):
            await work
            return rejected
        for job in begun:
            if job not in tell.found:
                tell(self._pipeline.unrecorded(actor, job, Outcome.UNKNOWN, LEFT))
        return rejected

    async def sync_while(self, actor: Actor, jobs: Sequence[JobKey], go_on: Callable[[], bool], on_result: OnEach) -> None:
        """Sync the jobs as long as ``go_on`` says so before each; those that are not begun are not tried at all, and leave no record.

        Args:
            actor: On whose behalf.
            jobs: Each once; repeats are left out.
            go_on: Asked before each job.
            on_result: Awaited with each job and what came of it, or the fault that it ended in, before its place is given to another.

        Raises:
            AccessDenied, UsageError: The actor may not use one of the integrations.
        """

        async def one(job: JobKey) -> None:
            if not go_on():
                return
            try:
                result: SyncResult | Exception = await self._pipeline.sync(actor, *job)
            except JobsyncError:
                raise
            except Exception as fault:  # noqa: BLE001 - the pipeline has logged it; one job's fault is no other's
                result = fault
            await on_result(job, result)

        await map_concurrently(unique(jobs), one, self.concurrency)


async def _ends_in_time(work: asyncio.Task[object], stop: asyncio.Event) -> bool:
    """Wait for the work; once it is stopped, for what is in flight only so long as a process that is asked to end may take.

    What has not begun to write is asked to stop then. A cancellation of the caller goes on to the work, which ends in order.

    Returns:
        Whether the work came to its end; what has not is a write whose answer does not come.
    """
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            await asyncio.wait({work}, timeout=IN_FLIGHT)
        if not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=STOPPING)
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait({work})
        raise
    finally:
        stopped.cancel()
    return work.done() and not work.cancelled()


class _Telling:
    """Keeps each result as it comes, and hands it on."""

    def __init__(self, tell: OnResult) -> None:
        self.found: dict[JobKey, SyncResult] = {}
        self._tell = tell

    def __call__(self, result: SyncResult) -> None:
        self.found[result.key] = result
        self._tell(result)


def _ending(error: Exception) -> JobsyncError:
    """Return what ended a bulk sync, as it is told."""
    if isinstance(error, UsageError):
        return withdrawn(error)
    if isinstance(error, JobsyncError):
        return error
    return Fault(f"{FAILED}: a fault in the program", remedy="The details are in the log: jobsync paths says where")


def _nobody(result: SyncResult) -> None:
    """Tell a result to nobody."""


def _told(results: tuple[SyncResult, ...], tell: OnResult) -> tuple[SyncResult, ...]:
    for result in results:
        tell(result)
    return results


def unique(jobs: Sequence[JobKey]) -> tuple[JobKey, ...]:
    """Return the jobs without repeats, in order."""
    return tuple(dict.fromkeys(jobs))
