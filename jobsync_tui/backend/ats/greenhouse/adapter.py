"""Greenhouse by Harvest v3 (harvestdocs.greenhouse.io); v1 and v2 ended on 31 August 2026.

A job has ids where its department and offices have names, and neither description nor address: these come from ``/departments``,
``/offices`` and ``/job_posts``, which are read in batches. A single job is a listing filtered by its id. Nothing says what was deleted, so
only a complete listing shows that. A listing of changes asks for jobs, then for posts; one that nobody waits for asks for the posts once
in half an hour only (`lists.Marks`). Lists need a Site Admin behind ``user_id``: others get 403, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import cast

import msgspec

from ...core.errors import CredentialsRejected, PermissionMissing, RemoteError, UnexpectedAnswer
from ...core.models import FieldAvailability, Job, JobStatus, JsonValue
from ...http import Params, RateHeaders, Reply, TokenAuth, guess_of, said
from ..base import Adapter, Connection, Listing, Page
from ..paginator import Part, by_cursor, page_of
from ..paging import both, together
from ..resume import Place
from ..rows import ReadRows, RowShape, jobs_of, partly_read, typed_rows, with_guess
from ..side_lists import unless_refused
from ..values import distinct, filled, moment, place, status_of, visibility_of
from .lists import (
    PER_PAGE,
    UNREAD_POST,
    Marks,
    NameBook,
    Names,
    Owners,
    Post,
    batches,
    best_posts,
    jobs_with_posts_changed,
    next_cursor,
    place_text,
)
from .lists import SCOPES as OWNER_SCOPES
from .token import DEFAULT_URL, fetcher

OVERLAP = timedelta(minutes=5)

_STATUS = {"open": JobStatus.OPEN, "closed": JobStatus.CLOSED, "draft": JobStatus.DRAFT}
_JOB_IN_URL = re.compile(r"https?://[\w.-]*\bgreenhouse\.io/(?:sdash|plans|jobs|hiringplan/jobs|guides|alljobs|reports/job)/(\d+)")
_SCOPES = "harvest:jobs:list, harvest:departments:list, harvest:offices:list, harvest:job_posts:list"
_MAX_ID = 2**63 - 1

SINGLE = ("owner",)
"""What is read with a single job only (`lists.Owners`)."""


class Greenhouse(Adapter):
    """Jobs of one Greenhouse organization."""

    provider = "greenhouse"
    title = "Greenhouse"
    key_made = (
        "In Greenhouse, under Configure, Dev Center, API Credential Management, make a Harvest v3 (OAuth) credential that may list "
        "jobs, departments, offices and job posts. The user id is the number of a Site Admin; without one Greenhouse lists nothing."
    )
    availability = FieldAvailability(never=frozenset({"client", "tags", "remote"}), single_only=frozenset(SINGLE))
    incremental = True
    credential_names = ("client_id", "client_secret", "user_id")
    default_base_url = "https://harvest.greenhouse.io/v3"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        credentials = connection.credentials
        token_url = str(connection.options.get("token_url") or DEFAULT_URL)
        self._user_id = credentials["user_id"]
        self._http = connection.http
        self._http.allow(token_url)
        self._http.auth = TokenAuth(fetcher(token_url, credentials["client_id"], credentials["client_secret"], self._user_id))
        self._http.explain = self._explain
        self._http.rate_headers = RateHeaders(window=30.0)
        self._names = NameBook(self._http)
        self._owners = Owners(self._http)

    async def test(self) -> str:
        """Read one row of each list that a refresh needs: each has a scope of its own."""
        await together(self._http.get(path, params={"per_page": 1}) for path in ("jobs", "departments", "offices", "job_posts"))
        return f"user {self._user_id}, may list jobs"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 500, newest job first."""
        seen: set[str] = set()

        async def part(here: Place) -> Part[list[Row]]:
            reply = await self._http.get("jobs", params=_params(here))
            found = await self._joined(reply)
            seen.update(job.id for job in found.jobs)
            return Part(found, next_cursor(reply))

        async def end(here: Place, part: Part[list[Row]]) -> Page:
            more, mark = await self._posted_anew(here, seen, unattended=listing.unattended)
            page = page_of(part.read, watermark=mark)
            return replace(page, jobs=(*page.jobs, *more))

        async with aclosing(by_cursor(self.title, part, listing, end=end)) as pages:
            async for page in pages:
                yield page

    async def job(self, job_id: str) -> Job | None:
        """Return the job of that number, joined with its names, its best post and its owner."""
        if not (job_id.isascii() and job_id.isdigit() and len(job_id) < 20 and int(job_id) <= _MAX_ID):
            return None
        number = int(job_id)
        asked = both(self._http.get("jobs", params={"ids": number}), best_posts(self._http, [number]))
        owner = unless_refused(partial(self._owners.of, number), "owner", "owners of jobs")
        (reply, posts), owned = await both(asked, owner)
        found = await self._joined(reply, posts)
        if found.rejected and not found.jobs:
            raise UnexpectedAnswer(f"{self.title} did not answer as expected: {found.rejected[0].reason}", service=self.title)
        job = next((job for job in found.jobs if job.id == str(number)), None)
        if job is None:
            return None
        whole = replace(job, owner=None if owned is None else owned.name, not_loaded=())
        return partly_read(whole, *(() if owned is not None and owned.told else SINGLE))

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the number in an address of the recruiting application; those of public job boards have the post's number instead."""
        match = _JOB_IN_URL.match(url.strip())
        return match[1] if match and "boards" not in match[0] else None

    async def _posted_anew(self, here: Place, seen: Collection[str], *, unattended: bool) -> tuple[tuple[Job, ...], str]:
        """Return the jobs that did not change themselves, but whose posts did, with the watermark of the listing."""
        mark = here.mark(OVERLAP)
        if here.since is None:
            return (), mark
        since = Marks.of(here.since).posts
        if unattended and not Marks.of(here.since).posts_due(here.began):
            return (), Marks(mark, since).text()
        ids = [number for number in await jobs_with_posts_changed(self._http, since) if str(number) not in seen]
        replies = await together(self._http.get("jobs", params={"ids": batch, "per_page": PER_PAGE}) for batch in batches(ids))
        found = [await self._joined(reply) for reply in replies]
        return tuple(job for page in found for job in page.jobs), mark

    async def _joined(self, reply: Reply, posts: Mapping[int, Post] | None = None) -> ReadRows[list[Row]]:
        """Return the jobs of a page with names for ids, and with their posts, which are read unless they are given."""
        typed = typed_rows(reply, _SHAPE)
        integration = self.connection.integration
        if not typed.rows:
            return jobs_of(typed, lambda _: None)
        departments = [row.department_id for row in typed.rows if row.department_id is not None]
        offices = [office for row in typed.rows for office in row.office_ids or ()]
        names, by_job = await both(
            self._names.names(departments, offices),
            best_posts(self._http, [row.id for row in typed.rows]) if posts is None else _at_once(posts),
        )

        def convert(row: Row) -> Job | None:
            post = by_job.get(row.id, _NO_POST)
            job = None if row.is_template else to_job(integration, row, names, post)
            guess = guess_of(post)
            return job if job is None or guess is None else with_guess(job, to_job(integration, row, names, guess))

        return jobs_of(typed, convert)

    def _explain(self, reply: Reply) -> RemoteError | None:
        if reply.status == 401:
            return CredentialsRejected(
                f"{self.title} did not accept the token it gave out{said(reply)}",
                service=self.title,
                remedy="Check that the credential of client_id is still active in Greenhouse's Dev Center.",
            )
        if reply.status == 403:
            return PermissionMissing(
                f"{self.title} does not let user {self._user_id} list this{said(reply)}",
                service=self.title,
                remedy="user_id must be the number of a Site Admin, and the credential needs the scopes "
                f"{_SCOPES}; owners of jobs need {OWNER_SCOPES}.",
            )
        return None


