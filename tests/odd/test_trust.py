"""A look at the target says, read-only and in words, what a sync could not rely on."""

from typing import Any

import pytest

from jobsync_tui.backend.target.trust import look
from tests.support.odd_target import OddTarget
from tests.support.odd_ways import Ways
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job

pytestmark = pytest.mark.usefixtures("on_each_database")


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        ({"hidden": {"all"}}, "says that there is none when asked for it by its ID"),
        ({"silent": "reads"}, "without"),
        ({"silent": "everywhere"}, "which was synced, is answered without its external ID"),
        ({"reads_other": True}, "cannot be read"),
        ({"respell": str.upper}, "does not find the job"),
    ],
)
async def test_what_is_missing_is_said(bench: Bench, odd: OddTarget, ways: dict[str, Any], words: str) -> None:
    bench.ats.put(a_job("2"))
    synced, _ = [await bench.pipeline.sync(ALICE, SHELF, each) for each in ("1", "2")]
    assert synced.target_id is not None
    assert (await look(bench.target, synced.target_id)).ok
    for name, value in ways.items():
        setattr(odd.ways, name, {synced.target_id} if name == "hidden" else value)
    before = odd.operations
    report = await look(bench.target, synced.target_id)
    assert not report.ok
    assert words in " ".join(report.missing), report
    assert odd.operations == before


async def test_what_a_sync_can_do_without_is_a_weakness(bench: Bench, odd: OddTarget) -> None:
    await bench.pipeline.sync(ALICE, SHELF, "1")
    assert (await look(bench.target)).weak == ()
    odd.ways.etag = "none"
    assert [words in each for words, each in zip(["no ETag"], (await look(bench.target)).weak, strict=True)] == [True]
    odd.ways.version = "none"
    report = await look(bench.target)
    assert report.ok
    assert [words in each for words, each in zip(["no ETag", "no version"], report.weak, strict=True)] == [True, True]


async def test_an_empty_target_is_no_bad_one(bench: Bench) -> None:
    report = await look(bench.target)
    assert (report.ok, report.weak, "after a sync" in report.detail) == (True, (), True)


async def test_rows_without_a_place_for_an_external_id_are_named_at_once(bench: Bench, odd: OddTarget) -> None:
    odd.add(name="Never synced", external_id=None)
    assert (await look(bench.target)).ok
    bare = odd.add(name="Never synced, and not said to be")
    report = await look(bench.target)
    assert (report.ok, [bare in each for each in report.missing]) == (False, [True])
    await bench.pipeline.sync(ALICE, SHELF, "1")
    assert not (await look(bench.target)).ok


@pytest.mark.parametrize("synced", [True, False])
async def test_a_look_up_that_is_answered_with_everything_is_a_weakness(bench: Bench, odd: OddTarget, synced: bool) -> None:
    odd.add(name="Another", external_id="other:1" if synced else None)
    assert (await look(bench.target)).weak == ()
    odd.ways.unfiltered = True
    report = await look(bench.target)
    assert [words in each for words, each in zip(["every job"], report.weak, strict=True)] == [True]
    odd.ways = Ways(foreign_first=True, unfiltered=True, page=1)
    assert len((await look(bench.target)).weak) == 1
