"""Listings that cannot be taken at their word: what they lack, what they set aside, and what stays as it was until a good one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobsync_tui.backend.ats.base import Page
from jobsync_tui.backend.core.models import IntegrationState, Job, RefreshMode, RejectedRow
from jobsync_tui.backend.refresh import full_listing
from jobsync_tui.backend.refresh.full_listing import is_due
from jobsync_tui.backend.refresh.refresh import MOST_ASKED, MOST_WAITING
from jobsync_tui.backend.storage.jobs.integrations import CacheState
from tests.refresh.test_refresh import JOBS, Script, pages, refresher
from tests.support.stores import Cache, job

pytestmark = pytest.mark.usefixtures("on_each_database")

BAD = "department is a list, not a text"


def rejected(*numbers: int) -> tuple[RejectedRow, ...]:
    return tuple(RejectedRow(f"job-{number}", "Nurse", BAD) for number in numbers)


def there(jobs: list[Job]) -> dict[str, Job]:
    return {each.id: each for each in jobs}


async def filled(cache: Cache, *, incremental: bool = True) -> Script:
    script = Script(pages(JOBS, watermark="w-1"), incremental=incremental)
    await refresher(cache, script).refresh("acme")
    return script


async def test_a_job_that_a_list_lacks_is_asked_for_before_it_counts_as_gone(cache: Cache) -> None:
    script = await filled(cache)
    script.steps, script.there = pages(JOBS[3:], watermark="w-2"), there([replace(JOBS[0], name="Driver")])
    report = await refresher(cache, script).refresh("acme", full=True)
    assert (sorted(script.read), report.gone, report.changed, report.trouble) == (["job-0", "job-1", "job-2"], 2, 1, None)
    assert await cache.statuses(["job-0", "job-1", "job-2"]) == ["never", "gone", "gone"]


async def test_jobs_that_could_not_be_asked_for_are_kept_and_that_is_said(cache: Cache) -> None:
    script = await filled(cache)
    script.steps, script.unanswered = pages(JOBS[3:], watermark="w-2"), {"job-0", "job-1", "job-2"}
    report = await refresher(cache, script).refresh("acme", full=True)
    assert (report.gone, report.state) == (0, IntegrationState.INCOMPLETE)
    assert report.trouble is not None
    assert "could not be asked for (no answer)" in report.trouble.message
    state = await cache.integrations.state("acme")
    assert (state.state, state.last_error) == (IntegrationState.INCOMPLETE, report.trouble.message)


async def test_of_many_missing_jobs_some_are_asked_for_and_one_that_lives_keeps_them_all(cache: Cache) -> None:
    jobs = [job(number) for number in range(10 * MOST_ASKED)]
    script = Script(pages(jobs, 100))
    await refresher(cache, script).refresh("acme")
    lost = jobs[: MOST_ASKED + 9]
    script.steps, script.there = pages(jobs[MOST_ASKED + 9 :], 100), there(lost)
    report = await refresher(cache, script).refresh("acme")
    assert (len(script.read), report.gone, report.state) == (MOST_ASKED, 0, IntegrationState.INCOMPLETE)
    script.there = {}
    assert (await refresher(cache, script).refresh("acme")).gone == MOST_ASKED + 9


async def test_a_total_that_changes_is_no_whole_list_and_one_of_changes_is_asked_for_again(cache: Cache) -> None:
    script = await filled(cache)
    script.steps = [Page((JOBS[0],), cursor="1", total=3), Page((JOBS[1],), total=2, watermark="w-2")]
    report = await refresher(cache, script).refresh("acme")
    assert (report.complete, report.state) == (False, IntegrationState.INCOMPLETE)
    assert report.trouble is not None
    assert "announced 3 rows and then 2" in report.trouble.message
    assert (await cache.integrations.state("acme")).watermark == "w-1"
    script.steps = pages([JOBS[0]], watermark="w-3", total=1)
    assert (await refresher(cache, script).refresh("acme")).trouble is None
    assert (await cache.integrations.state("acme")).watermark == "w-3"


async def test_what_was_said_before_an_interruption_counts_after_it(cache: Cache) -> None:
    script = Script([Page((JOBS[0],), rejected(7), cursor="1", total=9), RuntimeError("x")])
    with pytest.raises(RuntimeError):
        await refresher(cache, script).refresh("acme")
    script.steps = [Page(()), Page(tuple(JOBS[1:7]), total=8)]
    report = await refresher(cache, script).refresh("acme")
    assert (report.resumed, report.complete) == (True, False)
    found = await cache.integrations.set_aside("acme")
    assert (found.rows, found.reason) == (1, BAD) if found else False


async def test_a_row_that_is_set_aside_is_told_and_read_singly_by_the_next_refresh(cache: Cache) -> None:
    script = await filled(cache)
    script.steps = [Page(tuple(JOBS[:9]), rejected(12), watermark="w-2")]
    report = await refresher(cache, script).refresh("acme")
    assert (report.trouble, report.set_aside is not None) == (None, True)
    assert report.set_aside is not None
    assert report.set_aside.message == f"1 row is set aside, with the last known state kept: {BAD} (Nurse)"
    assert (await cache.integrations.state("acme")).watermark == "w-2"
    script.steps, script.unanswered = pages([], watermark="w-3"), {"job-12"}
    assert (await refresher(cache, script).refresh("acme")).set_aside is not None
    script.unanswered, script.there = set(), {"job-12": replace(JOBS[12], name="Driver")}
    report = await refresher(cache, script).refresh("acme")
    assert (report.changed, report.set_aside) == (1, None)
    found = await cache.jobs.get("acme", "job-12")
    assert found is not None
    assert found.name == "Driver"


@pytest.mark.parametrize(
    "set_aside",
    [(RejectedRow(None, None, "no id"),), rejected(*range(MOST_WAITING + 1))],
    ids=["without an id", "more than are read singly"],
)
async def test_the_watermark_waits_for_rows_that_cannot_be_read_singly(cache: Cache, set_aside: tuple[RejectedRow, ...]) -> None:
    script = await filled(cache)
    many = [job(number) for number in range(200)]
    script.steps = [Page(tuple(many), set_aside, watermark="w-2")]
    report = await refresher(cache, script).refresh("acme")
    assert (await cache.integrations.state("acme")).watermark == "w-1"
    assert report.set_aside is not None
    script.steps = pages(many, 100, watermark="w-3")
    assert (await refresher(cache, script).refresh("acme")).set_aside is None
    assert (await cache.integrations.state("acme")).watermark == "w-3"


@pytest.mark.parametrize("full", [True, False])
async def test_more_than_a_fifth_set_aside_is_a_failed_refresh(cache: Cache, full: bool) -> None:
    script = await filled(cache)
    script.steps = [Page(tuple(JOBS[:7]), rejected(12, 13), watermark="w-2")]
    report = await refresher(cache, script).refresh("acme", full=full)
    assert (report.state, report.gone) == (IntegrationState.FAILED, 0)
    assert report.trouble is not None
    assert report.trouble.message == f"2 of 9 rows could not be read and are set aside: {BAD}"
    state = await cache.integrations.state("acme")
    assert (state.state, state.last_error, state.watermark) == (IntegrationState.FAILED, report.trouble.message, "w-1")


class TestOtherIds:
    """The same jobs under ids of another form."""

    async def test_new_jobs_wait_where_a_list_lacks_the_known_ones(self, cache: Cache) -> None:
        await refresher(cache, Script(pages([job(n, f"Job {n}") for n in range(20)]))).refresh("acme")
        anew = [replace(job(n, f"Job {n}"), id=f"job-{n}.0") for n in range(20)]
        report = await refresher(cache, Script(pages(anew))).refresh("acme")
        assert (report.withheld, report.known, report.state) == (20, 20, IntegrationState.INCOMPLETE)
        assert report.waits is not None
        assert "20 new jobs have the names and places of known ones" in report.waits.message
        assert "same jobs under other ids" in report.waits.message
        assert (await cache.integrations.state("acme")).waits == report.waits.message
        report = await refresher(cache, Script(pages(anew))).refresh("acme", accept_gone=True)
        assert (report.gone, report.waits, (await cache.integrations.state("acme")).waits) == (20, None, None)

    async def test_a_list_of_changes_shows_it_too(self, cache: Cache) -> None:
        script = Script(pages([job(n, f"Job {n}") for n in range(20)], watermark="w-1"), incremental=True)
        await refresher(cache, script).refresh("acme")
        script.steps = pages([replace(job(n, f"Job {n}"), id=f"remote-{n}") for n in range(5)], watermark="w-2")
        assert (await refresher(cache, script).refresh("acme")).waits is not None
        script.steps = pages([], watermark="w-3")
        assert (await refresher(cache, script).refresh("acme")).waits is not None, "until everything was listed"

    async def test_many_new_jobs_of_other_names_do_not_wait(self, cache: Cache) -> None:
        script = Script(pages([job(n, f"Job {n}") for n in range(20)], watermark="w-1"), incremental=True)
        await refresher(cache, script).refresh("acme")
        script.steps = pages([job(n, f"Job {n}") for n in range(20, 40)], watermark="w-2")
        assert (await refresher(cache, script).refresh("acme")).waits is None


class TestEveryDay:
    """Everything is listed once a day where an ATS does not say what it deleted."""

    NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
    DAY = timedelta(hours=24)

    @pytest.mark.parametrize(
        ("hours", "night", "whole", "tells", "due"),
        [
            (23, False, True, False, False),
            (24, False, True, False, True),
            (17, True, True, False, True),
            (15, True, True, False, False),
            (99, True, True, True, False),
            (0.5, True, False, False, False),
            (1, False, False, True, True),
            (-1, False, True, False, True),
        ],
    )
    def test_when(  # noqa: PLR0917 - a table
        self,
        hours: float,
        night: bool,
        whole: bool,
        tells: bool,
        due: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(full_listing, "is_night", lambda _: night)
        at = self.NOON - timedelta(hours=hours)
        cache = CacheState(full_at=at, complete_at=at if whole else at - self.DAY)
        assert is_due(cache, self.DAY, self.NOON, tells_deletions=tells) is due
        assert not is_due(CacheState(), self.DAY, self.NOON, tells_deletions=False)

    async def test_a_refresh_that_nobody_waits_for_lists_everything_when_it_is_due(self, cache: Cache) -> None:
        script = await filled(cache)
        script.steps = pages(JOBS[1:], watermark="w-2")
        one = refresher(cache, script)
        assert (await one.refresh("acme", unattended=True)).mode is RefreshMode.INCREMENTAL
        one._full_every = lambda: timedelta(0)
        assert (await one.refresh("acme")).mode is RefreshMode.INCREMENTAL, "a person asks for what they want"
        report = await one.refresh("acme", unattended=True)
        assert (report.mode, report.gone) == (RefreshMode.FULL, 1)
        assert (await cache.integrations.state("acme")).complete_at is not None
