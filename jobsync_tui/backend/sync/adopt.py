"""Adopt: jobs that the target has already are linked to ATS jobs, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection
from dataclasses import replace
from functools import partial

from ..access import Actor
from ..errors import RemoteGone
from ..models import CachedJob, Change, Failure, PlanKind, StepName, SyncMark, SyncPlan, SyncResult
from ..store.journal import OperationKind
from .attempt import Attempt, unread_head
from .matching import Link, Matches, match
from .parts import external_id
from .pipeline import Pipeline
from .plan import Proposal, TargetSide, plan_digest, refused
from .planner import OnRead
from .steps import StepLog


class Adoption:
    """Finds links, and makes them by the path of every write."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._parts = pipeline.parts

    async def find(self, actor: Actor, integration: str, jobs: AsyncIterable[CachedJob], known: Collection[str]) -> Matches:
        """Return what could be linked; reads the whole target, writes nothing.

        Args:
            actor: On whose behalf.
            integration: Whose jobs are to be linked.
            jobs: Its cached jobs.
            known: Ids of every configured integration.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
            RemoteError: The target cannot be read.
        """
        await self._parts.authorise(actor, integration)
        return match([job async for job in jobs], [job async for job in self._parts.target.jobs()], known)

    async def adopt(self, actor: Actor, link: Link) -> SyncResult:
        """Make one link: the target's job gets the external id and nothing else, the cached job its target id.

        Raises:
            AccessDenied, UsageError: The actor may not use the integration.
        """
        attempt = Attempt(actor=actor, action="adopt", integration=link.integration, job_id=link.job_id, began=self._parts.now())
        return await self._pipeline.run(attempt, partial(self._propose, link))

    async def _propose(self, link: Link, steps: StepLog, on_read: OnRead) -> Proposal:
        del on_read  # no rule is asked
        with steps.step(StepName.PLAN):
            job = await self._parts.target.get(link.target_id)
            mark = await self._parts.jobs.sync_mark(link.integration, link.job_id) or SyncMark()
            side = TargetSide(job, mark, None, self._parts.now())
            return link_proposal(link, side)


def link_proposal(link: Link, side: TargetSide) -> Proposal:
    """Return the plan that makes a link, given the target as it is now.

    Raises:
        RemoteGone: The target does not have the job any more.
    """
    proposal = linking(link.job_id, link.job_name, external_id(link.integration, link.job_id), link.target_id, side)
    if side.mark.target_id is not None:
        return refused(proposal.plan, side, Failure("already_linked", f"This job is linked to {side.mark.target_id} already"))
    return proposal


def linking(job_id: str, name: str | None, wanted: str, target_id: str, side: TargetSide, *, expected: str | None = None) -> Proposal:
    """Return what gives a job of the target the external id ``wanted`` and changes nothing else; ``expected`` is the one it should have.

    Raises:
        RemoteGone: The target does not have the job any more.
    """
    if side.job is None:
        raise RemoteGone(f"the job {target_id} is gone from Tenzo", service="Tenzo")
    plan = SyncPlan(
        integration=wanted.removesuffix(f":{job_id}"),
        job=replace(unread_head(job_id), name=name),
        kind=PlanKind.UPDATE,
        eligibility=None,
        target_id=side.job.id,
        target_version=side.job.version,
        target_url=side.job.url,
        changes=(Change("external_id", side.job.external_id, wanted, overwrites=side.job.external_id not in {None, expected}),),
        target_read_at=side.read_at,
    )
    if side.job.external_id == wanted:
        plan = replace(plan, kind=PlanKind.UNCHANGED, changes=())
        return Proposal(replace(plan, digest=plan_digest(plan)), None, side, {}, {})
    return Proposal(replace(plan, digest=plan_digest(plan)), OperationKind.LINK, side, {"external_id": wanted}, {})
