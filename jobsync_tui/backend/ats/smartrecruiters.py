"""SmartRecruiters, Job API (a client generated from the vendor's specification; nothing recorded).

A listing has a job's head only: description, employment type, properties and the address of the ad come with the single job, and who hires
with ``/jobs/{id}/hiring-team``, which has ids of users and their roles. ``updatedAfter`` has the form ``yyyy-MM-ddTHH:mm:ss.SSSZZ``, with
``+0000`` in examples. Pages go by offset; where an answer names a ``nextPageId``, as outside connectors know it, the next one is asked for
with ``pageId``. Nothing says that a job was deleted. Not found: when a window of the rate limit (10 requests a second) ends; a second is
assumed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from html import escape
from typing import Generic, TypeVar, cast

import msgspec

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue, Location, Visibility
from ..core.text import counted
from ..http import HeaderAuth, Params, RateHeaders, Reply, guess_of, segment
from .base import Adapter, Connection, Listing, Page
from .offset import Slice, by_offset
from .paginator import Part, by_cursor
from .resume import Place, where
from .rows import ReadRows, RowShape, convert_one, one_row, partly_read, read_rows
from .side_lists import unless_refused
from .values import filled, moment, place, status_of, visibility_of

PAGE = 100
OVERLAP = timedelta(minutes=5)
STATUS = {
    "created": JobStatus.OPEN,
    "sourcing": JobStatus.OPEN,
    "interview": JobStatus.OPEN,
    "offer": JobStatus.OPEN,
    "filled": JobStatus.CLOSED,
    "hired": JobStatus.CLOSED,
    "cancelled": JobStatus.CLOSED,
    "on_hold": JobStatus.ON_HOLD,
}

VISIBILITY = {
    "public": Visibility.PUBLIC,
    "internal": Visibility.INTERNAL,
    "private": Visibility.UNLISTED,
}
"""By where the ad is posted; a private ad is open to those who have its address. A job that is private itself is for its team alone."""

_SINGLE = ("description", "employment_type", "owner", "url", "custom")
_OWNER_ROLES = ("RECRUITER", "HIRING_MANAGER")
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
R = TypeVar("R")
_IN_URL = re.compile(r"https://[\w.-]*smartrecruiters\.com/app/jobs/[^?#]*?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")


class _Labelled(msgspec.Struct):
    label: str | None = None


class _Place(msgspec.Struct):
    city: str | None = None
    region: str | None = None
    country: str | None = None
    remote: bool | None = None


class _Section(msgspec.Struct):
    title: str | None = None
    text: str | None = None


class _Ad(msgspec.Struct):
    sections: dict[str, _Section | None] | None = None


class _Property(msgspec.Struct):
    id: str | None = None
    label: str | None = None
    value: object = None


class _User(msgspec.Struct, rename="camel"):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class _Member(msgspec.Struct):
    id: str | None = None
    role: str | None = None


class _Team(msgspec.Struct):
    content: list[_Member | None]


class _Action(msgspec.Struct):
    url: str | None = None


class _Actions(msgspec.Struct, rename="camel"):
    apply_on_web: _Action | None = None


class Row(msgspec.Struct, rename="camel"):
    """A job of a listing."""

    id: str
    title: str | None = None
    ref_number: str | None = None
    status: str | None = None
    posting_status: str | None = None
    visibility: str | None = None
    department: _Labelled | None = None
    location: _Place | None = None
    created_on: str | None = None
    updated_on: str | None = None


class Details(Row, rename="camel"):
    """A job by itself."""

    type_of_employment: _Labelled | None = None
    industry: _Labelled | None = None
    function: _Labelled | None = None
    experience_level: _Labelled | None = None
    actions: _Actions | None = None
    job_ad: _Ad | None = None
    properties: list[_Property | None] | None = None


class _Answer(msgspec.Struct, Generic[R], rename="camel"):
    content: list[R]
    total_found: int | None = None
    next_page_id: str | None = None


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.content, name_keys=("title",))


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who owns a job; nobody does where there is no name."""

    name: str | None = None


