"""Recruitee: a job is an offer of the kind "job" (vendor pages; a third party's schema; nothing recorded).

Offers come in one answer: no paging was found, and no filter by change. Without a ``scope`` archived offers are among them. Whether the
listing has descriptions is not certain: where a row lacks one, it counts as not loaded. An offer names its recruiter and its
hiring manager by number, which ``/admins`` turns into names for all offers at once (`side_lists`). Rate limits were not found.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Generic, TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue, Location, Visibility
from ..core.text import counted
from ..http import HeaderAuth, Reply, segment
from .base import Adapter, Connection, Listing, Page
from .rows import RowShape, convert_one, one_row, partly_read, read_rows
from .side_lists import Remembered, unless_refused
from .values import distinct, filled, moment, place, status_of, texts, visibility_of

STATUS = {
    "published": JobStatus.OPEN,
    "internal": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "archived": JobStatus.ARCHIVED,
    "draft": JobStatus.DRAFT,
}
VISIBILITY = {"published": Visibility.PUBLIC, "internal": Visibility.INTERNAL}
_SINGLE = ("description",)
R = TypeVar("R")
_IN_URL = re.compile(r"https://app\.recruitee\.com/.*?\b(?:jobs|offers)/(\d+)\b")


class _Place(msgspec.Struct):
    name: str | None = None
    city: str | None = None
    state: str | None = None
    state_name: str | None = None
    country: str | None = None
    country_code: str | None = None


class _Value(msgspec.Struct):
    content: object = None
    value: object = None


class _Field(msgspec.Struct):
    name: str | None = None
    value: object = None
    values: list[_Value | None] | None = None


class Row(msgspec.Struct):
    """An offer as Recruitee answers it, as far as it is used."""

    id: int | str
    title: str | None = None
    kind: str | None = None
    status: str | None = None
    department: str | None = None
    location: str | None = None
    city: str | None = None
    state_name: str | None = None
    country: str | None = None
    country_code: str | None = None
    locations: list[_Place | None] | None = None
    remote: bool | None = None
    hybrid: bool | None = None
    on_site: bool | None = None
    employment_type_code: str | None = None
    employment_type: str | None = None
    recruiter_id: int | str | None = None
    hiring_manager_id: int | str | None = None
    careers_url: str | None = None
    description: str | UnsetType | None = UNSET
    requirements: str | UnsetType | None = UNSET
    offer_tags: list[str | None] | None = None
    fields: list[_Field | None] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class _Admin(msgspec.Struct):
    id: int | str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class _Admins(msgspec.Struct):
    admins: list[_Admin]


class _Answer(msgspec.Struct, Generic[R]):
    offers: list[R]


class _One(msgspec.Struct):
    offer: Row


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.offers, name_keys=("title",))


class Recruitee(Adapter):
    """Jobs of one Recruitee company. Talent pools, the other kind of offer, are left out."""

    provider = "recruitee"
    title = "Recruitee"
    key_made = (
        "In Recruitee, under Settings, Apps and plugins, Personal API tokens, make a token as somebody who sees all jobs; the company "
        "id is shown there."
    )
    availability = FieldAvailability(never=frozenset({"client", "requisition_id"}), single_only=frozenset(_SINGLE))
    credential_names = ("api_key", "company_id")
    default_base_url = "https://api.recruitee.com"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._http.auth = HeaderAuth({"Authorization": f"Bearer {connection.credentials['api_key']}"})
        self._http.explain = explain
        self._company = f"c/{segment(connection.credentials['company_id'])}"
        self._offers = f"{self._company}/offers"
        self._people = Remembered(self._http, self._read_people)

    async def test(self) -> str:
        """Ask for the offers in brief."""
        found = (await self._http.get(self._offers, params={"kind": "job", "view_mode": "brief"})).decode(_Answer[msgspec.Raw])
        return f"the token reads {counted(len(found.offers), 'job')}"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:  # noqa: ARG002 - one page holds all
        """Yield the one page there is."""
        reply = await self._http.get(self._offers, params={"kind": "job"})
        read = read_rows(reply, SHAPE, partial(self._job, people=await self._people.get(bool, patience=0)))
        yield Page(read.jobs, read.rejected, total=read.count)

    async def job(self, job_id: str) -> Job | None:
        """Ask for the offer by its id."""
        reply = await self._http.get(f"{self._offers}/{segment(job_id)}", accept={404})
        if reply.status == 404:
            return None
        return convert_one(one_row(reply, _One, SHAPE).offer, partial(self._job, people=await self._people.get(bool)), self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the number in an address of the application, such as ``https://app.recruitee.com/#/jobs/17/pipeline``."""
        found = _IN_URL.match(url.strip())
        return found[1] if found else None

    async def _read_people(self) -> Mapping[str, str]:
        """Return the names of the company's users by their numbers; none where the token may not see them."""
        answer = await unless_refused(self._admins, "owner", "users")
        found = [] if answer is None else answer.admins
        names = {str(each.id): " ".join(filter(None, (each.first_name, each.last_name))) or each.email for each in found}
        return {number: name for number, name in names.items() if filled(name) and name}

    async def _admins(self) -> _Admins | None:
        return (await self._http.get(f"{self._company}/admins")).decode_side(_Admins, row=_Admins, label="admins")

    def _job(self, row: Row, people: Mapping[str, str]) -> Job | None:
        return None if row.kind == "talent_pool" else to_job(row, people, self.connection.integration)


