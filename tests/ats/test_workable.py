"""Workable: recorded jobs field by field, and next pages that are named by another host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.rows import read_rows
from jobsync_tui.backend.ats.workable import SHAPE, Row, Workable, to_job
from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.core.models import Job, JobStatus, Location, Visibility
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.clockwork import START
from jobsync_tui.testing.stage import staged
from tests.ats.recorded import recorded
from tests.support.recordings import answered
from tests.support.wire.workable import WorkableWire

LONDON = Location("London, United Kingdom", "London", "England", "United Kingdom")


def test_the_recorded_listing_field_by_field() -> None:
    read = read_rows(
        answered(msgspec.json.decode(recorded("workable/list-jobs.json"))["response"], "Workable"),
        SHAPE,
        partial(to_job, integration="acme"),
    )
    assert not read.rejected
    first, second = read.jobs
    assert first == Job(
        integration="acme",
        id="9CD658E13E",
        name="Account Executive",
        status=JobStatus.CLOSED,
        ats_status="closed",
        location=LONDON,
        locations=(LONDON,),
        requisition_id="GB/09/AE",
        remote=False,
        url="https://nangodev.workable.com/jobs/5986327",
        created_at=datetime(2026, 3, 25, tzinfo=UTC),
        updated_at=datetime(2026, 7, 23, 18, 58, 17, tzinfo=UTC),
        not_loaded=("employment_type", "owner", "custom"),
    )
    assert second.location == Location("New York, United States", "New York", "New York", "United States")


def test_the_recorded_single_job() -> None:
    document = msgspec.json.decode(recorded("workable/get-job.json"))["response"]
    job = to_job(answered(document, "Workable").decode(Row), "acme")
    assert (job.id, job.employment_type, job.location, job.not_loaded) == ("9CD658E13E", "Full-time", LONDON, ("owner", "custom"))
    assert job.custom == {
        "industry": "Staffing and Recruiting",
        "function": "Other",
        "experience": "Mid-Senior level",
        "education": "Bachelor's Degree",
    }
    assert job.description == document["full_description"]
    assert job.updated_at == datetime(2026, 7, 23, 20, 46, 41, tzinfo=UTC)


async def test_who_owns_a_job_and_its_custom_attributes() -> None:
    async with staged(WorkableWire(4)) as on:
        jobs = [await on.adapter.job(on.wire.job_id(job)) for job in on.wire.jobs]
        assert [job and job.owner for job in jobs] == ["Dana Whitfield", "Dana Whitfield", "Aisha Bello", None]
        assert jobs[0] is not None
        assert jobs[0].custom == {"Req Type": "New", "industry": "Staffing", "function": "Other"}
        assert jobs[0].not_loaded == ()


async def test_a_token_that_may_not_see_the_team_reads_the_job() -> None:
    async with staged(WorkableWire(1)) as on:
        on.server.inject(Answer({"error": "Forbidden"}, status=403), times=faults.MANY, when=lambda asked: asked.path.count("/") > 4)
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert (job.owner, job.custom, job.not_loaded) == (None, {"industry": "Staffing", "function": "Other"}, ())


def test_who_may_see_a_job() -> None:
    def of(state: str, *, confidential: bool | None) -> Visibility | None:
        return to_job(Row(shortcode="1", state=state, confidential=confidential), "acme").visibility

    assert of("published", confidential=False) is of("published", confidential=None) is Visibility.PUBLIC
    assert of("published", confidential=True) is of("closed", confidential=True) is Visibility.CONFIDENTIAL
    assert of("draft", confidential=False) is None


async def test_a_next_page_on_another_host_is_asked_of_the_account() -> None:
    async with staged(WorkableWire(20)) as on:
        pages = await on.listed()
        assert [len(page.jobs) for page in pages] == [7, 7, 6]
        asked = on.server.asked[-1].query
        assert asked["since_id"] == "e"
        assert asked["limit"] == "100"  # ours, not the one the next link carries along
        assert "full_description" in asked["include_fields"]
        assert all(job.description == "<p>Text</p>" for page in pages for job in page.jobs)


async def test_changes_are_asked_for_on_every_page() -> None:
    async with staged(WorkableWire(20)) as on:
        await on.listed(Listing(watermark="2026-01-01T00:00:00.000Z"))
        assert {asked.query["updated_after"] for asked in on.server.asked} == {"2026-01-01T00:00:00.000Z"}
        assert len(on.server.asked) == 3


async def test_a_next_page_that_is_no_address_ends_the_listing() -> None:
    async with staged(WorkableWire(3)) as on:
        on.server.inject(Answer({"jobs": [], "paging": {"next": "https://[bad"}}))
        with pytest.raises(UnexpectedAnswer, match="no address"):
            await on.listed()


class Busy(WorkableWire):
    """Every answer says that the window is used up for eight seconds."""

    def answer(self, asked: Asked) -> Answer:
        reset = str(int(START.timestamp()) + 8)
        return replace(super().answer(asked), headers={"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset})


async def test_a_used_up_window_is_waited_for() -> None:
    async with staged(Busy(9)) as on:
        assert len(await on.listed()) == 2
        assert on.clock.seconds == 9  # the header is in whole seconds, so one more is given
        assert on.clock.said[0].startswith("rate limited by Workable, next try in ")


def test_ids_in_addresses() -> None:
    assert Workable.job_id_in_url("https://apply.workable.com/acme/j/9CD658E13E/") == "9CD658E13E"
    assert Workable.job_id_in_url("https://acme.workable.com/spi/v3/jobs/9CD658E13E?x=1") == "9CD658E13E"
    assert Workable.job_id_in_url("https://nangodev.workable.com/jobs/5986327") is None  # an inner number, not the shortcode
    assert Workable.job_id_in_url("https://example.com/j/9CD658E13E") is None
