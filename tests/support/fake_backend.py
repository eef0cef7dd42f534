"""The facade in memory, for tests of the terminal application: same methods, same errors, no database and no network.

Tests look into it (``calls``) and steer it: jobs can be changed, answers held back until a test lets them go, errors queued.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from jobsync_tui.backend.core.errors import FilterError, JobNotFound, JobsyncError, UsageError
from jobsync_tui.backend.core.models import (
    AuditEntry,
    AutomaticState,
    BulkPlan,
    CachedJob,
    ConnectionReport,
    Eligibility,
    Greeting,
    IntegrationState,
    IntegrationSummary,
    JobHead,
    JobKey,
    JobPage,
    JobRow,
    Outcome,
    RefreshMode,
    RefreshProgress,
    RefreshReport,
    RuleRevision,
    RuleSet,
    Scope,
    Sort,
    SortField,
    Step,
    SyncPlan,
    SyncResult,
)
from jobsync_tui.backend.core.reasons import acting_because, given_reason
from jobsync_tui.backend.services.columns import column_text
from tests.support import sample_records, samples

_KNOWN = {"is", "location", "client", "department", "status"}


def many_jobs(number: int) -> list[CachedJob]:
    """Return jobs with ids from 100000 on, named after their number, the newest first."""
    return [
        samples.cached(
            str(100_000 + n),
            f"{'ICU Nurse' if n % 3 else 'Night Porter'} {n}",
            updated_at=samples.NOW - timedelta(minutes=n),
        )
        for n in range(number)
    ]


@dataclass
class FakeJobs:
    """``backend.jobs``."""

    cached: list[CachedJob]
    calls: Counter[str] = field(default_factory=Counter)
    revision: int = 1
    limiter: asyncio.Event = field(default_factory=asyncio.Event)
    errors: list[JobsyncError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limiter.set()

    async def window(
        self,
        scope: Scope,
        filter_text: str,
        sort: Sort,
        offset: int,
        limit: int,
        *,
        marked: Collection[JobKey] = (),
        columns: Sequence[str] = (),
    ) -> tuple[JobRow, ...]:
        """Return rows; waits while a test holds the gate."""
        self.calls["window"] += 1
        if self.errors:
            raise self.errors.pop(0)
        await self.limiter.wait()
        found = self._found(scope, filter_text, sort, marked)
        return tuple(replace(row_of(job), more=tuple(column_text(job, name) for name in columns)) for job in found[offset : offset + limit])

    async def page(
        self,
        scope: Scope,
        filter_text: str,
        sort: Sort,
        limit: int,
        around: JobKey | None = None,
        *,
        marked: Collection[JobKey] = (),
        columns: Sequence[str] = (),
    ) -> JobPage:
        """Return rows around a job, and no count where there are more; waits while a test holds the gate."""
        place = (await self.position(scope, filter_text, sort, around, marked=marked) or 0) if around is not None else 0
        offset = 0 if place < limit else max(0, place - limit // 2)
        rows = await self.window(scope, filter_text, sort, offset, limit, marked=marked, columns=columns)
        return JobPage(offset, rows, place, offset + len(rows) if len(rows) < limit else None)

    async def count(self, scope: Scope, filter_text: str, *, marked: Collection[JobKey] = ()) -> int:
        """Return how many match."""
        self.calls["count"] += 1
        return len(self._found(scope, filter_text, Sort(), marked))

    async def position(self, scope: Scope, filter_text: str, sort: Sort, job: JobKey, *, marked: Collection[JobKey] = ()) -> int | None:
        """Return the place of a job."""
        self.calls["position"] += 1
        keys = [JobKey(each.integration, each.id) for each in self._found(scope, filter_text, sort, marked)]
        return keys.index(job) if job in keys else None

    async def ids(self, scope: Scope, filter_text: str, sort: Sort, *, marked: Collection[JobKey] = ()) -> tuple[JobKey, ...]:
        """Return all."""
        return tuple(JobKey(job.integration, job.id) for job in self._found(scope, filter_text, sort, marked))

    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        """Return a job."""
        self.calls["get"] += 1
        return next((job for job in self.cached if (job.integration, job.id) == (integration, job_id)), None)

    async def fetch(self, integration: str, job_id: str) -> CachedJob:
        """Return a job as if from the ATS."""
        job = await self.get(integration, job_id)
        if job is None:
            raise JobNotFound
        return job

    async def version(self) -> int:
        """Return the number of changes."""
        self.calls["version"] += 1
        return self.revision

    async def why_none(self, scope: Scope, filter_text: str) -> str | None:
        """Return a reason for a filter by client."""
        return f"{scope.name} never gives a job's client" if "client:" in filter_text else None

    async def id_in_url(self, integration: str, text: str) -> str | None:
        """Return what follows the last slash."""
        return text.rsplit("/", 1)[1] if text.startswith("https://") else None

    def change(self, jobs: Iterable[CachedJob]) -> None:
        """Replace the cache, as another process might."""
        self.cached = list(jobs)
        self.revision += 1

    def _found(self, scope: Scope, text: str, sort: Sort, marked: Collection[JobKey]) -> list[CachedJob]:
        tests: list[Callable[[CachedJob], bool]] = [lambda job: job.integration in scope]
        position = 0
        for word in text.split():
            tests.append(_test_of(word, text.index(word, position), marked))
            position = text.index(word, position) + len(word)
        found = [job for job in self.cached if all(test(job) for test in tests)]
        found.sort(key=lambda job: job.id)
        found.sort(key=lambda job: _sort_value(job, sort.field), reverse=sort.descending)
        return found


def _test_of(word: str, position: int, marked: Collection[JobKey]) -> Callable[[CachedJob], bool]:
    name, colon, value = word.partition(":")
    value = value.strip('"')
    if not colon:
        return lambda job: word.casefold() in f"{job.name or ''} {job.id}".casefold()
    if name not in _KNOWN:
        raise FilterError(f"There is no field {name}", position)
    if word == "is:marked":
        return lambda job: (job.integration, job.id) in marked
    if name == "location":
        return lambda job: value.casefold() in str(job.location).casefold()
    return lambda job: value.casefold() in str(job.client).casefold()


def _sort_value(job: CachedJob, field_name: SortField) -> str:
    value = getattr(job, field_name)
    return "" if value is None else str(value)


def row_of(job: CachedJob) -> JobRow:
    """Return a job as a line of the table."""
    place = job.location.text if job.location else None
    more = max(0, len(job.locations) - 1)
    return JobRow(
        job.integration,
        job.id,
        job.name,
        job.status,
        place,
        more,
        job.client,
        job.department,
        job.sync_status,
        job.last_synced,
        job.updated_at,
    )


@dataclass
class FakeIntegrations:
    """``backend.integrations``. ``progress`` is told during a refresh, which then waits for ``limiter``."""

    summaries: list[IntegrationSummary]
    progress: tuple[RefreshProgress, ...] = ()
    limiter: asyncio.Event = field(default_factory=asyncio.Event)
    errors: list[JobsyncError] = field(default_factory=list)
    trouble: JobsyncError | None = None
    listed: int = 0

    def __post_init__(self) -> None:
        self.limiter.set()

    async def list(self) -> tuple[IntegrationSummary, ...]:
        """Return all, unless there is ``trouble``; ``listed`` counts how often it was asked."""
        self.listed += 1
        if self.trouble is not None:
            raise self.trouble
        return tuple(self.summaries)

    async def ids(self) -> tuple[str, ...]:
        """Return the ids of all."""
        return tuple(each.id for each in self.summaries)

    async def get(self, integration: str) -> IntegrationSummary:
        """Return one."""
        found = next((each for each in self.summaries if each.id == integration), None)
        if found is None:
            raise UsageError(f"Unknown integration: {integration}")
        return found

    async def test(self, integration: str) -> ConnectionReport:
        """Answer as an ATS in order would."""
        if self.errors:
            raise self.errors.pop(0)
        return ConnectionReport(integration, ok=True, detail="answers as acme", seconds=0.2)

    async def refresh(
        self,
        integration: str,
        full: bool = False,
        accept_gone: bool = False,
        on_progress: Callable[[RefreshProgress], None] | None = None,
    ) -> RefreshReport:
        """Tell progress, wait for the gate, report."""
        for progress in self.progress:
            if on_progress is not None:
                on_progress(progress)
        await self.limiter.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.summaries = [
            replace(each, state=IntegrationState.OK, last_refresh=samples.NOW) if each.id == integration else each
            for each in self.summaries
        ]
        return RefreshReport(
            integration=integration, mode=RefreshMode.FULL, seen=10, added=1, changed=2, gone=0, returned=0, withheld=0, rejected=(),
            resumed=False, complete=True, seconds=0.4, finished_at=samples.NOW,
        )  # fmt: skip


@dataclass
class FakeEligibility:
    """``backend.eligibility``: jobs with "Nurse" in their name are eligible."""

    jobs: FakeJobs
    calls: list[str] = field(default_factory=list)
    unjudged: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Let evaluations end at once, unless a test holds them."""
        self.may_end.set()

    async def check(self, integration: str, job_id: str, live: bool = False, rules: RuleSet | None = None) -> Eligibility:
        """Return a sample explanation under the job's head."""
        self.calls.append(job_id)
        job = await self.jobs.get(integration, job_id)
        if job is None:
            raise JobNotFound
        sample = samples.matched() if job.name and "Nurse" in job.name else samples.unmatched()
        return replace(sample, integration=integration, job=JobHead.of(job))

    async def evaluate_for(self, filter_text: str, integration: str, on_progress: Callable[[int, int], None]) -> int | None:
        """Evaluate once, where the filter asks for it."""
        if "is:eligible" not in filter_text:
            return None
        evaluated, self.unjudged = self.unjudged, 0
        if evaluated:
            on_progress(evaluated, evaluated)
            await self.may_end.wait()
            self.jobs.revision += 1
        return evaluated

    async def check_many(
        self, integration: str, job_ids: Sequence[str], live: bool = False, rules: RuleSet | None = None
    ) -> tuple[Eligibility, ...]:
        """Check several."""
        return tuple([await self.check(integration, job_id, live, rules) for job_id in job_ids])


