"""SmartRecruiters, Job API (a client generated from the vendor's specification; nothing recorded).

A listing has a job's head only: description, employment type, properties and creator come with the single job. ``updatedAfter`` is in
the specification, in the form ``yyyy-MM-ddTHH:mm:ss.SSSZZ``. Nothing says that a job was deleted. Not found: when a window of the rate
limit (10 requests a second) ends; a second is assumed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Generic, TypeVar, cast

import msgspec

from ..errors import CredentialsRejected, PermissionMissing, RemoteError
from ..http import HeaderAuth, RateHeaders, Reply, segment
from ..models import FieldAvailability, Job, JobStatus, JsonValue, Location
from ..text import counted
from .base import Adapter, Connection, Listing, Page
from .offset import Slice, by_offset
from .resume import Place
from .rows import RowShape, convert_one, one_row, read_rows
from .values import filled, moment, place, status_of

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

_SINGLE = ("description", "employment_type", "owner", "custom")
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


class Row(msgspec.Struct, rename="camel"):
    """A job of a listing."""

    id: str
    title: str | None = None
    ref_number: str | None = None
    status: str | None = None
    posting_status: str | None = None
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
    creator: _User | None = None
    job_ad: _Ad | None = None
    properties: list[_Property | None] | None = None


class _Answer(msgspec.Struct, Generic[R], rename="camel"):
    content: list[R]
    total_found: int


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.content, name_keys=("title",))


class SmartRecruiters(Adapter):
    """Jobs of one SmartRecruiters company."""

    provider = "smartrecruiters"
    title = "SmartRecruiters"
    availability = FieldAvailability(never=frozenset({"client", "tags", "url"}), single_only=frozenset(_SINGLE))
    incremental = True
    default_base_url = "https://api.smartrecruiters.com"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._http.auth = HeaderAuth({"X-SmartToken": connection.credentials["api_key"]})
        self._http.explain = explain
        self._http.rate_headers = RateHeaders(reset=None, window=1.0)

    async def test(self) -> str:
        """Ask for a single job."""
        found = (await self._http.get("jobs", params={"limit": 1})).decode(_Answer[msgspec.Raw])
        return f"the key reads {counted(found.total_found, 'job')}"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, side by side: the first one says how many jobs there are."""
        return by_offset(self._http, self._slice, listing, OVERLAP)

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its id."""
        reply = await self._http.get(f"jobs/{segment(job_id)}", accept={404})
        return None if reply.status == 404 else convert_one(one_row(reply, Details, SHAPE, Details), self._single, self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the job's id in an address of the application; those of public job ads have the ad's number instead."""
        found = _IN_URL.match(url.strip())
        return found[1].lower() if found else None

    async def _slice(self, here: Place, offset: int) -> Slice[_Answer[Row]]:
        params = {"limit": PAGE, "offset": offset, "updatedAfter": here.since}
        read = read_rows(await self._http.get("jobs", params=params), SHAPE, self._head)
        return Slice(offset, read, read.answer.total_found)

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
        created_at=moment(row.created_on),
        updated_at=moment(row.updated_on),
        not_loaded=_SINGLE,
    )


def whole(row: Details, integration: str) -> Job:
    """Return a job with what only the single one has."""
    creator = row.creator or _User()
    return replace(
        head(row, integration),
        employment_type=filled(row.type_of_employment.label) if row.type_of_employment else None,
        owner=" ".join(part for part in (filled(creator.first_name), filled(creator.last_name)) if part) or None,
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
