"""Cached outcomes answer for exactly as long as what they rest on stands."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import timedelta

import pytest

from jobsync_tui.backend.core.models import EvaluationPolicy, SyncState, SyncStatus
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.outcomes.outcomes import Basis, DistinctOutcome, EvaluationVersion, OutcomeStore, policy_key
from jobsync_tui.backend.storage.rules.rules import RuleStore
from jobsync_tui.backend.storage.search.filter import parse_filter
from tests.support.stores import NOON, Cache, job, later, set_sync

pytestmark = pytest.mark.usefixtures("on_each_database")

POLICY = policy_key(EvaluationPolicy())
BERLIN = DistinctOutcome(True, None, "config", (("berlin", "Berlin Engineering"),))
BOTH = DistinctOutcome(True, None, "both", (("berlin", "Berlin Engineering"), ("rest", "The rest")))
REFUSED = DistinctOutcome(False, "no_rule_matched", "", ())


class Bench:
    """A cache of four jobs, and rules at revision 1."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.outcomes = OutcomeStore(cache.database)
        self.batches = ColumnStore(cache.database)
        self.rules = RuleStore(cache.database)

    async def evaluate_batch(self, *outcomes: DistinctOutcome, basis: Basis | None = None) -> EvaluationVersion:
        evaluation_version = await self.outcomes.begin(basis or Basis(1, POLICY), NOON)
        read = (await self.batches.unevaluated(evaluation_version, "acme", ("name",))).read
        kept = await self.outcomes.keep(evaluation_version, read, outcomes[: len(read)], NOON)
        assert kept is not None
        return kept

    async def found(self, *filters: str) -> list[int]:
        return [await self.cache.jobs.count(["acme"], parse_filter(text)) for text in filters]

    async def unevaluated(self) -> int:
        return await self.outcomes.unevaluated(["acme"], POLICY, NOON)


@pytest.fixture
async def bench(cache: Cache) -> Bench:
    made = Bench(cache)
    await made.rules.save((), actor="a", what="x", expected_revision=0)
    await cache.fill([job(1), job(2), job(3), job(4)])
    return made


async def test_filters_ask_by_eligibility_and_by_rule(bench: Bench) -> None:
    await bench.evaluate_batch(BERLIN, BOTH, REFUSED, REFUSED)
    assert await bench.found("is:eligible", "is:ineligible", "is:open,eligible") == [2, 2, 2]
    assert await bench.found("rule:berlin", 'rule:"BERLIN engineering"', "rule:rest", "rule:ber", "rule:berlin,rest") == [2, 2, 1, 0, 2]
    assert await bench.found("-is:eligible", "-rule:rest", "-is:eligible,ineligible", "is:eligible -rule:rest") == [2, 3, 0, 1]


async def test_what_was_not_judged_is_neither(bench: Bench) -> None:
    assert await bench.found("is:eligible", "is:ineligible", "-is:eligible", "-rule:rest") == [0, 0, 0, 0]
    assert await bench.unevaluated() == 4
    await bench.evaluate_batch(BERLIN, REFUSED, REFUSED, REFUSED)
    await bench.cache.fill([job(1), job(2), job(3), job(4), job(5)], at=later(1))
    assert (await bench.found("-is:eligible", "-rule:berlin"), await bench.unevaluated()) == ([3, 3], 1)


async def test_a_job_that_changes_loses_its_verdict_and_no_other_does(bench: Bench) -> None:
    await bench.evaluate_batch(BERLIN, BERLIN, REFUSED, REFUSED)
    await bench.cache.fill([job(1, "Driver"), job(2), job(3), job(4)], at=later(1))
    assert await bench.found("is:eligible", "is:ineligible") == [1, 2]
    evaluation_version = await bench.evaluate_batch(REFUSED)
    assert (await bench.found("is:eligible", "is:ineligible"), evaluation_version.number, await bench.unevaluated()) == ([1, 3], 1, 0)


@pytest.mark.parametrize("known", [True, False])
async def test_a_verdict_on_a_state_that_has_passed_is_not_kept(bench: Bench, known: bool) -> None:
    if known:
        await bench.evaluate_batch(REFUSED, REFUSED, REFUSED, REFUSED)
        await bench.rules.save((), actor="a", what="y", expected_revision=1)
    basis = Basis(2 if known else 1, POLICY)
    evaluation_version = await bench.outcomes.begin(basis, NOON)
    read = (await bench.batches.unevaluated(evaluation_version, "acme", ("name",))).read
    await bench.cache.fill([job(1, "Driver"), job(2), job(3), job(4)], at=later(1))
    await bench.outcomes.keep(evaluation_version, read, [BERLIN] * 4, NOON)
    assert (await bench.found("is:eligible"), await bench.unevaluated()) == ([3], 1)


