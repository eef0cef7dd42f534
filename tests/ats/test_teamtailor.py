"""Teamtailor: relations by what is included, and every status asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jobsync_tui.backend.ats.teamtailor import Row, to_job
from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.recordings import answered
from tests.support.wire.teamtailor import TeamtailorWire


async def test_a_job_is_full() -> None:
    async with staged(TeamtailorWire(1)) as on:
        job = jobs_in(await on.listed())[0]
        assert job.locations == (Location("Stockholm, Sweden", "Stockholm", None, "Sweden"), Location("Anywhere", "Anywhere"))
        assert (job.department, job.owner, job.employment_type, job.remote) == ("Engineering", "Dana Whitfield", "permanent", True)
        assert job.url == "https://acme.teamtailor.example.com/jobs/2601"
        assert job.created_at == datetime(2020, 3, 25, 12, 45, 10, 480000, UTC)
        assert job.tags == ("rails",)
        assert (job.requisition_id, job.visibility) == ("17", Visibility.PUBLIC)


async def test_a_job_without_a_requisition_has_none() -> None:
    async with staged(TeamtailorWire(5)) as on:
        assert [job.requisition_id for job in jobs_in(await on.listed())] == ["17", None, "17", None, "17"]


@pytest.mark.parametrize(
    ("attributes", "visibility"),
    [
        ({"human-status": "published"}, Visibility.PUBLIC),
        ({"human-status": "unlisted", "internal": False}, Visibility.UNLISTED),
        ({"human-status": "published", "internal": True}, Visibility.INTERNAL),
        ({"human-status": "draft"}, None),
        ({"status": "open"}, None),
    ],
)
def test_who_may_see_a_job(attributes: dict[str, object], visibility: Visibility | None) -> None:
    assert to_job(answered({"id": 5, "attributes": attributes}, "Teamtailor").decode(Row), {}, "acme").visibility is visibility


async def test_drafts_are_listed() -> None:
    async with staged(TeamtailorWire(10)) as on:
        pages = await on.listed()
        assert [job.status for job in jobs_in(pages)].count(JobStatus.DRAFT) == 2
        assert pages[0].total == 10


async def test_a_version_that_is_no_longer_spoken() -> None:
    async with staged(TeamtailorWire(1)) as on:
        on.server.inject(Answer({"errors": []}, status=406))
        with pytest.raises(UnexpectedAnswer, match="version"):
            await on.adapter.test()


def test_relations_without_data_name_nothing() -> None:
    row = {"id": 5, "attributes": {"title": "X", "status": "archived"}, "relationships": {"department": {"links": {}}, "locations": None}}
    job = to_job(answered(row, "Teamtailor").decode(Row), {}, "acme")
    assert (job.id, job.department, job.locations, job.status) == ("5", None, (), JobStatus.ARCHIVED)
