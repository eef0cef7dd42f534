"""Lever: recorded postings field by field, deletions in windows, and a listing that is gone on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.lever import SHAPE, Posting, to_job
from jobsync_tui.backend.ats.rows import read_rows
from jobsync_tui.backend.core import clock
from jobsync_tui.backend.core.errors import PermissionMissing
from jobsync_tui.backend.core.models import Job, JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from tests.ats.recorded import recorded
from tests.support.recordings import answered
from tests.support.wire.lever import LONGEST_WINDOW, LeverWire

CONVERT = partial(to_job, integration="acme")


def listing() -> dict[str, Job]:
    read = read_rows(answered(msgspec.json.decode(recorded("lever/list-postings.json"))["response"], "Lever"), SHAPE, CONVERT)
    assert not read.rejected
    return {job.id: job for job in read.jobs}


def posting(**fields: Any) -> Job:
    return to_job(Posting(id="1", **fields), "acme")


def test_a_recorded_posting_field_by_field() -> None:
    job = listing()["f00fc049-3ddb-4144-b23b-78688949ce2f"]
    place = Location("San Francisco, CA", "San Francisco", None, "US")
    assert job == Job(
        integration="acme",
        id="f00fc049-3ddb-4144-b23b-78688949ce2f",
        name="Nango Seed Posting 2",
        status=JobStatus.OPEN,
        ats_status="internal",
        location=place,
        locations=(place,),
        department="Sales",
        employment_type="Full-time",
        remote=None,
        visibility=Visibility.INTERNAL,
        description="<div>Second seed posting for Nango integration testing.</div>",
        url="https://jobs.lever.co/nango/f00fc049-3ddb-4144-b23b-78688949ce2f",
        custom={"team": "Account Executive"},
        created_at=datetime(2026, 7, 2, 6, 16, 23, 451000, UTC),
        updated_at=datetime(2026, 7, 2, 6, 16, 23, 451000, UTC),
        unread=("owner",),  # its id came, not its name
    )


def test_who_may_see_a_posting() -> None:
    assert posting(state="published").visibility is Visibility.PUBLIC
    assert posting(state="published", distribution_channels=["internal"]).visibility is Visibility.INTERNAL
    assert posting(state="published", distribution_channels=["public", "internal"]).visibility is Visibility.PUBLIC
    assert posting(state="internal").visibility is Visibility.INTERNAL
    assert posting(state="published", confidentiality="confidential").visibility is Visibility.CONFIDENTIAL
    assert posting(state="published", confidentiality="non-confidential").visibility is Visibility.PUBLIC
    assert posting(state="draft").visibility is None


async def test_confidential_postings_are_listed() -> None:
    async with staged(LeverWire(12)) as on:
        found = jobs_in(await on.listed())
        assert [job.visibility for job in found if on.wire.jobs[4].name == job.name] == [Visibility.CONFIDENTIAL]
        assert len(found) == 12


async def test_a_key_that_may_not_see_confidential_postings_lists_the_others() -> None:
    wire = LeverWire(12)
    wire.sees_confidential = False
    async with staged(wire) as on:
        found = jobs_in(await on.listed())
        assert {job.visibility for job in found} == {Visibility.PUBLIC}
        assert len(found) == 10
        asked = ["confidentiality" in each.query for each in on.server.asked if each.path.endswith("/postings")]
        assert asked[:3] == [True, False, True]
        assert not any(asked[3:])


@pytest.mark.parametrize("page", [1, 2])
async def test_an_answer_that_declines_once_hides_no_confidential_posting(page: int) -> None:
    """It is passing trouble on the first page; on a later one, the listing ends, since those of that page would count as gone."""
    async with staged(LeverWire(12)) as on:
        told, listings = on.wire.told, 0

        def declining_once(asked: Asked) -> Answer:
            nonlocal listings
            listings += on.wire.is_listing(asked)
            return Answer({"code": "Forbidden"}, status=403) if listings == page and on.wire.is_listing(asked) else told(asked)

        on.wire.told = declining_once  # type: ignore[method-assign]
        if page == 1:
            assert len(jobs_in(await on.listed())) == 12
        else:
            with pytest.raises(PermissionMissing):
                await on.listed()
        assert len(jobs_in(await on.listed())) == 12


def test_the_recorded_listing() -> None:
    jobs = listing()
    assert len(jobs) == 6
    assert {job.ats_status: job.status for job in jobs.values()} == {
        "internal": JobStatus.OPEN,
        "draft": JobStatus.DRAFT,
        "closed": JobStatus.CLOSED,
    }
    draft = jobs["75ff237f-c221-4c26-8b23-faf395f5ea1c"]
    assert draft.url is None  # urls is null for drafts
    assert draft.updated_at is not None
    assert draft.created_at is not None
    assert draft.updated_at > draft.created_at
    assert [job.requisition_id for job in jobs.values() if job.requisition_id] == ["9900014"]
    assert [job.remote for job in jobs.values() if job.remote is not None] == [True, True]
    closed = next(job for job in jobs.values() if job.status is JobStatus.CLOSED)
    assert closed.description is not None
    assert closed.description.count("<h3>") == 5  # every headed list is part of the text
    assert closed.description.startswith("<div>")


def test_the_recorded_single_posting() -> None:
    document = msgspec.json.decode(recorded("lever/get-posting.json"))["response"]["data"]
    job = to_job(answered(document, "Lever").decode(Posting), "acme")
    assert (job.name, job.status, job.department) == ("Nango Seed Posting 1", JobStatus.OPEN, "Research & Development")


def test_a_heading_is_text_and_its_content_html() -> None:
    read = read_rows(
        answered({"data": [{"id": "1", "content": {"lists": [{"text": "R&D <b>", "content": "<li>x</li>"}]}}], "hasNext": False}, "Lever"),
        SHAPE,
        CONVERT,
    )
    assert read.jobs[0].description == "<h3>R&amp;D &lt;b&gt;</h3><li>x</li>"


def test_a_word_that_is_not_known_is_kept() -> None:
    job = posting(state="hibernating")
    assert (job.status, job.ats_status) == (JobStatus.UNKNOWN, "hibernating")


async def test_the_owner_is_named() -> None:
    async with staged(LeverWire(1)) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert job.owner == "Dana Whitfield"
        assert job.locations == (Location("Berlin, Germany", "Berlin", None, "DE"), Location("Paris, France", "Paris"))
        assert job.requisition_id == "REQ-1"


async def test_deletions_of_long_ago_are_asked_for_in_windows() -> None:
    async with staged(LeverWire(3)) as on:
        on.wire.jobs[1].deleted = True
        mark = clock.rfc3339(clock.now() - timedelta(days=100))
        pages = await on.listed(Listing(watermark=mark))
        windows = [asked.query for asked in on.server.asked if asked.path.endswith("/deleted")]
        assert len(windows) == 4
        spans = [int(each["deleted_at_end"]) - int(each["deleted_at_start"]) for each in windows]
        assert all(0 < span <= LONGEST_WINDOW for span in spans)
        assert [one["deleted_at_end"] for one in windows[:-1]] == [two["deleted_at_start"] for two in windows[1:]]
        assert pages[-1].deleted == (on.wire.job_id(on.wire.jobs[1]),)


async def test_an_incremental_listing_costs_two_requests() -> None:
    async with staged(LeverWire(3)) as on:
        mark = (await on.listed())[-1].watermark
        before = on.http.requests
        await on.listed(Listing(watermark=mark))
        assert on.http.requests - before == 2
