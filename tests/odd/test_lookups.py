"""A look-up says "none" only where the target surely has none: whatever leaves that open, nothing is sent, and the words say why."""

from collections.abc import Callable

import pytest

from jobsync_tui.backend.core.models import Outcome, PlanKind
from tests.support.odd_target import OddTarget
from tests.support.odd_ways import Ways, decompose, paging, shout
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job


def lose_the_database(bench: Bench) -> None:
    """Have the sync know of nothing that it did, as after a restore of an old database."""
    bench.jobs.marks.clear()


async def refuses_to_guess(bench: Bench, odd: OddTarget, job_id: str, *words: str) -> None:
    """Nothing is sent, by a plan, by a confirmed sync or by a blind one, and the words say why."""
    writes = len(odd.writes)
    plan = await bench.pipeline.plan(ALICE, SHELF, job_id)
    assert (plan.kind, plan.digest) == (PlanKind.REFUSE, None)
    result = await bench.pipeline.sync(ALICE, SHELF, job_id)
    assert (result.outcome, result.written) == (Outcome.FAILED, False)
    assert result.error is not None
    assert result.error.remedy
    assert all(word in result.error.message for word in words), result.error.message
    assert len(odd.writes) == writes


@pytest.mark.parametrize(
    "ways",
    [
        Ways(foreign_first=True),
        Ways(foreign_first=True, numbered=True, end=""),
        Ways(unfiltered=True, page=1, end="missing"),
        Ways(unfiltered=True, page=2, numbered=True),
        paging(),
    ],
)
async def test_a_look_up_is_followed_to_its_end(bench: Bench, odd: OddTarget, ways: Ways) -> None:
    odd.ways = ways
    for number in range(3):
        odd.add(external_id=f"other:{number}", name="Nurse")
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.CREATED
    lose_the_database(bench)
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED
    assert len(odd.of("shelf:1")) == 1


async def test_two_matches_on_two_pages_are_two(bench: Bench, odd: OddTarget) -> None:
    odd.ways.page = 1
    ids = [odd.add(external_id="shelf:1", name="ICU Nurse") for _ in range(2)]
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert result.error.code == "several_target_jobs"
    assert all(each in result.error.message for each in ids)
    assert odd.writes == []


async def test_one_match_on_two_pages_is_one(bench: Bench, odd: OddTarget) -> None:
    """The list moved under the look-up."""
    await bench.pipeline.sync(ALICE, SHELF, "1")
    lose_the_database(bench)
    odd.ways.repeats = True
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UNCHANGED


async def test_a_look_up_in_a_circle_is_no_none(bench: Bench, odd: OddTarget) -> None:
    odd.ways.circles = True
    writes = len(odd.writes)
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.FAILED, False)
    assert result.error is not None
    assert "in a circle" in result.error.message
    assert len(odd.writes) == writes
    assert len(odd.asked) < 10


@pytest.mark.parametrize("where", ["lists", "everywhere"])
async def test_answers_without_an_external_id(bench: Bench, odd: OddTarget, where: str) -> None:
    odd.ways.silent = where
    odd.add(external_id="shelf:1", name="ICU Nurse")
    await refuses_to_guess(bench, odd, "1", "no external ID")


@pytest.mark.parametrize(("job_id", "respell"), [("1", shout), ("Zürich-1", decompose), ("1", lambda text: f" {text}")])
@pytest.mark.parametrize("unfiltered", [False, True])
async def test_external_ids_that_only_look_the_same(
    bench: Bench, odd: OddTarget, job_id: str, respell: Callable[[str], str], unfiltered: bool
) -> None:
    odd.ways.respell, odd.ways.unfiltered = respell, unfiltered
    bench.ats.put(a_job(job_id))
    odd.add(external_id=f"shelf:{job_id}", name="ICU Nurse")
    await refuses_to_guess(bench, odd, job_id, respell(f"shelf:{job_id}").strip())


@pytest.mark.parametrize(
    ("job_id", "shown"),
    [
        ("a  b", "shelf:a b"),
        ("9 9", "shelf:99"),
        ("a7", "shelf: a7"),
        ("a7", "shelf:a\u200b7"),
        ("a7", "shelf:a\u00ad7"),
        ("a7", "\ufeffshelf:a7"),
        ("a7", "shelf:a7\ufe0f"),
        ("a7", "shelf:a\u034f\u31647"),
        ("caf\u00e9", "shelf:cafe\u200b\u0301"),
        ("7", 7),
    ],
)
async def test_blanks_and_what_nobody_sees_make_no_other_job(bench: Bench, odd: OddTarget, job_id: str, shown: str | int) -> None:
    odd.ways.unfiltered = True
    bench.ats.put(a_job(job_id))
    odd.add(external_id="shelf:8", name="Another")
    mine = odd.add(external_id=shown, name="ICU Nurse")
    await refuses_to_guess(bench, odd, job_id, mine)


async def test_the_exact_one_is_ours_whatever_looks_like_it(bench: Bench, odd: OddTarget) -> None:
    odd.ways.loose = True
    bench.ats.put(a_job("a"), a_job("A"))
    assert (await bench.pipeline.sync(ALICE, SHELF, "a")).outcome is Outcome.CREATED
    odd.add(external_id="shelf:A", name="Another")
    lose_the_database(bench)
    assert (await bench.pipeline.sync(ALICE, SHELF, "a")).outcome is Outcome.UNCHANGED


async def test_listed_and_not_there(bench: Bench, odd: OddTarget) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    odd.ways.hidden.add(created.target_id or "")
    await refuses_to_guess(bench, odd, "1", created.target_id or "")
    lose_the_database(bench)
    await refuses_to_guess(bench, odd, "1", created.target_id or "")
    assert len(odd.jobs) == 1


@pytest.mark.parametrize("ways", [Ways(reads_other=True), Ways(silent="reads"), Ways(reads_as_list=True)])
@pytest.mark.parametrize("known", [True, False])
async def test_read_by_id_it_is_another_or_nobodys(bench: Bench, odd: OddTarget, ways: Ways, known: bool) -> None:
    odd.add(external_id="other:1", name="Somebody else's")
    await bench.pipeline.sync(ALICE, SHELF, "1")
    if not known:
        lose_the_database(bench)
    odd.ways = ways
    bench.ats.put(a_job(name="ICU changed"))
    before = odd.jobs
    result = await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (result.outcome, result.written) == (Outcome.FAILED, False)
    assert odd.jobs == before


async def test_a_job_that_lost_its_external_id_is_not_written(bench: Bench, odd: OddTarget) -> None:
    created = await bench.pipeline.sync(ALICE, SHELF, "1")
    odd.edit(created.target_id or "", external_id=None)
    bench.ats.put(a_job(name="ICU changed"))
    await refuses_to_guess(bench, odd, "1", created.target_id or "", "no external ID")
    odd.edit(created.target_id or "", external_id="shelf:1")
    assert (await bench.pipeline.sync(ALICE, SHELF, "1")).outcome is Outcome.UPDATED
