"""One write that something happens to: a job before it, and all that must hold when it has been tried again."""

from __future__ import annotations

from dataclasses import replace

from jobsync_tui.backend.core.models import Job, Outcome
from tests.support import invariants
from tests.support.sync_bench import ALICE, CANDIDATE, SHELF, Bench, a_job


async def prepared(bench: Bench, number: int, kind: Outcome) -> tuple[Job, str]:
    """Return a job of which a sync would come to ``kind``, and what of the target no sync owns."""
    job = a_job(str(number))
    bench.ats.put(job)
    if kind is not Outcome.CREATED:
        created = await bench.pipeline.sync(ALICE, SHELF, job.id)
        assert created.target_id is not None
        await bench.local.add_candidate(created.target_id, CANDIDATE)
    if kind is Outcome.UPDATED:
        bench.ats.put(replace(job, name="ICU changed"))
    if kind is Outcome.REFUSED:
        bench.ats.put(replace(job, name=None))
    return job, await bench.local.unowned()


async def whole(bench: Bench, job: Job, kind: Outcome, foreign: str, number: int) -> None:
    """Hold that the job is in the target once, that what no sync owns is as it was, and that record and journal agree and are settled."""
    assert len(await bench.local.find(f"{SHELF}:{job.id}")) == 1, number
    if kind is not Outcome.CREATED:
        assert invariants.foreign_untouched(foreign, await bench.local.unowned()) == [], number
    operations = await bench.ledger.journal.of_job(SHELF, job.id)
    landed = [operation for operation in operations if operation.state in invariants.LANDED]
    assert len(landed) == (2 if kind is Outcome.UPDATED else 1), number
    assert invariants.all_settled(operations, await bench.ledger.audit.verify()) == [], number
    rows = [row for row in await bench.ledger.audit.entries(job_id=job.id) if row.outcome in {"created", "updated"}]
    assert sorted(row.operation_id or "" for row in rows) == sorted(operation.id for operation in landed), number
