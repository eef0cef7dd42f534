"""Renaming an integration: what is kept for it moves at once; the external ids in the target follow, each on the path of every write.

The order makes it safe to stop anywhere. Once the move is done, every job is known by its id in the target, so that a sync reads and
updates that job whatever its external id is. What still carries the old id is found by looking, so that a rename that was cut short goes
on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from ..access.access import Actor
from ..core.errors import UsageError
from ..core.map_concurrently import map_concurrently
from ..core.models import Failure, Outcome, Relink, RenamePlan, RenameReport, StepName, SyncResult, SyncState
from ..core.text import counted
from ..rules.integration_rename import RenamedRules, renamed
from ..storage.ledger import audit
from ..storage.rename import RenameStore
from ..storage.rules import rules as rule_store
from ..target.base import TargetJob
from .adopt import linking
from .attempt import Attempt
from .bulk import OnResult
from .dependencies import SyncDependencies, external_id
from .pipeline import Pipeline
from .plan import Proposal, TargetSide, refused
from .planner import OnRead
from .steps import StepLog

if TYPE_CHECKING:
    from ..database import Db

ACTION = "rename"
NAMED = 10
"""Jobs that an error names."""

FOLLOWED = frozenset({Outcome.UPDATED, Outcome.UNCHANGED})


class IntegrationRename:
    """Plans renames and carries them out."""

    def __init__(self, pipeline: Pipeline, store: RenameStore, concurrency: int) -> None:
        self._pipeline = pipeline
        self._parts: SyncDependencies = pipeline.parts
        self._store = store
        self._concurrency = concurrency

    async def plan(self, old: str, new: str) -> RenamePlan:
        """Return what a rename would do, or what is left of one that was begun; reads the whole target, writes nothing.

        Raises:
            UsageError: Nothing is kept under ``old``, or something is under ``new``.
            Busy: Something of the integration is under way, or not settled.
            RemoteError: The target cannot be read.
        """
        standing = await self._store.standing(old, new)
        rules = await self._rules(old, new)
        links, unclear = sort_out([job async for job in self._parts.target.jobs()], old, new)
        return RenamePlan(
            old=old,
            new=new,
            jobs=standing.jobs,
            moved=standing.moved,
            links=links,
            unclear=unclear,
            rules=rules.changed,
            doubtful=rules.doubtful,
        )

    async def carry_out(
        self, actor: Actor, plan: RenamePlan, *, on_result: OnResult | None = None, cancel: asyncio.Event | None = None
    ) -> RenameReport:
        """Do what ``plan`` says.

        Args:
            actor: On whose behalf.
            plan: As it was just made.
            on_result: Told what came of each job of the target.
            cancel: Once set, what has begun ends and the rest is left for the next run.

        Raises:
            AccessDenied: The actor may not sync the new integration.
            UsageError: A person has to look at some jobs of the target first; nothing was moved.
            Busy, StalePlan: Something changed since the plan; nothing was moved.
        """
        await self._parts.authorise(actor, plan.new)
        if plan.unclear and not plan.moved:
            raise _unclear(plan)
        if not plan.moved:
            await self._move(actor, plan)

        async def one(link: Relink) -> SyncResult | None:
            if cancel is not None and cancel.is_set():
                return None
            attempt = Attempt(actor=actor, action=ACTION, integration=plan.new, job_id=link.job_id, began=self._parts.now())
            result = await self._pipeline.run(attempt, partial(self._propose, plan, link))
            if on_result is not None:
                on_result(result)
            return result

        found = await map_concurrently(plan.links, one, self._concurrency)
        results = tuple(result for result in found if result is not None)
        finished = not plan.unclear and len(results) == len(found) and all(result.outcome in FOLLOWED for result in results)
        if finished:
            await self._store.finish(plan.old, plan.new)
        return RenameReport(plan, results, finished)

    async def _move(self, actor: Actor, plan: RenamePlan) -> None:
        now = self._parts.now()
        before = await self._parts.rules()
        rules = renamed(before.rules, plan.old, plan.new)
        what = f"{plan.old} is {plan.new} from now on"
        row = audit.NewEntry(
            actor=actor.user, action=ACTION, at=now, integration=plan.new, outcome="changed", cause=what, origin=actor.origin
        )

        def also(db: Db) -> None:
            if rules.changed:
                rule_store.save(db, rules.rules, actor=actor.user, what=f"{ACTION}: {what}", expected=before.revision)
            audit.append(db, row, now)

        linked = {link.job_id: link.target_id for link in plan.links}
        await self._store.move(plan.old, plan.new, actor=actor.user, linked=linked, also=also)

    async def _rules(self, old: str, new: str) -> RenamedRules:
        return renamed((await self._parts.rules()).rules, old, new)

    async def _propose(self, plan: RenamePlan, link: Relink, steps: StepLog, on_read: OnRead) -> Proposal:
        del on_read  # no rule is asked
        with steps.step(StepName.PLAN):
            job = await self._parts.target.get(link.target_id)
            mark = await self._parts.jobs.sync_state(plan.new, link.job_id) or SyncState()
            side = TargetSide(job, mark, None, self._parts.now())
            wanted, before = external_id(plan.new, link.job_id), external_id(plan.old, link.job_id)
            return relinking(link, wanted, before, side)


def relinking(link: Relink, wanted: str, before: str, side: TargetSide) -> Proposal:
    """Return what gives a job of the target the external id ``wanted`` in place of ``before``, given the target as it is now.

    Raises:
        RemoteGone: The target does not have the job any more.
    """
    proposal = linking(link.job_id, link.name, wanted, link.target_id, side, expected=before)
    if side.job is not None and side.job.external_id not in {wanted, before}:
        return refused(
            proposal.plan, side, Failure("changed_since", f"The job in Tenzo was given the external ID {side.job.external_id} meanwhile")
        )
    return proposal


def _unclear(plan: RenamePlan) -> UsageError:
    named = ", ".join(link.target_id for link in plan.unclear[:NAMED])
    several = counted(len(plan.unclear), "job of the target shares", "jobs of the target share")
    return UsageError(
        f"{several} an external ID in Tenzo, or the new one is taken: {named}",
        remedy="Leave each external id to one job in the target, then look at the rename again",
    )


def sort_out(jobs: list[TargetJob], old: str, new: str) -> tuple[tuple[Relink, ...], tuple[Relink, ...]]:
    """Return the jobs that carry an external id of ``old``: those that can get one of ``new``, and those that a person has to look at."""
    times = Counter(job.external_id for job in jobs if job.external_id is not None)
    links: list[Relink] = []
    unclear: list[Relink] = []
    for job in jobs:
        known_as = job.external_id or ""
        integration, colon, job_id = known_as.partition(":")
        if integration != old or not colon:
            continue
        name = job.fields.get("name")
        link = Relink(job_id, job.id, name if isinstance(name, str) else None)
        alone = times[known_as] == 1 and times[external_id(new, job_id)] == 0
        (links if alone else unclear).append(link)
    return tuple(links), tuple(unclear)
