from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from jobsync_tui.backend.ats.base import Adapter, Listing, Page
from jobsync_tui.backend.core.errors import Busy, Refused, StorageError, UnexpectedAnswer, Unreachable
from jobsync_tui.backend.core.models import IntegrationState, Job, RefreshMode, RefreshProgress, RejectedRow
from jobsync_tui.backend.refresh import refresh, reporter
from jobsync_tui.backend.refresh.refresh import Refresher
from jobsync_tui.backend.storage.jobs.jobs import JobStore
from jobsync_tui.backend.storage.jobs.listing import ListingState
from tests.support.stores import Cache, job

pytestmark = pytest.mark.usefixtures("on_each_database")


@dataclass
class Script:
    """What the scripted ATS answers: pages, and errors among them."""

    steps: list[Page | Exception | asyncio.Event] = field(default_factory=list)
    asked: list[Listing] = field(default_factory=list)
    incremental: bool = False
    there: dict[str, Job] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    read: list[str] = field(default_factory=list)


class ScriptedAdapter(Adapter):
    provider = "scripted"
    title = "Scripted"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.incremental = script.incremental  # type: ignore[misc]

    async def test(self) -> str:
        raise NotImplementedError

    async def job(self, job_id: str) -> Job | None:
        self.script.read.append(job_id)
        if job_id in self.script.unanswered:
            raise Unreachable("no answer")
        return self.script.there.get(job_id)

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        self.script.asked.append(listing)
        steps = self.script.steps
        begin = int(listing.cursor) if listing.cursor else 0
        for step in steps[begin:]:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, asyncio.Event):
                await step.wait()
            else:
                yield step


def pages(
    jobs: Sequence[Job], size: int = 10, *, watermark: str | None = None, total: int | None = None
) -> list[Page | Exception | asyncio.Event]:
    """Return the pages of a list; the cursor behind a page is the number of the next."""
    starts = list(range(0, len(jobs), size)) or [0]
    return [
        Page(tuple(jobs[start : start + size]), cursor=str(number), total=total)
        if number < len(starts)
        else Page(tuple(jobs[start : start + size]), watermark=watermark, total=total)
        for number, start in enumerate(starts, 1)
    ]


JOBS = [job(number) for number in range(50)]


def refresher(cache: Cache, script: Script) -> Refresher:
    return Refresher(lambda _: ScriptedAdapter(script), cache.jobs, cache.integrations)


async def test_a_full_refresh_fills_the_cache_and_says_what_it_did(cache: Cache) -> None:
    told: list[RefreshProgress] = []
    report = await refresher(cache, Script(pages(JOBS, total=50))).refresh("acme", on_progress=told.append)
    assert (report.mode, report.seen, report.added, report.changed, report.gone, report.complete) == (RefreshMode.FULL, 50, 50, 0, 0, True)
    assert (report.resumed, report.rejected, report.withheld) == (False, (), 0)
    assert (told[-1].seen, told[-1].total, told[-1].waiting) == (50, 50, None)
    state = await cache.integrations.state("acme")
    assert (state.jobs, state.state, state.last_error, state.last_refresh is not None) == (50, IntegrationState.OK, None, True)


async def test_an_incremental_refresh_starts_from_the_watermark_and_marks_nothing_gone(cache: Cache) -> None:
    script = Script(pages(JOBS, watermark="w-1"), incremental=True)
    await refresher(cache, script).refresh("acme")
    script.steps = pages([job(1, "Driver")], watermark="w-2")
    report = await refresher(cache, script).refresh("acme")
    assert (report.mode, report.seen, report.changed, report.gone, report.withheld) == (RefreshMode.INCREMENTAL, 1, 1, 0, 0)
    assert [asked.watermark for asked in script.asked] == [None, "w-1"]
    assert (await cache.integrations.state("acme")).watermark == "w-2"
    script.steps = pages(JOBS, watermark="w-3")
    assert (await refresher(cache, script).refresh("acme", full=True)).mode is RefreshMode.FULL
    assert script.asked[-1].watermark is None