def to_job(row: Row, people: Mapping[str, str], integration: str) -> Job:
    """Return the job that an offer is."""
    country = filled(row.country) or filled(row.country_code)
    places = distinct(_place(each) for each in row.locations or () if each is not None)
    places = places or distinct([place(row.location, row.city, row.state_name, country)])
    job = Job(
        integration=integration,
        id=str(row.id),
        name=filled(row.title),
        status=status_of(row.status, STATUS),
        ats_status=filled(row.status),
        location=places[0] if places else None,
        locations=places,
        department=filled(row.department),
        owner=people.get(str(row.recruiter_id)) or people.get(str(row.hiring_manager_id)),
        employment_type=filled(row.employment_type_code) or filled(row.employment_type),
        remote=_remote(row),
        visibility=visibility_of(row.status, VISIBILITY),
        description=_description(row),
        url=filled(row.careers_url),
        tags=texts(row.offer_tags),
        custom=_custom(row.fields or ()),
        created_at=moment(_iso(row.created_at)),
        updated_at=moment(_iso(row.updated_at)),
        not_loaded=_SINGLE if row.description is UNSET else (),
    )
    nameless = job.owner is None and any(key not in (None, "") for key in (row.recruiter_id, row.hiring_manager_id))
    return partly_read(job, "owner") if nameless else job


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Recruitee's own remedy for a token that is wrong or belongs to another company."""
    if reply.status == 401:
        return CredentialsRejected(
            "Recruitee rejected the API token",
            service="Recruitee",
            remedy="Make a token under Settings, Apps and plugins, Personal API tokens; company_id is shown there too.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "Recruitee does not let this API token read offers of the company",
            service="Recruitee",
            remedy="Check company_id, and that the person whose token it is may see all jobs.",
        )
    return None


def _place(found: _Place) -> Location | None:
    return place(found.name, found.city, found.state_name or found.state, found.country or found.country_code)


def _remote(row: Row) -> bool | None:
    """Return whether the job may be done from elsewhere altogether; hybrid jobs and those on site may not."""
    if row.remote:
        return not row.on_site
    return False if row.hybrid or row.on_site or row.remote is False else None


def _description(row: Row) -> str | None:
    parts = (part for part in (row.description, row.requirements) if isinstance(part, str) and filled(part))
    return "\n".join(parts) or None


def _custom(fields: list[_Field | None] | tuple[()]) -> Mapping[str, JsonValue]:
    custom: dict[str, object] = {}
    for each in fields:
        if each is None or not each.name:
            continue
        values = [value.content if value.content is not None else value.value for value in each.values or () if value is not None]
        found = each.value if each.value not in (None, "") else [value for value in values if value not in (None, "")]
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if found not in (None, "", []):
            custom[each.name] = found
    return cast("Mapping[str, JsonValue]", custom)


def _iso(text: str | None) -> str | None:
    """Return a time as ISO 8601 has it; Recruitee also writes ``2026-03-01 09:30:00 UTC``."""
    return text.removesuffix(" UTC") if text else None
