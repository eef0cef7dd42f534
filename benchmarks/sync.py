"""What a bulk sync costs: ``python -m benchmarks.sync --jobs 1000 --latency 20 --concurrency 4``.

The ATS and the target are another process that answers every call after the same time. The ideal is that time for every call that was
made, as many at once as the sync may have; what is above it is ours. With ``--latency 0`` what is left is our own work. What the journal,
the leases and the record cost is measured by itself: the same steps as a sync's, with nothing between them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.ats.base import Adapter, Connection, Listing, Page
from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.ids import new_id
from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    EvaluationPolicy,
    FieldAvailability,
    Job,
    JobKey,
    JobStatus,
    Leaf,
    Op,
    Outcome,
    Rule,
    RuleSet,
    SyncResult,
)
from jobsync_tui.backend.database import Database, Db
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import Ending
from jobsync_tui.backend.storage.ledger.journal import Operation, OperationKind, OperationState
from jobsync_tui.backend.storage.ledger.ledger import Ledger, OperationResult
from jobsync_tui.backend.storage.ledger.wire import WireStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.sync.bulk import Bulk
from jobsync_tui.backend.sync.dependencies import SyncDependencies
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.wire_log import WireLog
from jobsync_tui.backend.target.tenzo import TenzoTarget

from .sync_server import ats_row

RULES = RuleSet(1, (Rule("all", "All", Leaf("name", Op.CONTAINS, "Nurse"), (Action(ActionKind.SETTING, "English", "language"),)),))
ALICE = Actor("alice")


class PlainAts(Adapter):
    """An ATS whose jobs are read one by one, over HTTP."""

    provider = "plain"
    title = "Plain"
    availability = FieldAvailability()

    async def test(self) -> str:
        """Say that it is there."""
        return "plain"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield nothing: the benchmark does not list."""
        del listing
        yield Page(())

    async def job(self, job_id: str) -> Job | None:
        """Return a job."""
        return job_of((await self.connection.http.get(f"/ats/{job_id}")).decode(dict))


def job_of(row: dict[str, str]) -> Job:
    """Return the job that the ATS's row describes."""
    return Job(
        integration="plain",
        id=row["id"],
        name=row["name"],
        description=row["description"],
        department=row["department"],
        status=JobStatus.OPEN,
    )


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float


