"""What every adapter must do, over real sockets. A provider is added by a simulator (`wire.Wire`) and a subclass of one line::

    class TestMine(AdapterContract):
        wire = MyWire

An adapter that is not registered under its provider's name is named by ``adapter``.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import ClassVar

import pytest

from ..backend.ats.base import Adapter, Listing, Page
from ..backend.ats.registry import adapter_class
from ..backend.core.errors import CredentialsRejected, JobsyncError, PermissionMissing, RemoteError, UnexpectedAnswer, Unreachable
from ..backend.core.models import Job
from ..backend.http import Limits
from ..backend.refresh.refresh import STALE_CURSOR
from . import faults
from .ats_server import Answer, Asked, AtsServer, Fault
from .clockwork import START
from .odd_values import OddValues
from .refusals import Refusals
from .stage import FAST, Stage, jobs_in, staged
from .wire import Wire

RETRY_AFTER = {
    "seconds": ({"Retry-After": "12"}, 12.0),
    "date": ({"Retry-After": format_datetime(START + timedelta(seconds=30), usegmt=True)}, 30.0),
    "milliseconds": ({"Retry-After-Ms": "2500"}, 2.5),
    "zero": ({"Retry-After": "0"}, 0.5),
    "garbage": ({"Retry-After": "soon, I hope"}, 1.0),
    "absent": ({}, 1.0),
    "ten years": ({"Retry-After": "315360000"}, 300.0),
    "a moment": ({"Retry-After": str(int(START.timestamp()) + 40)}, 40.0),
    "a moment in milliseconds": ({"Retry-After": str(1000 * (int(START.timestamp()) + 50))}, 50.0),
    "a moment long past": ({"Retry-After": "1000000001"}, 0.5),
    "a date long past": ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.5),
}
"""Headers of a 429, and how many seconds are waited for it."""


class AdapterContract(OddValues, Refusals):
    """The suite. Each test gets a fresh simulator, a fresh server and a fresh adapter."""

    is_adapter_contract: ClassVar[bool] = True
    wire: ClassVar[type[Wire]]
    adapter: ClassVar[type[Adapter] | None] = None

    @property
    def kind(self) -> type[Adapter]:
        """The adapter's class."""
        return self.adapter or adapter_class(self.wire.provider)

    def stage(
        self, count: int = 23, *, limits: Limits = FAST, credentials: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[Stage]:
        return staged(self.wire(count), limits=limits, credentials=credentials, adapter=self.adapter)

    def ids(self, wire: Wire) -> set[str]:
        return {wire.job_id(job) for job in wire.alive}

    async def test_a_full_listing_has_every_job_once(self) -> None:
        """`pages` yields every job once. The last page has no cursor, and a watermark if, and only if, `incremental` is set; the others the
        reverse.
        """
        async with self.stage() as on:
            pages = await on.listed()
            jobs = jobs_in(pages)
            assert sorted(job.id for job in jobs) == sorted(self.ids(on.wire))
            assert {job.name for job in jobs} == {job.name for job in on.wire.alive}
            assert all(job.integration == "acme" for job in jobs)
            assert not any(page.rejected for page in pages)
            assert pages[-1].cursor is None
            assert (pages[-1].watermark is not None) is self.kind.incremental
            if self.wire.pages:
                assert len(pages) > 2
                assert all(page.cursor and page.watermark is None for page in pages[:-1])

    async def test_every_request_goes_below_the_base_url(self) -> None:
        """Every request of a listing goes below `base_url`: give `self.http` paths relative to it."""
        async with self.stage() as on:
            await on.listed()
            listing = [asked for asked in on.server.asked if on.wire.is_listing(asked)]
            assert listing
            assert all(asked.path.startswith(on.wire.base_path + "/") for asked in listing)

    async def test_no_field_is_filled_that_is_declared_never_delivered(self) -> None:
        """A field in `availability.never` is empty on every job: fill it and take it out of there, or leave it empty."""
        async with self.stage(3) as on:
            empty: tuple[object, ...] = (None, (), {})
            for job in jobs_in(await on.listed()):
                for name in self.kind.availability.never:
                    if "." not in name:
                        assert getattr(job, name) in empty, name

    async def test_an_empty_ats_gives_one_empty_page(self) -> None:
        """An ATS without jobs gives a page without jobs and without a cursor, and no error."""
        async with self.stage(0) as on:
            pages = await on.listed()
            assert jobs_in(pages) == []
            assert pages
            assert pages[-1].cursor is None

    async def test_a_listing_goes_on_where_it_was_cut(self) -> None:
        """`Page.cursor` has all that is needed to go on: with it as `listing.cursor`, `pages` yields the rest. `paginator.by_cursor` and
        `by_offset` do that.
        """
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            async with closing(on.adapter) as stream:
                first = await anext(stream)
            before = len(on.server.asked)
            rest = await on.listed(Listing(cursor=first.cursor))
            seen = [job.id for job in (*first.jobs, *jobs_in(rest))]
            assert sorted(seen) == sorted(self.ids(on.wire))
            assert (rest[-1].watermark is not None) is self.kind.incremental
            assert len(on.server.asked) > before

    @pytest.mark.parametrize("of", ["everything", "changes"])
    async def test_a_listing_goes_on_behind_each_of_its_pages_after_a_kill(self, of: str) -> None:
        """Nothing is left of the process but the cursor: another adapter in another session goes on with it, behind each page, of changes
        too.
        """
        if not self.wire.pages or (of == "changes" and not self.kind.incremental):
            pytest.skip("this ATS answers in one piece, or cannot filter by change")
        async with self.stage() as on:
            mark = None
            if of == "changes":
                mark = (await on.listed())[-1].watermark
                for job in on.wire.jobs:
                    job.changed += timedelta(days=3650)
            pages = await on.listed(Listing(watermark=mark))
            assert len(pages) > 2
            for number, page in enumerate(pages[:-1], 1):
                async with staged(on.wire, limits=FAST, adapter=self.adapter) as again:
                    rest = await again.listed(Listing(watermark=mark, cursor=page.cursor))
                assert [job.id for job in rest[0].jobs[: len(pages[number].jobs)]] == [job.id for job in pages[number].jobs]
                assert {job.id for job in (*jobs_in(pages[:number]), *jobs_in(rest))} == self.ids(on.wire)
                # Where slices tell no total, how long they are is only known by another one.
                assert len(rest) <= len(pages) - number + 1
                assert (rest[-1].watermark is not None) is self.kind.incremental

    async def test_a_cursor_of_another_kind_begins_anew(self) -> None:
        """A cursor that is not one of this adapter's, as of an older version, begins the listing anew: `resume.Place` reads it so."""
        async with self.stage(3) as on:
            assert {job.id for job in jobs_in(await on.listed(Listing(cursor="\x00nonsense")))} == self.ids(on.wire)

    async def test_one_job_by_its_id_is_the_job_of_the_listing(self) -> None:
        """`job` gives the same job as the listing, filled in where the listing's had `not_loaded`: make both by the same function."""
        async with self.stage(9) as on:
            listed = {job.id: job for job in jobs_in(await on.listed())}
            for wired in on.wire.alive:
                job = await on.adapter.job(on.wire.job_id(wired))
                assert job is not None
                assert job.not_loaded == ()
                beside = listed[job.id]
                later = {name: getattr(job, name) for name in beside.not_loaded}
                assert job == replace(beside, not_loaded=(), **later)

    async def test_an_unknown_id_is_none(self) -> None:
        """`job` returns None where the ATS says that there is no such job, by 404 as a rule: `get(..., accept={404})` lets that through."""
        async with self.stage(3) as on:
            assert await on.adapter.job(on.wire.unknown_id()) is None

    @pytest.mark.parametrize("job_id", ["..", "../../admin", "a/b?c=d#e", "%2e%2e", "x\r\nX-Evil: 1", "\u0000", "\ud800", "9" * 400, ""])
    async def test_a_hostile_id_finds_nothing_and_leads_nowhere(self, job_id: str) -> None:
        """An id goes into an address by `segment` alone, and one that cannot be an id is not asked for: `job` returns None, or raises."""
        async with self.stage(3) as on:
            try:
                assert await on.adapter.job(job_id) is None
            except RemoteError as error:
                assert "evil" not in str(error).lower()  # noqa: PT017
            for asked in on.server.asked:
                assert "x-evil" not in asked.headers
                assert asked.path.startswith(on.wire.base_path) or not on.wire.is_single(asked)
                assert "admin" not in asked.path.split("/")

    async def test_the_right_key_is_told(self) -> None:
        """`test` makes one cheap call and returns in words what the key may do."""
        async with self.stage(3) as on:
            assert await on.adapter.test()

    async def test_a_wrong_key_is_told_with_the_remedy(self, caplog: pytest.LogCaptureFixture) -> None:
        """A wrong key is `CredentialsRejected` (401) or `PermissionMissing` (403), with a remedy and without the key, by `test`, `pages`
        and `job`. An ATS that says it by another status is read in `http.explain`.
        """
        caplog.set_level(logging.DEBUG)
        async with self.stage(3, credentials=self.wire.wrong_credentials) as on:
            for attempt in (on.adapter.test, on.listed, lambda: on.adapter.job(on.wire.job_id(on.wire.jobs[0]))):
                with pytest.raises((CredentialsRejected, PermissionMissing)) as caught:
                    await attempt()
                assert caught.value.remedy
                self.assert_no_secret(_whole(caught.value) + caplog.text)
            assert on.clock.slept == []  # it is not tried again and again

    async def test_a_permission_that_is_missing_is_told_with_the_remedy(self) -> None:
        """What the wire calls `forbidden` is `PermissionMissing` by `test`, `pages` and `job`: take it for no other answer (`accept`), and
        read another status in `http.explain`.
        """
        async with self.stage(3) as on:
            await on.adapter.test()
            on.server.inject(self.wire.forbidden, times=faults.MANY)
            for attempt in (on.adapter.test, on.listed, lambda: on.adapter.job(on.wire.job_id(on.wire.jobs[0]))):
                with pytest.raises(PermissionMissing) as caught:
                    await attempt()
                assert self.kind.title in caught.value.message
                assert caught.value.remedy
            assert on.clock.slept == []

    async def test_no_secret_shows_anywhere(self, caplog: pytest.LogCaptureFixture) -> None:
        """No credential is in an error, in the log, or in an attribute that the adapter or its session shows: keep them in `http.auth`
        only.
        """
        caplog.set_level(logging.DEBUG)
        async with self.stage(3) as on:
            await on.listed()
            on.server.inject(faults.failing(), times=faults.MANY)
            with pytest.raises(Unreachable) as caught:
                await on.listed()
            self.assert_no_secret(_whole(caught.value) + caplog.text + repr(on.adapter.__dict__) + repr(on.http.__dict__))

    async def test_an_answer_that_repeats_the_credentials_is_redacted(self) -> None:
        """An answer of the ATS that repeats the credentials comes into an error without them: let the session make the error."""
        async with self.stage(3) as on:
            await on.listed()
            echo = Answer({"message": "bad: " + repr(on.server.asked[-1].headers)}, status=422)
            on.server.inject(echo, times=faults.MANY)
            with pytest.raises(RemoteError) as caught:
                await on.listed()
            self.assert_no_secret(_whole(caught.value))

    async def test_incremental_gives_what_changed(self) -> None:
        """With `incremental`, a listing with a watermark has what changed since, and nothing else: send it to the ATS as it wants it, as
        `here.since` in `part`.
        """
        if not self.kind.incremental:
            pytest.skip("this ATS cannot filter by change")
        async with self.stage() as on:
            mark = (await on.listed())[-1].watermark
            assert mark
            changed = on.wire.jobs[3:6]
            for job in changed:
                job.changed += timedelta(days=3650)
            pages = await on.listed(Listing(watermark=mark))
            assert {job.id for job in jobs_in(pages)} == {on.wire.job_id(job) for job in changed}
            assert pages[-1].watermark

    async def test_deleted_jobs(self) -> None:
        """A deleted job is None by `job` and in no listing; where the ATS tells of it in a list of changes (`says_deleted`), its id is in
        `Page.deleted`.
        """
        async with self.stage(5) as on:
            mark = (await on.listed())[-1].watermark
            gone = on.wire.jobs[1]
            gone.deleted = True
            gone.changed += timedelta(days=3650)
            assert await on.adapter.job(on.wire.job_id(gone)) is None
            assert on.wire.job_id(gone) not in {job.id for job in jobs_in(await on.listed())}
            if self.wire.says_deleted:
                pages = await on.listed(Listing(watermark=mark))
                assert [id_ for page in pages for id_ in page.deleted] == [on.wire.job_id(gone)]
                assert jobs_in(pages) == []

    @pytest.mark.parametrize("form", RETRY_AFTER)
    async def test_too_many_requests(self, form: str) -> None:
        """The session waits for a 429 as its headers say and asks again: neither catch it nor wait in the adapter."""
        headers, seconds = RETRY_AFTER[form]
        async with self.stage(9) as on:
            on.server.inject(faults.too_many(headers), when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)
            assert on.clock.seconds == pytest.approx(seconds, abs=0.001)
            assert on.clock.said[0].startswith(f"rate limited by {self.kind.title}, next try in ")
            assert on.clock.said[-1] == ""

    async def test_a_burst_of_faults_is_outlived(self) -> None:
        """The session tries again after 5xx and broken connections: the listing comes out whole, and no error is caught in the adapter."""
        async with self.stage() as on:
            on.server.inject(faults.failing(500), when=on.wire.is_listing)
            on.server.inject(faults.failing(503), when=on.wire.is_listing)
            on.server.inject(faults.reset, when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)

    async def test_an_outage_ends_in_unreachable(self) -> None:
        """An outage ends in the session's `Unreachable`, after its own tries: neither catch it nor try again in the adapter."""
        async with self.stage(3) as on:
            on.server.inject(faults.failing(502), times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(Unreachable, match=f"{self.kind.title} has a fault on its side") as caught:
                await on.listed()
            assert caught.value.remedy
            assert sum(map(on.wire.is_listing, on.server.asked)) == FAST.tries
            assert 2 < on.clock.seconds < 60

    async def test_a_truncated_answer_is_asked_for_again(self) -> None:
        """An answer that was cut short is asked for again by the session: decode by `reply.decode` or `read_rows`, not by hand."""
        async with self.stage(9) as on:
            on.server.inject(faults.truncated, times=2, when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)

    async def test_a_page_that_always_comes_truncated_is_no_page(self) -> None:
        """A listing that breaks keeps the pages before, and yields nothing in place of the one that broke: raise, as the session does."""
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            await self._breaks_after_the_first_page(on, faults.truncated, Unreachable)

    async def test_refused_in_the_middle_of_a_listing(self) -> None:
        """A listing that is refused in the middle keeps the pages before and raises: a part of the jobs must not look like all of them."""
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            await self._breaks_after_the_first_page(on, Answer({"message": "no"}, status=403), RemoteError)

    async def test_a_web_page_is_named_as_one(self) -> None:
        """A web page in place of data is `UnexpectedAnswer`: decode by `reply.decode` or `read_rows`."""
        async with self.stage(3) as on:
            on.server.inject(faults.WEB_PAGE, times=faults.MANY)
            with pytest.raises(UnexpectedAnswer, match="web page"):
                await on.listed()
            with pytest.raises(UnexpectedAnswer, match="web page"):
                await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))

    async def test_a_web_page_that_says_not_found_is_no_word_about_the_job(self) -> None:
        """A 404 that is a web page comes from a proxy or a wrong address, not from the ATS: `get(..., accept={404})` tells it apart; `job`
        must not return None.
        """
        async with self.stage(3) as on:
            await on.adapter.test()
            on.server.inject(replace(faults.WEB_PAGE, status=404), times=faults.MANY)
            for attempt in (lambda: on.adapter.job(on.wire.job_id(on.wire.jobs[0])), on.listed):
                with pytest.raises(UnexpectedAnswer, match="web page") as caught:
                    await attempt()
                assert "address is right" in (caught.value.remedy or "")

    async def test_an_empty_object_is_not_an_empty_listing(self) -> None:
        """An answer without the list of rows is an error and no empty listing: the list's field has no default."""
        async with self.stage(3) as on:
            on.server.inject(faults.EMPTY_OBJECT, times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(RemoteError):
                await on.listed()

    async def test_a_listing_that_leads_in_circles_ends(self) -> None:
        """A listing that leads in circles raises: `paginator` sees to it, and so does `paging.CursorGuard`."""
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            on.wire.loops = True
            with pytest.raises(UnexpectedAnswer):
                async with asyncio.timeout(60):
                    await on.listed()
            assert len(on.server.asked) < 40

    async def test_a_listing_that_contradicts_itself_is_no_listing(self) -> None:
        """A listing with more or fewer rows than it announces, or with no way to the rest, raises: give `Part` or `Slice` all that the ATS
        promises.
        """
        for name, twist in self.wire.contradictions.items():
            async with self.stage() as on:
                on.wire.after = lambda _, said: twist(said)  # noqa: B023 - the stage ends with the round
                with pytest.raises(UnexpectedAnswer) as caught:
                    await on.listed()
                assert "may be missing" in caught.value.message, name
                assert caught.value.remedy, name

    async def test_an_empty_page_in_the_middle_is_no_whole_listing(self) -> None:
        """An empty page with more behind it is a doubt of the page (`Page.doubt`), or an error: `paginator` sees to it."""
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            asked: list[Asked] = []

            def empty_the_second(request: Asked, said: object) -> None:
                asked.append(request)
                if len(asked) == 2:
                    on.wire.rows_of(said).clear()

            on.wire.after = empty_the_second
            with suppress(UnexpectedAnswer):
                assert any(page.doubt for page in await on.listed())

    async def test_a_place_that_the_ats_takes_no_longer_is_refused(self) -> None:
        """A cursor that the ATS refuses (400) is an error of the kinds in `STALE_CURSOR`: whoever keeps the listing begins anew by it. Do
        not catch it.
        """
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            cursor = (await on.first_page()).cursor
            on.server.inject(Answer({"message": "no such cursor"}, status=400), when=on.wire.is_listing)
            with pytest.raises(STALE_CURSOR):
                await on.listed(Listing(cursor=cursor))

    async def test_a_redirect_is_refused_and_nothing_is_sent_there(self) -> None:
        """Redirects are refused by the session: do not follow them."""
        async with AtsServer(lambda _: Answer({})) as elsewhere, self.stage(3) as on:
            on.server.inject(faults.redirect(f"{elsewhere.url}/stolen"), times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(UnexpectedAnswer, match="redirect"):
                await on.listed()
            assert elsewhere.asked == []

    async def test_a_dripping_answer_ends_at_the_deadline(self) -> None:
        """An answer that drips ends at the session's deadline: set no time-out of the adapter's own, and read by the session alone."""
        async with self.stage(3, limits=replace(FAST, deadline=0.15, tries=1)) as on:
            on.server.inject(faults.drip, times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(Unreachable, match="no whole answer"):
                await on.listed()

    async def test_a_bomb_does_not_go_off(self) -> None:
        """An answer that unpacks beyond all measure is refused by the session: read by it alone."""
        async with self.stage(3) as on:
            on.server.inject(faults.bomb(), times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(UnexpectedAnswer, match="too large"):
                await on.listed()

    def assert_no_secret(self, text: str) -> None:
        """Check that none of the credentials is in a text."""
        for name in self.wire.secrets:
            for credentials in (self.wire.credentials, self.wire.wrong_credentials):
                if name in credentials:
                    assert credentials[name] not in text, name

    async def _breaks_after_the_first_page(self, on: Stage, fault: Fault | Answer, error: type[JobsyncError]) -> None:
        """Check that the pages before a fault stand, and that none comes behind it."""
        jobs: list[Job] = []

        async def take(stream: AsyncIterator[Page]) -> None:
            async for page in stream:
                assert page.cursor is not None
                jobs.extend(page.jobs)

        async with closing(on.adapter) as stream:
            jobs.extend((await anext(stream)).jobs)
            on.server.inject(fault, times=faults.MANY)
            with pytest.raises(error):
                await take(stream)
        assert 0 < len(jobs) < len(on.wire.alive)


@asynccontextmanager
async def closing(adapter: Adapter) -> AsyncIterator[AsyncIterator[Page]]:
    """Give a full listing, and close it behind the block as a refresh that is cut short does."""
    stream = adapter.pages(Listing())
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


def _whole(error: BaseException) -> str:
    remedy = error.remedy if isinstance(error, JobsyncError) else None
    return "".join(traceback.format_exception(error)) + repr(error) + (remedy or "")