async def test_new_rules_and_another_policy_void_every_verdict(bench: Bench) -> None:
    evaluation_version = await bench.evaluate_batch(BERLIN, BERLIN, REFUSED, REFUSED)
    read = (await bench.batches.unevaluated(replace(evaluation_version, number=9), "acme", ("name",))).read
    bench.cache.jobs._policy = lambda: EvaluationPolicy(required_fields=("name", "client"))
    assert await bench.found("is:eligible", "is:ineligible") == [0, 0]
    bench.cache.jobs._policy = EvaluationPolicy
    assert await bench.found("is:eligible") == [2]
    await bench.rules.save((), actor="a", what="y", expected_revision=1)
    assert (await bench.found("is:eligible", "-is:eligible"), await bench.unevaluated()) == ([0, 0], 4)
    assert await bench.outcomes.keep(evaluation_version, read, [BERLIN] * 4, NOON) is None


async def test_answers_that_move_with_time_end_with_their_day(bench: Bench) -> None:
    basis = Basis(1, POLICY, until=NOON + timedelta(hours=12))
    first = await bench.evaluate_batch(BERLIN, BERLIN, REFUSED, REFUSED, basis=basis)
    assert await bench.outcomes.unevaluated(["acme"], POLICY, NOON + timedelta(hours=11)) == 0
    assert await bench.outcomes.unevaluated(["acme"], POLICY, NOON + timedelta(hours=12)) == 4
    again = await bench.outcomes.begin(basis, NOON + timedelta(hours=12))
    assert again.number > first.number


@pytest.mark.parametrize(("standing", "left"), [(True, 3), (False, 4)])
async def test_a_sync_voids_a_verdict_only_where_a_rule_asks_for_the_standing(bench: Bench, standing: bool, left: int) -> None:
    await bench.evaluate_batch(BERLIN, BERLIN, BERLIN, BERLIN, basis=Basis(1, POLICY, standing=standing))
    await set_sync(bench.cache.jobs, "acme", "job-2", SyncState(sync_status=SyncStatus.SYNCED, last_synced=NOON))
    assert await bench.found("is:eligible") == [left]


async def test_a_verdict_on_a_standing_that_has_passed_is_not_kept(bench: Bench) -> None:
    await bench.evaluate_batch(REFUSED, REFUSED, REFUSED, REFUSED)
    await bench.rules.save((), actor="a", what="y", expected_revision=1)
    evaluation_version = await bench.outcomes.begin(Basis(2, POLICY, standing=True), NOON)
    read = (await bench.batches.unevaluated(evaluation_version, "acme", ("sync_status",))).read
    await set_sync(bench.cache.jobs, "acme", "job-2", SyncState(sync_status=SyncStatus.SYNCED, last_synced=NOON))
    await bench.outcomes.keep(evaluation_version, read, [BERLIN] * 4, NOON)
    assert (await bench.found("is:eligible"), await bench.unevaluated()) == ([3], 1)


async def test_jobs_read_for_judging_are_nothing_that_the_collector_of_cycles_counts(bench: Bench) -> None:
    evaluation_version = await bench.outcomes.begin(Basis(1, POLICY), NOON)
    jobs = await bench.batches.unevaluated(evaluation_version, "acme", ("location.city", "tags", "custom.shift"))
    assert len(jobs.parts) == 4
    assert not any(map(gc.is_tracked, jobs.parts))


async def test_the_tally_counts_by_rule(bench: Bench) -> None:
    await bench.evaluate_batch(BERLIN, BOTH, REFUSED, REFUSED)
    tally = await bench.outcomes.tally(["acme"], POLICY, NOON)
    assert (tally.eligible, tally.ineligible, tally.unevaluated) == (2, 2, 0)
    assert (tally.matched, tally.alone) == ({"berlin": 2, "rest": 1}, {"berlin": 1})
    assert (await bench.outcomes.tally(["other"], POLICY, NOON)).jobs == 0
