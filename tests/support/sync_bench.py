"""A bench on which syncs run: an ATS on a shelf, a real ledger, a real local target, a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.ats.base import Adapter, Connection, Listing, Page
from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    CachedJob,
    EvaluationPolicy,
    FieldAvailability,
    Job,
    JobStatus,
    JsonValue,
    Leaf,
    Location,
    Op,
    Rule,
    RuleSet,
    SyncState,
    SyncStatus,
)
from jobsync_tui.backend.database import Database, Db, Dialect, Schema
from jobsync_tui.backend.database.schema import create_tables
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.backend.storage.jobs.links import LinkedJob
from jobsync_tui.backend.storage.ledger.ledger import Keep, Ledger
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from jobsync_tui.backend.storage.ledger.tables import LEDGER_TABLES
from jobsync_tui.backend.storage.ledger.wire import WireStore
from jobsync_tui.backend.sync.dependencies import SyncDependencies, SyncTiming
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.wire_log import WireLog
from jobsync_tui.backend.target.base import Target
from jobsync_tui.backend.target.local import LocalTarget
from jobsync_tui.backend.target.local_seed import Candidate, Interview, Seed
from tests.support.databases import url_at

SHELF = "shelf"
OTHER = "other"
ALICE = Actor("alice")
SETTLE = timedelta(seconds=20)

SEED = Seed(
    templates={"ICU screen": "script", "General screen": "ai_generation"},
    folders=("Mercy/ICU", "Ohio"),
    users={"dana@example.com": "Global Editor"},
    settings={"language": ("Multilingual", "English"), "voice": ()},
)

RULES = (
    Rule(
        "icu",
        "ICU",
        Leaf("name", Op.CONTAINS, "ICU"),
        (
            Action(ActionKind.JOB_TEMPLATE, "ICU screen"),
            Action(ActionKind.FOLDER, "Mercy/ICU"),
            Action(ActionKind.SETTING, "English", "language"),
            Action(ActionKind.FOLLOW_UP_USER, "dana@example.com"),
        ),
    ),
    Rule("rest", "The rest", Leaf("status", Op.EQUALS, "open"), (Action(ActionKind.GENERATION_TEMPLATE, "General screen"),), priority=200),
)

CANDIDATE = Candidate("Ada", "Call Completed", "ada@example.com", 4, (Interview("Hello \u2014 yes.", {"communication": 5}),))


def a_job(job_id: str = "1", **fields: object) -> Job:
    """Return an eligible job; ``fields`` take the place of the usual ones."""
    usual = Job(
        integration=SHELF,
        id=job_id,
        name=f"ICU Nurse {job_id}",
        status=JobStatus.OPEN,
        location=Location(city="Cleveland", region="OH"),
        department="Nursing",
        description="<p>Nights</p>",
        custom={"shift": "nights"},
    )
    return replace(usual, **fields)  # type: ignore[arg-type]


class ShelfAts(Adapter):
    """An ATS whose jobs lie on a shelf; ``trouble`` is raised instead of an answer, ``on_read`` runs before each."""

    provider = "shelf"
    title = "Shelf"
    availability = FieldAvailability()

    def __init__(self) -> None:
        http = HttpSession(service="Shelf", base_url="http://127.0.0.1", network=Network())
        super().__init__(Connection(SHELF, "http://127.0.0.1", {}, http))
        self.jobs: dict[str, Job] = {}
        self.trouble: Exception | None = None
        self.on_read: Callable[[], None] = lambda: None
        self.reads = 0

    def put(self, *jobs: Job) -> None:
        """Lay jobs on the shelf."""
        self.jobs |= {job.id: job for job in jobs}

    async def test(self) -> str:
        return "shelf"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        yield Page(tuple(self.jobs.values()))

    async def job(self, job_id: str) -> Job | None:
        self.reads += 1
        self.on_read()
        if self.trouble is not None:
            raise self.trouble
        return self.jobs.get(job_id)


class MemoryJobs:
    """A cache of jobs that keeps them in memory."""

    def __init__(self) -> None:
        self.cached: dict[tuple[str, str], CachedJob] = {}
        self.marks: dict[tuple[str, str], SyncState] = {}
        self.history: list[SyncStatus] = []

    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        return self.cached.get((integration, job_id))

    async def get_many(self, integration: str, job_ids: Sequence[str]) -> tuple[CachedJob | None, ...]:
        return tuple(self.cached.get((integration, job_id)) for job_id in job_ids)

    async def put(self, job: Job, now: datetime) -> CachedJob:
        values = {name: getattr(job, name) for name in Job.__slots__}
        self.cached[job.integration, job.id] = CachedJob(**values, cached_at=now)
        return self.cached[job.integration, job.id]

    async def mark_gone(self, integration: str, job_id: str) -> None:
        mark = self.marks.get((integration, job_id))
        if mark is not None:
            self.marks[integration, job_id] = replace(mark, sync_status=SyncStatus.GONE)

    def keeping(self, integration: str, job_id: str, mark: SyncState, source: Job | None = None) -> Keep:
        def keep(db: Db) -> None:
            self.marks[integration, job_id] = mark
            self.history.append(mark.sync_status)

        return keep

    async def sync_state(self, integration: str, job_id: str) -> SyncState | None:
        return self.marks.get((integration, job_id))

    async def linked_to(self, target_id: str) -> tuple[LinkedJob, ...]:
        linked = [(key, mark) for key, mark in self.marks.items() if mark.target_id == target_id]
        return tuple(LinkedJob(target_id, *key, gone=mark.sync_status is SyncStatus.GONE) for key, mark in linked)


async def never_renamed(integration: str) -> tuple[str, ...]:
    """Return the former ids of an integration that had none."""
    del integration
    return ()


async def never_held(integration: str) -> None:
    """Hold nothing of an integration."""
    del integration


class HandClock:
    """A clock that moves only when it is turned, or set wrong."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return self.time + self.wrong_by

    def uptime(self) -> int:
        return round(self.time.timestamp() * 1000)

    def turn(self, by: timedelta) -> None:
        """Let so much time pass."""
        self.time += by

    def jump(self, by: timedelta) -> None:
        """Set the wall clock wrong by so much; what counts from the host's start goes on as before."""
        self.wrong_by = by


