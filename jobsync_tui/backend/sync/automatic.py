"""The automatic sync of one integration: refresh, judge, decide, sync what is eligible by the one pipeline, and say why not of the rest."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .. import clock
from ..access import Actor
from ..errors import Busy, CredentialsRejected, JobsyncError
from ..models import AutomaticRun, Failure, Hold, HoldKind, Lease, Outcome, SyncResult
from ..store.audit import Attempt
from ..store.decisions import LONGEST_WAIT, Candidate, Decision, DecisionStore
from ..store.integrations import IntegrationStore
from ..store.ledger import Ledger
from ..store.schedule import Claim, ScheduleStore
from ..store.verdicts import Judgement
from .bulk import Bulk, JobKey
from .guard import Patience, credentials_hold, guard_hold, too_many
from .judging import Judge
from .loading import MOST, Loader
from .messenger import Messenger
from .refresh import Refresher

log = logging.getLogger(__name__)

LEASE = "(automatic run)"
"""In the place of an ATS job id: the lease of a run, of which an integration has one at a time, on any host."""

PAGE = 5_000
"""Candidates that are decided on in one transaction."""

FINAL = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.NOT_FOUND})
"""Outcomes that stand until the job or the rules change."""

FAILED = frozenset({Outcome.FAILED.value, Outcome.UNKNOWN.value})

FOR_GOOD = frozenset({"refused", "remote_gone", "not_verified"})
"""Failures that trying again would not mend: the target declines or alters what is sent, or its job is gone and a person must say so."""

FOR_NOW = frozenset({"unknown_name", "several_target_jobs"})
"""Refusals that somebody may mend in the target, without a change of the job or the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticParts:
    """What a run is made of.

    Attributes:
        watch: Looks at the shadows of rules, by the id of the integration, once everything else is done.
        most_changes: How many jobs it may write because rules changed.
        every: The time between two runs.
        read_only: Whether jobs of an integration are looked at and never synced.
    """

    refresher: Refresher
    judge: Judge
    watch: Callable[[str], Awaitable[None]]
    loader: Loader
    bulk: Bulk
    ledger: Ledger
    decisions: DecisionStore
    schedule: ScheduleStore
    integrations: IntegrationStore
    messenger: Messenger
    most_changes: Callable[[], int]
    every: Callable[[], timedelta]
    read_only: Callable[[str], bool]
    now: Callable[[], datetime] = clock.now


class Automatic:
    """Runs the automatic sync, one integration at a time."""

    def __init__(self, parts: AutomaticParts) -> None:
        self._parts = parts

    async def run(
        self, actor: Actor, integration: str, *, stop: asyncio.Event, every: timedelta | None = None, on_schedule: bool = False
    ) -> AutomaticRun:
        """Run once, and return what it came to; whatever happens to one integration is in that, and stops no other.

        Args:
            actor: The automatic one, with where it runs.
            integration: Its id.
            stop: Once set, what has begun ends and nothing else is begun.
            every: The time between two runs, where it is not that of the configuration.
            on_schedule: Claim the present slot first, and do nothing where it is taken.
        """
        every = every or self._parts.every()
        return await self._caught(integration, self._claimed(actor, integration, stop=stop, every=every, on_schedule=on_schedule))

    async def _caught(self, integration: str, work: Awaitable[AutomaticRun]) -> AutomaticRun:
        try:
            return await work
        except JobsyncError as error:
            return AutomaticRun(integration=integration, error=error.failure())
        except Exception:
            log.exception("the automatic sync of %s ended in a fault", integration)
            fault = Failure("fault", "A fault in jobsync; its log has the details", None)
            return AutomaticRun(integration=integration, error=fault)

    async def _claimed(self, actor: Actor, integration: str, *, stop: asyncio.Event, every: timedelta, on_schedule: bool) -> AutomaticRun:
        schedule = self._parts.schedule
        pause = await schedule.paused()
        if pause is not None:
            return skipped(integration, "paused", f"Paused by {pause.by} since {clock.rfc3339(pause.since)}", "jobsync auto resume")
        if not on_schedule:
            return await self._unless_held(actor, integration, stop=stop, every=every)
        if await schedule.claim(integration, every) is Claim.TAKEN:
            return skipped(integration, "slot_taken", "This run was done already, here or on another host")
        run = await self._caught(integration, self._unless_held(actor, integration, stop=stop, every=every))
        await schedule.end_slot(run)
        return run

    async def _unless_held(self, actor: Actor, integration: str, *, stop: asyncio.Event, every: timedelta) -> AutomaticRun:
        schedule = self._parts.schedule
        hold = await schedule.held(integration)
        if hold is not None and hold.kind is HoldKind.CREDENTIALS:
            return skipped(integration, hold.kind.value, hold.message, hold.remedy)
        async with AsyncExitStack() as stack:
            try:
                lease = await stack.enter_async_context(self._parts.ledger.leases.hold(integration, LEASE, actor.user))
            except Busy as error:
                since = "" if error.since is None else f" since {clock.rfc3339(error.since)}"
                return skipped(integration, "running", f"A run of {integration} is under way{since}")
            await schedule.begin(integration, every)
            run = await _Run(self._parts, actor, integration, lease, every, stop).to_the_end()
            await schedule.end(run)
            await self._parts.messenger.note(run)
            return run


