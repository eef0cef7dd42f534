"""The cache evaluated as a whole says of each job what `evaluate` says of it alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from jobsync_tui.backend.assessment.evaluator import Evaluator
from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    CachedJob,
    EvaluationPolicy,
    FieldAvailability,
    Job,
    Leaf,
    Op,
    Rule,
    RuleSet,
    Sort,
    Source,
    SyncState,
)
from jobsync_tui.backend.rules import evaluate
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.outcomes.outcomes import OutcomeStore, policy_key
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.rules.wild import NOW, Wild, seeds
from tests.support.stores import EVERYTHING, Cache, cache_at, job, later, set_sync


class Bench:
    """A cache with rules and a evaluate, who sees the time that the test sets."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.now = NOW
        self.policy = EvaluationPolicy()
        self.rules = RuleStore(cache.database)
        self.outcomes = OutcomeStore(cache.database)
        self.evaluator = Evaluator(self.outcomes, ColumnStore(cache.database), self.rules.current, lambda: self.policy, lambda: self.now)
        cache.jobs = JobStore(cache.database, lambda: self.policy, lambda: self.now)

    async def save(self, *rules: Rule) -> RuleSet:
        revision = (await self.rules.current()).revision
        return await self.rules.save(rules, actor="a", what="x", expected_revision=revision)

    async def evaluated(self) -> int:
        return (await self.evaluator.evaluate(["acme"], batch=3)).jobs

    async def found(self, text: str) -> set[str]:
        return {job_id for _, job_id in await self.cache.jobs.ids(["acme"], parse_filter(text), Sort())}


@asynccontextmanager
async def bench_at(folder: str | Path) -> AsyncIterator[Bench]:
    async with cache_at(Path(folder) / "jobsync.db") as cache:
        yield Bench(cache)


def rule(name: str, leaf: Leaf, **more: object) -> Rule:
    return Rule(name, name, leaf, (Action(ActionKind.FOLDER, name),), **more)  # type: ignore[arg-type]


NURSES = rule("nurses", Leaf("name", Op.CONTAINS, "nurse"))
YOUNG = rule("young", Leaf("updated_at", Op.WITHIN_DAYS, 2))


def wild_jobs(wild: Wild) -> list[Job]:
    """Return jobs with ids of their own, some with a standing."""
    return [replace(each, id=f"{number}-{each.id}") for number, each in enumerate(wild.jobs(0, 9))]


async def compare(seed: int) -> None:
    wild = Wild(seed)
    jobs, wanted, policy = wild_jobs(wild), wild.rule_set(), wild.policy()
    with TemporaryDirectory() as folder:
        async with bench_at(folder) as bench:
            bench.policy = policy
            await bench.cache.fill([Job(**{name: getattr(each, name) for name in Job.__slots__}) for each in jobs])
            for each in jobs:
                if isinstance(each, CachedJob):
                    mark = SyncState(sync_status=each.sync_status, last_synced=each.last_synced, target_id=each.target_id)
                    await set_sync(bench.cache.jobs, "acme", each.id, mark)
            rules = await bench.save(*(replace(one, name=f"{one.name} {one.id}") for one in wanted.rules))
            assert await bench.evaluated() == len(jobs)
            eligible, matched = set(), {one.id: set[str]() for one in rules.rules}
            async for cached in bench.cache.jobs.stream(["acme"], EVERYTHING, Sort()):
                answer = evaluate(cached, rules, policy, FieldAvailability(), provider_title="", source=Source.CACHE, read_at=None, now=NOW)
                if answer.eligible:
                    eligible.add(cached.id)
                for one in answer.matched_rules:
                    matched[one.id].add(cached.id)
            assert await bench.found("is:eligible") == eligible
            assert await bench.found("is:ineligible") == {each.id for each in jobs} - eligible
            assert {one: await bench.found(f"rule:{one}") for one in matched} == matched
            tally = await bench.outcomes.tally(["acme"], policy_key(policy), NOW)
            assert {one: tally.matched.get(one, 0) for one in matched} == {one: len(ids) for one, ids in matched.items()}


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_every_verdict_is_that_of_evaluate(seed: int) -> None:
    asyncio.run(compare(seed))


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize("seed", range(4))
async def test_so_is_every_verdict_on_a_server(seed: int) -> None:
    await compare(seed)


@pytest.mark.usefixtures("on_each_database")
async def test_only_what_changed_is_judged_again(tmp_path: Path) -> None:
    async with bench_at(tmp_path) as bench:
        await bench.cache.fill([job(number) for number in range(10)])
        await bench.save(NURSES)
        assert [await bench.evaluated(), await bench.evaluated()] == [10, 0]
        await bench.cache.fill([job(0, "Driver"), *(job(number) for number in range(1, 11))], at=later(1))
        assert (await bench.evaluated(), len(await bench.found("is:eligible"))) == (2, 10)
        await bench.save(NURSES, YOUNG)
        assert (await bench.evaluated(), await bench.evaluated()) == (11, 0)
        bench.policy = EvaluationPolicy(required_fields=("client",))
        assert (await bench.evaluated(), await bench.found("is:eligible")) == (11, set())


@pytest.mark.usefixtures("on_each_database")
async def test_ages_are_judged_again_when_a_day_has_passed(tmp_path: Path) -> None:
    async with bench_at(tmp_path) as bench:
        await bench.cache.fill([job(1, updated_at=NOW - timedelta(days=1)), job(2, updated_at=NOW)])
        await bench.save(YOUNG)
        assert (await bench.evaluated(), await bench.evaluated()) == (2, 0)
        bench.now = NOW + timedelta(days=1, hours=1)
        assert await bench.evaluated() == 2
        tally = await bench.outcomes.tally(["acme"], policy_key(bench.policy), bench.now)
        assert (tally.eligible, tally.ineligible) == (1, 1)


@pytest.mark.usefixtures("on_each_database")
async def test_rules_that_change_under_a_judging_are_the_ones_that_count(tmp_path: Path) -> None:
    async with bench_at(tmp_path) as bench:
        await bench.cache.fill([job(number) for number in range(10)])
        await bench.save(NURSES)
        keep, seen = bench.outcomes.keep, list[datetime]()

        async def interrupted(*args: object) -> object:
            seen.append(bench.now)
            if len(seen) == 2:
                await bench.save(rule("drivers", Leaf("name", Op.CONTAINS, "driver")))
            return await keep(*args)  # type: ignore[arg-type]

        bench.outcomes.keep = interrupted  # type: ignore[method-assign,assignment]
        assert await bench.evaluated() == 10
        assert await bench.found("is:ineligible") == {f"job-{number}" for number in range(10)}


@pytest.mark.usefixtures("on_each_database")
async def test_a_judging_that_is_cancelled_keeps_what_it_did_and_the_next_goes_on(tmp_path: Path) -> None:
    async with bench_at(tmp_path) as bench:
        await bench.cache.fill([job(number) for number in range(10)])
        await bench.save(NURSES)
        told: list[tuple[int, int]] = []

        def stop(done: int, total: int) -> None:
            told.append((done, total))
            task.cancel()

        task = asyncio.create_task(bench.evaluator.evaluate(["acme"], stop, batch=4))
        await asyncio.wait({task})
        assert (task.cancelled(), told) == (True, [(4, 10)])
        assert (len(await bench.found("is:eligible")), await bench.evaluated()) == (4, 6)
