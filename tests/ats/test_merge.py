"""Merge: relations expanded or not, whose id counts, and the fields that a customer added."""

from __future__ import annotations

from typing import Any

import pytest

from jobsync_tui.backend.ats.merge import Row, to_job
from jobsync_tui.backend.core.errors import PermissionMissing, UnexpectedAnswer
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.recordings import answered
from tests.support.wire.merge import MergeWire, merge_id


def read(**fields: Any) -> Any:
    return to_job(answered({"id": "m1", **fields}, "Merge").decode(Row), "acme")


async def test_a_job_is_full() -> None:
    async with staged(MergeWire(1)) as on:
        job = jobs_in(await on.listed())[0]
        assert (job.id, job.department, job.owner, job.requisition_id) == ("remote-1", "Engineering", "Dana Whitfield", "REQ-1")
        assert job.location == Location("Berlin, Germany", "Berlin")
        assert job.url == "https://jobs.example.com/1"  # the posting, not the way to apply
        assert job.custom == {"cost_center": "C7"}
        visible = [each.visibility for each in jobs_in(await on.listed())]
        assert visible == [Visibility.CONFIDENTIAL if each.number % 4 == 0 else None for each in on.wire.jobs]
        assert (job.status, job.ats_status) == (JobStatus.OPEN, "OPEN")


def test_bare_ids_name_nobody() -> None:
    job = read(departments=["d-1", None], offices=["o-1"], hiring_managers=["p-1"], recruiters=None)
    assert (job.department, job.locations, job.owner) == (None, (), None)
    assert job.unread == ("department", "location", "locations", "owner")


def test_every_office_is_a_place() -> None:
    job = read(
        offices=[
            {"name": "HQ", "location": "Paris, France"},
            {"name": "Lyon", "location": None},
            {"name": "HQ 2", "location": "Paris, France"},
        ]
    )
    assert job.locations == (Location("Paris, France", "Paris"), Location("Lyon", "Lyon"))


def test_a_person_without_a_name_is_named_by_mail() -> None:
    assert read(recruiters=[{"email": "dana@example.com"}]).owner == "dana@example.com"


@pytest.mark.parametrize(
    ("word", "status"), [("PENDING", JobStatus.DRAFT), ("ARCHIVED", JobStatus.ARCHIVED), ("Hiring", JobStatus.UNKNOWN)]
)
def test_statuses(word: str, status: JobStatus) -> None:
    assert read(status=word).status is status


async def test_a_job_costs_one_request_by_the_atss_id_and_two_by_merges() -> None:
    async with staged(MergeWire(3)) as on:
        assert await on.adapter.job("remote-1")
        assert on.http.requests == 1
        assert await on.adapter.job(merge_id(on.wire.jobs[2]))
        assert on.http.requests == 3


async def test_merges_id_of_a_job_with_an_id_of_its_own_is_not_its_id() -> None:
    async with staged(MergeWire(3)) as on:
        assert await on.adapter.job(merge_id(on.wire.jobs[0])) is None


async def test_a_job_that_came_and_cannot_be_read_is_not_none() -> None:
    async with staged(MergeWire(1)) as on:
        on.wire.change = lambda _, document: {**document, "results": [{**row, "remote_id": ["?"]} for row in document["results"]]}
        with pytest.raises(UnexpectedAnswer):
            await on.adapter.job("remote-1")


async def test_an_account_that_may_not() -> None:
    async with staged(MergeWire(1)) as on:
        on.server.inject(Answer({"detail": "Job is not in scope"}, status=403))
        with pytest.raises(PermissionMissing, match="Job is not in scope") as caught:
            await on.adapter.test()
        assert "scopes" in (caught.value.remedy or "")
