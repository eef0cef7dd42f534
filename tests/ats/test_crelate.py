"""Crelate: the tolerant ways, where what the API does is not known for sure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.crelate import Crelate
from jobsync_tui.backend.core.errors import CredentialsRejected
from jobsync_tui.backend.core.models import JobStatus, Location
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from jobsync_tui.testing.wire import WireJob
from tests.support.wire.crelate import CrelateWire, error


class Ignoring(CrelateWire):
    """Does not know ``modified_after``."""

    def _jobs(self, asked: Asked) -> Answer:
        query = {name: value for name, value in asked.query.items() if name != "modified_after"}
        return super()._jobs(Asked(asked.method, asked.path, query, {}, b""))


class Declining(CrelateWire):
    """Takes ``modified_after`` for an error."""

    def _jobs(self, asked: Asked) -> Answer:
        return error(400, "Unknown parameter modified_after") if "modified_after" in asked.query else super()._jobs(asked)


@pytest.mark.parametrize("wire", [CrelateWire, Ignoring, Declining])
async def test_what_changed_comes_whether_or_not_the_filter_is_known(wire: type[CrelateWire]) -> None:
    async with staged(wire(23)) as on:
        mark = (await on.listed())[-1].watermark
        on.wire.jobs[20].changed += timedelta(days=3650)
        pages = await on.listed(Listing(watermark=mark))
        assert [job.id for job in jobs_in(pages)] == [on.wire.job_id(on.wire.jobs[20])]
        assert pages[-1].watermark is not None


async def test_rows_that_did_not_change_are_left_out_and_do_not_count_as_missing() -> None:
    async with staged(Ignoring(9)) as on:
        mark = (await on.listed())[-1].watermark
        on.wire.jobs[2].changed += timedelta(days=3650)
        pages = await on.listed(Listing(watermark=mark))
        assert [job.id for job in jobs_in(pages)] == [on.wire.job_id(on.wire.jobs[2])]
        assert (sum(page.left_out for page in pages), pages[-1].total) == (8, 9)


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({"OnPortal": True}, "public"),
        ({"OnPortal": False}, None),
        ({"PortalVisibility": "Internal"}, "internal"),
        ({"PortalVisibility": 2}, None),
    ],
)
async def test_who_may_see_a_job(fields: dict[str, object], visibility: str | None) -> None:
    async with staged(CrelateWire(1)) as on:
        said = {"Data": [{"Id": on.wire.job_id(on.wire.jobs[0]), "Name": "X", **fields}], "Metadata": {"TotalRecords": 1}, "Errors": []}
        on.server.inject(Answer(said), when=on.wire.is_listing)
        assert jobs_in(await on.listed())[0].visibility == visibility


class Rich(CrelateWire):
    """Adds the shapes that are guessed."""

    extra: dict[str, object]

    def _row(self, job: WireJob) -> dict[str, object]:
        return super()._row(job) | self.extra


@pytest.mark.parametrize(
    ("extra", "status", "word"),
    [
        ({}, JobStatus.OPEN, None),
        ({"ClosedOn": "2026-01-01T00:00:00Z"}, JobStatus.CLOSED, None),
        ({"IsOnHold": True}, JobStatus.ON_HOLD, None),
        ({"JobStatusId": {"Id": "1", "Title": "Filled"}}, JobStatus.CLOSED, "Filled"),
        ({"StatusId": {"Id": "1", "Title": "Dancing"}}, JobStatus.UNKNOWN, "Dancing"),
        ({"StatusId": {"Id": "1", "Title": "Dancing"}, "ClosedOn": "2026-01-01T00:00:00Z"}, JobStatus.CLOSED, "Dancing"),
        ({"StatusId": 7}, JobStatus.OPEN, None),
    ],
)
async def test_status(extra: dict[str, object], status: JobStatus, word: str | None) -> None:
    wire = Rich(1)
    wire.extra = extra
    async with staged(wire) as on:
        (job,) = jobs_in(await on.listed())
        assert (job.status, job.ats_status) == (status, word)


async def test_a_whole_job() -> None:
    wire = Rich(1)
    wire.extra = {
        "CompanyId": {"Id": "c", "Title": "Mercy Health"},
        "JobNum": 17,
        "CustomFields": {"Shift": {"Id": "1", "Title": "Nights"}, "Perks": ["a", {"Title": "b"}], "Rate": 12.5},
    }
    async with staged(wire) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert job.location == Location("Chicago, IL", "Chicago", "IL")
        assert job.client == "Mercy Health"
        assert job.requisition_id == "17"
        assert job.employment_type == "Permanent"
        assert job.description == "<p>Text</p>"
        assert job.custom == {"Shift": "Nights", "Perks": ["a", "b"], "Rate": 12.5}
        assert job.updated_at is not None
        assert job.updated_at.microsecond == 350_000


async def test_the_key_is_never_in_an_address() -> None:
    async with staged(CrelateWire(3), credentials={"api_key": "other-canary"}) as on:
        with pytest.raises(CredentialsRejected, match="Crelate rejected the API key"):
            await on.adapter.test()
        assert all("canary" not in asked.path + str(asked.query) for asked in on.server.asked)


def test_id_in_url() -> None:
    guid = "ab12cd34-0000-4000-8000-00000000012d"
    assert Crelate.job_id_in_url(f"https://app.crelate.com/go#stage/_Jobs/DefaultView/{guid.upper()}/true") == guid
    assert Crelate.job_id_in_url("https://app.crelate.com/jobs") is None
