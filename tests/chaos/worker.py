"""One process that syncs: opens the real stores, settles what is open, syncs the jobs it is given, prints what came of them.

Usage: ``python -m tests.chaos.worker '{"database": ..., "url": ..., "generation": N, "jobs": [..], "settle": seconds}'``
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import EvaluationPolicy, JobKey, RuleSet
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.http import HttpSession, Limits, Network
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.storage.ledger.wire import WireStore
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.sync.bulk import Bulk
from jobsync_tui.backend.sync.dependencies import SyncDependencies, SyncTiming
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.backend.sync.wire_log import WireLog
from jobsync_tui.backend.target.tenzo import TenzoTarget
from tests.support.sync_bench import RULES, SHELF, ShelfAts, a_job, never_held, never_renamed
from tests.support.tenzo_server import KEY


@dataclass(frozen=True)
class Order:
    """What a worker is to do: the URLs of its database and of the target, and the jobs.

    ``generation`` is in every job's name, so that each one gives the sync something to write.
    """

    database: str
    url: str
    generation: int
    jobs: tuple[str, ...]
    settle: float
    actor: str = "alice"
    wait: bool = False

    def dump(self) -> str:
        """Return the order as an argument."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Order:
        """Return the order that an argument holds."""
        values = json.loads(text)
        return cls(**{**values, "jobs": tuple(values["jobs"])})


@dataclass
class Rooms:
    """What is open in a process that syncs."""

    parts: SyncDependencies
    pipeline: Pipeline
    store: JobStore
    database: Database

    async def close(self) -> None:
        """Close everything."""
        await self.parts.target.close()
        await self.database.close()


async def open_rooms(order: Order) -> Rooms:
    """Open what the product opens, but for an ATS that lies on a shelf."""
    database = await Database.open(order.database, SCHEMA)
    store = JobStore(database)
    ats = ShelfAts()
    ats.put(*(a_job(job_id, name=f"ICU Nurse {job_id} of {order.generation}") for job_id in order.jobs))
    http = HttpSession(service="Tenzo", base_url=order.url, network=Network(), limits=Limits(deadline=10, failures=10_000))

    async def rules() -> RuleSet:
        return RuleSet(1, RULES)

    async def authorise(actor: Actor, integration: str) -> None:
        """Let everybody pass."""

    parts = SyncDependencies(
        target=TenzoTarget(http, Secret(KEY)),
        jobs=store,
        ledger=Ledger(database),
        wire=WireLog(WireStore(database), lambda: None, database.now),
        adapter=lambda integration: ats,
        rules=rules,
        policy=EvaluationPolicy,
        authorise=authorise,
        configured=lambda: (SHELF,),
        former=never_renamed,
        held=never_held,
        timing=SyncTiming(settle_after=timedelta(seconds=order.settle)),
    )
    return Rooms(parts, Pipeline(parts), store, database)


async def work(order: Order) -> Counter[str]:
    """Settle, sync, and count the outcomes."""
    rooms = await open_rooms(order)
    try:
        await Recovery(rooms.parts).recover(wait=order.wait)
        keys = JobKey.of(SHELF, *order.jobs)
        results = await Bulk(rooms.pipeline, concurrency=4).sync_many(Actor(order.actor), keys)
        return Counter(result.outcome.value for result in results)
    finally:
        await rooms.close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(Order.load(sys.argv[1])))))  # noqa: T201
