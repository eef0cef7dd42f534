"""Everything that can happen to a job, in any order: the invariants hold after each step, and all comes to rest in the end."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import AnswerLost
from jobsync_tui.backend.core.models import JobKey, JobStatus, JsonValue, Outcome
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.storage.ledger.ledger import Ledger
from jobsync_tui.backend.sync.bulk import Bulk
from jobsync_tui.backend.sync.pipeline import Pipeline
from jobsync_tui.backend.sync.recovery import Recovery
from jobsync_tui.backend.target.base import TargetJob
from tests.support import invariants
from tests.support.failing import Failing, FailingDatabase, FailingJobs, Failure
from tests.support.mortal import Killed, Life, MortalDatabase, MortalJobs, MortalTarget
from tests.support.sync_bench import ALICE, CANDIDATE, SHELF, Bench, a_job, open_bench
from tests.support.wrapped_target import Fields, WrappedTarget
from tests.sync.test_ledger import DEAD
from tests.sync.test_recovery import Late

pytestmark = [pytest.mark.usefixtures("on_each_database"), pytest.mark.slow(10)]

T = TypeVar("T")
JOBS = ("1", "2", "3")
BOB = Actor("bob")
WORDS = ("days", "nights", "lead", "float")
SYNC_ENDS = frozenset(
    (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.BUSY, Outcome.STALE)
)
STEPS_OF_ONE = 45
EXAMPLES = 15

jobs = st.sampled_from(JOBS)
words = st.sampled_from(WORDS)


class Recorder(WrappedTarget):
    """Counts what the target was asked to create."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.local)
        self.creates: dict[str, int] = {}

    async def create(self, external_id: str, fields: Fields, *, idempotency_key: str) -> TargetJob:
        job = await super().create(external_id, fields, idempotency_key=idempotency_key)
        self.creates[external_id] = self.creates.get(external_id, 0) + 1
        return job


