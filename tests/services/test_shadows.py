from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import NumberNeeded, RuleError, UsageError
from jobsync_tui.backend.core.models import Action, ActionKind, ImpactCounts, ImpactList, Leaf, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from tests.services.workshop import job_line, workshop, write_jobs

pytestmark = pytest.mark.usefixtures("on_each_database")

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),))
PARIS = replace(OSLO, when=Leaf("location.city", Op.EQUALS, "Paris"))
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with workshop(tmp_path) as opened:
        await opened.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        yield opened


async def jobs(backend: Backend, which: ImpactList | None = None) -> list[tuple[str, str, bool]]:
    """Return the jobs that the shadow concerns: id, how, and whether they are still concerned."""
    page = await backend.shadows.jobs("south", which=which)
    assert page.total == len(page.jobs)
    return sorted((job.id, job.kind.group.value, job.until is None) for job in page.jobs)


async def test_a_shadow_counts_what_it_would_do_and_does_nothing(backend: Backend, tmp_path: Path) -> None:
    made = await backend.shadows.add("south", [PARIS])
    assert (made.base_revision, made.last, made.counts) == (1, (), ImpactCounts())
    looked = await backend.shadows.look("south")
    assert (looked.counts.newly_eligible, looked.counts.no_longer_eligible, looked.counts.unchanged) == (4, 4, 4)
    assert (looked.last[0].cause, looked.last[0].revision, looked.last[0].came, looked.last[0].went) == ("judging", 1, 8, 0)
    assert [job for job, _, _ in await jobs(backend, ImpactList.WOULD_CREATE)] == ["11", "2", "5", "8"]
    assert (await backend.rules.current()).rules == (OSLO,)

    await backend.shadows.look("south")
    assert len(await backend.shadows.looks("south")) == 1

    write_jobs(tmp_path, [*map(job_line, range(2, 12)), ("12", "Job 12", "Care", "Paris", "open"), ("1", "Job 1", "Care", "Paris", "open")])
    await backend.automatic.run()
    newest, oldest = await backend.shadows.looks("south")
    assert (newest.cause, newest.came, newest.went, oldest.came) == ("automatic", 5, 4, 8)
    told = await jobs(backend)
    assert ("1", "no_longer_eligible", False) in told
    assert ("1", "newly_eligible", True) in told
    assert ("12", "newly_eligible", True) in told
    left = [job.id for job in (await backend.shadows.jobs("south", which=ImpactList.LEFT_BEHIND)).jobs]
    assert sorted(left) == ["10", "4", "7"]


async def test_judging_the_cache_looks_at_every_shadow(backend: Backend) -> None:
    await backend.shadows.add("south", [PARIS])
    await backend.shadows.add("care", [CARE])
    await backend.eligibility.evaluate_all()
    assert {shadow.name: shadow.counts.concerned for shadow in await backend.shadows.list()} == {"care": 6, "south": 8}


async def test_a_shadow_is_promoted_in_one_step(backend: Backend) -> None:
    await backend.shadows.add("south", [PARIS, CARE])
    found = await backend.impacts.assess(await backend.shadows.to_come("south"))
    with pytest.raises(NumberNeeded):
        await backend.shadows.promote("south", found=found)
    promoted = await backend.shadows.promote("south", expected_revision=1, found=found, typed=found.counts.concerned)
    assert (promoted.revision, {rule.id: rule for rule in promoted.rules}) == (2, {"oslo": PARIS, "care": CARE})
    assert await backend.shadows.list() == ()
    assert (await backend.rules.history())[0].what == "promote the shadow south"


async def test_a_shadow_is_dropped_with_what_was_seen_of_it(backend: Backend) -> None:
    await backend.shadows.add("south", [PARIS])
    await backend.shadows.look("south")
    await backend.shadows.drop("south")
    with pytest.raises(UsageError, match="no shadow"):
        await backend.shadows.get("south")
    await backend.shadows.add("south", [CARE])
    assert await backend.shadows.looks("south") == ()
    assert [row.cause for row in await backend.records.audit(limit=3)] == ["add south", "drop south", "add south"]


async def test_what_is_no_shadow_is_refused(backend: Backend) -> None:
    await backend.shadows.add("south", [PARIS])
    for name, rules in (("south", [CARE]), ("", [CARE]), ("a\nb", [CARE]), ("x" * 101, [CARE]), ("none", [])):
        with pytest.raises(UsageError):
            await backend.shadows.add(name, rules)
    with pytest.raises(RuleError):
        await backend.shadows.add("bad", [replace(CARE, when=Leaf("nothing", Op.EQUALS, "x"))])
    assert [shadow.name for shadow in await backend.shadows.list()] == ["south"]
