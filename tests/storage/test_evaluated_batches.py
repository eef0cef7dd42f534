"""Impact over a cache on disk: some jobs evaluated, some not, some changed since, some in the target."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.assessment.evaluator import Evaluator
from jobsync_tui.backend.assessment.impact import ImpactAnalysis, kind_of
from jobsync_tui.backend.core.models import ImpactKind, SyncState, SyncStatus
from jobsync_tui.backend.storage.jobs.batches import ColumnStore
from jobsync_tui.backend.storage.outcomes.outcomes import OutcomeStore
from jobsync_tui.backend.storage.rules.rules import RuleStore
from tests.rules.test_comparison import expected
from tests.rules.wild import NOW, Wild
from tests.support.stores import Cache, set_sync

pytestmark = pytest.mark.usefixtures("on_each_database")


@pytest.mark.parametrize("seed", range(12))
async def test_the_impact_is_the_same_however_many_jobs_are_judged(cache: Cache, seed: int) -> None:
    wild = Wild(seed)
    jobs = [replace(job, integration="acme", id=f"job-{number}") for number, job in enumerate(wild.jobs(20, 40))]
    await cache.fill(jobs[: len(jobs) * 2 // 3], at=NOW)
    rules, policy = RuleStore(cache.database), wild.policy()
    before = await rules.save(wild.rule_set(1).rules, actor="a", what="x", expected_revision=0)
    after = replace(wild.edited(before), revision=before.revision)
    outcomes, batches = OutcomeStore(cache.database), ColumnStore(cache.database)
    if seed % 3:
        await Evaluator(outcomes, batches, rules.current, lambda: policy, lambda: NOW).evaluate(["acme"])
    await cache.fill([replace(job, name=f"{job.name} anew") if number % 4 == 0 else job for number, job in enumerate(jobs)], at=NOW)
    for number in (1, 5):
        mark = SyncState(sync_status=SyncStatus.SYNCED, last_synced=NOW, target_id=f"tz-{number}")
        await set_sync(cache.jobs, "acme", f"job-{number}", mark)
    found = await ImpactAnalysis(batches, outcomes, lambda: policy, lambda: NOW).assess(["acme"], before, after, batch=7)
    kinds = set()
    for number in range(len(jobs)):
        job = await cache.jobs.get("acme", f"job-{number}")
        key = await cache.jobs.key("acme", f"job-{number}")
        assert job is not None
        assert key is not None
        group, fields = expected(job, before, after, policy)
        kind = ImpactKind(group, number in {1, 5}, fields)
        assert kind_of(found, "acme", key) == kind
        kinds.add(kind)
    assert found.counts.concerned + found.counts.unchanged == len(jobs)
    assert set(found.fields) == {name for kind in kinds for name in kind.fields}
