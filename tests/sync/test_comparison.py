"""Both sides of a job: whose each field is, what differs, and since when; nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import JobNotFound, Unreachable
from jobsync_tui.backend.core.models import ComparedField, Comparison, FieldOwner, FieldStanding
from jobsync_tui.backend.sync.comparison import compare
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job, open_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def compared(bench: Bench) -> tuple[Comparison, dict[str, ComparedField]]:
    before = await bench.local.unowned()
    found = await compare(bench.parts, SHELF, "1")
    assert await bench.local.unowned() == before
    return found, {each.field: each for each in found.fields}


async def target_id(bench: Bench) -> str:
    (job,) = await bench.local.find(f"{SHELF}:1")
    return job.id


async def test_before_the_first_sync_every_field_is_new_and_has_its_owner(bench: Bench) -> None:
    found, fields = await compared(bench)
    assert found.target_id is None
    assert {each.standing for each in found.fields} == {FieldStanding.NEW}
    assert (fields["name"].owner, fields["name"].rules) == (FieldOwner.ATS, ())
    assert fields["folder"].owner is FieldOwner.RULE
    assert fields["folder"].rules
    assert await bench.local.find(f"{SHELF}:1") == ()


async def test_what_nobody_changed_is_the_same(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    found, fields = await compared(bench)
    assert not any(each.differs for each in found.fields)
    assert fields["name"].written_by == "alice"
    assert fields["name"].written_at is not None


async def test_a_change_of_the_ats_is_told_from_one_of_a_person_in_the_target(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.put(a_job(name="ICU changed"))
    await bench.local.edit(await target_id(bench), {"folder": None, "department": "Elsewhere", "interview_instructions": "be kind"})
    _, fields = await compared(bench)
    assert fields["name"].standing is FieldStanding.MOVED
    assert (fields["name"].wanted, fields["name"].present) == ("ICU changed", "ICU Nurse 1")
    assert fields["folder"].standing is FieldStanding.EDITED
    assert fields["folder"].written_at is not None
    theirs = fields["interview_instructions"]
    assert (theirs.owner, theirs.standing, theirs.present) == (FieldOwner.PERSON, FieldStanding.THEIRS, "be kind")


async def test_it_shows_both_sides_of_a_job_that_is_not_to_be_synced(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.put(a_job(name="Driver"))
    bench.rules.clear()
    found, fields = await compared(bench)
    assert not found.eligible
    assert found.message
    assert (fields["name"].wanted, fields["name"].present) == ("Driver", "ICU Nurse 1")


async def test_an_ats_that_does_not_answer_is_stood_in_for_by_the_cache(bench: Bench) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    bench.ats.trouble = Unreachable("Shelf is down", service="Shelf")
    found, fields = await compared(bench)
    assert not found.live
    assert [each.message for each in found.failures] == ["Shelf is down"]
    assert fields["name"].standing is FieldStanding.SAME
    bench.ats.trouble = None
    bench.ats.jobs.clear()
    found, _ = await compared(bench)
    assert not found.live
    assert found.failures


async def test_a_target_that_does_not_answer_leaves_the_ats_side(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(external_id: str) -> None:
        raise Unreachable("Tenzo is down", service="Tenzo")

    monkeypatch.setattr(bench.local, "find", down)
    found = await compare(bench.parts, SHELF, "1")
    assert found.live
    assert [each.message for each in found.failures] == ["Tenzo is down"]
    assert found.fields == ()


async def test_a_job_that_nobody_has_is_not_found(bench: Bench) -> None:
    with pytest.raises(JobNotFound):
        await compare(bench.parts, SHELF, "2")
