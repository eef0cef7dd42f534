"""A look at the target says, read-only and in words, what a sync could not rely on."""

from typing import Any

import pytest

from jobsync_tui.backend.target.trust import look
from tests.support.odd_target import OddTarget
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
