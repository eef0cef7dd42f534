"""Kombo: its own errors, its ids, and the vendor's example field by field."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.kombo.adapter import Kombo
from jobsync_tui.backend.core.errors import CredentialsRejected, NotReady, PermissionMissing, RateLimited, Refused, RemoteError, Unreachable
from jobsync_tui.backend.core.models import Job, JobStatus, Location, Visibility
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from tests.ats.recorded import recorded
from tests.support.wire.kombo import KomboWire, error, kombo_id, row


async def test_the_vendors_example() -> None:
    body = recorded("kombo/list-jobs.json")
    async with staged(KomboWire(0)) as on:
        on.server.inject(Answer(body, headers={"Content-Type": "application/json"}), when=on.wire.is_listing)
        page = await on.first_page()
    berlin = Location("Berlin, Germany", "Berlin", "Berlin", "DE")
    at = datetime(2022, 8, 7, 14, 1, 29, 196_000, tzinfo=UTC)
    assert page.rejected == ()
    assert page.jobs == (
        Job(
            integration="acme",
            id="32",
            name="Backend Engineer",
            status=JobStatus.OPEN,
            ats_status="OPEN",
            location=berlin,
            locations=(berlin,),
            department="Engineering",
            owner="John Doe",
            requisition_id="BE-2021-01",
            employment_type="FULL_TIME",
            remote=False,
            visibility=Visibility.PUBLIC,
            description="<p>Kombo is hiring engineers! If you are reading this and you are located in Berlin, Germany, "
            "feel free to contact us about this position.</p>",
            url="https://jobs.example.com/post/159829112",
            created_at=at,
            updated_at=at,
        ),
    )


def _answer(row: dict[str, object]) -> Answer:
    return Answer({"status": "success", "data": {"next": None, "results": [row]}})


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({"visibility": "INTERNAL"}, Visibility.INTERNAL),
        ({"visibility": "UNLISTED"}, Visibility.UNLISTED),
        ({"visibility": "CONFIDENTIAL"}, Visibility.CONFIDENTIAL),
        ({"visibility": "PUBLIC", "confidential": True}, Visibility.CONFIDENTIAL),
        ({"visibility": None, "confidential": False}, None),
        ({"visibility": "SOMETHING_NEW"}, None),
        ({"visibility": None, "job_postings": [{"visibility": "UNLISTED"}]}, Visibility.UNLISTED),
    ],
)
async def test_who_may_see_a_job(fields: dict[str, object], visibility: Visibility | None) -> None:
    wire = KomboWire(1)
    async with staged(wire) as on:
        on.server.inject(_answer(row(wire, wire.jobs[0]) | fields), when=on.wire.is_listing)
        assert (await on.first_page()).jobs[0].visibility is visibility


async def test_an_active_and_public_posting_speaks_for_the_job() -> None:
    postings = [
        {"url": "https://x/1", "description_html": "old", "status": "INACTIVE", "visibility": "PUBLIC"},
        {"url": "https://x/2", "description_html": "inner", "status": "ACTIVE", "visibility": "INTERNAL"},
        {"url": "https://x/3", "description_html": "right", "status": "ACTIVE", "visibility": "PUBLIC"},
        {"url": "https://x/4", "description_html": "later", "status": "ACTIVE", "visibility": "PUBLIC"},
    ]
    wire = KomboWire(1)
    async with staged(wire) as on:
        bare = row(wire, wire.jobs[0]) | {"description": None, "post_url": None, "job_postings": postings}
        on.server.inject(_answer(bare), when=on.wire.is_listing)
        job = (await on.first_page()).jobs[0]
    assert (job.description, job.url, job.visibility) == ("right", "https://x/3", Visibility.PUBLIC)


async def test_the_vendors_example_of_an_error() -> None:
    examples = msgspec.json.decode(recorded("kombo/errors.json"))
    async with staged(KomboWire(1)) as on:
        for example, kind in (("Error Response", PermissionMissing), ("Minimal Error Response", Refused)):
            on.server.inject(Answer(examples[example]["value"], status=422))
            with pytest.raises(kind):
                await on.listed()


@pytest.mark.parametrize(
    ("status", "code", "kind", "remedy"),
    [
        (401, "PLATFORM.AUTHENTICATION_INVALID", CredentialsRejected, "credentials.api_key"),
        (404, "PLATFORM.INTEGRATION_NOT_FOUND", CredentialsRejected, "credentials.integration_id"),
        (403, "PLATFORM.IP_NOT_WHITELISTED", PermissionMissing, "allow list"),
        (400, "INTEGRATION.PERMISSION_MISSING", PermissionMissing, "administrator of the ATS"),
        (400, "INTEGRATION.AUTHENTICATION_INVALID", CredentialsRejected, "Reconnect"),
        (409, "INTEGRATION.SETUP_SYNC_PENDING", NotReady, "first sync"),
        (503, "INTEGRATION.SETUP_SYNC_PENDING", NotReady, "first sync"),
        (409, "INTEGRATION.QA_FAILED", NotReady, "passed it"),
        (409, "INTEGRATION.SETUP_INCOMPLETE", NotReady, "Finish"),
        (400, "INTEGRATION.MODEL_DISABLED", PermissionMissing, "Enable"),
        (503, "REMOTE.SERVICE_UNAVAILABLE", Unreachable, "Try again"),
        (400, "REMOTE.RATE_LIMIT_EXCEEDED", RateLimited, "Try again"),
        (400, "PLATFORM.INPUT_INVALID", Refused, "report"),
    ],
)
async def test_errors_go_by_their_code(status: int, code: str, kind: type[RemoteError], remedy: str) -> None:
    async with staged(KomboWire(1)) as on:
        on.server.inject(error(status, code, "\x1b[2JSomething Kombo says"), times=faults.MANY)
        with pytest.raises(kind) as caught:
            await on.listed()
        assert type(caught.value) is kind
        assert remedy in (caught.value.remedy or "")
        assert "Something Kombo says" in caught.value.message
        assert "\x1b" not in caught.value.message


async def test_pending_is_no_empty_listing_and_is_not_tried_again() -> None:
    async with staged(KomboWire(5)) as on:
        on.server.inject(error(409, "INTEGRATION.SETUP_SYNC_PENDING", "wait"), times=faults.MANY)
        with pytest.raises(NotReady):
            await on.listed()
        assert len(on.server.asked) == 1


async def test_the_ids_own_ats_goes_before_kombos() -> None:
    async with staged(KomboWire(3)) as on:
        first, second, third = on.wire.jobs
        pages = await on.listed()
        assert [job.id for job in jobs_in(pages)] == ["9001", "9002", kombo_id(third)]
        own = {"9001": kombo_id(first), "9002": kombo_id(second), kombo_id(third): kombo_id(third)}
        assert {key: own_id for page in pages for key, own_id in page.own_ids.items()} == own
        requests = on.http.requests
        assert await on.adapter.job("9001") is not None
        assert on.http.requests == requests + 1
        assert await on.adapter.job(kombo_id(third)) is not None
        assert on.http.requests == requests + 2
        assert await on.adapter.job(kombo_id(first)) is None  # its ATS job id is another one


class Composite(KomboWire):
    """The ids of its ATS have two parts."""

    def answer(self, asked: Asked) -> Answer:
        answer = super().answer(asked)
        if asked.path.endswith("/ats/jobs") and isinstance(answer.payload, dict) and "data" in answer.payload:
            for each in answer.payload["data"]["results"]:
                each["remote_id"] = each["remote_id"] and f"{each['remote_id']},US"
        return answer


async def test_an_id_with_a_comma_is_found_by_kombos_own() -> None:
    async with staged(Composite(20)) as on:
        job = await on.adapter.job("9019,US")
        assert job is not None
        assert job.id == "9019,US"
        before = on.http.requests
        assert await on.adapter.job("9001,US") is not None
        assert on.http.requests == before + 1  # a listing told it by the way
        assert await on.adapter.job("9001,DE") is None


async def test_ten_changes_among_many_cost_one_request() -> None:
    async with staged(KomboWire(23)) as on:
        mark = (await on.listed())[-1].watermark
        on.wire.page_size = 250
        before = on.http.requests
        await on.listed(Listing(watermark=mark))
        assert on.http.requests == before + 1


@pytest.mark.parametrize(
    ("url", "job_id"),
    [
        ("https://app.jobvite.example/requisitions/4711?tab=1", "4711"),
        ("https://app.greenhouse.io/jobs/32/", "32"),
        ("https://jobs.example.com/about-us", None),
        ("not an address", None),
    ],
)
def test_id_in_url(url: str, job_id: str | None) -> None:
    assert Kombo.job_id_in_url(url) == job_id
