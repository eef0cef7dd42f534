"""A field that comes in a form that cannot be read is no change: the cache keeps what it knew, and no sync takes it out of the target."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.ats.rows import partly_read
from jobsync_tui.backend.core.models import Outcome, SyncStatus
from tests.support.fleet import Fleet, Host
from tests.support.sync_bench import ALICE

pytestmark = pytest.mark.usefixtures("on_each_database")


async def test_what_was_known_stays_in_cache_and_target_until_it_can_be_read(fleet: Fleet, host: Host) -> None:
    shelf = fleet.ats["acme"]
    shelf.put(1, department="Wards", custom={"Shift": "Nights", "Grade": 3})
    await host.run()
    (made,) = await fleet.local.find("acme:1")
    assert (made.fields["department"], made.fields["custom"]) == ("Wards", {"Shift": "Nights", "Grade": 3})

    good = shelf.jobs["1"]
    bad = partly_read(replace(good, department=None, custom={"Grade": 3}), "department", "custom")
    shelf.jobs["1"] = bad
    run = await host.run()
    assert run.outcomes == {}, "nothing changed"
    assert (await host.pipeline.sync(ALICE, "acme", "1")).outcome is Outcome.UNCHANGED
    assert await fleet.local.find("acme:1") == (made,)

    shelf.jobs["1"] = replace(bad, description="Another text")
    assert (await host.run()).outcomes == {"updated": 1}
    (found,) = await fleet.local.find("acme:1")
    assert (found.fields["department"], found.fields["custom"]) == ("Wards", {"Shift": "Nights", "Grade": 3})

    shelf.jobs["1"] = replace(good, department="Clinic", custom={"Grade": 3})
    await host.run()
    (found,) = await fleet.local.find("acme:1")
    assert (found.fields["department"], found.fields["custom"]) == ("Clinic", {"Grade": 3})


async def test_of_a_new_job_it_is_missing(fleet: Fleet, host: Host) -> None:
    shelf = fleet.ats["acme"]
    shelf.put(1)
    shelf.jobs["1"] = partly_read(replace(shelf.jobs["1"], department=None), "department")
    await host.run()
    cached = await host.jobs.get("acme", "1")
    assert cached is not None
    assert (cached.department, cached.unread, cached.sync_status) == (None, ("department",), SyncStatus.SYNCED)
    assert (await host.run()).outcomes == {}

    shelf.put(1, department="Wards")
    await host.run()
    cached = await host.jobs.get("acme", "1")
    assert cached is not None
    assert (cached.department, cached.unread) == ("Wards", ())