@dataclass
class FakeSyncs:
    """``backend.syncs``: every sync ends as ``result`` says, once ``limiter`` is open."""

    result: SyncResult = field(default_factory=samples.updated)
    plan_: SyncPlan = field(default_factory=samples.update_plan)
    limiter: asyncio.Event = field(default_factory=asyncio.Event)
    errors: list[JobsyncError] = field(default_factory=list)
    synced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limiter.set()

    async def plan(self, integration: str, job_id: str, on_step: Callable[[Step], None] | None = None) -> SyncPlan:
        """Return the plan."""
        await self.limiter.wait()
        return self.plan_

    async def sync(
        self, integration: str, job_id: str, expected_digest: str | None = None, on_step: Callable[[Step], None] | None = None
    ) -> SyncResult:
        """Take the steps, wait for the gate, return the result."""
        for step in samples.STEPS:
            if on_step is not None:
                on_step(step)
        await self.limiter.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.synced.append(job_id)
        return self.result

    async def decline(self, plans: Sequence[SyncPlan], action: str = "sync") -> tuple[SyncResult, ...]:
        """Take note that a plan was shown and not confirmed."""
        return (replace(self.result, outcome=Outcome.CANCELLED),) * len(plans)

    async def plan_many(self, jobs: Sequence[JobKey], on_progress: Callable[[int], None] | None = None) -> BulkPlan:
        """Return a bulk plan."""
        await self.limiter.wait()
        return samples.bulk_plan(len(jobs))

    async def sync_many(
        self,
        jobs: Sequence[JobKey],
        expected: object = None,
        on_result: Callable[[SyncResult], None] | None = None,
        cancel: asyncio.Event | None = None,
    ) -> tuple[SyncResult, ...]:
        """Sync one after another until cancelled."""
        results: list[SyncResult] = []
        for job in jobs:
            if cancel is not None and cancel.is_set():
                results.append(replace(self.result, outcome=Outcome.CANCELLED))
                continue
            results.append(await self.sync(*job))
            if on_result is not None:
                on_result(results[-1])
        return tuple(results)


