"""Crelate v3. No specification of the vendor's was at hand: what is known comes from code in production elsewhere, so this is tolerant.

Not confirmed for jobs: ``modified_after`` (in use for contacts) and ``GET /jobs/{id}`` (in use for contacts and applications). Should the
filter be ignored, every job comes and those that did not change are left out here; should it be declined, it is no longer sent. Of the
status only its traces are known: a date of closing, "on hold", and for a status of its own the lookup shape that Crelate uses elsewhere.
The values of ``PortalVisibility`` are not known either: words that say who sees a job are taken, and without one a job on the portal is
public.
The key goes into a header, never the URL, which Crelate repeats in its answers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeAlias, TypeVar, cast
from uuid import UUID

import msgspec

from ..core.errors import CredentialsRejected, PermissionMissing, Refused, RemoteError
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue
from ..http import HeaderAuth, Reply, decode_json, excerpt, segment
from .base import Adapter, Connection, Listing, Page
from .offset import Slice, by_offset
from .resume import Place
from .rows import BadRow, RowShape, convert_one, one_row, read_rows, refuse_error
from .values import filled, moment, place, status_of, visibility_of

PAGE_SIZE = 100
"""As production code asks for; the most that is allowed is not documented."""

OVERLAP = timedelta(minutes=10)

_STATUS = {
    "open": JobStatus.OPEN,
    "active": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "filled": JobStatus.CLOSED,
    "lost": JobStatus.CLOSED,
    "cancelled": JobStatus.CLOSED,
    "canceled": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
    "on hold": JobStatus.ON_HOLD,
    "hold": JobStatus.ON_HOLD,
}
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

R = TypeVar("R")


class Crelate(Adapter):
    """Jobs of one Crelate organization, an agency's as a rule: each has a client."""

    provider = "crelate"
    title = "Crelate"
    key_made = "In Crelate, an administrator makes an API key under Settings; it must be allowed to read jobs."
    availability = FieldAvailability(never=frozenset({"department", "owner", "remote", "tags", "url"}))
    incremental = True
    credential_names = ("api_key",)
    default_base_url = "https://app.crelate.com/api3"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._http.auth = HeaderAuth({"X-Api-Key": connection.credentials["api_key"]})
        self._http.explain = explain
        self._filters = True

    async def test(self) -> str:
        """Ask for a single job."""
        (await self._http.get("jobs", params={"limit": 1, "offset": 0})).decode(_Answer[list[msgspec.Raw]])
        return "the key may read jobs"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, side by side where Crelate says how many jobs there are."""
        return by_offset(self._http, self._slice, listing, OVERLAP)

    async def job(self, job_id: str) -> Job | None:
        """Return the job of that GUID."""
        try:
            UUID(job_id)
        except ValueError:
            return None
        reply = await self._http.get(f"jobs/{segment(job_id)}", accept={404})
        if reply.status == 404:
            reply.decode(_Errors)  # a web page is no "not found": base_url would be wrong
            return None
        row = one_row(reply, _Answer[_Row | None], _SHAPE).Data
        if row is None:
            refuse_error(reply)
        return None if row is None else convert_one(row, partial(_job, self.connection.integration), self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the GUID in the address; where there are several, the last one."""
        found = _GUID.findall(url)
        return found[-1].lower() if found else None

    async def _slice(self, here: Place, offset: int) -> Slice[_Answer[list[_Row]]]:
        since = here.since if self._filters else None
        try:
            reply = await self._http.get("jobs", params={"limit": PAGE_SIZE, "offset": offset, "modified_after": since})
        except Refused:
            if since is None:
                raise
            self._filters = False
            return await self._slice(here, offset)
        found = read_rows(reply, _SHAPE, partial(_job_since, self.connection.integration, moment(here.since)))
        said = found.answer.Metadata or _Metadata()
        return Slice(offset, found, _total(said, offset + found.count), said.MoreRecords)


class _Lookup(msgspec.Struct):
    Title: str | None = None


_Lookups: TypeAlias = _Lookup | list[_Lookup | None] | str | int | None
"""Where a lookup is expected: one, several, a title by itself, or a bare id, which says nothing."""


class _Metadata(msgspec.Struct):
    TotalRecords: int | None = None
    MoreRecords: bool | None = None


class _Answer(msgspec.Struct, Generic[R]):
    Data: R
    Metadata: _Metadata | None = None


class _Row(msgspec.Struct):
    """A job, as far as it is used. The names are Crelate's; where a name is a guess, any type is taken and only a fitting one used."""

    Id: str
    Name: str | None = None
    Description: str | None = None
    PortalTitle: str | None = None
    PortalDescription: str | None = None
    PortalCity: str | None = None
    PortalState: str | None = None
    PortalCompanyName: str | None = None
    PortalVisibility: object = None
    OnPortal: bool | None = None
    IsOnHold: bool | None = None
    ClosedOn: str | None = None
    JobTypeIds: list[_Lookup | None] | None = None
    CompanyId: _Lookups = None
    AccountId: _Lookups = None
    StatusId: _Lookups = None
    JobStatusId: _Lookups = None
    JobNum: int | str | None = None
    CustomFields: dict[str, object] | None = None
    CreatedOn: str | None = None
    ModifiedOn: str | None = None


