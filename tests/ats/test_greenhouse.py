"""Greenhouse: tokens, joined names and posts, and the errors of its own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.ats.greenhouse.adapter import Greenhouse, Row, to_job
from jobsync_tui.backend.ats.greenhouse.lists import Marks, Names, Post
from jobsync_tui.backend.core.clock import now, rfc3339
from jobsync_tui.backend.core.errors import CredentialsRejected, PermissionMissing
from jobsync_tui.backend.core.models import JobStatus, Location, Visibility
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.stage import jobs_in, staged
from tests.support.wire.greenhouse import GreenhouseWire


class Roomy(GreenhouseWire):
    """With pages as large as the real ones."""

    page_size = 500


async def test_a_whole_job() -> None:
    async with staged(GreenhouseWire(3)) as on:
        job = await on.adapter.job("4001")
        assert job is not None
        assert job.status is JobStatus.OPEN
        assert job.department == "Nursing"
        assert job.locations == (
            Location("Berlin, Germany", "Berlin"),
            Location("Detroit, MI, United States", "Detroit"),
        )
        assert job.description == "<p>Outer</p>"  # the public post stands for the job, not the internal one
        assert job.url == "https://boards.example.com/1"
        assert job.custom == {"Employment Type": "Full-time", "Req Type": "New"}
        assert job.employment_type == "Full-time"
        assert job.owner == "Dana Whitfield"  # the responsible recruiter
        assert job.visibility is Visibility.PUBLIC


async def test_without_a_recruiter_a_hiring_manager_owns_the_job() -> None:
    async with staged(GreenhouseWire(5)) as on:
        job = await on.adapter.job("4002")
        assert job is not None
        assert job.owner == "Aisha Bello"
        assert {job.not_loaded for job in jobs_in(await on.listed())} == {("owner",)}


async def test_without_the_scopes_for_owners_there_is_none() -> None:
    wire = GreenhouseWire(3)
    wire.names_owners = False
    async with staged(wire) as on:
        job = await on.adapter.job("4001")
        assert job is not None
        assert (job.owner, job.not_loaded) == (None, ())


@pytest.mark.parametrize(
    ("confidential", "post", "visibility"),
    [
        (True, Post(live=True), Visibility.CONFIDENTIAL),
        (False, Post(live=True), Visibility.PUBLIC),
        (False, Post(live=True, internal=True), Visibility.INTERNAL),
        (False, Post(live=False, internal=True), None),
        (None, Post(), None),
    ],
)
def test_who_may_see_a_job(confidential: bool | None, post: Post, visibility: Visibility | None) -> None:
    assert to_job("acme", Row(id=1, confidential=confidential), Names({}, {}), post).visibility is visibility


async def test_requests_are_few() -> None:
    async with staged(Roomy(120)) as on:
        token, names = 1, 2
        mark = (await on.listed())[-1].watermark
        assert on.http.requests == token + names + 1 + 3  # a page of jobs, and posts of 50 jobs at a time
        for job in on.wire.jobs[:10]:
            job.changed += timedelta(days=3650)
        before = on.http.requests
        assert len(jobs_in(await on.listed(Listing(watermark=mark)))) == 10
        assert on.http.requests - before <= 3
        before = on.http.requests
        await on.adapter.job("4003")
        assert on.http.requests - before == 4  # its post, its recruiters, and the name of one of them
        await on.adapter.job("4006")
        assert on.http.requests - before == 7  # whose name is known by now


class Reposted(Roomy):
    """The jobs themselves have not changed since."""

    def _jobs(self, asked: Asked) -> Answer:
        return Answer([]) if "updated_at" in asked.query else super()._jobs(asked)


def ago(minutes: float) -> str:
    """Return a time as watermarks have it."""
    return rfc3339(now() - timedelta(minutes=minutes))


async def test_a_job_whose_post_changed_comes_with_the_changes() -> None:
    async with staged(Reposted(5)) as on:
        mark = (await on.listed())[-1].watermark
        on.wire.jobs[2].changed += timedelta(days=3650)
        assert [job.id for job in jobs_in(await on.listed(Listing(watermark=mark)))] == ["4003"]


async def test_with_nobody_waiting_a_listing_without_changes_is_one_request() -> None:
    async with staged(Reposted(5)) as on:
        mark = (await on.listed())[-1].watermark
        on.wire.jobs[2].changed += timedelta(days=3650)
        for _ in range(3):
            before = on.http.requests
            (page,) = await on.listed(Listing(watermark=mark, unattended=True))
            assert (page.jobs, on.http.requests - before) == ((), 1)
            mark = page.watermark
        # What was left out comes with the first listing that somebody waits for.
        (page,) = await on.listed(Listing(watermark=mark))
        assert [job.id for job in page.jobs] == ["4003"]
        assert Marks.of(page.watermark or "").posts == Marks.of(page.watermark or "").jobs


@pytest.mark.parametrize(("jobs", "posts"), [(5, 31), (31, 31), (5, -60)])
async def test_with_nobody_waiting_posts_are_asked_for_at_the_latest_after_half_an_hour(jobs: int, posts: int) -> None:
    marks = Marks(ago(jobs), ago(posts))
    async with staged(Reposted(5)) as on:
        on.wire.jobs[2].changed += timedelta(days=3650)
        (page,) = await on.listed(Listing(watermark=marks.text(), unattended=True))
        asked = [request.query["updated_at"] for request in on.server.asked if "updated_at" in request.query]
        assert asked == [f"gte|{marks.jobs}", f"gte|{marks.posts}"]
        assert [job.id for job in page.jobs] == ["4003"]
        assert " " not in (page.watermark or " ")


async def test_a_listing_from_the_beginning_leaves_out_nothing() -> None:
    async with staged(Roomy(5)) as on:
        (page,) = await on.listed(Listing(unattended=True))
        assert [job.description for job in page.jobs] == ["<p>Outer</p>"] * 5
        assert " " not in (page.watermark or " ")


def test_a_watermark_of_before_there_were_two_times_is_both() -> None:
    assert Marks.of("2026-01-31T12:00:00.000Z") == Marks("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z")


async def test_a_filter_on_posts_that_is_ignored_is_noticed() -> None:
    class Ignoring(Roomy):
        """Gives every post, whatever is asked."""

        def _posts(self, asked: Asked) -> Answer:
            return super()._posts(Asked(asked.method, asked.path, {k: v for k, v in asked.query.items() if k != "updated_at"}, {}, b""))

    async with staged(Ignoring(5)) as on:
        mark = (await on.listed())[-1].watermark
        assert jobs_in(await on.listed(Listing(watermark=mark))) == []


async def test_templates_are_no_jobs() -> None:
    class Templates(GreenhouseWire):
        """Every job is a template."""

        def _row(self, job: object) -> dict[str, object]:
            return super()._row(job) | {"is_template": True}  # type: ignore[arg-type]

    async with staged(Templates(2)) as on:
        assert jobs_in(await on.listed()) == []


async def test_a_revoked_token_is_renewed_once() -> None:
    wire = GreenhouseWire(3)
    async with staged(wire) as on:
        await on.listed()
        wire.revoked.update(wire.tokens)
        await asyncio.gather(*(on.adapter.job(str(4001 + number)) for number in range(3)))
        assert len(wire.tokens) == 2


async def test_the_token_is_renewed_before_it_ends() -> None:
    wire = GreenhouseWire(3)
    async with staged(wire) as on:
        await on.adapter.job("4001")
        on.clock.seconds += 3500
        await on.adapter.job("4001")
        assert len(wire.tokens) == 2
        assert not any(asked.headers.get("authorization") == "Bearer jwt-canary-0" for asked in on.server.asked[-2:])


async def test_a_token_error_does_not_repeat_the_client_id() -> None:
    async with staged(GreenhouseWire(1), credentials={"client_secret": "no"}) as on:
        with pytest.raises(CredentialsRejected) as caught:
            await on.adapter.test()
        assert "gh-client-canary" not in str(caught.value)
        assert "client_id and client_secret" in (caught.value.remedy or "")


async def test_who_is_no_site_admin() -> None:
    async with staged(GreenhouseWire(1)) as on:
        on.server.inject(Answer({"message": "Forbidden"}, status=403), times=faults.MANY, when=lambda asked: asked.path != "/token")
        with pytest.raises(PermissionMissing) as caught:
            await on.listed()
        assert "Site Admin" in (caught.value.remedy or "")
        assert "harvest:job_posts:list" in (caught.value.remedy or "")


async def test_the_rate_limit_is_kept() -> None:
    async with staged(GreenhouseWire(3)) as on:
        reset = str(int(on.clock.wall().timestamp()) + 20)
        spent = {"X-RateLimit-Limit": "75", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        on.server.inject(Answer([], headers=spent), when=on.wire.is_listing)
        await on.listed()
        await on.listed()
        assert 20 <= on.clock.seconds <= 22


@pytest.mark.parametrize(
    ("url", "job_id"),
    [
        ("https://app.greenhouse.io/sdash/123456", "123456"),
        ("https://app2.greenhouse.io/jobs/77?x=1", "77"),
        ("https://boards.greenhouse.io/acme/jobs/123", None),
        ("https://job-boards.greenhouse.io/acme/jobs/123", None),
        ("https://greenhouse.io.evil.example/sdash/1", None),
        ("123456", None),
    ],
)
def test_id_in_url(url: str, job_id: str | None) -> None:
    assert Greenhouse.job_id_in_url(url) == job_id