def skipped(integration: str, code: str, message: str, remedy: str | None = None) -> AutomaticRun:
    """Return a run that did nothing, and why."""
    return AutomaticRun(integration=integration, error=Failure(code, message, remedy), skipped=True)


@dataclass(slots=True)
class _Run:
    """One run under way, under its lease."""

    parts: AutomaticParts
    actor: Actor
    integration: str
    lease: Lease
    every: timedelta
    stop: asyncio.Event
    refreshed: int | None = None
    evaluated: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    error: Failure | None = None
    patience: Patience = field(default_factory=Patience)

    async def to_the_end(self) -> AutomaticRun:
        """Do everything that is to be done, as far as it goes."""
        try:
            await self._refresh()
            if not self.stop.is_set():
                await self._decide()
            if not self.stop.is_set():
                await self.parts.watch(self.integration)
        except CredentialsRejected as error:
            self.error = error.failure()
        except JobsyncError as error:
            self.error = error.failure()
        except Exception:
            log.exception("the automatic sync of %s ended in a fault", self.integration)
            self.error = Failure("fault", "A fault in jobsync; its log has the details")
        if self.error is not None and self.error.code == CredentialsRejected.code:
            await self._hold(credentials_hold(self.error, self.parts.now()))
        return AutomaticRun(
            integration=self.integration,
            refreshed=self.refreshed,
            evaluated=self.evaluated,
            outcomes=dict(self.outcomes),
            error=self.error,
            failures=dict(self.failures),
        )

    async def _refresh(self) -> None:
        """Bring the cache up to date. One that somebody else refreshes at this moment is good enough as it is."""
        try:
            report = await self.parts.refresher.refresh(self.integration)
        except Busy:
            log.info("%s is being refreshed by somebody else; the automatic sync goes on with what is cached", self.integration)
        else:
            self.refreshed = report.seen

    async def _decide(self) -> None:
        judged = await self.parts.judge.judge([self.integration])
        if self.parts.read_only(self.integration):
            return
        hidden = await self.parts.loader.hidden(self.integration)
        waiting: frozenset[int] = frozenset()
        if hidden:
            waiting = await self._load(judged.judgement, hidden)
            judged = await self.parts.judge.judge([self.integration])
        eligible = await self._sort(judged.judgement, waiting)
        by_rules = [candidate for candidate in eligible if candidate.by_rules]
        if await self._guard(by_rules, judged.judgement):
            return
        await self._sync(eligible, judged.judgement)

    async def _load(self, judgement: Judgement, hidden: Sequence[str]) -> frozenset[int]:
        """Read the jobs whose refusal may hang on a field that the list leaves out; returns the keys of those left for the next run."""
        lacking: list[Candidate] = []
        async for page in self._pages(judgement):
            refused = [each for each in page if not each.eligible]
            lacking += await self.parts.loader.lacking(self.integration, refused, hidden)
        for candidate in lacking[:MOST]:
            if self.stop.is_set():
                break
            await self.parts.loader.load(self.integration, candidate.job_id)
            await self.parts.ledger.leases.renew(self.lease)
        return frozenset(each.key for each in lacking[MOST:])

    async def _pages(self, judgement: Judgement) -> AsyncIterator[tuple[Candidate, ...]]:
        """Give the jobs to decide on, page by page."""
        after = 0
        while page := await self.parts.decisions.candidates(judgement, self.integration, self.parts.now(), after=after, limit=PAGE):
            yield page
            after = page[-1].key

    async def _sort(self, judgement: Judgement, waiting: frozenset[int]) -> list[Candidate]:
        """Decide what the cache alone can decide, but for jobs that wait to be read, and return the jobs that are to be synced."""
        eligible: list[Candidate] = []
        async for found in self._pages(judgement):
            page = [each for each in found if each.key not in waiting]
            refused = [Decision(each, Outcome.REFUSED.value, each.reason) for each in page if not each.eligible]
            same = [each for each in page if each.eligible and each.same]
            await self.parts.decisions.decide(judgement, refused, self.parts.now())
            await self.parts.decisions.meet(judgement, same, self.parts.now())
            eligible += [each for each in page if each.eligible and not each.same]
            self.evaluated += len(page)
            if refused:
                self.outcomes[Outcome.REFUSED.value] += len(refused)
        return eligible

    async def _guard(self, by_rules: list[Candidate], judgement: Judgement) -> bool:
        """Return whether the run stops here, because rules would write more than they may without a person's word."""
        cached = (await self.parts.integrations.state(self.integration)).jobs
        basis = f"{judgement.basis.revision} {judgement.basis.policy}"
        held_for, accepted = await self.parts.schedule.guarded(self.integration)
        if accepted != basis and too_many(by_rules, cached, self.parts.most_changes()):
            hold = guard_hold(len(by_rules), cached, judgement.basis.revision, self.parts.now())
            self.error = Failure(hold.kind.value, hold.message, hold.remedy)
            await self._hold(hold, basis)
            return True
        if held_for is not None:
            # The rules that were too much are in force no longer, or the jobs they would have written are gone.
            await self.parts.schedule.release(self.integration, HoldKind.GUARD)
        return False

    async def _sync(self, eligible: list[Candidate], judgement: Judgement) -> None:
        by_key: dict[JobKey, Candidate] = {(self.integration, each.job_id): each for each in eligible}

        async def ended(job: JobKey, result: SyncResult | Exception) -> None:
            decision = self._decision(by_key[job], result)
            self.outcomes[decision.outcome] += 1
            if decision.outcome in FAILED:
                self.failures[decision.reason or decision.outcome] += 1
            await self.parts.decisions.synced(judgement, decision, self.parts.now())
            await self.parts.ledger.leases.renew(self.lease)

        await self.parts.bulk.sync_while(self.actor, list(by_key), lambda: not (self.stop.is_set() or self.patience.ended), ended)
        if self.patience.ended:
            self.error = self.patience.last

    def _decision(self, candidate: Candidate, result: SyncResult | Exception) -> Decision:
        if isinstance(result, Exception):
            return Decision(candidate, Outcome.FAILED.value, "fault", self._again(candidate))
        self.patience.see(result.error if result.outcome in {Outcome.FAILED, Outcome.UNKNOWN} else None)
        code = None if result.error is None else result.error.code
        if result.outcome in FINAL:
            return Decision(candidate, result.outcome.value, None if result.outcome is not Outcome.NOT_FOUND else code)
        if code in FOR_GOOD or (result.outcome is Outcome.REFUSED and code not in FOR_NOW):
            return Decision(candidate, result.outcome.value, code)
        return Decision(candidate, result.outcome.value, code, self._again(candidate))

    def _again(self, candidate: Candidate) -> datetime:
        """Return when to try again: at the next run, then after twice as long each time, up to an hour."""
        tries = candidate.known.tries if candidate.known is not None and candidate.known.failed else 0
        wait: timedelta = self.every * (1 << min(tries, 10)) - self.every / 2
        return self.parts.now() + min(LONGEST_WAIT, wait)

    async def _hold(self, hold: Hold, held_for: str | None = None) -> None:
        """Have the integration wait for a person; said loudly, and recorded, once."""
        if not await self.parts.schedule.hold(self.integration, hold, held_for):
            return
        log.error("the automatic sync of %s stops: %s", self.integration, hold.message)
        attempt = Attempt(
            actor=self.actor.user,
            action="auto",
            at=self.parts.now(),
            integration=self.integration,
            outcome="held",
            cause=hold.message,
            origin=self.actor.origin,
        )
        await self.parts.ledger.audit.record(attempt)