class _Message(msgspec.Struct):
    Message: str = ""


class _Errors(msgspec.Struct):
    Errors: list[_Message]


_SHAPE = RowShape(
    typed=_Answer[list[_Row]],
    raw=_Answer[list[msgspec.Raw]],
    row=_Row,
    rows=lambda answer: answer.Data,
    id_keys=("Id",),
    name_keys=("Name", "PortalTitle"),
)


def explain(reply: Reply) -> RemoteError | None:
    """Return the error in Crelate's words, or None where the reply is none or has no list of errors."""
    if reply.ok or reply.status == 404:
        return None
    try:
        messages = [error.Message for error in decode_json(reply.body, _Errors).Errors]
    except ValueError:
        return None
    words = excerpt("; ".join(filter(None, messages)))
    said = f": {words}" if words else ""
    if reply.status == 401:
        remedy = "Put a valid key where credentials.api_key points: Crelate shows it under Settings, My API Key."
        return CredentialsRejected(f"Crelate rejected the API key{said}", service=reply.service, remedy=remedy)
    if reply.status == 403:
        remedy = "Let an administrator of Crelate give the user whose key this is the right to see jobs."
        return PermissionMissing(f"Crelate does not let this key read jobs{said}", service=reply.service, remedy=remedy)
    if reply.status in {400, 422}:
        return Refused(f"Crelate declined the request{said}", service=reply.service)
    return None


def _total(said: _Metadata, end: int) -> int | None:
    """Return how many rows the listing has; a number is none where Crelate says beside it that more follow behind it."""
    if said.TotalRecords is None:
        return end if said.MoreRecords is False else None
    return None if said.MoreRecords and said.TotalRecords <= end else said.TotalRecords


def _title(lookup: _Lookups) -> str | None:
    """Return the title of a lookup such as ``{"Id": .., "Title": ..}``, or of the first of several."""
    first = (lookup[0] if lookup else None) if isinstance(lookup, list) else lookup
    title = first.Title if isinstance(first, _Lookup) else first
    return filled(title) if isinstance(title, str) else None


def _job_since(integration: str, since: datetime | None, row: _Row) -> Job | None:
    """Return the job, unless it is known not to have changed since then."""
    changed = moment(row.ModifiedOn) if since is not None else None
    if since is not None and changed is not None and changed < since:
        return None
    return _job(integration, row)


def _job(integration: str, row: _Row) -> Job:
    if not row.Id:
        raise BadRow("it has no id")
    location = place(city=row.PortalCity, region=row.PortalState)
    status, word = _status(row)
    kinds = [kind.Title for kind in row.JobTypeIds or () if kind is not None and filled(kind.Title)]
    return Job(
        integration=integration,
        id=row.Id,
        name=filled(row.Name) or filled(row.PortalTitle),
        status=status,
        ats_status=word,
        location=location,
        locations=(location,) if location else (),
        client=_title(row.CompanyId) or _title(row.AccountId) or filled(row.PortalCompanyName),
        requisition_id=filled(str(row.JobNum)) if row.JobNum is not None else None,
        employment_type=kinds[0] if kinds else None,
        visibility=visibility_of(row.PortalVisibility if isinstance(row.PortalVisibility, str) else "public" if row.OnPortal else None),
        description=filled(row.PortalDescription) or filled(row.Description),
        custom=_custom(row.CustomFields),
        created_at=moment(row.CreatedOn),
        updated_at=moment(row.ModifiedOn),
    )


def _status(row: _Row) -> tuple[JobStatus, str | None]:
    """Return the status and, where it has one, Crelate's own word. A date of closing and "on hold" go before a word that is unknown."""
    word = _title(row.JobStatusId) or _title(row.StatusId)
    status = status_of(word, _STATUS)
    if status is not JobStatus.UNKNOWN:
        return status, word
    if filled(row.ClosedOn):
        return JobStatus.CLOSED, word
    if row.IsOnHold:
        return JobStatus.ON_HOLD, word
    return (JobStatus.OPEN if word is None else JobStatus.UNKNOWN), word


def _custom(fields: Mapping[str, object] | None) -> Mapping[str, JsonValue]:
    """Return custom fields by name: an object of values, or of lookups, whose titles are taken."""
    return {name: _plain(value) for name, value in (fields or {}).items()}


def _plain(value: object) -> JsonValue:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and isinstance(title := value.get("Title"), str):
        return title
    return cast("JsonValue", value)
