"""Adopt: jobs that the target has already are linked to ATS jobs, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection
from dataclasses import replace
from functools import partial

from ..access.access import Actor
from ..core.errors import RemoteGone
from ..core.models import CachedJob, Change, Failure, Link, Matches, PlanKind, StepName, SyncPlan, SyncResult, SyncState
from ..storage.ledger.journal import OperationKind
from ..target.base import TargetJob
from .attempt import Attempt, unread_head
from .dependencies import external_id
from .matching import match
from .ownership import barred
from .pipeline import Pipeline
from .plan import Proposal, TargetSide, plan_digest, refused
from .planner import OnRead
from .steps import OnStep, StepLog

ADOPT = "adopt"
"""What the record calls it."""


class Adoption:
    """Finds links, and makes them by the path of every write."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._parts = pipeline.parts

    async def find(
        self,
        actor: Actor,
        integration: str,
        jobs: AsyncIterable[CachedJob],
        known: Collection[str],
        linked: Collection[str],
        *,
        apart: Collection[tuple[str, str]] = (),
    ) -> Matches:
        """Return what could be linked; reads the whole target, writes nothing.

        Args:
            actor: On whose behalf.
            integration: Whose jobs are to be linked.
            jobs: Its cached jobs.
            known: Ids of every integration, those that left the configuration included.
            linked: Ids of the target's jobs that this database has linked.
            apart: Id of a job of the integration, and of one of the target, that a person said are not the same.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            RemoteError: The target cannot be read.
        """
        await self._parts.authorise(actor, integration)
        return match([job async for job in jobs], [job async for job in self._parts.target.jobs()], known, linked, apart)

    async def adopt(self, actor: Actor, link: Link, *, expected_digest: str | None = None, on_step: OnStep | None = None) -> SyncResult:
        """Make one link: the target's job gets the external id and nothing else, the cached job its target id.

        Args:
            actor: On whose behalf.
            link: The two jobs.
            expected_digest: Of the plan that was confirmed; anything else that would happen makes the attempt `stale`.
            on_step: Told each step as it begins and ends.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        attempt = Attempt(
            actor=actor,
            action=ADOPT,
            integration=link.integration,
            job_id=link.job_id,
            began=self._parts.now(),
            confirmed=expected_digest,
        )
        return await self._pipeline.run(attempt, partial(self._propose, link), on_step)

    async def plan(self, actor: Actor, link: Link) -> SyncPlan:
        """Return what making the link would change; a refusal says why it cannot be made. Nothing is written.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            RemoteError: The target could not be read, or does not have the job.
        """
        await self._parts.authorise(actor, link.integration)
        return (await self._propose(link, StepLog(), lambda _: None)).plan

    async def _propose(self, link: Link, steps: StepLog, on_read: OnRead) -> Proposal:
        """Return the plan that makes a link, given the target as it is now.

        Raises:
            RemoteGone: The target does not have the job any more.
        """
        del on_read  # no rule is asked
        with steps.step(StepName.PLAN):
            job = await self._parts.target.get(link.target_id)
            mark = await self._parts.jobs.sync_state(link.integration, link.job_id) or SyncState()
            side = TargetSide(job, mark, None, self._parts.now())
            proposal = linking(link.job_id, link.job_name, external_id(link.integration, link.job_id), link.target_id, side)
            in_the_way = None if job is None else await self._in_the_way(link, job, mark)
            return proposal if in_the_way is None else refused(proposal.plan, side, in_the_way)

    async def _in_the_way(self, link: Link, job: TargetJob, mark: SyncState) -> Failure | None:
        """Return why the link is not made: one of the two has another counterpart, or a person has to decide."""
        wanted = external_id(link.integration, link.job_id)
        held = await self._parts.held(link.integration)
        if held is not None:
            return held
        if mark.target_id not in {None, job.id} and not (link.decided and await self._lost(mark.target_id, wanted)):
            remedy = "If it belongs to another ATS job, correct its external ID in Tenzo first."
            return Failure("already_linked", f"This job is linked to {mark.target_id} already", remedy)
        if job.external_id not in {None, wanted, link.job_id} and not link.decided:
            remedy = f"If they are the same job: jobsync adopt -i {link.integration} --link {link.job_id} {job.id}"
            return Failure("not_decided", f"The job {job.id} in Tenzo carries the external ID {job.external_id}", remedy)
        others = [each.id for each in await self._parts.target.find(wanted) if each.id != job.id]
        if others:
            remedy = "Remove the external ID from it in Tenzo first, if it is not the one."
            return Failure("several_target_jobs", f"Tenzo has a job with the external ID {wanted} already: {', '.join(others)}", remedy)
        return await barred(self._parts, link.integration, link.job_id, job, decided=True)

    async def _lost(self, target_id: str | None, wanted: str) -> bool:
        """Return whether the job that this one was linked to is gone from the target, or is not said to be its own there."""
        linked = None if target_id is None else await self._parts.target.get(target_id)
        return linked is None or linked.external_id != wanted


def linking(job_id: str, name: str | None, wanted: str, target_id: str, side: TargetSide, *, expected: str | None = None) -> Proposal:
    """Return what gives a job of the target the external id ``wanted`` and changes nothing else; ``expected`` is the one it should have.

    Raises:
        RemoteGone: The target does not have the job any more.
    """
    if side.job is None:
        raise RemoteGone(f"the job {target_id} is gone from Tenzo", service="Tenzo")
    edited = side.mark.target_id == side.job.id and side.job.external_id not in {None, expected}
    plan = SyncPlan(
        integration=wanted.removesuffix(f":{job_id}"),
        job=replace(unread_head(job_id), name=name),
        kind=PlanKind.UPDATE,
        eligibility=None,
        target_id=side.job.id,
        target_version=side.job.version,
        target_url=side.job.url,
        changes=(Change("external_id", side.job.external_id, wanted, overwrites=edited),),
        target_read_at=side.read_at,
    )
    if side.job.external_id == wanted:
        plan = replace(plan, kind=PlanKind.UNCHANGED, changes=())
        return Proposal(replace(plan, digest=plan_digest(plan)), None, side, {}, {})
    return Proposal(replace(plan, digest=plan_digest(plan)), OperationKind.LINK, side, {"external_id": wanted}, {})