async def test_an_error_stops_the_refresh_and_the_next_goes_on_where_it_stopped(cache: Cache) -> None:
    script = Script(pages(JOBS))
    whole = list(script.steps)
    script.steps = [*whole[:3], Unreachable("no answer")]
    with pytest.raises(Unreachable):
        await refresher(cache, script).refresh("acme")
    state = await cache.integrations.state("acme")
    assert (state.jobs, state.state, state.last_error) == (30, IntegrationState.FAILED, "no answer")
    script.steps = whole
    report = await refresher(cache, script).refresh("acme")
    assert (script.asked[-1].cursor, report.resumed, report.seen, report.added) == ("3", True, 50, 20)


async def test_the_watermark_moves_only_at_the_end(cache: Cache) -> None:
    script = Script(pages(JOBS, watermark="w-1"), incremental=True)
    await refresher(cache, script).refresh("acme")
    script.steps = [*pages([job(1, "Driver"), job(2)], 1, watermark="w-2")[:1], Unreachable("gone")]
    with pytest.raises(Unreachable):
        await refresher(cache, script).refresh("acme")
    assert (await cache.integrations.state("acme")).watermark == "w-1"


async def test_a_refused_cursor_costs_the_pages_before_it_once(cache: Cache) -> None:
    script = Script([*pages(JOBS)[:2], Unreachable("x")])
    with pytest.raises(Unreachable):
        await refresher(cache, script).refresh("acme")
    whole = pages(JOBS)
    script.steps = [*whole[:2], Refused("bad cursor"), *whole[3:]]
    with pytest.raises(Refused):
        await refresher(cache, script).refresh("acme")
    assert [asked.cursor for asked in script.asked] == [None, "2", None]


async def test_an_empty_list_marks_nothing_gone_without_being_told(cache: Cache) -> None:
    await refresher(cache, Script(pages(JOBS))).refresh("acme")
    report = await refresher(cache, Script(pages([]))).refresh("acme")
    assert (report.seen, report.gone, report.withheld, report.known) == (0, 0, 50, 50)
    report = await refresher(cache, Script(pages(JOBS[:20]))).refresh("acme", accept_gone=True)
    assert (report.gone, report.withheld) == (30, 0)


async def test_whoever_accepts_that_jobs_are_gone_has_everything_listed(cache: Cache) -> None:
    await refresher(cache, Script(pages(JOBS, watermark="w-1"), incremental=True)).refresh("acme")
    report = await refresher(cache, Script(pages(JOBS[:20], watermark="w-2"), incremental=True)).refresh("acme", accept_gone=True)
    assert (report.mode, report.gone) == (RefreshMode.FULL, 30)


@pytest.mark.parametrize(
    "steps",
    [
        [Page((JOBS[0],), cursor="a"), Page((JOBS[1],), cursor="b"), Page((JOBS[0],), cursor="a"), Page(())],
        [Page((JOBS[0],), cursor="a")],
        [],
    ],
    ids=["a cursor that comes again", "no last page", "no page at all"],
)
async def test_a_list_without_an_end_ends_and_marks_nothing_gone(cache: Cache, steps: list[Page | Exception | asyncio.Event]) -> None:
    await refresher(cache, Script(pages(JOBS))).refresh("acme")
    with pytest.raises(UnexpectedAnswer):
        await refresher(cache, Script(steps)).refresh("acme", accept_gone=True)
    assert await cache.statuses([each.id for each in JOBS]) == ["never"] * 50


async def test_a_list_far_short_of_its_total_marks_nothing_gone(cache: Cache) -> None:
    await refresher(cache, Script(pages(JOBS))).refresh("acme")
    script = Script(pages(JOBS[:45], total=50), there={each.id: each for each in JOBS[45:]})
    report = await refresher(cache, script).refresh("acme")
    assert (report.complete, report.gone, report.trouble) == (False, 0, None)


@pytest.mark.parametrize(
    ("rejected", "gone"),
    [(RejectedRow("job-0", "Nurse", "odd"), 0), (RejectedRow(None, None, "odd"), 0), (RejectedRow("new", None, "odd"), 1)],
)
async def test_a_row_set_aside_is_named_and_never_gone(cache: Cache, rejected: RejectedRow, gone: int) -> None:
    await refresher(cache, Script(pages(JOBS))).refresh("acme")
    there = {} if rejected.id else {"job-0": JOBS[0]}
    report = await refresher(cache, Script([Page(tuple(JOBS[1:]), rejected=(rejected,))], there=there)).refresh("acme")
    assert (report.rejected, report.gone) == ((rejected,), gone)


