from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.models import Job, SyncState, SyncStatus
from tests.support.stores import NOON, Cache, job, later, set_sync

pytestmark = pytest.mark.usefixtures("on_each_database")

SYNCED = SyncState(sync_status=SyncStatus.SYNCED, last_synced=NOON, target_id="t-1", written={"name": "Nurse", "custom.shift": "night"})


async def _status(cache: Cache) -> str:
    return (await cache.statuses(["job-1"]))[0]


async def test_a_mark_is_kept_and_shown_with_the_job(cache: Cache) -> None:
    await cache.fill([job(1)])
    assert await cache.jobs.sync_state("acme", "job-1") is None
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    assert await cache.jobs.sync_state("acme", "job-1") == SYNCED
    kept = await cache.jobs.get("acme", "job-1")
    assert kept is not None
    assert (kept.sync_status, kept.last_synced, kept.target_id) == (SyncStatus.SYNCED, NOON, "t-1")
    await set_sync(cache.jobs, "acme", "job-unknown", SYNCED)
    assert await cache.jobs.sync_state("acme", "job-unknown") is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "Driver"}, "changed"),
        ({"description": "<p>New</p>"}, "changed"),
        ({"custom": {"shift": "night"}}, "changed"),
        ({"owner": "somebody else"}, "synced"),
        ({"tags": ("new",)}, "synced"),
        ({"description": None, "not_loaded": ("description",)}, "synced"),
    ],
)
async def test_only_a_source_field_that_differs_makes_a_synced_job_changed(cache: Cache, change: dict[str, object], status: str) -> None:
    original = job(1, description="<p>Old</p>")
    await cache.fill([original])
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    await cache.fill([replace(original, **change)], at=later(1))  # type: ignore[arg-type]
    assert await _status(cache) == status
    await cache.fill([original], at=later(2))
    assert await _status(cache) == "synced"


async def test_a_job_that_comes_back_has_its_former_standing(cache: Cache) -> None:
    await cache.fill([job(1)])
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    await cache.jobs.mark_gone("acme", "job-1")
    assert await _status(cache) == "gone"
    await cache.jobs.put(job(1), later(1))
    assert await _status(cache) == "synced"
    await cache.jobs.mark_gone("acme", "job-1")
    await cache.fill([job(1, "Driver")], at=later(2))
    assert await _status(cache) == "changed"


@pytest.mark.parametrize("changed_before", [False, True])
async def test_an_undone_job_stays_so_until_its_source_changes_after_that(cache: Cache, *, changed_before: bool) -> None:
    await cache.fill([job(1)])
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    then = job(1, "Driver") if changed_before else job(1)
    await cache.fill([then], at=later(1))
    undone = replace(SYNCED, sync_status=SyncStatus.UNDONE)
    await set_sync(cache.jobs, "acme", "job-1", replace(SYNCED, sync_status=SyncStatus.SYNCING))
    await set_sync(cache.jobs, "acme", "job-1", undone, source=then)
    assert await _status(cache) == "undone"
    await cache.fill([replace(then, name="Porter")], at=later(2))
    assert await _status(cache) == "changed"
    await set_sync(cache.jobs, "acme", "job-1", replace(undone, sync_status=SyncStatus.SYNCING))
    await set_sync(cache.jobs, "acme", "job-1", undone)  # put back after an attempt that wrote nothing
    assert await _status(cache) == "changed"
    await cache.fill([then], at=later(3))
    assert await _status(cache) == "undone"
    await cache.jobs.mark_gone("acme", "job-1")
    await cache.jobs.put(then, later(4))
    assert await _status(cache) == "undone"
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    assert await _status(cache) == "synced"


async def test_a_failure_and_an_unknown_outcome_stay_until_a_sync_says_otherwise(cache: Cache) -> None:
    await cache.fill([job(1)])
    for status in (SyncStatus.FAILED, SyncStatus.UNKNOWN, SyncStatus.SYNCING):
        await set_sync(cache.jobs, "acme", "job-1", replace(SYNCED, sync_status=status))
        await cache.fill([job(1, f"Driver {status}")], at=later(1))
        assert await _status(cache) == status.value


async def test_a_sync_of_an_older_state_leaves_the_job_changed(cache: Cache) -> None:
    await cache.fill([job(1, "Nurse")])
    await cache.fill([job(1, "Driver")], at=later(1))
    await set_sync(cache.jobs, "acme", "job-1", SYNCED, source=job(1, "Nurse"))
    assert await _status(cache) == "changed"
    await set_sync(cache.jobs, "acme", "job-1", replace(SYNCED, last_synced=later(2)))
    assert await _status(cache) == "synced"


async def test_a_mark_that_is_put_back_after_an_attempt_that_wrote_nothing_leaves_the_job_changed(cache: Cache) -> None:
    await cache.fill([job(1, "Nurse")])
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    await cache.fill([job(1, "Driver")], at=later(1))
    await set_sync(cache.jobs, "acme", "job-1", replace(SYNCED, sync_status=SyncStatus.SYNCING))
    await set_sync(cache.jobs, "acme", "job-1", SYNCED)
    assert await _status(cache) == "changed"


class TestLoadedSingly:
    LISTED = job(1, not_loaded=("description",))
    READ: Job = replace(LISTED, description="<p>Long</p>", not_loaded=())

    async def test_a_listing_that_says_the_same_keeps_what_was_loaded(self, cache: Cache) -> None:
        await cache.fill([self.LISTED])
        await cache.jobs.put(self.READ, later(1))
        counts, _ = await cache.fill([self.LISTED], at=later(2))
        kept = await cache.jobs.get("acme", "job-1")
        assert kept is not None
        assert (counts.changed, kept.description, kept.not_loaded) == (0, "<p>Long</p>", ())

    async def test_so_does_the_first_listing_of_a_job_that_was_read_before(self, cache: Cache) -> None:
        await cache.jobs.put(self.READ, NOON)
        counts, _ = await cache.fill([self.LISTED], at=later(2))
        kept = await cache.jobs.get("acme", "job-1")
        assert kept is not None
        assert (counts.added, counts.changed, kept.description) == (0, 0, "<p>Long</p>")

    async def test_a_listing_that_says_something_new_drops_what_may_be_old(self, cache: Cache) -> None:
        await cache.jobs.put(self.READ, NOON)
        await cache.fill([replace(self.LISTED, name="Driver")], at=later(2))
        kept = await cache.jobs.get("acme", "job-1")
        assert kept is not None
        assert (kept.name, kept.description, kept.not_loaded) == ("Driver", None, ("description",))
