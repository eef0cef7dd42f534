"""What the demonstration tells about rules holds: a client that no rule knows, and jobs that a changed rule left behind."""

from __future__ import annotations

from pathlib import Path

from jobsync_tui.backend.core.models import ImpactList, Note, Scope, SyncStatus
from jobsync_tui.backend.sandbox import make_sandbox
from jobsync_tui.backend.sandbox.rule_story import NARROWED, SLIP
from jobsync_tui.backend.sandbox.scenario import JOBVITE


async def test_no_rule_knows_the_new_client_and_going_back_a_revision_brings_the_other_jobs_back(tmp_path: Path) -> None:
    with make_sandbox(jobs=400, directory=tmp_path / "sandbox") as sandbox:
        await sandbox.prepare()
        async with sandbox.open() as backend:
            await backend.eligibility.evaluate_all()
            assert await backend.jobs.count(Scope.of(JOBVITE), "department:Outpatient") == 60
            assert await backend.jobs.count(Scope.of(JOBVITE), "department:Outpatient is:eligible") == 0
            history = await backend.rules.history()
            assert (history[0].actor, history[0].what) == ("dana", f"change {NARROWED}")
            found = await backend.impacts.assess((await backend.rules.at(history[1].revision)).rules)
            page = await backend.impacts.page(found, ImpactList.NEWLY_ELIGIBLE)
            synced = [line.job for line in page.jobs if line.job.sync_status is not SyncStatus.NEVER]
            assert synced
            explained = await backend.eligibility.check(synced[0].integration, synced[0].id)
            narrowed = next(rule for rule in explained.rules if rule.id == NARROWED)
            assert [(leaf.field, leaf.note) for leaf in narrowed.conditions if not leaf.passed] == [(SLIP.field, Note.FIELD_EMPTY)]
            assert (await backend.records.verify()).ok
