"""The automatic sync of one integration: refresh, evaluate, decide, sync what is eligible by the one pipeline, say why not of the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from ..access.access import Actor
from ..assessment.evaluator import Evaluator
from ..assessment.shadow import AUTOMATIC, ShadowEvaluation
from ..core import clock
from ..core.errors import Busy, CredentialsRejected, JobsyncError
from ..core.models import (
    CLOCK_WENT_BACK,
    IDS_REUSED,
    OTHER_ID,
    AutomaticRun,
    Failure,
    Hold,
    HoldKind,
    IntegrationState,
    Lease,
    Outcome,
    Pause,
    RefreshMode,
    RefreshReport,
    SyncStatus,
)
from ..database import Db
from ..refresh.gc_tuning import seldom_collected
from ..refresh.listing_troubles import ids_reused, known_under_others
from ..refresh.refresh import Refresher
from ..storage.automatic.batches import RunTally, Work
from ..storage.automatic.decisions import Candidate, Decision, DecisionStore
from ..storage.automatic.schedule import Claim, ScheduleStore
from ..storage.jobs.integrations import IntegrationStore
from ..storage.ledger import audit
from ..storage.ledger.audit import NewEntry
from ..storage.ledger.ledger import Ledger
from ..storage.outcomes.outcomes import EvaluationVersion
from ..sync.guard import credentials_hold, guard_hold, too_many
from .alerts import why
from .batch_worker import FAULT, BatchWorker
from .distribution import LARGE, Distribution
from .loading import MOST, Loader
from .notifier import Notifier

log = logging.getLogger(__name__)

LEASE = "(automatic run)"
"""In the place of an ATS job id: the lease of a run, of which an integration has one at a time, on any host."""

PAGE = 5_000
"""Candidates that are decided on in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticDependencies:
    """What a run is made of.

    Attributes:
        shadows: Looks at the shadows of rules, once everything else is done.
        most_changes: How many jobs it may write because rules changed.
        read_only: Whether jobs of an integration can be checked, but not synced.
        closes: Whether jobs of an integration that close in its ATS are closed in the target.
        held: Why nothing is written for an integration yet, where it may be one that was there before under another id.
    """

    refresher: Refresher
    evaluator: Evaluator
    shadows: ShadowEvaluation
    loader: Loader
    distribution: Distribution
    ledger: Ledger
    decisions: DecisionStore
    schedule: ScheduleStore
    integrations: IntegrationStore
    notifier: Notifier
    most_changes: Callable[[], int]
    read_only: Callable[[str], bool]
    held: Callable[[str], Awaitable[Failure | None]]
    closes: Callable[[str], bool] = lambda integration: False  # noqa: ARG005
    now: Callable[[], datetime] = clock.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of a run.

    Attributes:
        actor: The automatic one, with where it runs.
        integration: Its id.
        every: The time between two runs.
        stop: Once set, what has begun ends and nothing else is begun.
        on_schedule: Whether it claims the present slot first, and does nothing where that is taken.
        spread: Whether the jobs of a large run are distributed among the workers that are free.
    """

    actor: Actor
    integration: str
    every: timedelta
    stop: asyncio.Event
    on_schedule: bool = False
    spread: bool = False


class Automatic:
    """Runs the automatic sync, one integration at a time."""

    def __init__(self, parts: AutomaticDependencies) -> None:
        self._parts = parts

    async def run(self, order: Order) -> AutomaticRun:
        """Run once, and return what it came to; whatever happens to one integration is in that, and stops no other."""
        return await self._caught(order.integration, self._unless_paused(order))

    async def work_on_batches(self, order: Order) -> None:
        """Do batches of a large run that another process leads, until none is left.

        Raises:
            JobsyncError: The batches cannot be looked for; what goes wrong with one is told by the run.
        """
        if await self._parts.schedule.paused() is None:
            await self._parts.distribution.work_on_batches(order.actor, order.integration, order.stop)

    async def _caught(self, integration: str, work: Awaitable[AutomaticRun]) -> AutomaticRun:
        try:
            return await work
        except JobsyncError as error:
            return AutomaticRun(integration=integration, error=error.failure())
        except Exception:
            log.exception("the automatic sync of %s ended in a fault", integration)
            return AutomaticRun(integration=integration, error=FAULT)

    async def _unless_paused(self, order: Order) -> AutomaticRun:
        schedule, integration = self._parts.schedule, order.integration
        pause = await schedule.paused()
        if pause is not None:
            until = "" if pause.until is None else f" until {clock.rfc3339(pause.until)}"
            return skipped(integration, "paused", f"Paused by {pause.by} since {clock.rfc3339(pause.since)}{until}", "jobsync auto resume")
        await schedule.over(partial(self._note_end, order.actor))
        if not order.on_schedule:
            return await self._unless_held(order)
        match await schedule.claim(integration, order.every):
            case Claim.TAKEN:
                return skipped(integration, "slot_taken", "This run was done already, here or on another host")
            case Claim.PASSED:
                return await self._passed(integration)
        run = await self._caught(integration, self._unless_held(order))
        await schedule.end_slot(run)
        return run

    def _note_end(self, actor: Actor, db: Db, pause: Pause) -> None:
        """Have the record say that a pause ended at its time."""
        now = self._parts.now()
        cause = f"the pause by {pause.by} ended at its time"
        audit.append(db, NewEntry(actor=actor.user, action="auto resume", at=now, outcome="done", cause=cause, origin=actor.origin), now)

    async def _passed(self, integration: str) -> AutomaticRun:
        """Say, here and as an alert, that a slot came up again."""
        again = await self._parts.schedule.goes_on(integration)
        goes_on = "" if again is None else f"; it goes on at {clock.rfc3339(again)}"
        message = f"The clock went back: what is due now was run before, and is passed over{goes_on}"
        run = skipped(integration, CLOCK_WENT_BACK, message, "If the clock is right now, jobsync auto resume lets it go on at once.")
        log.warning("%s: %s", integration, message)
        await self._parts.notifier.note(run)
        return run

    async def _unless_held(self, order: Order) -> AutomaticRun:
        schedule, integration = self._parts.schedule, order.integration
        hold = await schedule.held(integration)
        if hold is not None and hold.kind is HoldKind.CREDENTIALS:
            return skipped(integration, hold.kind.value, hold.message, hold.remedy)
        async with AsyncExitStack() as stack:
            try:
                lease = await stack.enter_async_context(self._parts.ledger.leases.hold(integration, LEASE, order.actor.user))
            except Busy as error:
                since = "" if error.since is None else f" since {clock.rfc3339(error.since)}"
                return skipped(integration, "running", f"A run of {integration} is under way{since}")
            await schedule.begin(integration, order.every)
            run = await _Run(self._parts, order, lease).to_the_end()
            await schedule.end(run)
            await self._parts.notifier.note(run)
            return run


def skipped(integration: str, code: str, message: str, remedy: str | None = None) -> AutomaticRun:
    """Return a run that did nothing, and why."""
    return AutomaticRun(integration=integration, error=Failure(code, message, remedy), skipped=True)


@dataclass(slots=True)
class _Run:
    """One run under way, under its lease."""

    parts: AutomaticDependencies
    order: Order
    lease: Lease
    listing: RefreshReport | None = None
    evaluated: int = 0
    tally: RunTally = field(default_factory=RunTally)
    error: Failure | None = None
    reused: Failure | None = None
    renamed: Failure | None = None

    async def to_the_end(self) -> AutomaticRun:
        """Do everything that is to be done, as far as it goes; whatever fails, the run has an end, and what it came to until then."""
        await self._as_far_as_it_goes(self._everything())
        if self.error is not None and self.error.code == CredentialsRejected.code:
            await self._as_far_as_it_goes(self._hold(credentials_hold(self.error, self.parts.now())))
        await self._as_far_as_it_goes(self._see_what_is_left_to_persons())
        return self._outcome()

    async def _as_far_as_it_goes(self, work: Awaitable[None]) -> None:
        """Do a part of the run. What ends it is the run's error, unless an earlier part has one, and is logged in any case."""
        try:
            await work
        except JobsyncError as error:
            log.warning("the automatic sync of %s: %s", self.order.integration, error.message)
            self.error = self.error or error.failure()
        except Exception:
            log.exception("the automatic sync of %s ended in a fault", self.order.integration)
            self.error = self.error or FAULT

    async def _everything(self) -> None:
        await self.parts.distribution.settle(self.order.integration, self.order.stop)
        await self._refresh()
        if not self.order.stop.is_set():
            await self._decide()
        if not self.order.stop.is_set():
            await self.parts.shadows.watch([self.order.integration], AUTOMATIC)

    async def _see_what_is_left_to_persons(self) -> None:
        """Take in which jobs are still refused because their ids came back as others', or because they are known under other ids."""
        integration = self.order.integration
        self.reused = ids_reused(integration, await self.parts.decisions.refused_as_reused(integration))
        self.renamed = known_under_others(integration, await self.parts.decisions.refused_as_renamed(integration))

    def _outcome(self) -> AutomaticRun:
        listing, integration = self.listing, self.order.integration
        return AutomaticRun(
            integration=integration,
            refreshed=None if listing is None else listing.seen,
            evaluated=self.evaluated,
            outcomes=dict(self.tally.outcomes),
            error=self.error or (listing.trouble if listing is not None and listing.state is IntegrationState.FAILED else None),
            failures=dict(self.tally.failures),
            why=why(self.tally, integration),
            missing=None if listing is None or listing.state is IntegrationState.FAILED else listing.trouble,
            whole=listing is not None and listing.mode is RefreshMode.FULL and listing.trouble is None,
            set_aside=None if listing is None else listing.set_aside,
            waits=None if listing is None else listing.waits,
            reused=self.reused,
            renamed=self.renamed,
            changes=listing is not None and listing.mode is RefreshMode.INCREMENTAL,
        )

    async def _refresh(self) -> None:
        """Bring the cache up to date. One that somebody else refreshes at this moment is good enough as it is."""
        try:
            self.listing = await self.parts.refresher.refresh(self.order.integration, unattended=True)
        except Busy:
            log.info("%s is being refreshed by somebody else; the automatic sync goes on with what is cached", self.order.integration)
        else:
            for failure in (self.listing.trouble, self.listing.set_aside, self.listing.waits):
                if failure is not None:
                    log.warning("%s: %s", self.order.integration, failure.message)

    async def _decide(self) -> None:
        evaluated = await self.parts.evaluator.evaluate([self.order.integration])
        if self.parts.read_only(self.order.integration):
            return
        if await self._maybe_renamed():
            return
        hidden = await self.parts.loader.hidden(self.order.integration)
        waiting: frozenset[int] = frozenset()
        if hidden:
            waiting = await self._load(evaluated.evaluation_version, hidden)
            if self.error is not None:
                return
            evaluated = await self.parts.evaluator.evaluate([self.order.integration])
        with seldom_collected():
            eligible = await self._sort(evaluated.evaluation_version, waiting)
        eligible = await self._without_persons_jobs(await self._without_creates(eligible), evaluated.evaluation_version)
        by_rules = [candidate for candidate in eligible if candidate.by_rules]
        closing = await self._closing(evaluated.evaluation_version)
        if await self._guard([*by_rules, *closing], evaluated.evaluation_version, closing=len(closing)):
            return
        await self._done(Work.SYNC, eligible, evaluated.evaluation_version)
        if closing and self.error is None and not self.order.stop.is_set():
            await self._here(Work.SYNC, closing, evaluated.evaluation_version)

    async def _load(self, evaluation_version: EvaluationVersion, hidden: Sequence[str]) -> frozenset[int]:
        """Read the jobs whose refusal may hang on a field that the list leaves out; returns the keys of those left for the next run."""
        lacking: list[Candidate] = []
        async for page in self._pages(evaluation_version):
            refused = [each for each in page if not each.eligible]
            lacking += await self.parts.loader.lacking(self.order.integration, refused, hidden)
        await self._done(Work.READ, lacking[:MOST], evaluation_version)
        return frozenset(each.key for each in lacking[MOST:])

    async def _pages(self, evaluation_version: EvaluationVersion) -> AsyncIterator[tuple[Candidate, ...]]:
        """Give the jobs to decide on, page by page."""
        after = 0
        while page := await self.parts.decisions.candidates(
            evaluation_version, self.order.integration, self.parts.now(), after=after, limit=PAGE
        ):
            yield page
            after = page[-1].key

    async def _sort(self, evaluation_version: EvaluationVersion, waiting: frozenset[int]) -> list[Candidate]:
        """Decide what the cache alone can decide, but for jobs that wait to be read, and return the jobs that are to be synced."""
        eligible: list[Candidate] = []
        async for found in self._pages(evaluation_version):
            page = [each for each in found if each.key not in waiting]
            refused = [Decision(each, Outcome.REFUSED.value, each.reason) for each in page if not each.eligible]
            same = [each for each in page if each.eligible and each.same]
            await self.parts.decisions.decide(evaluation_version, refused, self.parts.now())
            await self.parts.decisions.meet(evaluation_version, same, self.parts.now())
            eligible += [each for each in page if each.eligible and not each.same]
            self.evaluated += len(page)
            if refused:
                self.tally.outcomes[Outcome.REFUSED.value] += len(refused)
        return eligible

    async def _without_creates(self, eligible: list[Candidate]) -> list[Candidate]:
        """Leave out jobs that would be created, where new ones wait for a person: nothing is decided on them."""
        if (await self.parts.integrations.state(self.order.integration)).waits is None:
            return eligible
        linked = await self.parts.decisions.linked([each.key for each in eligible])
        return [each for each in eligible if each.key in linked]

    async def _maybe_renamed(self) -> bool:
        """Return whether the run stops here, because the integration may be one that was there before under another id."""
        self.error = await self.parts.held(self.order.integration)
        if self.error is None:
            await self.parts.schedule.release(self.order.integration, HoldKind.NEW_ID)
            return False
        await self._hold(Hold(HoldKind.NEW_ID, self.parts.now(), self.error.message, self.error.remedy or ""))
        return True

    async def _without_persons_jobs(self, eligible: list[Candidate], evaluation_version: EvaluationVersion) -> list[Candidate]:
        """Refuse what a person decides on: jobs that were undone, those whose ids came back as others', new ones known under other ids."""
        why: dict[int, str] = {}
        for start in range(0, len(eligible), PAGE):
            keys = [each.key for each in eligible[start : start + PAGE]]
            why |= dict.fromkeys(await self.parts.decisions.undone(keys), SyncStatus.UNDONE.value)
            why |= dict.fromkeys(await self.parts.decisions.reused(keys), IDS_REUSED)
            why |= dict.fromkeys([each.key for each in await self.parts.decisions.renamed(self.order.integration, keys)], OTHER_ID)
        refused = [Decision(each, Outcome.REFUSED.value, why[each.key]) for each in eligible if each.key in why]
        if refused:
            await self.parts.decisions.decide(evaluation_version, refused, self.parts.now())
            self.tally.outcomes[Outcome.REFUSED.value] += len(refused)
        return [each for each in eligible if each.key not in why]

    async def _closing(self, evaluation_version: EvaluationVersion) -> tuple[Candidate, ...]:
        """Return the jobs that closed or vanished in the ATS and are open in the target, where the configuration has those closed."""
        if not self.parts.closes(self.order.integration):
            return ()
        return await self.parts.decisions.left_open(evaluation_version, self.order.integration, self.parts.now())

    async def _guard(self, by_rules: list[Candidate], evaluation_version: EvaluationVersion, *, closing: int) -> bool:
        """Return whether the run stops here, because rules, or jobs that closed, would write more than may be without a person's word."""
        cached = (await self.parts.integrations.state(self.order.integration)).jobs
        basis = f"{evaluation_version.basis.revision} {evaluation_version.basis.policy}"
        held_for, accepted = await self.parts.schedule.guarded(self.order.integration)
        if accepted != basis and too_many(by_rules, cached, self.parts.most_changes()):
            hold = guard_hold(len(by_rules), cached, evaluation_version.basis.revision, self.parts.now(), closing=closing)
            self.error = Failure(hold.kind.value, hold.message, hold.remedy)
            await self._hold(hold, basis)
            return True
        if held_for is not None:
            # The rules that were too much are in force no longer, or the jobs they would have written are gone.
            await self.parts.schedule.release(self.order.integration, HoldKind.GUARD)
        return False

    async def _done(self, work: Work, chosen: Sequence[Candidate], evaluation_version: EvaluationVersion) -> None:
        """Have jobs read or synced, by whoever is free where they are many."""
        if self.order.spread and len(chosen) > LARGE:
            self.tally.add(await self.parts.distribution.lead(work, chosen, self._worker(evaluation_version)))
            self.error = self.tally.error
        else:
            await self._here(work, chosen, evaluation_version)

    async def _here(self, work: Work, chosen: Sequence[Candidate], evaluation_version: EvaluationVersion) -> None:
        """Read or sync jobs in this process."""
        await self._worker(evaluation_version).do(work, chosen, self.tally, partial(self.parts.ledger.leases.renew, self.lease))
        self.error = self.tally.error

    def _worker(self, evaluation_version: EvaluationVersion) -> BatchWorker:
        order = self.order
        return self.parts.distribution.worker(order.actor, order.integration, evaluation_version, order.every, order.stop)

    async def _hold(self, hold: Hold, held_for: str | None = None) -> None:
        """Have the integration wait for a person; said loudly, and recorded, once."""
        if not await self.parts.schedule.hold(self.order.integration, hold, held_for):
            return
        log.error("the automatic sync of %s stops: %s", self.order.integration, hold.message)
        entry = NewEntry(
            actor=self.order.actor.user,
            action="auto",
            at=self.parts.now(),
            integration=self.order.integration,
            outcome="held",
            cause=hold.message,
            origin=self.order.actor.origin,
        )
        await self.parts.ledger.audit.record(entry)