async def test_cached_jobs_are_readable_while_it_runs_and_a_second_refresh_is_turned_away(cache: Cache) -> None:
    limiter = asyncio.Event()
    script = Script([*pages(JOBS)[:2], limiter, *pages(JOBS)[2:]])
    running = asyncio.create_task(refresher(cache, script).refresh("acme"))
    while (await cache.integrations.state("acme")).jobs < 20:
        await asyncio.wait({running}, timeout=0.01)
    assert await cache.jobs.get("acme", "job-1") is not None
    assert (await cache.integrations.state("acme")).state is IntegrationState.REFRESHING
    with pytest.raises(Busy):
        await refresher(cache, Script(pages(JOBS))).refresh("acme")
    limiter.set()
    assert (await running).seen == 50


async def test_a_cancelled_refresh_is_interrupted_and_resumes(cache: Cache) -> None:
    script = Script([*pages(JOBS)[:2], asyncio.Event()])
    running = asyncio.create_task(refresher(cache, script).refresh("acme"))
    while (await cache.integrations.state("acme")).jobs < 20:
        await asyncio.wait({running}, timeout=0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await cache.integrations.state("acme")).state is IntegrationState.INTERRUPTED
    script.steps = pages(JOBS)
    assert (await refresher(cache, script).refresh("acme")).resumed


async def test_a_refresh_that_is_cancelled_while_it_begins_leaves_nothing_behind(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, begun = cache.jobs.begin_listing, asyncio.Event()

    async def slow(integration: str, *, full: bool) -> ListingState:
        state = await begin(integration, full=full)
        begun.set()
        await asyncio.sleep(0)
        return state

    monkeypatch.setattr(cache.jobs, "begin_listing", slow)
    running = asyncio.create_task(refresher(cache, Script(pages(JOBS))).refresh("acme"))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await refresher(cache, Script(pages(JOBS))).refresh("acme")).seen == len(JOBS)


async def test_progress_is_told_four_times_a_second_and_at_the_end(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr(reporter, "monotonic", lambda: next(clock) / 100)
    monkeypatch.setattr(refresh, "READ_AHEAD", 1)
    told: list[RefreshProgress] = []
    jobs = [job(number) for number in range(100)]
    await refresher(cache, Script(pages(jobs, 1))).refresh("acme", on_progress=told.append)
    assert 2 < len(told) <= 6
    assert told[-1].seen == 100


async def test_what_is_waited_for_is_told(cache: Cache) -> None:
    listeners: dict[str, Callable[[str], None] | None] = {}
    told: list[RefreshProgress] = []
    limiter = asyncio.Event()
    script = Script([limiter, *pages(JOBS)])
    one = Refresher(lambda _: ScriptedAdapter(script), cache.jobs, cache.integrations, on_wait=listeners.__setitem__)
    running = asyncio.create_task(one.refresh("acme", on_progress=told.append))
    while not script.asked:
        await asyncio.wait({running}, timeout=0.01)
    tell = listeners["acme"]
    assert tell is not None
    tell("rate limited, next try in 12 s")
    limiter.set()
    await running
    assert told[0].waiting == "rate limited, next try in 12 s"
    assert told[-1].waiting is None
    assert listeners["acme"] is None


async def test_a_cache_that_cannot_be_written_is_the_error_that_comes_out(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*args: object, **kwargs: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(JobStore, "store_page", full)
    monkeypatch.setattr(JobStore, "fail_listing", full)
    with pytest.raises(StorageError, match="disk full"):
        await refresher(cache, Script(pages(JOBS))).refresh("acme")


async def test_a_fault_in_an_adapter_leaves_the_listing_to_be_resumed(cache: Cache) -> None:
    script = Script([*pages(JOBS)[:2], KeyError("oops")])
    with pytest.raises(KeyError):
        await refresher(cache, script).refresh("acme")
    state = await cache.integrations.state("acme")
    assert state.state is IntegrationState.FAILED
    assert "oops" not in (state.last_error or "")
