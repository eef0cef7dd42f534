from __future__ import annotations

from dataclasses import replace

import pytest

from jobsync_tui.backend.core.errors import Busy
from jobsync_tui.backend.core.models import IntegrationState, Job
from jobsync_tui.backend.storage.jobs.listing import STALE_AFTER_MS, Ending, GoneCounts, PageCounts
from jobsync_tui.backend.storage.ledger.process import ProcessIdentity
from tests.support.stores import NOON, Cache, job, later

pytestmark = pytest.mark.usefixtures("on_each_database")

FIVE = [job(number) for number in range(5)]
IDS = [each.id for each in FIVE]
ELSEWHERE = ProcessIdentity("elsewhere", "boot", "", 1, "1")


async def test_a_listing_counts_what_is_new_different_and_the_same(cache: Cache) -> None:
    assert (await cache.fill(FIVE))[0] == PageCounts(5, 5, 0, 0, 0)
    before = await cache.jobs.version()
    assert (await cache.fill(FIVE, at=later(1)))[0] == PageCounts(5, 0, 0, 0, 0)
    assert await cache.jobs.version() == before
    assert (await cache.fill([job(0, "Driver"), *FIVE[1:]], at=later(2)))[0] == PageCounts(5, 0, 1, 0, 0)
    assert await cache.jobs.version() > before
    state = await cache.integrations.state("acme")
    assert (state.jobs, state.state, state.last_refresh) == (5, IntegrationState.OK, later(2))


async def test_an_interrupted_listing_goes_on_behind_the_page_it_stored(cache: Cache) -> None:
    state = await cache.jobs.begin_listing("acme", full=True, now=NOON)
    await cache.jobs.store_page(state, FIVE[:2], (), "page-2", NOON)
    await cache.jobs.fail_listing(state, "the line broke", later(1))
    found = await cache.integrations.state("acme")
    assert (found.state, found.last_error) == (IntegrationState.FAILED, "the line broke")
    again = await cache.jobs.begin_listing("acme", full=True, now=later(2))
    assert (again.id, again.cursor, again.seen, again.resumed) == (state.id, "page-2", 2, True)
    await cache.jobs.store_page(again, FIVE[2:], (), None, later(2))
    assert await cache.jobs.finish_listing(again, Ending(watermark="w", complete=True, accept_gone=False), later(2)) == GoneCounts(0, 0)
    third = await cache.jobs.begin_listing("acme", full=False, now=later(3))
    assert (third.watermark, third.cursor, third.resumed, third.full) == ("w", None, False, False)


async def test_a_listing_too_old_or_of_less_is_not_resumed(cache: Cache) -> None:
    first = await cache.jobs.begin_listing("acme", full=True, now=NOON)
    await cache.jobs.finish_listing(first, Ending(watermark="w", complete=True, accept_gone=False), NOON)
    for minutes, full in ((1, True), (2 * 24 * 60, False)):
        state = await cache.jobs.begin_listing("acme", full=False, now=NOON)
        await cache.jobs.store_page(state, (), (), "cursor", NOON)
        await cache.jobs.fail_listing(state, None, NOON)
        again = await cache.jobs.begin_listing("acme", full=full, now=later(minutes))
        assert (again.resumed, again.cursor) == (False, None)
        await cache.jobs.finish_listing(again, Ending(watermark="w", complete=False, accept_gone=False), later(minutes))


async def test_only_one_lists_an_integration(cache: Cache) -> None:
    await cache.jobs.begin_listing("acme", full=True, now=NOON)
    with pytest.raises(Busy) as caught:
        await cache.jobs.begin_listing("acme", full=True, now=later(0.5))
    assert (caught.value.since, caught.value.holder != "") == (NOON, True)
    await cache.jobs.begin_listing("other", full=True, now=NOON)


async def test_a_silent_listing_is_taken_over_and_its_late_page_refused(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.jobs, "_process", ELSEWHERE)
    silent = await cache.jobs.begin_listing("acme", full=True, now=NOON)
    monkeypatch.undo()
    await cache.jobs.beat(silent, later(1))
    with pytest.raises(Busy):
        await cache.jobs.begin_listing("acme", full=True, now=later(1.5))
    new = await cache.jobs.begin_listing("acme", full=True, now=later(1 + STALE_AFTER_MS / 60_000 + 0.1))
    for late in (
        cache.jobs.store_page(silent, FIVE, (), None, later(3)),
        cache.jobs.beat(silent, later(3)),
        cache.jobs.finish_listing(silent, Ending(watermark=None, complete=True, accept_gone=True), later(3)),
        cache.jobs.fail_listing(silent, "x", later(3)),
    ):
        with pytest.raises(Busy):
            await late
    assert await cache.statuses(IDS[:1]) == ["missing"]
    await cache.jobs.store_page(new, FIVE, (), None, later(3))