@dataclass
class FakeRules:
    """``backend.rules``."""

    rules: RuleSet = samples.RULES

    async def current(self) -> RuleSet:
        """Return the rules."""
        return self.rules

    async def history(self) -> tuple[RuleRevision, ...]:
        """Return the revisions."""
        return sample_records.revisions()


class FakeRecords:
    """``backend.records``."""

    async def audit(self, **_: object) -> tuple[AuditEntry, ...]:
        """Return sample rows."""
        return sample_records.entries()


@dataclass
class FakeAutomatic:
    """``backend.automatic``: as ``now`` says."""

    now: AutomaticState = field(default_factory=lambda: AutomaticState(integration="bullhorn"))

    accepted: list[bool] = field(default_factory=list)
    reasons: list[str | None] = field(default_factory=list)

    async def state(self, integration: str) -> AutomaticState:
        """Return how it stands."""
        return self.now

    async def resume(self, *, accept: bool = False) -> None:
        """Let it go on."""
        self.accepted.append(accept)
        self.reasons.append(given_reason())


@dataclass
class FakeGreeting:
    """``backend.greeting``."""

    now: Greeting = field(default_factory=lambda: Greeting(None))
    asked: list[datetime | None] = field(default_factory=list)

    async def news(self, since: datetime | None = None) -> Greeting:
        """Return what happened."""
        self.asked.append(since)
        return self.now


class FakeBackend:
    """The facade."""

    has_everything = True

    def __init__(self, jobs: Iterable[CachedJob] = (), integrations: Iterable[IntegrationSummary] = (samples.BULLHORN,)) -> None:
        self.jobs = FakeJobs(list(jobs))
        self.integrations = FakeIntegrations(list(integrations))
        self.eligibility = FakeEligibility(self.jobs)
        self.automatic = FakeAutomatic()
        self.greeting = FakeGreeting()
        self.syncs = FakeSyncs()
        self.rules = FakeRules()
        self.records = FakeRecords()
        self.actor = SimpleNamespace(user="alice", origin={})
        self.settings = SimpleNamespace()

    def because(self, reason: str | None) -> AbstractContextManager[None]:
        """Do what is done inside for a reason."""
        return acting_because(reason)
