"""RecruitCRM: names that are joined, one for all rows and one with a single job, and numbers where words are meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.recruitcrm import Names, Row, to_job
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.recordings import answered
from tests.support.wire.recruitcrm import RecruitCrmWire


def read(**fields: Any) -> Any:
    return to_job(answered({"slug": "s1", **fields}, "RecruitCRM").decode(Row), Names({"31": "Dana Whitfield"}, {"7": "Shift"}), "acme")


async def test_a_listing_names_owners_and_says_that_it_lacks_clients() -> None:
    async with staged(RecruitCrmWire(9)) as on:
        jobs = jobs_in(await on.listed())
        assert {job.owner for job in jobs} == {"Dana Whitfield"}
        assert {job.not_loaded for job in jobs} == {("client",)}
        assert on.http.requests == 2 + 2  # two pages, the users and the custom fields
        job = jobs[0]
        assert job.location == Location("Pune, Maharashtra, India", "Pune", "Maharashtra", "India")
        assert (job.remote, job.employment_type, job.tags) == (True, "Full Time", ("Ruby", "SQL"))
        assert job.custom == {"category": "Technology", "Req Type": "New"}


async def test_a_single_job_names_its_client() -> None:
    async with staged(RecruitCrmWire(2)) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert (job.client, job.not_loaded) == ("Acme Staffing", ())
        assert on.http.requests == 4
        await on.adapter.job(on.wire.job_id(on.wire.jobs[1]))
        assert on.http.requests == 6  # the users and custom fields are known by now


def test_a_client_that_is_in_the_row_is_not_asked_for() -> None:
    assert (read(company_slug="a", company_name="Acme").client, read(company_slug="a", company_name="Acme").not_loaded) == ("Acme", ())
    assert read(company={"company_name": "Acme"}).client == "Acme"
    assert read().not_loaded == ()  # a job without a client lacks nothing


async def test_owners_stay_unnamed_where_the_token_may_not_see_users() -> None:
    async with staged(RecruitCrmWire(3)) as on:
        on.server.inject(Answer({"message": "Forbidden"}, status=403), times=9, when=lambda asked: asked.path.endswith("/users"))
        assert {job.owner for job in jobs_in(await on.listed())} == {None}


async def test_changes_are_asked_for_by_the_day_before() -> None:
    async with staged(RecruitCrmWire(9)) as on:
        await on.listed(Listing(watermark="2025-12-31T12:00:00.000Z"))
        assert [asked.query["updated_from"] for asked in on.server.asked if "/search" in asked.path] == ["2025-12-31"] * 2


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ({"id": 1, "label": "Open"}, JobStatus.OPEN),
        ({"id": 1, "label": "Hot!"}, JobStatus.OPEN),
        ({"id": "77", "label": "On Hold"}, JobStatus.ON_HOLD),
        ({"id": 3, "label": "Canceled"}, JobStatus.CLOSED),
        ({"id": 9, "label": "Waiting"}, JobStatus.UNKNOWN),
        (None, JobStatus.UNKNOWN),
    ],
)
def test_statuses(found: dict[str, object] | None, status: JobStatus) -> None:
    assert read(job_status=found).status is status


def test_numbers_and_texts_in_each_others_place() -> None:
    job = read(job_code=17, owner="31", job_type={"id": 2, "label": "Full Time"}, job_location_type=2)
    assert (job.requisition_id, job.owner, job.employment_type, job.remote) == ("17", "Dana Whitfield", "Full Time", False)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (1, "Part Time"),
        ("2", "Full Time"),
        (3, "Contract"),
        (4, "Contract to Permanent"),
        ("Freelance", "Freelance"),
        (9, "9"),
        (None, None),
    ],
)
def test_types_of_jobs(found: object, kind: str | None) -> None:
    assert read(job_type=found).employment_type == kind


def test_who_may_see_a_job() -> None:
    assert read(job_posting_status="Public").visibility is Visibility.PUBLIC
    assert read(job_posting_status="string").visibility is read().visibility is None


async def test_a_search_that_knows_no_pages_becomes_a_listing_of_everything() -> None:
    wire = RecruitCrmWire(23)
    async with staged(wire) as on:
        mark = (await on.listed())[-1].watermark
        for job in wire.jobs[:10]:
            job.changed += timedelta(days=3650)
        wire.search_knows_pages = False
        pages = await on.listed(Listing(watermark=mark))
        assert {job.id for job in jobs_in(pages)} == {wire.job_id(job) for job in wire.jobs}
        assert pages[-1].watermark
        resumed = await on.listed(Listing(watermark=mark, cursor=pages[1].cursor))
        assert [job.id for job in jobs_in(resumed)] == [wire.job_id(job) for job in wire.jobs[7:]]


async def test_a_search_that_gives_its_first_page_again_becomes_a_listing_of_everything() -> None:
    async with staged(Forgetful(16)) as on:
        assert len({job.id for job in jobs_in(await on.listed(Listing(watermark="2026-01-01T00:00:00.000Z")))}) == 16


class Forgetful(RecruitCrmWire):
    """Its search takes no notice of the page."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/search"):
            asked = replace(asked, query={name: value for name, value in asked.query.items() if name != "page"})
        return super().answer(asked)


def test_a_custom_field_without_a_name_keeps_its_number() -> None:
    assert read(
        custom_fields=[{"field_id": 12, "value": "x"}, {"field_id": 7, "value": "y"}, {"field_id": 13, "value": None}, None]
    ).custom == {
        "field 12": "x",
        "Shift": "y",
    }
