"""A backup that is put back knows less than the target does by then; it carries on without making anything twice."""

import shutil
from collections import Counter
from pathlib import Path

from jobsync_tui.backend.core.models import Outcome, SyncStatus
from jobsync_tui.backend.sandbox import make_sandbox, scenario
from jobsync_tui.backend.sandbox.scenario import Role
from tests.support import invariants

LATER = Role(scenario.JOBVITE, 4)


def put_back(saved: Path, database: Path) -> None:
    """Restore as docs/reliability.md says: with nothing running, what belongs to the present file goes, and the copy takes its place."""
    for rest in database.parent.glob(f"{database.name}-*"):
        rest.unlink()
    shutil.copy(saved, database)


async def test_a_restored_backup_makes_nothing_twice(tmp_path: Path) -> None:
    with make_sandbox(jobs=60, directory=tmp_path / "sandbox") as sandbox:
        await sandbox.prepare()
        saved = tmp_path / "saved.db"
        async with sandbox.open() as backend:
            assert (await backend.syncs.sync(*sandbox.address(scenario.BERLIN_BACKEND))).outcome is Outcome.CREATED
            lost = await backend.syncs.sync(*sandbox.address(scenario.LOST))
            assert lost.outcome is Outcome.UNKNOWN
            await backend.maintenance.backup(saved)
            # What the backup does not know: a job made, a job changed, a lost answer settled.
            assert (await backend.syncs.sync(*sandbox.address(LATER))).outcome is Outcome.CREATED
            sandbox.change_in_ats(scenario.BERLIN_BACKEND, name="Principal Backend Engineer")
            assert (await backend.syncs.sync(*sandbox.address(scenario.BERLIN_BACKEND))).outcome is Outcome.UPDATED
            await backend.syncs.recover()

        put_back(saved, tmp_path / "sandbox" / "jobsync.db")

        async with sandbox.open() as backend:
            assert (await backend.syncs.recover()).unknown == ()
            found = await backend.jobs.get(*sandbox.address(LATER))
            assert found is None or found.sync_status is SyncStatus.NEVER
            # The target keeps this one's description in its own form, and the backup knows only of the one before: it is written once.
            assert (await backend.syncs.sync(*sandbox.address(scenario.BERLIN_BACKEND))).outcome is Outcome.UPDATED
            for role in (scenario.BERLIN_BACKEND, scenario.LOST, LATER):
                result = await backend.syncs.sync(*sandbox.address(role))
                assert (result.outcome, result.written) == (Outcome.UNCHANGED, False), (role, result.error)
            assert (await backend.records.verify()).ok
        async with sandbox.target() as target:
            external = Counter([job.external_id async for job in target.jobs()])
        assert invariants.one_target_job_each(external.elements()) == []