class _Custom(msgspec.Struct):
    name: str | None = None
    value: object = None


class Row(msgspec.Struct):
    """A job as ``/v3/jobs`` gives it, as far as it is used."""

    id: int
    name: str | None = None
    requisition_id: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    is_template: bool | None = None
    confidential: bool | None = None
    department_id: int | None = None
    office_ids: list[int] | None = None
    custom_fields: dict[str, _Custom | None] | None = None


_SHAPE = RowShape(typed=list[Row], raw=list[msgspec.Raw], row=Row, rows=lambda rows: rows)
_NO_POST = Post()


async def _at_once(posts: Mapping[int, Post]) -> Mapping[int, Post]:
    return posts


def _params(here: Place) -> Params:
    if here.cursor is not None:
        return {"cursor": here.cursor}  # beside a cursor, any other parameter is answered with 422
    return {"per_page": PER_PAGE, "updated_at": f"gte|{Marks.of(here.since).jobs}" if here.since else None}


def to_job(integration: str, row: Row, names: Names, post: Post) -> Job:
    """Return the job that a row is, with the names of its department and offices and with its best post."""
    places = distinct(place(names.places.get(office)) for office in row.office_ids or ())
    if not places:
        places = distinct([place(place_text(post.location))])
    custom, kind = _custom(row.custom_fields or {})
    job = Job(
        integration=integration,
        id=str(row.id),
        name=filled(row.name) or filled(post.title),
        status=status_of(row.status, _STATUS),
        ats_status=row.status,
        location=places[0] if places else None,
        locations=places,
        department=None if row.department_id is None else names.departments.get(row.department_id),
        requisition_id=filled(row.requisition_id),
        employment_type=kind,
        visibility=visibility_of(post.audience, confidential=row.confidential),
        description=filled(post.content),
        url=filled(post.public_url),
        custom=custom,
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        not_loaded=SINGLE,
    )
    lost = ["department"] if job.department is None and row.department_id is not None else []
    if any(office not in names.places for office in row.office_ids or ()):
        lost += ["location", "locations"]
    return partly_read(job, *lost, *(_OF_POSTS if post is UNREAD_POST else ()))


_OF_POSTS = ("name", "location", "locations", "visibility", "description", "url")
"""What a job has of its posts."""


def _custom(fields: Mapping[str, _Custom | None]) -> tuple[Mapping[str, JsonValue], str | None]:
    """Return the custom fields by the name people see, and the employment type, which Greenhouse keeps as one of them.

    Of two fields with the same name the second one keeps its key.
    """
    custom: dict[str, JsonValue] = {}
    for key, field in fields.items():
        if field is not None:
            name = filled(field.name) or key
            custom[key if name in custom else name] = cast("JsonValue", field.value)
    kind = fields.get("employment_type")
    return custom, filled(kind.value) if kind is not None and isinstance(kind.value, str) else None