class AnyOrder(RuleBasedStateMachine):
    """A source, a target, and people and processes that do as they like."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = Path(tempfile.mkdtemp())
        self._stack = AsyncExitStack()
        self._notes: dict[str, str] = {}
        self._late: Late = []
        self._edits = 0

    def do(self, work: Awaitable[T]) -> T:
        """Run to the end; one step more."""

        async def wrapped() -> T:
            return await work

        type(self).steps += 1
        return self._runner.run(wrapped())

    @initialize()
    def open(self) -> None:
        async def opened() -> Bench:
            return await self._stack.enter_async_context(open_bench(self._folder))

        self.bench = self._runner.run(opened())
        self.bench.ats.put(*(a_job(job_id) for job_id in JOBS))
        self.recorder = Recorder(self.bench)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self._runner.run(self._comes_to_rest())
            self._runner.run(self._stack.aclose())
        self._runner.close()
        shutil.rmtree(self._folder)

    # ---- what happens ------------------------------------------------------------------------------------------------

    @rule(job=jobs, word=words, closed=st.booleans())
    def edit_source(self, job: str, word: str, closed: bool) -> None:
        status = JobStatus.CLOSED if closed else JobStatus.OPEN
        self.bench.ats.put(a_job(job, name=f"ICU {word}", status=status, custom={"shift": word}))
        type(self).steps += 1

    @rule(job=jobs, word=words, owned=st.booleans())
    def edit_target(self, job: str, word: str, owned: bool) -> None:
        self.do(self._edit(job, word, owned=owned))

    @rule(job=jobs)
    def sync(self, job: str) -> None:
        self._ended((self.do(self.bench.another(self.recorder).sync(ALICE, SHELF, job))).outcome)

    @rule(job=jobs, word=words)
    def confirmed_and_moved(self, job: str, word: str) -> None:
        self._ended(self.do(self._confirm_moving(job, word)))

    @rule(cancelled=st.booleans())
    def bulk(self, cancelled: bool) -> None:
        cancel = asyncio.Event()
        if cancelled:
            cancel.set()
        keys = JobKey.of(SHELF, *JOBS)
        results = self.do(Bulk(self.bench.another(self.recorder), 2).sync_many(ALICE, keys, cancel=cancel))
        assert len(results) == len(JOBS)

    @rule(job=jobs, moment=st.integers(1, 30))
    def kill(self, job: str, moment: int) -> None:
        self.do(self._killed(job, moment))

    @rule(job=jobs, before=st.booleans())
    def fault(self, job: str, before: bool) -> None:
        async def lose(*_: object) -> None:
            raise AnswerLost("Tenzo: the connection broke", service="Tenzo")

        hooks = {"before_create": lose, "before_update": lose} if before else {"after_create": lose, "after_update": lose}
        self._ended(self.do(self.bench.another(WrappedTarget(self.recorder, **hooks)).sync(ALICE, SHELF, job)).outcome)

    @rule(job=jobs, at=st.integers(1, 9), how=st.sampled_from(Failure))
    def storage_fault(self, job: str, at: int, how: Failure) -> None:
        failing = Failing(at, how)
        database = cast("Database", FailingDatabase(self.bench.database, failing))
        ledger = Ledger(database, process=DEAD, now=self.bench.clock.now, uptime=self.bench.clock.uptime)
        parts = replace(self.bench.parts, ledger=ledger, jobs=FailingJobs(self.bench.jobs, failing), target=self.recorder)
        self._ended(self.do(Pipeline(parts).sync(ALICE, SHELF, job)).outcome)

    @rule(job=jobs)
    def second_admin(self, job: str) -> None:
        one, other = self.do(self._both(job))
        self._ended(one)
        self._ended(other)

    @rule(days=st.sampled_from((-1, 0, 1)))
    def clock_jump(self, days: int) -> None:
        self.bench.clock.jump(timedelta(days=days))
        type(self).steps += 1

    @rule()
    def late_writes_land(self) -> None:
        self.do(self._land())

    @rule()
    def recover(self) -> None:
        self.do(self._recovery().recover(wait=False))

    # ---- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def one_job_each_and_nobodys_notes_touched(self) -> None:
        if hasattr(self, "bench"):
            self._runner.run(self._hold())

    async def _hold(self) -> None:
        listed = [job async for job in self.bench.local.jobs()]
        assert invariants.one_target_job_each(job.external_id for job in listed) == []
        assert all(times == 1 for times in self.recorder.creates.values())
        foreign = await self.bench.local.unowned()
        assert all(note in foreign for note in self._notes.values())

    async def _comes_to_rest(self) -> None:
        """Everything late lands, everything open is settled, one sync brings each job to where it belongs and a second writes nothing."""
        await self._land()
        await self._recovery().recover()
        for job in JOBS:
            plan = await self.bench.pipeline.plan(ALICE, SHELF, job)
            result = await self.bench.pipeline.sync(ALICE, SHELF, job, expected_digest=plan.digest)
            assert result.outcome in {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REFUSED}, result
            again = await self.bench.pipeline.sync(ALICE, SHELF, job)
            assert (again.outcome, again.written) in {(Outcome.UNCHANGED, False), (Outcome.REFUSED, False)}
            operations = await self.bench.ledger.journal.of_job(SHELF, job, limit=1000)
            rows = await self.bench.ledger.audit.entries(job_id=job)
            assert invariants.all_settled(operations, await self.bench.ledger.audit.verify()) == []
            landed = {operation.id for operation in operations if operation.state in invariants.LANDED}
            written = [row.operation_id for row in rows if row.outcome in {"created", "updated"}]
            assert sorted(written, key=str) == sorted(landed)
        await self._hold()

    # ---- how -----------------------------------------------------------------------------------------------------------

    def _ended(self, outcome: Outcome) -> None:
        assert outcome in SYNC_ENDS

    def _recovery(self) -> Recovery:
        async def sleep(seconds: float) -> None:
            self.bench.clock.turn(timedelta(seconds=seconds))

        return Recovery(self.bench.parts, sleep)

    async def _edit(self, job: str, word: str, *, owned: bool) -> None:
        for found in await self.bench.local.find(f"{SHELF}:{job}"):
            self._edits += 1
            self._notes[found.id] = f"note {self._edits} of {found.id}."
            await self.bench.local.edit(found.id, {"department": word} if owned else None, notes=self._notes[found.id])
            await self.bench.local.add_candidate(found.id, CANDIDATE)

    async def _confirm_moving(self, job: str, word: str) -> Outcome:
        pipeline = self.bench.another(self.recorder)
        plan = await pipeline.plan(ALICE, SHELF, job)
        await self._edit(job, word, owned=True)
        return (await pipeline.sync(ALICE, SHELF, job, expected_digest=plan.digest or "")).outcome

    async def _killed(self, job: str, moment: int) -> None:
        life = Life(moment)
        database = cast("Database", MortalDatabase(self.bench.database, life))
        ledger = Ledger(database, process=DEAD, now=self.bench.clock.now, uptime=self.bench.clock.uptime)
        target = MortalTarget(self.recorder, life, self._late)
        pipeline = Pipeline(replace(self.bench.parts, ledger=ledger, jobs=MortalJobs(self.bench.jobs, life), target=target))
        try:
            await pipeline.sync(ALICE, SHELF, job)
        except Killed:
            return

    async def _both(self, job: str) -> tuple[Outcome, Outcome]:
        async def pause(external_id: str, fields: Mapping[str, JsonValue]) -> None:
            await asyncio.sleep(0)

        mine = self.bench.another(WrappedTarget(self.recorder, before_create=pause, before_update=pause))
        one, other = await asyncio.gather(mine.sync(ALICE, SHELF, job), self.bench.another(self.recorder).sync(BOB, SHELF, job))
        return one.outcome, other.outcome

    async def _land(self) -> None:
        """Let writes that were on their way when their process died arrive, at the latest when a look-up may decide."""
        while self._late:
            try:
                await self._late.pop(0)()
            except Exception as refusal:  # noqa: BLE001 - a late write may be refused like any other
                assert str(refusal)  # noqa: PT017


def go_through(*, examples: int, seed: int | None = None) -> None:
    """Try so many orders of up to `STEPS_OF_ONE` steps; without a seed always the same ones."""
    AnyOrder.steps = 0
    machine = AnyOrder if seed is None else with_seed(seed)(AnyOrder)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS_OF_ONE,
            derandomize=seed is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order() -> None:
    go_through(examples=EXAMPLES)
    assert AnyOrder.steps >= 500