async def test_a_listing_whose_process_ended_is_taken_over_at_once(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ProcessIdentity.own()
    monkeypatch.setattr(cache.jobs, "_process", replace(own, pid=2**22 + 1))
    await cache.jobs.begin_listing("acme", full=True, now=NOON)
    monkeypatch.undo()
    assert (await cache.integrations.state("acme")).state is IntegrationState.INTERRUPTED
    assert (await cache.jobs.begin_listing("acme", full=True, now=NOON)).holder


class TestGone:
    async def test_a_complete_listing_marks_what_it_lacks_and_what_comes_back_has_its_standing(self, cache: Cache) -> None:
        await cache.fill([job(number) for number in range(10)])
        _, gone = await cache.fill([job(number) for number in range(1, 10)], at=later(1))
        assert gone == GoneCounts(1, 0)
        assert await cache.statuses(["job-0", "job-1"]) == ["gone", "never"]
        counts, gone = await cache.fill([job(number) for number in range(10)], at=later(2))
        assert (counts.returned, gone) == (1, GoneCounts(0, 0))
        assert await cache.statuses(["job-0"]) == ["never"]

    @pytest.mark.parametrize("left", [0, 1, 3])
    async def test_more_than_a_fifth_is_asked_about_first(self, cache: Cache, left: int) -> None:
        await cache.fill(FIVE)
        _, gone = await cache.fill(FIVE[:left], at=later(1))
        assert gone == GoneCounts(0, 5 - left, known=5)
        assert await cache.statuses(IDS) == ["never"] * 5
        _, gone = await cache.fill(FIVE[:left], at=later(2), accept_gone=True)
        assert gone == GoneCounts(5 - left, 0)

    async def test_a_fifth_is_not_more_than_a_fifth(self, cache: Cache) -> None:
        await cache.fill(FIVE)
        assert (await cache.fill(FIVE[1:], at=later(1)))[1] == GoneCounts(1, 0)

    async def test_neither_an_incomplete_listing_nor_an_incremental_one_marks_anything(self, cache: Cache) -> None:
        await cache.fill([job(number) for number in range(10)])
        state = await cache.jobs.begin_listing("acme", full=True, now=later(1))
        await cache.jobs.store_page(state, [job(number) for number in range(9)], (), None, later(1))
        assert await cache.jobs.finish_listing(state, Ending(watermark="w", complete=False, accept_gone=True), later(1)) == GoneCounts(0, 0)
        state = await cache.jobs.begin_listing("acme", full=False, now=later(2))
        assert not state.full
        await cache.jobs.store_page(state, [job(1, "Driver")], (), None, later(2))
        assert await cache.jobs.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=True), later(2)) == GoneCounts(0, 0)
        assert (await cache.integrations.state("acme")).watermark == "w"

    async def test_what_the_ats_calls_deleted_is_gone_at_once(self, cache: Cache) -> None:
        await cache.fill(FIVE)
        state = await cache.jobs.begin_listing("acme", full=False, now=later(1))
        counts = await cache.jobs.store_page(state, (), ["job-3", "job-unknown"], None, later(1))
        assert counts.gone == 1
        assert await cache.statuses(IDS) == ["never", "never", "never", "gone", "never"]

    async def test_a_job_read_singly_while_the_list_runs_is_not_missing(self, cache: Cache) -> None:
        await cache.fill(FIVE)
        state = await cache.jobs.begin_listing("acme", full=True, now=later(1))
        await cache.jobs.store_page(state, FIVE, (), "2", later(1))
        await cache.jobs.put(job("new"), later(2))
        await cache.jobs.store_page(state, (), (), None, later(3))
        assert await cache.jobs.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=True), later(3)) == GoneCounts(0, 0)

    async def test_a_row_that_could_not_be_read_is_not_missing(self, cache: Cache) -> None:
        await cache.fill(FIVE)
        state = await cache.jobs.begin_listing("acme", full=True, now=later(1))
        await cache.jobs.store_page(state, FIVE[1:], (), None, later(1), unread=["job-0"])
        assert await cache.jobs.finish_listing(state, Ending(watermark=None, complete=True, accept_gone=True), later(1)) == GoneCounts(0, 0)


async def test_each_job_counts_once_however_often_it_is_listed(cache: Cache) -> None:
    state = await cache.jobs.begin_listing("acme", full=True, now=NOON)
    first = await cache.jobs.store_page(state, [*FIVE[:3], FIVE[0]], (), "2", NOON)
    second = await cache.jobs.store_page(state, FIVE[2:], (), None, NOON)
    assert (first.seen, first.added, second.seen, second.added) == (3, 3, 2, 2)


async def test_a_listing_begun_anew_asks_from_the_start(cache: Cache) -> None:
    state = await cache.jobs.begin_listing("acme", full=True, now=NOON)
    await cache.jobs.store_page(state, FIVE[:2], (), "stale", NOON)
    anew = await cache.jobs.restart_listing(state, full=True, now=later(1))
    assert (anew.cursor, anew.seen, anew.resumed, anew.holder) == (None, 0, False, state.holder)
    await cache.jobs.store_page(anew, FIVE, (), None, later(1))
    assert (await cache.jobs.finish_listing(anew, Ending(watermark=None, complete=True, accept_gone=False), later(1))).gone == 0


@pytest.mark.parametrize("name", ["\x00", "\ud800", "x" * 1_000_000, "\x1b[31mred", "a\nb", ""])
async def test_hostile_names_are_kept_and_found(cache: Cache, name: str) -> None:
    hostile = Job(
        integration="acme", id=f"id-{name[:5]}", name=name, description=name[:50], custom={name[:9]: [name[:9]]}, tags=(name[:9],)
    )
    await cache.fill([hostile])
    kept = await cache.jobs.get("acme", hostile.id)
    assert kept is not None
    assert (kept.name or "").replace("\ufffd", "\ud800") == name
    assert (await cache.fill([hostile], at=later(1)))[0] == PageCounts(1, 0, 0, 0, 0)
