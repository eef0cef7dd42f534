"""Ashby: failures with the status of a success, the sync token's life, names, and what only a single job has."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobsync_tui.backend.ats.ashby.errors import SyncTokenExpired, explain
from jobsync_tui.backend.ats.ashby.rows import Names, Row, to_job
from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.core.errors import CredentialsRejected, PermissionMissing, RateLimited, Refused, RemoteError, RemoteGone
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.backend.http import Reply
from jobsync_tui.testing.ats_server import Answer
from jobsync_tui.testing.stage import Stage, jobs_in, staged
from jobsync_tui.testing.wire import EPOCH
from tests.support.recordings import answered
from tests.support.wire.ashby import AshbyWire, failure

BERLIN = Location("Berlin HQ", "Berlin", None, "Germany")


def wire_of(on: Stage) -> AshbyWire:
    assert isinstance(on.wire, AshbyWire)
    return on.wire


async def test_a_listing_has_names_and_says_what_it_lacks() -> None:
    async with staged(AshbyWire(5)) as on:
        job = jobs_in(await on.listed())[0]
        assert job.locations == (BERLIN, Location("Remote", "Remote"))
        assert (job.department, job.owner, job.employment_type) == ("Engineering", "Dana Whitfield", "FullTime")
        assert job.custom == {"Req Type": "New"}
        assert job.not_loaded == ("locations", "description", "url", "remote", "visibility")
        assert (job.description, job.url, job.remote) == (None, None, None)


async def test_drafts_are_listed() -> None:
    async with staged(AshbyWire(10)) as on:
        assert [job.status for job in jobs_in(await on.listed())].count(JobStatus.DRAFT) == 2


async def test_a_single_job_has_what_its_posting_has() -> None:
    async with staged(AshbyWire(1)) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert job is not None
        assert (job.description, job.url, job.remote) == ("<p>Text</p>", "https://jobs.example.com/post-1", True)
        assert job.not_loaded == ()
        assert job.locations == (BERLIN, Location("Remote", "Remote"), Location("Paris", "Paris"))
        assert job.visibility is Visibility.PUBLIC
        assert job.name == on.wire.jobs[0].name  # the job's own, not what was published


async def test_a_draft_has_the_posting_that_it_is_drafted_with() -> None:
    async with staged(AshbyWire(5)) as on:
        job = await on.adapter.job(on.wire.job_id(on.wire.jobs[4]))
        assert job is not None
        assert (job.status, job.description, job.visibility) == (JobStatus.DRAFT, "<p>Text</p>", None)


async def test_who_may_see_a_job() -> None:
    async with staged(AshbyWire(4)) as on:
        jobs = [await on.adapter.job(on.wire.job_id(job)) for job in on.wire.jobs]
        public, unlisted, confidential = Visibility.PUBLIC, Visibility.UNLISTED, Visibility.CONFIDENTIAL
        assert [job and job.visibility for job in jobs] == [public, public, unlisted, confidential]
        listed = jobs_in(await on.listed())
        assert [(job.visibility, "visibility" in job.not_loaded) for job in listed] == [(None, True)] * 3 + [(confidential, False)]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ({"value": "a", "valueLabel": "Choice A"}, "Choice A"),
        ({"value": ["a", "b"], "valueLabel": ["A", "B"]}, ["A", "B"]),
        ({"value": 5}, 5),
        ({"value": False}, False),
        ({"value": "a", "valueLabel": None}, "a"),
        ({"value": "", "valueLabel": ""}, None),
    ],
)
def test_choices_are_shown_by_their_labels(field: dict[str, object], shown: object) -> None:
    row = answered({"id": "1", "customFields": [{"title": "Field", **field}]}, "Ashby").decode(Row)
    assert to_job(row, Names({}, {}), "acme").custom.get("Field") == shown


async def test_the_test_asks_for_whatever_a_refresh_asks_for() -> None:
    async with staged(AshbyWire(1)) as on:
        wire_of(on).denied.add("department.list")
        with pytest.raises(PermissionMissing, match="department"):
            await on.adapter.test()


async def test_as_many_requests_as_it_takes() -> None:
    async with staged(AshbyWire(5)) as on:
        await on.adapter.job(on.wire.job_id(on.wire.jobs[0]))
        assert on.http.requests == 4  # job, posting, places, departments
        await on.adapter.job(on.wire.job_id(on.wire.jobs[1]))
        assert on.http.requests == 6
        mark = (await on.listed())[-1].watermark
        before = on.http.requests
        await on.listed(Listing(watermark=mark))
        assert on.http.requests - before == 1


async def test_an_id_that_is_no_uuid_is_not_asked_for() -> None:
    async with staged(AshbyWire(1)) as on:
        assert await on.adapter.job("4711") is None
        assert on.http.requests == 0


async def test_a_place_that_is_newer_than_the_names_is_looked_up_once() -> None:
    async with staged(AshbyWire(23)) as on:
        mark = (await on.listed())[-1].watermark
        old = Answer({"success": True, "results": [], "moreDataAvailable": False})
        on.server.inject(old, when=lambda asked: asked.path.endswith("/location.list"))
        await on.listed()  # from now on the adapter knows no place
        for job in on.wire.jobs:
            job.changed += timedelta(days=1)
        before = on.http.requests
        jobs = jobs_in(await on.listed(Listing(watermark=mark)))
        assert {job.location for job in jobs} == {BERLIN}
        assert on.http.requests - before == 4 + 2


async def test_a_place_that_is_nowhere_is_not_looked_up_again_and_again() -> None:
    async with staged(AshbyWire(23)) as on:
        none = Answer({"success": True, "results": [], "moreDataAvailable": False})
        on.server.inject(none, times=99, when=lambda asked: asked.path.endswith("/location.list"))
        for wired in on.wire.jobs[:5]:
            job = await on.adapter.job(on.wire.job_id(wired))
            assert job is not None
            assert job.location is None
        assert sum(asked.path.endswith("/location.list") for asked in on.server.asked) == 2


async def test_an_expired_sync_token_begins_a_full_listing() -> None:
    async with staged(AshbyWire(9)) as on:
        mark = (await on.listed())[-1].watermark
        wire_of(on).oldest_token = EPOCH + timedelta(days=3650)
        pages = await on.listed(Listing(watermark=mark))
        assert len(jobs_in(pages)) == 9
        assert pages[-1].watermark


async def test_a_full_listing_that_fails_by_its_token_does_not_go_round() -> None:
    async with staged(AshbyWire(3)) as on:
        on.server.inject(failure("sync_token_expired"), times=99, when=on.wire.is_listing)
        with pytest.raises(SyncTokenExpired):
            await on.listed()


async def test_a_missing_permission_is_named() -> None:
    async with staged(AshbyWire(3)) as on:
        wire_of(on).denied.add("department.list")
        with pytest.raises(PermissionMissing, match=r"department\.list") as caught:
            await on.listed()
        assert "organizationRead" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"success": False, "errors": ["job_not_found"], "errorInfo": None}, RemoteGone),
        ({"success": False, "errors": [{"code": "job_not_found"}]}, RemoteGone),
        ({"success": False, "errors": None, "errorInfo": {"code": "job_not_found", "message": "x"}}, RemoteGone),
        ({"success": False, "errors": ["Sync Token Expired"]}, SyncTokenExpired),
        ({"success": False, "errors": ["rate_limit_exceeded"]}, RateLimited),
        ({"success": False, "errors": ["missing_endpoint_permission"]}, PermissionMissing),
        ({"success": False, "errors": [None, {}]}, Refused),
        ({"success": False}, Refused),
    ],
)
def test_failures_with_the_status_of_a_success(body: dict[str, object], kind: type[RemoteError]) -> None:
    error = explain(answered(body, "Ashby"))
    assert type(error) is kind


@pytest.mark.parametrize("body", [b"{}", b'{"success": true, "results": []}', b"<html>", b"", b'{"success": "no"}', b"[1]"])
def test_what_is_no_failure_is_left_to_others(body: bytes) -> None:
    assert explain(Reply(200, {}, body)) is None


@pytest.mark.parametrize("body", [b"", b"<html>Forbidden</html>", b'{"success": false, "errors": ["invalid_api_key"]}', b"{}"])
def test_a_key_that_was_deactivated(body: bytes) -> None:
    error = explain(Reply(403, {}, body))
    assert isinstance(error, CredentialsRejected)
    assert "Admin" in (error.remedy or "")
