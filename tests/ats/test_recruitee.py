"""Recruitee: what an offer is, and what its listing lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobsync_tui.backend.ats.recruitee import Row, to_job
from jobsync_tui.backend.core.errors import PermissionMissing
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.recordings import answered
from tests.support.wire.recruitee import RecruiteeWire


def read(**fields: Any) -> Any:
    return to_job(answered({"id": 1, **fields}, "Recruitee").decode(Row), {"31": "Dana Whitfield", "32": "Tom Becker"}, "acme")


async def test_a_listing_says_that_it_lacks_descriptions_and_a_single_job_has_one() -> None:
    async with staged(RecruiteeWire(2)) as on:
        pages = await on.listed()
        assert [job.not_loaded for job in jobs_in(pages)] == [("description",)] * 2
        assert pages[0].total == 2
        job = await on.adapter.job("701")
        assert job is not None
        assert (job.description, job.not_loaded) == ("<p>Text</p>\n<p>Much</p>", ())
        assert job.created_at == datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


async def test_who_owns_a_job_is_asked_for_once() -> None:
    async with staged(RecruiteeWire(2)) as on:
        assert [job.owner for job in jobs_in(await on.listed())] == ["Dana Whitfield", "tom@example.com"]
        before = len(on.server.asked)
        assert (await on.adapter.job("701") or read()).owner == "Dana Whitfield"
        assert len(on.server.asked) == before + 1


async def test_owners_stay_unnamed_where_the_token_may_not_see_users() -> None:
    async with staged(RecruiteeWire(2)) as on:
        on.server.inject(Answer({"error": ["Forbidden"]}, status=403), times=9, when=lambda asked: asked.path.endswith("/admins"))
        assert [job.owner for job in jobs_in(await on.listed())] == [None, None]


def test_owner_employment_type_and_visibility() -> None:
    assert (read(recruiter_id="31", hiring_manager_id=32).owner, read(hiring_manager_id=32).owner) == ("Dana Whitfield", "Tom Becker")
    assert read(employment_type="fulltime").employment_type == "fulltime"
    assert read(employment_type="x", employment_type_code="fulltime_permanent").employment_type == "fulltime_permanent"
    assert [read(status=word).visibility for word in ("published", "internal", "draft")] == [Visibility.PUBLIC, Visibility.INTERNAL, None]


def test_a_listing_with_descriptions_lacks_nothing() -> None:
    assert read(description=None).not_loaded == ()
    assert read(description="<p>x</p>").description == "<p>x</p>"


async def test_talent_pools_are_no_jobs() -> None:
    async with staged(RecruiteeWire(1)) as on:
        pool = {"id": 9, "title": "Pool", "kind": "talent_pool"}
        on.server.inject(Answer({"offers": [pool, {"id": 10, "title": "Job"}]}), when=on.wire.is_listing)
        assert [job.id for job in jobs_in(await on.listed())] == ["10"]
        on.server.inject(Answer({"offer": pool}))
        assert await on.adapter.job("9") is None


def test_every_place_counts() -> None:
    job = read(
        location="Amsterdam", city="Amsterdam", locations=[{"city": "Amsterdam", "country_code": "NL"}, {"name": "Ghent", "city": "Gent"}]
    )
    assert job.locations == (Location("Amsterdam, NL", "Amsterdam", None, "NL"), Location("Ghent", "Gent"))


@pytest.mark.parametrize(
    ("flags", "remote"),
    [
        ({"remote": True}, True),
        ({"remote": True, "hybrid": True}, True),
        ({"remote": True, "on_site": True}, False),
        ({"remote": False}, False),
        ({"hybrid": True}, False),
        ({}, None),
    ],
)
def test_remote(flags: dict[str, bool], remote: bool | None) -> None:
    assert read(**flags).remote is remote


def test_custom_fields_by_name() -> None:
    fields = [
        {"name": "Req Type", "values": [{"value": "New"}]},
        {"name": "Sites", "values": [{"content": "A"}, {"content": "B"}]},
        {"name": "Plain", "value": 5},
        {"name": "Empty", "values": []},
        None,
    ]
    assert read(fields=fields).custom == {"Req Type": "New", "Sites": ["A", "B"], "Plain": 5}


def test_statuses() -> None:
    words = ["published", "internal", "closed", "archived", "draft", "other"]
    assert [read(status=word).status for word in words] == [
        JobStatus.OPEN,
        JobStatus.OPEN,
        JobStatus.CLOSED,
        JobStatus.ARCHIVED,
        JobStatus.DRAFT,
        JobStatus.UNKNOWN,
    ]


async def test_another_companys_token() -> None:
    async with staged(RecruiteeWire(1)) as on:
        on.server.inject(Answer({"error": ["Forbidden"]}, status=403))
        with pytest.raises(PermissionMissing) as caught:
            await on.adapter.test()
        assert "company_id" in (caught.value.remedy or "")
