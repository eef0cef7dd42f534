"""Targets that are odd in several ways at once, under faults, kills and a second admin: the invariants hold, whatever comes together."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import Outcome
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.testing.clockwork import Clockwork
from tests.support import invariants
from tests.support.mortal import Killed, Life, MortalDatabase, MortalJobs, MortalTarget
from tests.support.odd_target import KEY, OddTarget, odd_target
from tests.support.odd_ways import Alert, Ways, normalizing
from tests.support.sync_bench import ALICE, SETTLE, SHELF, Bench, a_job, open_bench
from tests.support.tenzo_session import tenzo
from tests.sync.test_ledger import DEAD

EXAMPLES = 30
JOBS = ("1", "2")
BOB = Actor("bob")
NAMES = ("ICU  days", "ICU nights ", "<b>ICU</b> lead")

jobs = st.sampled_from(JOBS)
troubles = st.lists(st.none() | st.sampled_from(Alert), max_size=5)
ways = st.builds(
    Ways,
    page=st.sampled_from((1, 100)),
    foreign_first=st.booleans(),
    numbered=st.booleans(),
    end=st.sampled_from((None, "", "missing")),
    repeats=st.booleans(),
    unfiltered=st.booleans(),
    loose=st.booleans(),
    lag_reads=st.sampled_from((0, 0, 1, 4)),
    in_progress=st.sampled_from((0, 0, 1)),
    created=st.sampled_from((200, 201, 202)),
    body=st.sampled_from(("whole", "whole", "none", "id", "other", "list")),
    patched=st.sampled_from((200, 202, 204)),
    etag=st.sampled_from(("weak", "strong", "none")),
    version=st.sampled_from(("number", "text", "none")),
    keeps=st.sampled_from(({}, normalizing().keeps)),
    bare_null=st.booleans(),
).map(lambda drawn: replace(drawn, body="none") if drawn.patched == 204 else drawn)
refusals = st.sampled_from(((0, 0), (0, 0), (409, 1), (412, 1)))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), jobs, st.sampled_from(NAMES)),
        st.tuples(st.just("sync"), jobs, troubles),
        st.tuples(st.just("confirm"), jobs, troubles),
        st.tuples(st.just("both"), jobs, troubles),
        st.tuples(st.just("kill"), jobs, st.integers(1, 24)),
        st.tuples(st.just("candidate"), jobs, st.none()),
        st.tuples(st.just("later"), jobs, st.none()),
    ),
    min_size=2,
    max_size=9,
)


@dataclass
class Play:
    """One run of steps against one odd target."""

    bench: Bench
    odd: OddTarget

    async def step(self, what: str, job_id: str, given: Any) -> None:
        """Do one step, and see that nothing is there twice and nothing else was touched."""
        foreign = self.odd.unowned()
        alone = {job["id"] for job in self.odd.jobs.values()}
        match what:
            case "edit":
                self.bench.ats.put(a_job(job_id, name=given, custom={"shift": f" {given}"}))
            case "candidate":
                for job in self.odd.of(f"{SHELF}:{job_id}"):
                    self.odd.edit(job["id"], candidates=[{"name": f"Grace {job['version']}"}])
                return
            case "later":
                await self.recover()
            case "kill":
                await self.killed(job_id, given)
            case _:
                self.odd.troubles.extend(given)
                await self.synced(what, job_id)
                self.odd.troubles.clear()
        self.hold(foreign, alone)

    async def synced(self, what: str, job_id: str) -> None:
        if what == "both":
            await asyncio.gather(self.bench.another().sync(ALICE, SHELF, job_id), self.bench.another().sync(BOB, SHELF, job_id))
            return
        plan = await self.bench.pipeline.plan(ALICE, SHELF, job_id) if what == "confirm" else None
        await self.bench.pipeline.sync(ALICE, SHELF, job_id, expected_digest=None if plan is None else plan.digest)

    async def killed(self, job_id: str, moment: int) -> None:
        late: list[Callable[[], Awaitable[object]]] = []
        life = Life(moment)
        database = cast("Database", MortalDatabase(self.bench.database, life))
        ledger = Ledger(database, process=DEAD, now=self.bench.clock.now, uptime=self.bench.clock.uptime)
        target = MortalTarget(self.bench.target, life, late)
        pipeline = Pipeline(replace(self.bench.parts, ledger=ledger, jobs=MortalJobs(self.bench.jobs, life), target=target))
        with contextlib.suppress(Killed):
            await pipeline.sync(ALICE, SHELF, job_id)
        for send in late:
            with contextlib.suppress(Exception):
                await send()

    async def recover(self) -> None:
        async def sleep(seconds: float) -> None:
            self.bench.clock.turn(timedelta(seconds=seconds))

        self.odd.caught_up()
        await Recovery(self.bench.parts, sleep).recover()

    def hold(self, foreign: str, alone: set[str]) -> None:
        assert invariants.one_target_job_each(job.get("external_id") for job in self.odd.jobs.values()) == []
        assert invariants.versions_only_grow(self.odd.writes) == []
        assert invariants.foreign_untouched(foreign, self.odd.unowned(alone)) == []

    async def comes_to_rest(self) -> None:
        """With the faults over, everything is settled, each job is where it belongs, and a second sync writes nothing."""
        await self.recover()
        self.odd.ways.lag_reads, self.odd.ways.in_progress, self.odd.ways.refuses_after = 0, 0, (0, 0)
        for job_id in JOBS:
            for _ in range(2):
                plan = await self.bench.pipeline.plan(ALICE, SHELF, job_id)
                done = await self.bench.pipeline.sync(ALICE, SHELF, job_id, expected_digest=plan.digest)
                assert done.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.UNKNOWN}, done
                self.bench.clock.turn(SETTLE)
                await self.recover()
            event(f"ended as {done.outcome}")
        writes = len(self.odd.writes)
        for job_id in JOBS:
            assert (await self.bench.pipeline.sync(ALICE, SHELF, job_id)).outcome is Outcome.UNCHANGED
            assert len(self.odd.of(f"{SHELF}:{job_id}")) == 1
        assert len(self.odd.writes) == writes
        operations = [each for job_id in JOBS for each in await self.bench.ledger.journal.of_job(SHELF, job_id)]
        rows = await self.bench.ledger.audit.entries()
        wanted = [(SHELF, job_id) for job_id in JOBS]
        assert invariants.synced_or_explained(wanted, self.bench.jobs.marks, rows) == []
        assert invariants.one_row_each_write(self.odd.writes, operations, rows) == []
        assert invariants.all_settled(operations, await self.bench.ledger.audit.verify()) == []
        assert KEY not in repr(rows) + repr(operations)


async def play(drawn: Ways, script: list[tuple[str, str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, odd_target(replace(drawn, hidden=set())) as odd:
        odd.add(external_id="other:1", name="Somebody else's")
        target = tenzo(odd.url, Clockwork())
        async with open_bench(Path(folder), target) as bench:
            bench.ats.put(*(a_job(job_id) for job_id in JOBS))
            running = Play(bench, odd)
            for what, job_id, more in script:
                await running.step(what, job_id, more)
            await running.comes_to_rest()
        await target.close()


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(ways, refusals, steps)
def test_the_invariants_hold_in_any_ways(drawn: Ways, refused: tuple[int, int], script: list[tuple[str, str, Any]]) -> None:
    # A target that says "changed" of what it did, and shows it only later, contradicts itself for as long as it lags.
    drawn = drawn if drawn.lag_reads else replace(drawn, refuses_after=refused)
    asyncio.run(play(drawn, script))