class _PagesHaveIds(Exception):
    """The answer names the next page by an id, so that offsets are not what this account goes by."""


class SmartRecruiters(Adapter):
    """Jobs of one SmartRecruiters company."""

    provider = "smartrecruiters"
    title = "SmartRecruiters"
    key_made = "In SmartRecruiters, under Settings, Apps and Integrations, Credential Manager, make a key whose user may see the jobs."
    availability = FieldAvailability(never=frozenset({"client", "tags"}), single_only=frozenset(_SINGLE))
    incremental = True
    default_base_url = "https://api.smartrecruiters.com"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._pages_have_ids = False
        self._users: dict[str, str] = {}
        self._http = connection.http
        self._http.auth = HeaderAuth({"X-SmartToken": connection.credentials["api_key"]})
        self._http.explain = explain
        self._http.rate_headers = RateHeaders(reset=None, window=1.0)

    async def test(self) -> str:
        """Ask for a single job."""
        found = (await self._http.get("jobs", params={"limit": 1})).decode(_Answer[msgspec.Raw])
        return "the key reads jobs" if found.total_found is None else f"the key reads {counted(found.total_found, 'job')}"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, side by side where they go by offset: the first one says how many jobs there are."""
        if not (self._pages_have_ids or where(listing)[0].cursor):
            try:
                async with aclosing(by_offset(self._http, self._slice, listing, OVERLAP)) as pages:
                    async for page in pages:
                        yield page
            except _PagesHaveIds:
                self._pages_have_ids = True
            else:
                return
        async with aclosing(by_cursor(self.title, self._part, listing, overlap=OVERLAP)) as pages:
            async for page in pages:
                yield page

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its id, then for who of its hiring team owns it."""
        path = f"jobs/{segment(job_id)}"
        reply = await self._http.get(path, accept={404})
        found = None if reply.status == 404 else convert_one(one_row(reply, Details, SHAPE, Details), self._single, self.title)
        if found is None:
            return None
        owned = await unless_refused(partial(self._owner, path), "owner", "hiring teams and users")
        return partly_read(found, "owner") if owned is None else replace(found, owner=owned.name)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the job's id in an address of the application; those of public job ads have the ad's number instead."""
        found = _IN_URL.match(url.strip())
        return found[1].lower() if found else None

    async def _slice(self, here: Place, offset: int) -> Slice[_Answer[Row]]:
        read = await self._read(here, offset=offset)
        if offset == here.offset and read.answer.next_page_id:
            raise _PagesHaveIds
        return Slice(offset, read, read.answer.total_found)

    async def _part(self, here: Place) -> Part[_Answer[Row]]:
        read = await self._read(here, pageId=here.cursor)
        return Part(read, read.answer.next_page_id or None, total=read.answer.total_found)

    async def _read(self, here: Place, **where: str | int | None) -> ReadRows[_Answer[Row]]:
        params: Params = {"limit": PAGE, "updatedAfter": _with_offset(here.since), **where}
        return read_rows(await self._http.get("jobs", params=params), SHAPE, self._head)

    async def _owner(self, path: str) -> _Owner | None:
        """Return the recruiter, else who hires; None where the team, or a name, cannot be read."""
        answer = (await self._http.get(f"{path}/hiring-team")).decode(_Team, row=_Team)
        team = [each for each in answer.content if each is not None and each.id]
        for role in _OWNER_ROLES:
            for member in team:
                if member.id and (member.role or "").upper() == role:
                    name = await self._name(member.id)
                    return None if name is None else _Owner(name)
        return None if guess_of(answer) is not None else _Owner()

    async def _name(self, user: str) -> str | None:
        if user not in self._users:
            found = (await self._http.get(f"users/{segment(user)}")).decode(_User, row=_User)
            name = " ".join(part for part in (filled(found.first_name), filled(found.last_name)) if part) or filled(found.email)
            if name is None:
                return None
            self._users[user] = name
        return self._users[user]

    def _head(self, row: Row) -> Job:
        return head(row, self.connection.integration)

    def _single(self, row: Details) -> Job:
        return whole(row, self.connection.integration)


def head(row: Row, integration: str) -> Job:
    """Return what a listing tells of a job."""
    location = _place(row.location) if row.location else None
    return Job(
        integration=integration,
        id=row.id,
        name=filled(row.title),
        status=_status(row),
        ats_status=filled(row.status),
        location=location,
        locations=(location,) if location else (),
        department=filled(row.department.label) if row.department else None,
        requisition_id=filled(row.ref_number),
        remote=row.location.remote if row.location else None,
        visibility=visibility_of(row.posting_status, VISIBILITY, confidential=(row.visibility or "").upper() == "PRIVATE"),
        created_at=moment(row.created_on),
        updated_at=moment(row.updated_on),
        not_loaded=_SINGLE,
    )


def whole(row: Details, integration: str) -> Job:
    """Return a job with what only the single one has."""
    return replace(
        head(row, integration),
        employment_type=filled(row.type_of_employment.label) if row.type_of_employment else None,
        url=filled(row.actions.apply_on_web.url) if row.actions and row.actions.apply_on_web else None,
        description=_description(row.job_ad.sections or {}) if row.job_ad else None,
        custom=_custom(row),
        not_loaded=(),
    )


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with SmartRecruiters' own remedy for a key that is wrong or may too little."""
    if reply.status == 401:
        return CredentialsRejected(
            "SmartRecruiters rejected the API key",
            service="SmartRecruiters",
            remedy="Make a key under Settings, Apps and Integrations, Credential Manager, and put it where the configuration points.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "SmartRecruiters does not let this API key read jobs",
            service="SmartRecruiters",
            remedy="Give the key, or the user it belongs to, access to jobs in the Credential Manager.",
        )
    return None


