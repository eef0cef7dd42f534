"""Jobs that came under other ids: each takes the link of the job that it was, and its external id in the target follows.

The external id is changed first, on the path of every write, and then what is kept moves in one transaction. Until it has, the former
job is still the known one, so that whatever was cut short is found again by the same look, and goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..access.access import Actor
from ..ats.single_reads import ask_singly
from ..core.errors import Busy, UsageError
from ..core.map_concurrently import map_concurrently
from ..core.models import NewId, NewIdsPlan, NewIdsReport, Outcome, Relink, StepName, SyncResult, SyncState
from ..storage.jobs.id_change import IdChangeStore, Twins
from ..storage.ledger import audit
from ..target.base import TargetJob
from .attempt import Attempt, AttemptState, unread_head
from .bulk import OnResult
from .dependencies import SyncDependencies, external_id
from .integration_rename import ACTION, FOLLOWED, relinking
from .pipeline import Pipeline
from .plan import Proposal, TargetSide
from .planner import OnRead
from .steps import StepLog

if TYPE_CHECKING:
    from ..database import Db

STILL_THERE = "The ATS still has the job under its old ID"
NOT_KNOWN = "The ATS did not say whether it still has the job under its old ID"


class Renumbering:
    """Plans what jobs that came under other ids take over, and carries it out."""

    def __init__(self, pipeline: Pipeline, store: IdChangeStore, concurrency: int) -> None:
        self._pipeline = pipeline
        self._parts: SyncDependencies = pipeline.parts
        self._store = store
        self._concurrency = concurrency

    async def plan(self, actor: Actor, integration: str, named: Sequence[tuple[str, str]] = ()) -> NewIdsPlan:
        """Return which jobs look like known ones under other ids; reads the whole target, and the ATS for the old ids. Writes nothing.

        Args:
            actor: On whose behalf.
            integration: Whose jobs.
            named: Old and new ids that a person says belong together; only these are looked at then.

        Raises:
            AccessDenied, UsageError: The actor may not sync the integration, it may itself be one under a new id, or a named job is not
                there.
            RemoteError: The ATS or the target cannot be read.
        """
        await self._parts.authorise(actor, integration)
        held = await self._parts.held(integration)
        if held is not None:
            raise UsageError(held.message, remedy=held.remedy)
        twins = await (self._store.named(integration, named) if named else self._store.twins(integration))
        doubts = await self._in_the_ats(integration, [each.old for each in twins if each.alone])
        in_target = await self._in_target() if any(each.target_id for each in twins) else _InTarget([])
        found = [_new_id(each, _several(each) or doubts.get(each.old) or in_target.doubt(integration, each)) for each in twins]
        # Where the target has nothing of the former job, there is nothing to decide.
        unclear = tuple(each for each in found if each.why is not None and (each.target_id is not None or named))
        return NewIdsPlan(integration, tuple(each for each in found if each.why is None), unclear)

    async def carry_out(
        self, actor: Actor, plan: NewIdsPlan, *, on_result: OnResult | None = None, cancel: asyncio.Event | None = None
    ) -> NewIdsReport:
        """Do what ``plan`` says, pair by pair.

        Args:
            actor: On whose behalf.
            plan: As it was just made.
            on_result: Told what came of each pair.
            cancel: Once set, what has begun ends and the rest is left for the next run.

        Raises:
            AccessDenied, UsageError: The actor may not sync the integration.
            StorageError: What is kept could not be moved; the next run does it.
        """
        await self._parts.authorise(actor, plan.integration)

        async def one(pair: NewId) -> SyncResult | None:
            if cancel is not None and cancel.is_set():
                return None
            result = await self._one(actor, plan.integration, pair)
            if on_result is not None:
                on_result(result)
            return result

        found = await map_concurrently(plan.pairs, one, self._concurrency)
        results = tuple(each for each in found if each is not None)
        return NewIdsReport(plan, results, len(results) == len(found) and all(each.outcome in FOLLOWED for each in results))

    async def _one(self, actor: Actor, integration: str, pair: NewId) -> SyncResult:
        attempt = Attempt(actor=actor, action=ACTION, integration=integration, job_id=pair.new, began=self._parts.now())
        if pair.target_id is None:
            result = AttemptState(attempt, replace(unread_head(pair.new), name=pair.name)).result(Outcome.UNCHANGED)
        else:
            result = await self._pipeline.run(attempt, partial(self._propose, integration, pair, pair.target_id))
        if result.outcome not in FOLLOWED:
            return result
        moved = audit.NewEntry(
            actor=actor.user,
            action=ACTION,
            at=self._parts.now(),
            integration=integration,
            job_id=pair.new,
            job_name=pair.name,
            outcome="changed",
            cause=f"{pair.old} is {pair.new} from now on",
            origin=actor.origin,
        )

        def also(db: Db) -> None:
            audit.append(db, moved, self._parts.now())

        twins = Twins(pair.old, pair.new, pair.name, pair.place, pair.target_id)
        try:
            await self._store.move(integration, twins, also)
        except UsageError as error:
            return replace(result, outcome=Outcome.REFUSED, error=error.failure())
        return result

    async def _propose(self, integration: str, pair: NewId, target_id: str, steps: StepLog, on_read: OnRead) -> Proposal:
        """Return what gives the target's job its new external id, given the target as it is now.

        Raises:
            Busy: The job is being synced under its old id, or how that ended is not known.
            RemoteGone: The target does not have the job any more.
        """
        del on_read  # no rule is asked
        with steps.step(StepName.PLAN):
            ledger = self._parts.ledger
            if await ledger.journal.open_for(integration, pair.old) or await ledger.leases.holder_of(integration, pair.old):
                raise Busy(f"{pair.old} is being synced, or its outcome is not known", remedy="jobsync recover settles it")
            job = await self._parts.target.get(target_id)
            mark = await self._parts.jobs.sync_state(integration, pair.new) or SyncState()
            side = TargetSide(job, mark, None, self._parts.now())
            wanted, before = external_id(integration, pair.new), external_id(integration, pair.old)
            return relinking(Relink(pair.new, target_id, pair.name), wanted, before, side)

    async def _in_the_ats(self, integration: str, ids: list[str]) -> Mapping[str, str]:
        """Return which of the old ids the ATS still has, or may have. An export is read whole each time: what it lacked is not in it."""
        adapter = self._parts.adapter(integration)
        if adapter.one_piece or not ids:
            return {}
        answers = await ask_singly(adapter, ids)
        if answers.error is not None:
            raise answers.error
        # A job that comes under another id than the one that was asked for is neither there under that nor in doubt.
        return {job.id: STILL_THERE for job in answers.found} | dict.fromkeys(answers.unread, NOT_KNOWN)

    async def _in_target(self) -> _InTarget:
        return _InTarget([job async for job in self._parts.target.jobs()])


class _InTarget:
    """The jobs of the target by their ids and by the external ids that they carry."""

    def __init__(self, jobs: list[TargetJob]) -> None:
        self._external = {job.id: job.external_id for job in jobs}
        self._carrying: defaultdict[str | None, set[str]] = defaultdict(set)
        for job in jobs:
            self._carrying[job.external_id].add(job.id)

    def doubt(self, integration: str, twins: Twins) -> str | None:
        """Return why the target's job cannot simply get the new external id."""
        if twins.target_id is None:
            return None
        wanted, before = external_id(integration, twins.new), external_id(integration, twins.old)
        others = (self._carrying[wanted] | self._carrying[before]) - {twins.target_id}
        if others:
            return f"Tenzo has another job with one of the two external IDs: {', '.join(sorted(others))}"
        if twins.target_id not in self._external:
            return f"Its job {twins.target_id} is gone from Tenzo"
        carried = self._external[twins.target_id]
        return None if carried in {wanted, before} else f"Its job {twins.target_id} in Tenzo carries the external ID {carried or '(none)'}"


def _several(twins: Twins) -> str | None:
    return None if twins.alone else "Several jobs have this name and place"


def _new_id(twins: Twins, why: str | None) -> NewId:
    return NewId(old=twins.old, new=twins.new, name=twins.name, place=twins.place, target_id=twins.target_id, why=why)