def _create(db: Db, dialect: Dialect) -> None:
    create_tables(db, LEDGER_TABLES)


LEDGER_SCHEMA = Schema("ledger", 1, _create)


@dataclass
class Bench:
    """Everything that a sync needs, at hand for looking into."""

    ats: ShelfAts
    jobs: MemoryJobs
    local: LocalTarget
    target: Target
    ledger: Ledger
    database: Database
    clock: HandClock
    parts: SyncDependencies
    pipeline: Pipeline
    rules: list[Rule] = field(default_factory=lambda: list(RULES))
    refused: set[str] = field(default_factory=set)

    def another(self, target: Target | None = None, process: ProcessIdentity | None = None) -> Pipeline:
        """Return the pipeline of another process, or of this one with another way to the target."""
        ledger = Ledger(self.database, process=process, now=self.clock.now, uptime=self.clock.uptime)
        return Pipeline(replace(self.parts, target=target or self.target, ledger=ledger))

    async def fields(self, job_id: str = "1") -> dict[str, JsonValue]:
        """Return the owned fields of the one target job of that ATS job."""
        found = await self.local.find(f"{SHELF}:{job_id}")
        assert len(found) == 1
        return dict(found[0].fields)


@asynccontextmanager
async def open_bench(folder: Path, target: Target | None = None) -> AsyncIterator[Bench]:
    """Open a bench with its databases in ``folder``, or what stands for them."""
    database = await Database.open(url_at(folder / "ledger.db"), LEDGER_SCHEMA)
    local = await LocalTarget.open(url_at(folder / "target.db"))
    await local.seed(SEED)
    clock, ats, jobs = HandClock(), ShelfAts(), MemoryJobs()
    ats.put(a_job())
    ledger = Ledger(database, now=clock.now, uptime=clock.uptime)
    rules = list(RULES)
    refused: set[str] = set()

    async def in_force() -> RuleSet:
        return RuleSet(7, tuple(rules))

    async def authorise(actor: Actor, integration: str) -> None:
        from jobsync_tui.backend.core.errors import AccessDenied

        if actor.user in refused:
            raise AccessDenied(f"{actor.user} may not")

    parts = SyncDependencies(
        target=target or local,
        jobs=jobs,
        ledger=ledger,
        wire=WireLog(WireStore(database), lambda: timedelta(days=14), clock.now),
        adapter=lambda integration: ats,
        rules=in_force,
        policy=EvaluationPolicy,
        authorise=authorise,
        configured=lambda: (SHELF, OTHER),
        former=never_renamed,
        held=never_held,
        now=clock.now,
        timing=SyncTiming(settle_after=SETTLE),
    )
    bench = Bench(ats, jobs, local, parts.target, ledger, database, clock, parts, Pipeline(parts), rules, refused)
    try:
        yield bench
    finally:
        await parts.wire.flush()
        await database.close()
        await local.close()
