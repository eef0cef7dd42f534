"""Workable, SPI v3 (vendor documentation; recorded answers for the shape of jobs).

A job's key is its ``shortcode``. The next page is an address, in the vendor's examples on another host than the account's own: its query
is taken over and the request goes to the account all the same. Not found: how long the window of Workable's rate limit is; ten seconds
are assumed where ``x-rate-limit-reset`` (seconds since 1970) says nothing. A listing lacks employment type, industry, function,
experience and education, which are asked for by job; should a row have them after all, they are taken. Who is on a job's hiring team and
its custom attributes are lists of their own (``/jobs/{shortcode}/members``, ``/recruiters`` and ``/custom_attributes``; a client made of
the vendor's specification), so that they come with single jobs only, at the cost of two requests. Not found: the form of an attribute; its
name is looked for under the keys that Workable uses elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, UnsetType

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError, UnexpectedAnswer
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue, Location
from ..http import HeaderAuth, RateHeaders, Reply, guess_of, segment
from .base import Adapter, Connection, Listing, Page
from .paginator import Part, by_cursor
from .paging import both
from .resume import Place
from .rows import RowShape, convert_one, one_row, partly_read, read_rows
from .side_lists import unless_refused
from .values import address, distinct, filled, moment, place, status_of, texts, visibility_of

PAGE = 100
OVERLAP = timedelta(minutes=5)
STATUS = {
    "published": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
}
REMOTE = {"remote": True, "hybrid": False, "on_site": False}

_TEXTS = "description,full_description,requirements,benefits"
_SINGLE = ("owner", "custom")
_RECRUITING = ("recruit", "hiring", "admin")
"""Parts of the roles in a hiring team, that of the owner first."""
R = TypeVar("R")
_IN_PATH = re.compile(r"/(?:j|jobs)/([0-9A-Za-z]{10})(?:/|$)")


class _Place(msgspec.Struct):
    """A place in either of Workable's two forms: ``location`` and the items of ``locations``."""

    city: str | None = None
    region: str | None = None
    region_code: str | None = None
    country: str | None = None
    subregion: str | None = None
    state_code: str | None = None
    country_name: str | None = None
    telecommuting: bool | None = None
    workplace_type: str | None = None


class Row(msgspec.Struct):
    """A job as Workable answers it, as far as it is used."""

    shortcode: str
    title: str | None = None
    code: str | None = None
    state: str | None = None
    department: str | None = None
    department_hierarchy: list[object] | None = None
    url: str | None = None
    shortlink: str | None = None
    workplace_type: str | None = None
    location: _Place | None = None
    locations: list[_Place | None] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    full_description: str | None = None
    description: str | None = None
    requirements: str | None = None
    benefits: str | None = None
    keywords: list[str | None] | str | None = None
    employment_type: str | UnsetType | None = UNSET
    industry: str | None = None
    function: str | None = None
    experience: str | None = None
    education: str | None = None
    confidential: bool | None = None


class _Member(msgspec.Struct):
    name: str | None = None
    email: str | None = None
    role: str | None = None


class _Team(msgspec.Struct):
    members: list[_Member | None] | None = None
    recruiters: list[_Member | None] | None = None


class _Attribute(msgspec.Struct):
    name: str | None = None
    title: str | None = None
    label: str | None = None
    key: str | None = None
    value: object = None


class _Attributes(msgspec.Struct):
    custom_attributes: list[_Attribute | None]


class _Paging(msgspec.Struct):
    next: str | None = None


class _Answer(msgspec.Struct, Generic[R]):
    jobs: list[R]
    paging: _Paging | None = None


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.jobs, id_keys=("shortcode",), name_keys=("title",))


