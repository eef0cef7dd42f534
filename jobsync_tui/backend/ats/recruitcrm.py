"""RecruitCRM, API v1 (copies of the vendor's documentation; third-party code for what the answers really hold).

The key is the ``slug``. Changes are asked for at ``/jobs/search``, whose ``updated_from`` is a date in examples, so the watermark is
taken back by a day. ``page`` is not among the documented parameters of that search although its answers have pages: the first one is asked
for without it, and where a further one is declined, or the first one comes again, everything is listed. A row names its owner and its
custom fields by number, which ``/users`` and ``/custom-fields/jobs`` turn into names for all rows at once (`side_lists`); it names the
client by a slug, whose name is asked for only with a single job. Not documented: the values of ``job_posting_status``, of which words that
say who sees a job are taken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar, cast

import msgspec

from ..core.errors import CredentialsRejected, PermissionMissing, Refused, RemoteError
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue, Visibility
from ..core.text import counted
from ..http import HeaderAuth, Params, RateHeaders, Reply, segment
from .base import Adapter, Connection, Listing, Page
from .paginator import Part, by_cursor
from .paging import both
from .resume import Place
from .rows import BadRow, RowShape, convert_one, one_row, partly_read, read_rows
from .side_lists import Remembered, unless_refused
from .values import filled, moment, place, status_of, texts, visibility_of

PAGE = 100
_SORTED: Params = {"limit": PAGE, "sort_by": "createdon", "sort_order": "asc"}
OVERLAP = timedelta(days=1)
STATUS = {
    "open": JobStatus.OPEN,
    "active": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "canceled": JobStatus.CLOSED,
    "cancelled": JobStatus.CLOSED,
    "filled": JobStatus.CLOSED,
    "placed": JobStatus.CLOSED,
    "on hold": JobStatus.ON_HOLD,
    "on-hold": JobStatus.ON_HOLD,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
}
"""Accounts name their statuses themselves; these are the names they begin with."""
OPEN_ID = "1"
"""The id of the status "Open" in every account."""

_JOB_TYPES = {"1": "Part Time", "2": "Full Time", "3": "Contract", "4": "Contract to Permanent"}
_POSTED = {"public": Visibility.PUBLIC, "published": Visibility.PUBLIC, "internal": Visibility.INTERNAL, "private": Visibility.CONFIDENTIAL}
_LOCATION_TYPES = {"0": False, "1": True, "2": False}
_SINGLE = ("client",)
R = TypeVar("R")
T = TypeVar("T")


class _Labelled(msgspec.Struct):
    id: int | str | None = None
    label: str | None = None


class _Company(msgspec.Struct):
    company_name: str | None = None
    name: str | None = None


class _Field(msgspec.Struct):
    field_id: int | str | None = None
    field_name: str | None = None
    value: object = None


class Row(msgspec.Struct):
    """A job as RecruitCRM answers it, as far as it is used. Numbers come as texts in places, and the other way round."""

    slug: int | str
    id: int | str | None = None
    name: str | None = None
    job_code: str | int | None = None
    job_status: _Labelled | None = None
    job_type: _Labelled | int | str | None = None
    job_category: str | None = None
    job_skill: str | None = None
    job_location_type: int | str | None = None
    job_description_text: str | None = None
    company_name: str | None = None
    company: _Company | None = None
    company_slug: int | str | None = None
    city: str | None = None
    locality: str | None = None
    state: str | None = None
    country: str | None = None
    owner: int | str | None = None
    custom_fields: list[_Field | None] | None = None
    job_posting_status: int | str | None = None
    application_form_url: str | None = None
    created_on: str | None = None
    updated_on: str | None = None


class _CustomField(msgspec.Struct):
    field_id: int | str
    field_name: str | None = None


class _User(msgspec.Struct):
    id: int | str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class _Answer(msgspec.Struct, Generic[R]):
    data: list[R]
    next_page_url: str | None = None
    current_page: int | None = None
    total: int | None = None


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.data, id_keys=("slug",))


@dataclass(frozen=True, slots=True)
class Names:
    """What users and custom fields are called, by their numbers; ``whole`` is not set where a list could not be read."""

    users: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True


class _OnePageOnly(Exception):
    """The search for changes takes no notice of pages, or declines to be asked for one."""


class RecruitCrm(Adapter):
    """Jobs of one RecruitCRM account."""

    provider = "recruitcrm"
    title = "RecruitCRM"
    key_made = (
        "In RecruitCRM, under Admin Settings, API and Integrations, an account owner makes a token; the API belongs to the business plan."
    )
    availability = FieldAvailability(never=frozenset({"department"}), single_only=frozenset(_SINGLE))
    incremental = True
    default_base_url = "https://api.recruitcrm.io/v1"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._names = Remembered(self._http, self._read_names)
        self._http.auth = HeaderAuth({"Authorization": f"Bearer {connection.credentials['api_key']}"})
        self._http.explain = explain
        self._http.rate_headers = RateHeaders(reset=None, window=60.0)

    async def test(self) -> str:
        """Ask for a single job."""
        found = (await self._http.get("jobs", params={"limit": 1})).decode(_Answer[msgspec.Raw])
        return "the token reads jobs" if found.total is None else f"the token reads {counted(found.total, 'job')}"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, oldest job first so that new ones do not move the others."""
        names = await self._names.get(_whole, patience=0)
        try:
            async with aclosing(by_cursor(self.title, partial(self._part, names), listing, overlap=OVERLAP)) as pages:
                async for page in pages:
                    yield page
        except _OnePageOnly:
            async with aclosing(by_cursor(self.title, partial(self._part, names), Listing(), overlap=OVERLAP)) as pages:
                async for page in pages:
                    yield page

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its slug, and for its client's name."""
        reply = await self._http.get(f"jobs/{segment(job_id)}", accept={404})
        if reply.status == 404:
            return None
        row = one_row(reply, Row, SHAPE)
        convert = partial(to_job, names=await self._names.get(_whole), integration=self.connection.integration)
        found = convert_one(row, convert, self.title)
        if found is None or "client" not in found.not_loaded:
            return found
        company = await unless_refused(partial(self._company, str(row.company_slug)), "client", "companies")
        client = None if company is None else filled(company.company_name)
        return partly_read(replace(found, client=client, not_loaded=()), *(() if client else ("client",)))

    async def _part(self, names: Names, here: Place) -> Part[_Answer[Row]]:
        convert = partial(to_job, names=names, integration=self.connection.integration)
        read = read_rows(await self._ask(here), SHAPE, convert)
        if here.since is not None and here.number > 1 and read.answer.current_page == 1:
            raise _OnePageOnly
        return Part(read, str(here.number + 1) if read.answer.next_page_url else None, total=read.answer.total)

    async def _ask(self, here: Place) -> Reply:
        if here.since is None:
            return await self._http.get("jobs", params={"page": here.number, **_SORTED})
        further = {"page": here.number} if here.number > 1 else {}
        try:
            return await self._http.get("jobs/search", params={**_SORTED, "updated_from": here.since.partition("T")[0], **further})
        except Refused:
            if not further:
                raise
            raise _OnePageOnly from None

    async def _read_names(self) -> Names:
        """Return what users and custom fields are called, as far as the token may see them."""
        users, fields = await both(
            unless_refused(partial(self._list, "users", _User), "owner", "users"),
            unless_refused(partial(self._list, "custom-fields/jobs", _CustomField), "custom", "custom fields"),
        )
        called = {str(user.id): " ".join(filter(None, (filled(user.first_name), filled(user.last_name)))) for user in users or ()}
        labels = {str(each.field_id): each.field_name for each in fields or () if filled(each.field_name) and each.field_name}
        return Names({number: name for number, name in called.items() if name}, labels, users is not None and fields is not None)

    async def _list(self, path: str, row: type[T]) -> list[T] | None:
        return (await self._http.get(path)).decode_side(list[row], row=row, label=path)  # type: ignore[valid-type]

    async def _company(self, slug: str) -> _Company:
        return (await self._http.get(f"companies/{segment(slug)}")).decode(_Company, row=_Company, label="company")