class Stopwatch:
    """Measures a block."""

    def __enter__(self) -> Self:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cost = Cost(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def main() -> int:
    """Measure, print, and return 1 if the bulk sync took more than 1.3 times the ideal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=20.0, help="milliseconds until the ATS and the target answer")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--profile", action="store_true", help="say where the event loop's time goes")
    parser.add_argument("--no-wire", action="store_true", help='keep no requests, as wire.keep = "off" has it')
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        alone = asyncio.run(ledger_alone(Path(folder), given.jobs))
        print(f"journal, lease, record: {alone.wall / given.jobs * 1000:.2f} ms a job, {alone.cpu / given.jobs * 1000:.2f} ms of it CPU")
        worst = 0.0
        for what in ("create", "update", "unchanged"):
            worst = max(worst, bulk(Path(folder), given, what))
    return int(worst > 1.3)


def bulk(folder: Path, given: argparse.Namespace, what: str) -> float:
    """Sync everything once, and return how many times the ideal it took."""
    command = [sys.executable, str(Path(__file__).with_name("sync_server.py")), str(given.jobs), str(given.latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        cost, before = asyncio.run(measured(folder / f"{what}.db", url, given, what))
        said, _ = server.communicate("")
    calls = {kind: number - before.get(kind, 0) for kind, number in json.loads(said).items()}
    total = sum(calls.values())
    ideal = total * given.latency / 1000 / given.concurrency
    ratio = cost.wall / ideal if ideal else 0.0
    cpu = cost.cpu / given.jobs * 1000
    print(f"{what}: {given.jobs} jobs in {cost.wall:.1f} s, the ideal is {ideal:.1f} s, so {ratio:.2f} times; {cpu:.1f} ms CPU a job")
    print(f"  calls {calls}")
    return ratio


async def measured(path: Path, url: str, given: argparse.Namespace, what: str) -> tuple[Cost, dict[str, int]]:
    """Sync the jobs; for an update, or where nothing is to be done, once before the clock starts."""
    database = await Database.open(f"sqlite:///{path}", SCHEMA)
    rules = RULES

    async def in_force() -> RuleSet:
        return rules

    async def authorise(actor: Actor, integration: str) -> None:
        """Let everybody pass."""

    async def never_held(integration: str) -> None:
        del integration

    async def never_renamed(integration: str) -> tuple[str, ...]:
        del integration
        return ()

    ats = PlainAts(Connection("plain", url, {}, HttpSession(service="Plain", base_url=url, network=Network())))
    parts = SyncDependencies(
        target=TenzoTarget(HttpSession(service="Tenzo", base_url=url, network=Network()), Secret("tenzo_pk_benchmark")),
        jobs=JobStore(database),
        ledger=Ledger(database),
        wire=WireLog(WireStore(database), lambda: None if given.no_wire else timedelta(days=14), database.now),
        adapter=lambda _: ats,
        rules=in_force,
        policy=EvaluationPolicy,
        authorise=authorise,
        configured=lambda: ("plain",),
        former=never_renamed,
        held=never_held,
    )
    many = Bulk(Pipeline(parts), given.concurrency)
    keys = JobKey.of("plain", *map(str, range(given.jobs)))
    before: dict[str, int] = {}
    await fill(JobStore(database), given.jobs)
    try:
        await parts.target.catalog()
        if what != "create":
            await many.sync_many(ALICE, keys)
            before = {"GET ats": given.jobs, "GET v1/jobs": given.jobs, "POST v1/jobs": given.jobs, "GET v1/jobs/ID": given.jobs}
        if what == "update":
            action = Action(ActionKind.SETTING, "German", "language")
            rules = RuleSet(2, (replace(RULES.rules[0], actions=(action,)),))
        with Stopwatch() as watch:
            if given.profile:
                results = await profiled(many, keys)
            else:
                results = await many.sync_many(ALICE, keys)
            await parts.wire.flush()
        expected = {"create": Outcome.CREATED, "update": Outcome.UPDATED, "unchanged": Outcome.UNCHANGED}[what]
        assert {result.outcome for result in results} == {expected}, results[0]
        return watch.cost, before
    finally:
        await parts.target.close()
        await ats.connection.http.close()
        await database.close()


async def fill(store: JobStore, jobs: int) -> None:
    """Put the ATS's jobs into the cache, as a refresh does: one syncs what one sees."""
    rows = [ats_row(number) for number in range(jobs)]
    listing = await store.begin_listing("plain", full=True)
    await store.store_page(listing, [job_of(row) for row in rows], (), None, clock.now())
    await store.finish_listing(listing, Ending(watermark=None, complete=True, accept_gone=False), clock.now())


async def profiled(many: Bulk, keys: Sequence[JobKey]) -> tuple[SyncResult, ...]:  # pragma: no cover
    """Sync with a profile of the event loop's thread."""
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.enable()
    results = await many.sync_many(ALICE, keys)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)
    return results


async def ledger_alone(folder: Path, jobs: int) -> Cost:
    """Take the ledger's steps of a create for each job, one job after another, with nothing between them."""
    database = await Database.open(f"sqlite:///{folder / 'ledger.db'}", SCHEMA)
    ledger = Ledger(database)
    fields = {"name": "Registered Nurse", "description": "x" * 1500, "department": "Nursing", "settings.language": "English"}

    def nothing(_: Db) -> None:
        pass

    with Stopwatch() as watch:
        for number in range(jobs):
            made = new_id()
            async with ledger.leases.hold("plain", str(number), "alice") as lease:
                await ledger.journal.open_for("plain", str(number))
                operation = Operation(
                    id=made,
                    kind=OperationKind.CREATE,
                    action="sync",
                    integration="plain",
                    job_id=str(number),
                    job_name="Registered Nurse",
                    external_id=f"plain:{number}",
                    target_id=None,
                    actor="alice",
                    idempotency_key=made,
                    payload=fields,
                    before={},
                    after=fields,
                    written=fields,
                    base_version=None,
                    plan_digest="0" * 64,
                    ruleset_revision=1,
                    fence=lease.fence,
                    process=ledger.leases.process,
                    created_at=clock.now() - timedelta(seconds=1),
                )
                operation = await ledger.begin(operation, lease)
                await ledger.sent(operation, lease, nothing)
                await ledger.applied(operation, f"tz_{number}")
                ended = OperationResult(OperationState.VERIFIED, Outcome.CREATED, None, f"tz_{number}")
                await ledger.settle(operation, ended, nothing)
    await database.close()
    return watch.cost


if __name__ == "__main__":
    sys.exit(main())