def _with_offset(since: str | None) -> str | None:
    """Return a time in the form of the documentation, with ``+0000`` for UTC."""
    return None if since is None else since.removesuffix("Z") + "+0000"


def _status(row: Row) -> JobStatus:
    """Return the shared status; a job that was only just made counts as a draft until it is posted."""
    if (row.status or "").upper() == "CREATED" and (row.posting_status or "").upper() == "NOT_PUBLISHED":
        return JobStatus.DRAFT
    return status_of(row.status, STATUS)


def _place(found: _Place) -> Location | None:
    return place(None, found.city, found.region, found.country)


def _description(sections: Mapping[str, _Section | None]) -> str | None:
    """Return the sections of the job ad as one HTML text, in the order in which they are shown."""
    ordered = [*_SECTIONS, *(name for name in sections if name not in _SECTIONS)]
    parts: list[str] = []
    for name in ordered:
        section = sections.get(name)
        if section is not None and section.text and filled(section.text):
            parts.append(f"<h3>{escape(section.title)}</h3>\n{section.text}" if filled(section.title) and section.title else section.text)
    return "\n".join(parts) or None


def _custom(row: Details) -> Mapping[str, JsonValue]:
    labelled = {"industry": row.industry, "function": row.function, "experience level": row.experience_level}
    custom: dict[str, object] = {name: value.label for name, value in labelled.items() if value is not None and filled(value.label)}
    for each in row.properties or ():
        name = (filled(each.label) or filled(each.id)) if each is not None else None
        if each is not None and name and each.value not in (None, ""):
            custom[name] = _plain(each.value)
    return cast("Mapping[str, JsonValue]", custom)


def _plain(value: object) -> object:
    """Return the label of a chosen option, which comes as ``{id, label}``, and anything else as it is."""
    label = value.get("label") if isinstance(value, dict) else None
    return label if label not in (None, "") else value
