"""Several integrations with everything that their automatic sync needs, on real files, with clocks that are turned by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.assessment.evaluator import Evaluator
from jobsync_tui.backend.assessment.impact import ImpactAnalysis
from jobsync_tui.backend.assessment.shadow import ShadowEvaluation
from jobsync_tui.backend.ats.base import Adapter, Connection, Listing, Page
from jobsync_tui.backend.automatic.distribution import Distribution
from jobsync_tui.backend.automatic.loading import Loader
from jobsync_tui.backend.automatic.news import NewsReader
from jobsync_tui.backend.automatic.notifier import Notifier, Sender
from jobsync_tui.backend.automatic.notify.base import Channel
from jobsync_tui.backend.automatic.run import Automatic, AutomaticDependencies, Order
from jobsync_tui.backend.core.errors import AccessDenied
from jobsync_tui.backend.core.models import (
    AutomaticDecision,
    AutomaticRun,
    EvaluationPolicy,
    FieldAvailability,
    Greeting,
    Job,
    Rule,
    RuleSet,
    Source,
)
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.backend.refresh.refresh import Refresher
from jobsync_tui.backend.rules import evaluate
from jobsync_tui.backend.storage.automatic.alerts import AlertStore
from jobsync_tui.backend.storage.automatic.batches import BatchStore
from jobsync_tui.backend.storage.automatic.decisions import DecisionStore
from jobsync_tui.backend.storage.automatic.schedule import ScheduleStore
from jobsync_tui.backend.storage.automatic.worker_presence import PresenceStore
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.jobs.integrations import IntegrationStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.undecided import UndecidedStore
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.storage.ledger.wire import WireStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.outcomes.outcomes import OutcomeStore
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.storage.rules.shadows import ShadowStore
from jobsync_tui.backend.sync.bulk import Bulk
from jobsync_tui.backend.sync.dependencies import SyncDependencies, SyncTiming
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.wire_log import WireLog
from jobsync_tui.backend.target.base import Target
from jobsync_tui.backend.target.local import LocalTarget
from tests.support.databases import url_at
from tests.support.sync_bench import RULES, SEED, SETTLE, HandClock, a_job, never_held, never_renamed

EVERY = timedelta(minutes=5)
AUTO = Actor.automatic({"trigger": "once"})


class ListedAts(Adapter):
    """An ATS whose jobs lie on a shelf; ``trouble`` is raised instead of a list, ``broken`` instead of single jobs.

    ``whole`` are those of which a single read gives more than the list, ``own_ids`` what a service in front of the ATS calls them.
    """

    provider = "shelf"
    title = "Shelf"
    availability = FieldAvailability()

    def __init__(self, integration: str) -> None:
        http = HttpSession(service="Shelf", base_url="http://127.0.0.1", network=Network())
        super().__init__(Connection(integration, "http://127.0.0.1", {}, http))
        self.integration = integration
        self.jobs: dict[str, Job] = {}
        self.whole: dict[str, Job] = {}
        self.own_ids: dict[str, str] = {}
        self.trouble: Exception | None = None
        self.broken: dict[str, Exception] = {}
        self.listed = 0
        self.unattended: list[bool] = []
        self.read: list[str] = []

    def put(self, *numbers: int, **fields: object) -> None:
        """Lay jobs on the shelf."""
        for number in numbers:
            self.jobs[str(number)] = replace(a_job(str(number), **fields), integration=self.integration)

    def describe_singly(self) -> None:
        """Have the list leave out the descriptions, which a single read gives."""
        self.availability = FieldAvailability(single_only=frozenset({"description"}))  # type: ignore[misc]
        self.whole = dict(self.jobs)
        self.jobs = {job_id: replace(job, description=None, not_loaded=("description",)) for job_id, job in self.whole.items()}

    async def test(self) -> str:
        return "shelf"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        self.listed += 1
        self.unattended.append(listing.unattended)
        if self.trouble is not None:
            raise self.trouble
        yield Page(tuple(self.jobs.values()), own_ids=self.own_ids)

    async def job(self, job_id: str) -> Job | None:
        self.read.append(job_id)
        if job_id in self.broken:
            raise self.broken[job_id]
        return self.whole.get(job_id) or self.jobs.get(job_id)


def order(integration: str, *, stop: asyncio.Event | None = None, on_schedule: bool = False, spread: bool = False) -> Order:
    """Return what is asked of a run."""
    stop = stop or asyncio.Event()
    return Order(actor=AUTO, integration=integration, every=EVERY, stop=stop, on_schedule=on_schedule, spread=spread)


@dataclass
class Host:
    """One process: its own way to the shared database."""

    database: Database
    jobs: JobStore
    ledger: Ledger
    schedule: ScheduleStore
    decisions: DecisionStore
    rules: RuleStore
    pipeline: Pipeline
    automatic: Automatic
    clock: HandClock
    alerts: AlertStore
    notifier: Notifier
    batches: BatchStore
    presence: PresenceStore

    async def run(
        self, integration: str = "acme", *, stop: asyncio.Event | None = None, on_schedule: bool = False, spread: bool = False
    ) -> AutomaticRun:
        """Run once."""
        return await self.automatic.run(order(integration, stop=stop, on_schedule=on_schedule, spread=spread))

    async def decided(self, number: int, integration: str = "acme") -> AutomaticDecision:
        """Return the decision on a job."""
        found = await self.decisions.last(integration, str(number))
        assert found is not None
        return found

    async def outcomes(self, *numbers: int) -> list[tuple[str, str | None]]:
        """Return outcome and reason for jobs of the first integration."""
        return [(found.outcome, found.reason) for found in [await self.decided(number) for number in numbers]]

    async def save(self, *rules: Rule) -> RuleSet:
        """Put rules into force."""
        revision = (await self.rules.current()).revision
        return await self.rules.save(rules, actor="alice", what="x", expected_revision=revision)


@dataclass
class Fleet:
    """The ATSs, the target, and what the configuration says; and hosts to look at them from."""

    folder: Path
    local: LocalTarget
    target: Target
    ats: dict[str, ListedAts]
    clock: HandClock = field(default_factory=HandClock)
    most_changes: int = 200
    closing: bool = False
    read_only: set[str] = field(default_factory=set)
    policy: EvaluationPolicy = field(default_factory=EvaluationPolicy)
    channels: list[Channel] = field(default_factory=list)
    daily: time | None = None

    def sender(self) -> Sender:
        """Return who sends messages."""
        return Sender(
            channels=self.channels, broken={}, every=3 * EVERY, organization="Acme", names={"acme": "Acme Health"}, daily=self.daily
        )

    @asynccontextmanager
    async def host(self, clock: HandClock | None = None, target: Target | None = None, process: str | None = None) -> AsyncIterator[Host]:
        """Start a process, by its own clock and name if it has them."""
        clock = clock or self.clock
        database = await Database.open(url_at(self.folder / "jobsync.db"), SCHEMA)
        jobs, ledger = JobStore(database, lambda: self.policy), Ledger(database, now=clock.now, uptime=self.clock.uptime)
        integrations, rules = IntegrationStore(database), RuleStore(database)
        alerts = AlertStore(database, now=clock.now)
        pipeline = Pipeline(self._parts(jobs, ledger, rules, clock, wire=WireStore(database), target=target or self.target))
        evaluator = Evaluator(OutcomeStore(database), ColumnStore(database), rules.current, lambda: self.policy, clock.now)
        loader = Loader(self.ats.__getitem__, jobs, rules.current, lambda: self.policy, clock.now)
        decisions, batches = DecisionStore(database), BatchStore(database, now=clock.now)
        presence = PresenceStore(database, process=process, now=clock.now)
        distribution = Distribution(
            batches=batches,
            presence=presence,
            leases=ledger.leases,
            decisions=decisions,
            evaluator=evaluator,
            bulk=Bulk(pipeline, 2),
            loader=loader,
            session=lambda integration: self.ats[integration].connection.http,
            now=clock.now,
        )
        schedule = ScheduleStore(database, now=clock.now)
        reader = NewsReader(
            audit=ledger.audit,
            decisions=decisions,
            schedule=schedule,
            states=schedule.states,
            alerts=alerts,
            integrations=integrations,
            jobs=jobs,
            undecided=UndecidedStore(database),
            rules=rules,
            is_eligible=self._is_eligible,
            now=clock.now,
        )

        async def news(since: datetime, until: datetime) -> Greeting:
            return await reader.read(list(self.ats), since, until)

        parts = AutomaticDependencies(
            refresher=Refresher(self.ats.__getitem__, jobs, integrations),
            evaluator=evaluator,
            shadows=self._shadows(database, jobs, rules, clock),
            loader=loader,
            distribution=distribution,
            ledger=ledger,
            decisions=decisions,
            schedule=schedule,
            integrations=integrations,
            notifier=Notifier(alerts, ledger.leases, self.sender, ledger.audit.head, day=news, now=clock.now),
            most_changes=lambda: self.most_changes,
            read_only=lambda integration: integration in self.read_only,
            held=never_held,
            closes=lambda integration: self.closing,
            now=clock.now,
        )
        try:
            yield Host(
                database,
                jobs,
                ledger,
                parts.schedule,
                parts.decisions,
                rules,
                pipeline,
                Automatic(parts),
                clock,
                alerts,
                parts.notifier,
                batches,
                presence,
            )
        finally:
            await database.close()

    def _shadows(self, database: Database, jobs: JobStore, rules: RuleStore, clock: HandClock) -> ShadowEvaluation:
        return ShadowEvaluation(
            shadows=ShadowStore(database, clock.now),
            impact_analysis=ImpactAnalysis(ColumnStore(database), OutcomeStore(database), lambda: self.policy, clock.now),
            rules=rules.current,
            policy=lambda: self.policy,
            version=jobs.version,
            now=clock.now,
        )

    def _parts(
        self, jobs: JobStore, ledger: Ledger, rules: RuleStore, clock: HandClock, *, wire: WireStore, target: Target
    ) -> SyncDependencies:
        return SyncDependencies(
            target=target,
            jobs=jobs,
            ledger=ledger,
            wire=WireLog(wire, lambda: None, clock.now),
            adapter=self.ats.__getitem__,
            rules=rules.current,
            policy=lambda: self.policy,
            authorise=self._authorise,
            configured=lambda: tuple(self.ats),
            former=never_renamed,
            held=never_held,
            closes=lambda integration: self.closing,
            now=clock.now,
            timing=SyncTiming(settle_after=SETTLE),
        )

    def _is_eligible(self, job: Job, rules: RuleSet) -> bool:
        availability = self.ats[job.integration].availability
        evaluated = evaluate(
            job, rules, self.policy, availability, provider_title="Shelf", source=Source.CACHE, read_at=None, now=self.clock.now()
        )
        return evaluated.eligible

    async def _authorise(self, actor: Actor, integration: str) -> None:
        if integration in self.read_only:
            raise AccessDenied("read-only")

    async def in_target(self) -> list[str]:
        """Return the external ids of the target's jobs."""
        return sorted([str(job.external_id) async for job in self.local.jobs()])


@asynccontextmanager
async def open_fleet(folder: Path, *integrations: str, wrap: Callable[[LocalTarget], Target] | None = None) -> AsyncIterator[Fleet]:
    """Open a fleet with its databases in ``folder``, or what stands for them."""
    local = await LocalTarget.open(url_at(folder / "target.db"))
    await local.seed(SEED)
    try:
        yield Fleet(folder, local, wrap(local) if wrap else local, {each: ListedAts(each) for each in integrations or ("acme",)})
    finally:
        await local.close()


ICU, REST = RULES
