"""SmartRecruiters: heads in a listing, the rest with a single job, and rows that are announced and do not come."""

from __future__ import annotations

from typing import Any

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.smartrecruiters import Row, head
from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.recordings import answered
from tests.support.wire.smartrecruiters import SmartRecruitersWire


def read(**fields: Any) -> Any:
    return head(answered({"id": "1", **fields}, "SmartRecruiters").decode(Row), "acme")


async def test_a_listing_says_what_it_lacks() -> None:
    async with staged(SmartRecruitersWire(1)) as on:
        job = jobs_in(await on.listed())[0]
        assert job.not_loaded == ("description", "employment_type", "owner", "url", "custom")
        assert (job.department, job.requisition_id, job.remote) == ("Engineering", "REF1", False)
        assert job.location == Location("Berlin, Germany", "Berlin", None, "Germany")


async def test_a_single_job_has_the_rest() -> None:
    async with staged(SmartRecruitersWire(1)) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert (job.owner, job.employment_type, job.not_loaded) == ("Priya Raman", "Full-time", ())  # who recruits, not who made the job
        assert job.url == "https://jobs.smartrecruiters.example.com/Acme/17"
        assert job.custom == {"industry": "Computers", "Req Type": "New"}
        assert job.description == "<h3>Job &amp; Description</h3>\n<p>Text</p>\n<h3>Qualifications</h3>\n<p>Much</p>"
        assert on.http.requests == 3
        await on.adapter.job(job.id)
        assert on.http.requests == 5  # the user is known by now


async def test_the_owner_of_a_job_whose_team_the_key_may_not_see_is_unread() -> None:
    async with staged(SmartRecruitersWire(1)) as on:
        on.server.inject(Answer({"message": "Forbidden"}, status=403), times=2, when=lambda asked: asked.path.endswith("/hiring-team"))
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert (job.owner, job.not_loaded) == (None, ())
        assert job.unread == ("owner",)


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({"postingStatus": "PUBLIC"}, Visibility.PUBLIC),
        ({"postingStatus": "INTERNAL", "visibility": "PUBLIC"}, Visibility.INTERNAL),
        ({"postingStatus": "PRIVATE"}, Visibility.UNLISTED),
        ({"postingStatus": "PUBLIC", "visibility": "PRIVATE"}, Visibility.CONFIDENTIAL),
        ({"postingStatus": "NOT_PUBLISHED"}, None),
        ({}, None),
    ],
)
def test_who_may_see_a_job(fields: dict[str, object], visibility: Visibility | None) -> None:
    assert read(**fields).visibility is visibility


async def test_pages_that_have_ids_are_followed_by_them() -> None:
    wire = SmartRecruitersWire(23)
    wire.page_ids = True
    async with staged(wire) as on:
        pages = await on.listed()
        assert [job.id for job in jobs_in(pages)] == [wire.job_id(job) for job in wire.jobs]
        assert [asked.query.get("pageId") for asked in on.server.asked] == [None, None, "page-7", "page-14", "page-21"]
        for number, page in enumerate(pages[:-1], 1):
            assert jobs_in(await on.listed(Listing(cursor=page.cursor))) == jobs_in(pages[number:])
        changed = await on.listed(Listing(watermark=pages[-1].watermark))
        assert jobs_in(changed) == []


@pytest.mark.parametrize(
    ("word", "posting", "status"),
    [
        ("CREATED", "NOT_PUBLISHED", JobStatus.DRAFT),
        ("CREATED", "PUBLIC", JobStatus.OPEN),
        ("FILLED", "PUBLIC", JobStatus.CLOSED),
        ("ON_HOLD", None, JobStatus.ON_HOLD),
        ("DREAMT", None, JobStatus.UNKNOWN),
        (None, None, JobStatus.UNKNOWN),
    ],
)
def test_statuses(word: str | None, posting: str | None, status: JobStatus) -> None:
    assert read(status=word, postingStatus=posting).status is status


def second_page(asked: Asked) -> bool:
    return asked.query.get("offset") == "7"


@pytest.mark.parametrize("rows", [[], [{"id": "x"}]])
async def test_rows_that_are_announced_and_do_not_come_end_the_listing(rows: list[dict[str, object]]) -> None:
    async with staged(SmartRecruitersWire(23)) as on:
        on.server.inject(Answer({"limit": 7, "offset": 7, "totalFound": 23, "content": rows}), when=second_page)
        with pytest.raises(UnexpectedAnswer, match="some may be missing"):
            await on.listed()


async def test_jobs_that_come_while_a_listing_runs_are_in_it() -> None:
    class Growing(SmartRecruitersWire):
        def answer(self, asked: Asked) -> Answer:
            answer = super().answer(asked)
            if asked.query.get("offset") == "7" and len(self.jobs) == 14:
                self.jobs.extend(SmartRecruitersWire(19).jobs[14:])
            return answer

    async with staged(Growing(14)) as on:
        await on.listed()
        assert len(on.wire.jobs) == 19
        assert {job.id for job in jobs_in(await on.listed())} == {on.wire.job_id(job) for job in on.wire.jobs}


async def test_pages_come_side_by_side_and_in_order() -> None:
    async with staged(SmartRecruitersWire(70)) as on:
        jobs = jobs_in(await on.listed())
        assert [job.id for job in jobs] == [on.wire.job_id(job) for job in on.wire.jobs]
        assert on.http.requests == 10


async def test_a_listing_goes_on_behind_the_page_it_was_cut_at() -> None:
    async with staged(SmartRecruitersWire(23)) as on:
        pages = await on.listed()
        before = on.http.requests
        rest = await on.listed(Listing(cursor=pages[2].cursor))
        assert jobs_in(rest) == jobs_in(pages[3:])
        assert on.http.requests - before == 1