def _whole(names: Names) -> bool:
    return names.whole


def to_job(row: Row, names: Names, integration: str) -> Job:
    """Return the job that a row is.

    Raises:
        BadRow: It has no slug.
    """
    if row.slug == "":
        raise BadRow("slug is empty")
    location = place(None, row.city or row.locality, row.state, row.country)
    client = filled(row.company_name) or (filled(row.company.company_name) or filled(row.company.name) if row.company else None)
    label = filled(row.job_status.label) if row.job_status else None
    job = Job(
        integration=integration,
        id=str(row.slug),
        name=filled(row.name),
        status=_status(row.job_status),
        ats_status=label,
        location=location,
        locations=(location,) if location else (),
        client=client,
        owner=names.users.get(str(row.owner)),
        requisition_id=filled(str(row.job_code)) if row.job_code is not None else None,
        employment_type=_kind(row.job_type),
        remote=_LOCATION_TYPES.get(str(row.job_location_type)),
        visibility=visibility_of(str(row.job_posting_status), _POSTED),
        description=filled(row.job_description_text),
        url=filled(row.application_form_url),
        tags=texts(part.strip() for part in (row.job_skill or "").split(",")),
        custom=_custom(row, names),
        created_at=moment(row.created_on),
        updated_at=moment(row.updated_on),
        not_loaded=_SINGLE if client is None and row.company_slug else (),
    )
    nameless = ["owner"] if job.owner is None and row.owner not in (None, "") else []
    return partly_read(job, *nameless, *(["custom"] if _unlabelled(row, names) else []))


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with RecruitCRM's own remedy for a token that is wrong or may too little."""
    if reply.status == 401:
        return CredentialsRejected(
            "RecruitCRM rejected the API token",
            service="RecruitCRM",
            remedy="Make a token under Admin Settings, API and Integrations, and put it where the configuration points.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "RecruitCRM does not let this API token read jobs",
            service="RecruitCRM",
            remedy="API access belongs to RecruitCRM's business plan; let an account owner make the token.",
        )
    return None


def _status(found: _Labelled | None) -> JobStatus:
    if found is None:
        return JobStatus.UNKNOWN
    known = status_of(found.label, STATUS)
    return JobStatus.OPEN if known is JobStatus.UNKNOWN and str(found.id) == OPEN_ID else known


def _kind(found: _Labelled | int | str | None) -> str | None:
    """Return the words for the number of a type; what comes in words stays as it is."""
    if isinstance(found, _Labelled):
        return filled(found.label) or _JOB_TYPES.get(str(found.id))
    return _JOB_TYPES.get(str(found)) or filled(str(found)) if found is not None else None


def _custom(row: Row, names: Names) -> Mapping[str, JsonValue]:
    """Return the custom fields by their names; one that the list lacks keeps its number, and none does where there is no list."""
    custom: dict[str, object] = {"category": row.job_category} if filled(row.job_category) else {}
    for each in _values(row):
        name = filled(each.field_name) or names.fields.get(str(each.field_id))
        if name or names.fields:
            custom[name or f"field {each.field_id}"] = each.value
    return cast("Mapping[str, JsonValue]", custom)


def _unlabelled(row: Row, names: Names) -> bool:
    return not names.fields and any(not filled(each.field_name) for each in _values(row))


def _values(row: Row) -> list[_Field]:
    return [each for each in row.custom_fields or () if each is not None and each.value not in (None, "", [])]