class Workable(Adapter):
    """Jobs of one Workable account."""

    provider = "workable"
    title = "Workable"
    key_made = (
        "In Workable, under Settings, Integrations, Apps, make a token with the scope r_jobs. The address has your account's own name "
        "in it."
    )
    availability = FieldAvailability(never=frozenset({"client"}), single_only=frozenset({*_SINGLE, "employment_type"}))
    incremental = True
    default_base_url = None

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._http.auth = HeaderAuth({"Authorization": f"Bearer {connection.credentials['api_key']}"})
        self._http.explain = explain
        self._http.rate_headers = RateHeaders("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", window=10.0)

    async def test(self) -> str:
        """Ask for a single job."""
        (await self._http.get("jobs", params={"limit": 1})).decode(_Answer[msgspec.Raw])
        return "the token reads jobs"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100; each tells the query of the next."""
        return by_cursor(self.title, self._part, listing, overlap=OVERLAP)

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its shortcode, then for its hiring team and its custom attributes."""
        path = f"jobs/{segment(job_id)}"
        reply = await self._http.get(path, accept={404})
        found = None if reply.status == 404 else convert_one(one_row(reply, Row, SHAPE), self._job, self.title)
        if found is None:
            return None
        (owner, unread), attributes = await both(
            self._owner(path), unless_refused(partial(self._attributes, path), "custom", "custom attributes")
        )
        whole = replace(found, owner=owner, custom={**(attributes or {}), **found.custom}, not_loaded=())
        return partly_read(whole, *unread, *(() if attributes is not None else ("custom",)))

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the shortcode of an address such as ``https://apply.workable.com/j/9CD658E13E``."""
        parts = address(url)
        if parts is None or not parts.netloc.lower().endswith("workable.com"):
            return None
        found = _IN_PATH.search(parts.path)
        return found[1].upper() if found and not found[1].isdigit() else None

    async def _part(self, here: Place) -> Part[_Answer[Row]]:
        read = read_rows(await self._http.get("jobs", params=_params(here)), SHAPE, self._job)
        following = read.answer.paging.next if read.answer.paging else None
        parts = address(following) if following else None
        if following and parts is None:
            raise UnexpectedAnswer("Workable named a next page that is no address", service=self.title)
        return Part(read, parts.query if parts else None)

    async def _owner(self, path: str) -> tuple[str | None, tuple[str, ...]]:
        """Return who recruits for a job, else who is first in its team, and whether that field cannot be relied on."""
        unread: tuple[str, ...] = ()
        for part in ("members", "recruiters"):
            team = await unless_refused(partial(self._team, f"{path}/{part}"), "owner", part)
            found = None if team is None or guess_of(team) is not None else team.recruiters if team.members is None else team.members
            if found is None:
                unread = ("owner",)
                continue
            people = [each for each in found if each is not None]
            people.sort(key=_rank)
            if people:
                return filled(people[0].name) or filled(people[0].email), unread
        return None, unread

    async def _team(self, path: str) -> _Team:
        return (await self._http.get(path)).decode(_Team, row=_Team)

    async def _attributes(self, path: str) -> Mapping[str, JsonValue] | None:
        """Return the custom attributes of a job by their names, None where they cannot be read."""
        answer = (await self._http.get(f"{path}/custom_attributes")).decode(_Attributes, row=_Attributes)
        found: dict[str, JsonValue] = {}
        if guess_of(answer) is not None:
            return None
        for each in answer.custom_attributes:
            name = next(filter(filled, (each.title, each.label, each.name, each.key)), None) if each is not None else None
            if each is not None and name and each.value not in (None, "", []):
                found[name] = cast("JsonValue", each.value)
        return found

    def _job(self, row: Row) -> Job:
        return to_job(row, self.connection.integration)


def _params(here: Place) -> dict[str, str | int | None]:
    """Return the query of a page: what the page before named, and what we want of every page."""
    known = dict(parse_qsl(here.cursor or ""))
    return {**known, "limit": PAGE, "include_fields": _TEXTS, "updated_after": here.since}


def to_job(row: Row, integration: str) -> Job:
    """Return the job that a row is. Texts of places are put together from their parts, since a single job has none of its own."""
    main = row.location
    places = distinct(_place(each) for each in row.locations or () if each is not None) or distinct([_place(main) if main else None])
    extras: dict[str, JsonValue] = {
        "industry": row.industry,
        "function": row.function,
        "experience": row.experience,
        "education": row.education,
    }
    return Job(
        integration=integration,
        id=row.shortcode,
        name=filled(row.title),
        status=status_of(row.state, STATUS),
        ats_status=filled(row.state),
        location=places[0] if places else None,
        locations=places,
        department=filled(row.department),
        requisition_id=filled(row.code),
        employment_type=None if isinstance(row.employment_type, UnsetType) else filled(row.employment_type),
        remote=_remote(row.workplace_type, main),
        visibility=visibility_of("public" if row.state == "published" else None, confidential=row.confidential),
        description=filled(row.full_description) or _whole(row.description, row.requirements, row.benefits),
        url=filled(row.url) or filled(row.shortlink),
        tags=texts(row.keywords.split(",") if isinstance(row.keywords, str) else row.keywords),
        custom={name: value for name, value in extras.items() if value},
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        not_loaded=("employment_type", *_SINGLE) if row.employment_type is UNSET else _SINGLE,
    )


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Workable's own remedy for a token that is wrong or may too little."""
    if reply.status == 401:
        return CredentialsRejected(
            "Workable rejected the access token",
            service="Workable",
            remedy="Make a token under Settings, Integrations, Apps, and check that base_url names the same account.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "Workable does not let this access token read jobs",
            service="Workable",
            remedy="Give the token the scope r_jobs.",
        )
    return None


def _rank(member: _Member) -> int:
    role = (member.role or "").lower()
    return next((number for number, word in enumerate(_RECRUITING) if word in role), len(_RECRUITING))


def _place(found: _Place) -> Location | None:
    region = filled(found.region) or filled(found.subregion) or filled(found.region_code) or filled(found.state_code)
    country = filled(found.country) or filled(found.country_name)
    text = ", ".join(part for part in (filled(found.city), country) if part)
    return place(text, found.city, region, country)


def _remote(workplace: str | None, main: _Place | None) -> bool | None:
    word = workplace or (main.workplace_type if main else None)
    if word in REMOTE:
        return REMOTE[word]
    return main.telecommuting if main else None


def _whole(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if filled(part) and part) or None
