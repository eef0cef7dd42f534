"""Bullhorn: the vendor's test data field by field, and the three steps of logging in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.bullhorn.adapter import SHAPE
from jobsync_tui.backend.ats.bullhorn.rows import Row, WholeRow, labelled, status, to_job
from jobsync_tui.backend.ats.rows import read_rows
from jobsync_tui.backend.core.errors import CredentialsRejected, PermissionMissing, Refused, UnexpectedAnswer
from jobsync_tui.backend.core.left_out import tallied
from jobsync_tui.backend.core.models import Job, JobStatus, Location, Visibility
from jobsync_tui.testing.ats_server import Answer, AtsServer
from jobsync_tui.testing.stage import Stage, jobs_in, staged
from tests.ats.recorded import recorded
from tests.support.recordings import answered
from tests.support.wire.bullhorn import BullhornWire, error


def wire_of(on: Stage) -> BullhornWire:
    assert isinstance(on.wire, BullhornWire)
    return on.wire


def test_the_vendors_test_data_field_by_field() -> None:
    labels = {"customText10": "Floor", "customInt2": "Days", "customText1": "Unused"}
    read = read_rows(
        answered(recorded("bullhorn/search-joborder.json"), "Bullhorn"), SHAPE, partial(to_job, labels=labels, integration="acme")
    )
    assert not read.rejected
    assert read.answer.total == 159
    place = Location("city, Massachusetts", "city", "Massachusetts")
    assert read.jobs[0] == Job(
        integration="acme",
        id="1",
        name="Job1",
        status=JobStatus.CLOSED,
        ats_status="Submitted",
        location=place,
        locations=(place,),
        client="Bullhorn",
        owner=None,  # only an id was asked for then
        requisition_id=None,
        employment_type="50 - Direct Hire",
        remote=False,
        description="<DIV>desc desc \r\n<P></P></DIV>",
        custom={"Floor": "5th Floor", "Days": 90},
        created_at=datetime(2011, 4, 26, 4, tzinfo=UTC),
        updated_at=None,
    )
    assert [job.client for job in read.jobs[1:4]] == ["The Funky Bunch", "Sterling Cooper Draper Pryce", "First Company(Do not touch)"]


@pytest.mark.parametrize(
    ("word", "is_open", "expected"),
    [
        ("Accepting Candidates", True, JobStatus.OPEN),
        ("Placed", False, JobStatus.CLOSED),
        ("Our own word", True, JobStatus.OPEN),
        ("Our own word", False, JobStatus.CLOSED),
        ("Our own word", None, JobStatus.UNKNOWN),
        ("On Hold", True, JobStatus.ON_HOLD),
        ("Archive", False, JobStatus.ARCHIVED),
        (None, True, JobStatus.OPEN),
        ("Closed", True, JobStatus.CLOSED),
        ("Accepting Candidates", False, JobStatus.CLOSED),
    ],
)
def test_statuses(word: str | None, is_open: bool | None, expected: JobStatus) -> None:
    assert status(Row(id=1, status=word, is_open=is_open)) is expected


def test_labels_that_are_used_twice_stay_apart() -> None:
    assert labelled({"customText2": "Shift", "customInt1": "Shift", "customText1": "Type"}) == {
        "customText2": "Shift (customText2)",
        "customInt1": "Shift (customInt1)",
        "customText1": "Type",
    }


def test_blanks_in_labels_are_folded() -> None:
    found = labelled({"customText1": "Req  Type\u00a0", "correlatedCustomText3": "Floor\u00a0", "customInt1": "\u00a0"})
    assert found == {"customText1": "Req Type", "correlatedCustomText3": "Floor", "customInt1": "customInt1"}


def test_correlated_fields_are_fields_of_the_corporations_own() -> None:
    labels = {"correlatedCustomText2": "Floor", "correlatedCustomDate1": "Since"}
    found = answered({"id": 1, "correlatedCustomText2": "5th", "correlatedCustomDate1": 1767225600000}, "Bullhorn").decode(WholeRow)
    assert to_job(found, labels, "acme").custom == {"Floor": "5th", "Since": "2026-01-01T00:00:00.000Z"}


def test_closed_beside_open_is_told() -> None:
    with tallied() as told:
        assert status(Row(id=7, status="Closed", is_open=True)) is JobStatus.CLOSED
    assert [each.reason for each in told.counts()] == ["true beside the status Closed"]


@pytest.mark.parametrize(("flag", "visibility"), [(1, Visibility.PUBLIC), (0, None), (-1, None), (None, None)])
def test_who_may_see_a_job(flag: int | None, visibility: Visibility | None) -> None:
    assert to_job(Row(id=1, is_public=flag), {}, "acme").visibility is visibility


async def test_a_job_is_full() -> None:
    async with staged(BullhornWire(1)) as on:
        job = await on.adapter.job("101")
        assert job is not None
        assert (job.owner, job.client, job.tags, job.remote) == ("Dana Whitfield", "Acme", ("Nursing",), True)
        assert job.location == Location("Boston, Massachusetts, United States", "Boston", "Massachusetts", "United States")
        assert job.custom == {"Req Type": "New", "Go live": "2026-01-01T00:00:00.000Z", "Shift (customInt1)": 2}
        asked = on.server.asked[-1].query["fields"]
        assert "jobPostingURL" not in asked  # this corporation's meta does not know it, and asking would be answered with 404
        assert "customText1" in asked


async def test_a_job_that_comes_bare_is_read_too() -> None:
    async with staged(BullhornWire(1)) as on:
        assert await on.adapter.job("101")
        on.server.inject(Answer({"id": 101, "title": "Bare"}), when=on.wire.is_single)
        job = await on.adapter.job("101")
        assert job is not None
        assert job.name == "Bare"


async def test_one_login_serves_everything_and_names_are_asked_for_once() -> None:
    async with staged(BullhornWire(23)) as on:
        mark = (await on.listed())[-1].watermark
        assert wire_of(on).logins == 1
        before = on.http.requests
        await on.listed(Listing(watermark=mark))
        assert on.http.requests - before == 1


async def test_concurrent_calls_log_in_once() -> None:
    async with staged(BullhornWire(9)) as on:
        await asyncio.gather(*(on.adapter.job(str(100 + number)) for number in range(1, 9)))
        assert len(wire_of(on).sessions) == 1


async def test_a_session_that_ended_is_renewed_once_by_the_refresh_token() -> None:
    async with staged(BullhornWire(9)) as on:
        await on.adapter.job("101")
        wire = wire_of(on)
        wire.ended.update(wire.sessions)
        found = await asyncio.gather(*(on.adapter.job(str(100 + number)) for number in range(1, 9)))
        assert all(found)
        assert wire.logins == 1  # the password was not used again
        assert len(wire.sessions) == 2


async def test_without_a_good_refresh_token_the_password_leads_in_again() -> None:
    async with staged(BullhornWire(3)) as on:
        await on.adapter.job("101")
        wire = wire_of(on)
        wire.ended.update(wire.sessions)
        wire.refresh_tokens.clear()
        assert await on.adapter.job("102")
        assert wire.logins == 2


async def test_a_session_may_end_in_the_middle_of_a_listing() -> None:
    async with staged(BullhornWire(23)) as on:
        await on.adapter.test()
        on.server.inject(error(401, "Bad BhRestToken or timed-out"), when=lambda asked: asked.query.get("start") == "7")
        jobs = jobs_in(await on.listed())
        assert len({job.id for job in jobs}) == 23
        assert wire_of(on).logins == 1


async def test_no_credential_goes_where_the_login_is_only_looked_for() -> None:
    async with staged(BullhornWire(1)) as on:
        await on.adapter.test()
        looked = [asked for asked in on.server.asked if asked.path.endswith("/loginInfo")]
        assert [set(asked.query) for asked in looked] == [{"username"}, {"username"}]
        assert all("bhresttoken" not in asked.headers and not asked.body for asked in looked)
        token = next(asked for asked in on.server.asked if asked.path == "/oauth/token")
        assert not token.query
        assert token.form["client_secret"] == on.wire.credentials["client_secret"]


async def test_a_redirect_anywhere_else_is_refused() -> None:
    async with AtsServer(lambda _: Answer({})) as elsewhere, staged(BullhornWire(1)) as on:
        on.server.inject(
            Answer(b"", status=307, headers={"Location": f"{elsewhere.url}/login"}), when=lambda asked: asked.path.endswith("/login")
        )
        with pytest.raises(UnexpectedAnswer, match="redirect"):
            await on.adapter.test()
        assert elsewhere.asked == []


async def test_data_centres_that_lead_in_circles() -> None:
    async with staged(BullhornWire(1)) as on:
        again = Answer(b"", status=307, headers={"Location": f"{on.server.url}/other-centre/rest-services/loginInfo"})
        on.server.inject(again, times=99, when=lambda asked: asked.path.endswith("/loginInfo"))
        with pytest.raises(UnexpectedAnswer, match="without end"):
            await on.adapter.test()


@pytest.mark.parametrize("location", ["", "https://[bad", "javascript:alert(1)"])
async def test_a_login_that_leads_nowhere(location: str) -> None:
    async with staged(BullhornWire(1)) as on:
        on.server.inject(
            Answer(b"", status=307, headers={"Location": location}), times=9, when=lambda asked: asked.path.endswith("/loginInfo")
        )
        with pytest.raises(UnexpectedAnswer):
            await on.adapter.test()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "nope-nope"}, "does not log this user in"),
        ({"client_secret": "nope-nope"}, "does not accept client_id and client_secret"),
    ],
)
async def test_what_is_wrong_with_the_login_is_said(wrong: dict[str, str], words: str) -> None:
    async with staged(BullhornWire(1), credentials=wrong) as on:
        with pytest.raises(CredentialsRejected, match=words) as caught:
            await on.adapter.test()
        assert "terms of service" in (caught.value.remedy or "")


async def test_a_missing_entitlement_is_told() -> None:
    async with staged(BullhornWire(1)) as on:
        on.server.inject(error(403, "no entitlement"), when=on.wire.is_listing)
        with pytest.raises(PermissionMissing) as caught:
            await on.adapter.test()
        assert "entitlement" in (caught.value.remedy or "")


async def test_a_token_that_counts_as_expired_when_it_is_new_is_replaced_once() -> None:
    expired = error(400, "Invalid or expired OAuth access token.")
    async with staged(wire := BullhornWire(3)) as on:
        on.server.inject(expired, when=lambda asked: asked.path == "/rest-services/login")
        assert len(jobs_in(await on.listed())) == 3
        assert wire.logins == 2
        on.server.inject(expired, when=on.wire.is_listing)
        assert len(jobs_in(await on.listed())) == 3
    async with staged(wire := BullhornWire(3)) as on:
        on.server.inject(expired, times=9, when=lambda asked: asked.path == "/rest-services/login")
        with pytest.raises(CredentialsRejected, match="expired OAuth access token"):
            await on.adapter.test()
        assert wire.logins == 2


async def test_a_request_that_is_declined_for_another_reason_is_not_a_rejected_login() -> None:
    async with staged(BullhornWire(3)) as on:
        on.server.inject(error(400, "Unknown sort field"), when=on.wire.is_listing)
        with pytest.raises(Refused, match="Unknown sort field"):
            await on.listed()


async def test_an_address_is_asked_for_with_its_parts() -> None:
    async with staged(BullhornWire(1)) as on:
        (job,) = jobs_in(await on.listed())
        assert job.location == Location("Boston, Massachusetts, United States", "Boston", "Massachusetts", "United States")
