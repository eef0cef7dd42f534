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


class AdapterContract(OddValues):
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
        async with self.stage() as on:
            await on.listed()
            listing = [asked for asked in on.server.asked if on.wire.is_listing(asked)]
            assert listing
            assert all(asked.path.startswith(on.wire.base_path + "/") for asked in listing)

    async def test_no_field_is_filled_that_is_declared_never_delivered(self) -> None:
        async with self.stage(3) as on:
            empty: tuple[object, ...] = (None, (), {})
            for job in jobs_in(await on.listed()):
                for name in self.kind.availability.never:
                    if "." not in name:
                        assert getattr(job, name) in empty, name

    async def test_an_empty_ats_gives_one_empty_page(self) -> None:
        async with self.stage(0) as on:
            pages = await on.listed()
            assert jobs_in(pages) == []
            assert pages
            assert pages[-1].cursor is None

    async def test_a_listing_goes_on_where_it_was_cut(self) -> None:
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
        """Nothing is left of the process but the cursor: another adapter in another session goes on with it."""
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
        async with self.stage(3) as on:
            assert {job.id for job in jobs_in(await on.listed(Listing(cursor="\x00nonsense")))} == self.ids(on.wire)

    async def test_one_job_by_its_id_is_the_job_of_the_listing(self) -> None:
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
        async with self.stage(3) as on:
            assert await on.adapter.job(on.wire.unknown_id()) is None

    @pytest.mark.parametrize("job_id", ["..", "../../admin", "a/b?c=d#e", "%2e%2e", "x\r\nX-Evil: 1", "\u0000", "\ud800", "9" * 400, ""])
    async def test_a_hostile_id_finds_nothing_and_leads_nowhere(self, job_id: str) -> None:
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
        async with self.stage(3) as on:
            assert await on.adapter.test()

    async def test_a_wrong_key_is_told_with_the_remedy(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        async with self.stage(3, credentials=self.wire.wrong_credentials) as on:
            for attempt in (on.adapter.test, on.listed, lambda: on.adapter.job(on.wire.job_id(on.wire.jobs[0]))):
                with pytest.raises((CredentialsRejected, PermissionMissing)) as caught:
                    await attempt()
                assert caught.value.remedy
                self.assert_no_secret(_whole(caught.value) + caplog.text)
            assert on.clock.slept == []  # it is not tried again and again

    async def test_a_permission_that_is_missing_is_told_with_the_remedy(self) -> None:
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
        caplog.set_level(logging.DEBUG)
        async with self.stage(3) as on:
            await on.listed()
            on.server.inject(faults.failing(), times=faults.MANY)
            with pytest.raises(Unreachable) as caught:
                await on.listed()
            self.assert_no_secret(_whole(caught.value) + caplog.text + repr(on.adapter.__dict__) + repr(on.http.__dict__))

    async def test_an_answer_that_repeats_the_credentials_is_redacted(self) -> None:
        async with self.stage(3) as on:
            await on.listed()
            echo = Answer({"message": "bad: " + repr(on.server.asked[-1].headers)}, status=422)
            on.server.inject(echo, times=faults.MANY)
            with pytest.raises(RemoteError) as caught:
                await on.listed()
            self.assert_no_secret(_whole(caught.value))

    async def test_incremental_gives_what_changed(self) -> None:
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
        headers, seconds = RETRY_AFTER[form]
        async with self.stage(9) as on:
            on.server.inject(faults.too_many(headers), when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)
            assert on.clock.seconds == pytest.approx(seconds, abs=0.001)
            assert on.clock.said[0].startswith(f"rate limited by {self.kind.title}, next try in ")
            assert on.clock.said[-1] == ""

    async def test_a_burst_of_faults_is_outlived(self) -> None:
        async with self.stage() as on:
            on.server.inject(faults.failing(500), when=on.wire.is_listing)
            on.server.inject(faults.failing(503), when=on.wire.is_listing)
            on.server.inject(faults.reset, when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)

    async def test_an_outage_ends_in_unreachable(self) -> None:
        async with self.stage(3) as on:
            on.server.inject(faults.failing(502), times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(Unreachable, match=f"{self.kind.title} has a fault on its side") as caught:
                await on.listed()
            assert caught.value.remedy
            assert sum(map(on.wire.is_listing, on.server.asked)) == FAST.tries
            assert 2 < on.clock.seconds < 60

    async def test_a_truncated_answer_is_asked_for_again(self) -> None:
        async with self.stage(9) as on:
            on.server.inject(faults.truncated, times=2, when=on.wire.is_listing)
            assert {job.id for job in jobs_in(await on.listed())} == self.ids(on.wire)

    async def test_a_page_that_always_comes_truncated_is_no_page(self) -> None:
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            await self._breaks_after_the_first_page(on, faults.truncated, Unreachable)

    async def test_refused_in_the_middle_of_a_listing(self) -> None:
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            await self._breaks_after_the_first_page(on, Answer({"message": "no"}, status=403), RemoteError)

    async def test_a_web_page_is_named_as_one(self) -> None:
        async with self.stage(3) as on:
            on.server.inject(faults.WEB_PAGE, times=faults.MANY)
            with pytest.raises(UnexpectedAnswer, match="web page"):
                await on.listed()
            with pytest.raises(UnexpectedAnswer, match="web page"):
                await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))

    async def test_a_web_page_that_says_not_found_is_no_word_about_the_job(self) -> None:
        async with self.stage(3) as on:
            await on.adapter.test()
            on.server.inject(replace(faults.WEB_PAGE, status=404), times=faults.MANY)
            for attempt in (lambda: on.adapter.job(on.wire.job_id(on.wire.jobs[0])), on.listed):
                with pytest.raises(UnexpectedAnswer, match="web page") as caught:
                    await attempt()
                assert "address is right" in (caught.value.remedy or "")

    async def test_an_empty_object_is_not_an_empty_listing(self) -> None:
        async with self.stage(3) as on:
            on.server.inject(faults.EMPTY_OBJECT, times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(RemoteError):
                await on.listed()

    async def test_a_listing_that_leads_in_circles_ends(self) -> None:
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            on.wire.loops = True
            with pytest.raises(UnexpectedAnswer):
                async with asyncio.timeout(60):
                    await on.listed()
            assert len(on.server.asked) < 40

    async def test_a_listing_that_contradicts_itself_is_no_listing(self) -> None:
        for name, twist in self.wire.contradictions.items():
            async with self.stage() as on:
                on.wire.after = lambda _, said: twist(said)  # noqa: B023 - the stage ends with the round
                with pytest.raises(UnexpectedAnswer) as caught:
                    await on.listed()
                assert "may be missing" in caught.value.message, name
                assert caught.value.remedy, name

    async def test_an_empty_page_in_the_middle_is_no_whole_listing(self) -> None:
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
        """Whoever keeps the listing decides what becomes of it, by the kind of the error."""
        if not self.wire.pages:
            pytest.skip("this ATS answers its listing in one piece")
        async with self.stage() as on:
            cursor = (await on.first_page()).cursor
            on.server.inject(Answer({"message": "no such cursor"}, status=400), when=on.wire.is_listing)
            with pytest.raises(STALE_CURSOR):
                await on.listed(Listing(cursor=cursor))

    async def test_a_redirect_is_refused_and_nothing_is_sent_there(self) -> None:
        async with AtsServer(lambda _: Answer({})) as elsewhere, self.stage(3) as on:
            on.server.inject(faults.redirect(f"{elsewhere.url}/stolen"), times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(UnexpectedAnswer, match="redirect"):
                await on.listed()
            assert elsewhere.asked == []

    async def test_a_dripping_answer_ends_at_the_deadline(self) -> None:
        async with self.stage(3, limits=replace(FAST, deadline=0.15, tries=1)) as on:
            on.server.inject(faults.drip, times=faults.MANY, when=on.wire.is_listing)
            with pytest.raises(Unreachable, match="no whole answer"):
                await on.listed()

    async def test_a_bomb_does_not_go_off(self) -> None:
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
