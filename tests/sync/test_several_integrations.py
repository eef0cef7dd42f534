"""Jobs of several integrations at once: each ATS is asked by its own limit, and none waits for another."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import cast

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import JobHead, JobKey, JobStatus, PlanKind, SyncPlan
from jobsync_tui.backend.sync.bulk import LANES, Bulk
from jobsync_tui.backend.sync.pipeline import Pipeline

ALICE = Actor("alice")


async def test_a_slow_ats_holds_up_its_own_jobs_only_and_each_is_asked_for_so_many_at_a_time() -> None:
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    quick = [f"quick-{number}" for number in range(LANES - 1)]
    others = asyncio.Event()
    planned: list[JobKey] = []

    async def plan(_: Actor, integration: str, job_id: str) -> SyncPlan:
        under_way[integration] += 1
        most[integration] = max(most[integration], under_way[integration])
        if integration == "slow":
            await others.wait()
        else:
            await asyncio.sleep(0)
        under_way[integration] -= 1
        planned.append(JobKey(integration, job_id))
        if len(planned) == 8 * len(quick):
            others.set()
        return SyncPlan(
            integration=integration,
            job=JobHead(job_id, None, None, JobStatus.OPEN, None, None),
            kind=PlanKind.UNCHANGED,
            eligibility=None,
        )

    async def authorise(_: Actor, integration: str) -> None:
        assert integration

    pipeline = cast("Pipeline", SimpleNamespace(plan=plan, parts=SimpleNamespace(authorise=authorise)))
    jobs = [job for integration in ("slow", *quick) for job in JobKey.of(integration, *map(str, range(8)))]
    found = await asyncio.wait_for(Bulk(pipeline, concurrency=2).plan_many(ALICE, jobs), 30)
    assert [each.key for each in found.plans] == jobs
    assert {job.integration for job in planned[: 8 * len(quick)]} == set(quick)
    assert set(most.values()) == {2}
