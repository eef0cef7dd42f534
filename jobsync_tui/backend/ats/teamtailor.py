"""Teamtailor, JSON:API (a fixture of the vendor's own client; third-party code that quotes the vendor's documentation).

Only published jobs are listed unless ``filter[status]=all`` asks for the others. Department, places, recruiter and requisition come along
in ``included`` (the last by code in use elsewhere). An older version of the API has no ``updated-at``; a filter by it is not confirmed, so
every listing is a full one, which shows what is gone, too. The number in ``x-rate-limit-reset`` is taken for seconds from now, as others
do.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Generic, TypeVar

import msgspec

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError, UnexpectedAnswer
from ..core.models import FieldAvailability, Job, JobStatus, Location, Visibility
from ..core.text import counted
from ..http import HeaderAuth, Params, RateHeaders, Reply, Reset, guess_of, segment
from .base import Adapter, Connection, Listing, Page
from .paginator import Part, by_cursor
from .resume import Place
from .rows import RowShape, convert_one, one_row, partly_read, read_rows, with_guess
from .values import distinct, filled, moment, place, status_of, texts, visibility_of

PAGE = 30
"""The most that Teamtailor gives."""
API_VERSION = "20240404"

STATUS = {
    "published": JobStatus.OPEN,
    "open": JobStatus.OPEN,
    "unlisted": JobStatus.OPEN,
    "scheduled": JobStatus.DRAFT,
    "draft": JobStatus.DRAFT,
    "closed": JobStatus.CLOSED,
    "archived": JobStatus.ARCHIVED,
}
REMOTE = {"fully": True, "hybrid": False, "none": False}
"""``temporary`` says neither."""

VISIBILITY = {"published": Visibility.PUBLIC, "unlisted": Visibility.UNLISTED, "internal": Visibility.INTERNAL}

_INCLUDE: Params = {"include": "department,location,locations,user,requisition"}
R = TypeVar("R")
_IN_URL = re.compile(r"https?://[^/?#]+/(?:[^?#]*/)?jobs/(\d+)(?:[-/?#]|$)")


class _Ref(msgspec.Struct):
    type: str
    id: str


class _Relation(msgspec.Struct):
    data: _Ref | list[_Ref] | None = None


class _Links(msgspec.Struct, rename="kebab"):
    careersite_job_url: str | None = None


class _Attributes(msgspec.Struct, rename="kebab"):
    title: str | None = None
    body: str | None = None
    pitch: str | None = None
    status: str | None = None
    human_status: str | None = None
    internal: bool | None = None
    employment_type: str | None = None
    remote_status: str | None = None
    tags: list[str | None] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Row(msgspec.Struct):
    """A job as a JSON:API resource."""

    id: int | str
    attributes: _Attributes
    links: _Links | None = None
    relationships: dict[str, _Relation | None] | None = None


class About(msgspec.Struct):
    """What is used of the department, the places and the recruiter that come along."""

    name: str | None = None
    email: str | None = None
    city: str | None = None
    country: str | None = None


Named = Mapping[tuple[str, str], About]
"""What came along, by type and id."""


class _Resource(msgspec.Struct):
    type: str
    id: int | str
    attributes: About | None = None


class _Paging(msgspec.Struct):
    next: str | None = None


class _Meta(msgspec.Struct, rename="kebab"):
    record_count: int | None = None


class _Answer(msgspec.Struct, Generic[R]):
    data: list[R]
    links: _Paging | None = None
    meta: _Meta | None = None


class _One(msgspec.Struct):
    data: Row


class _Included(msgspec.Struct):
    included: list[_Resource] | None = None


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.data, name_keys=("attributes.title",))


class Teamtailor(Adapter):
    """Jobs of one Teamtailor company."""

    provider = "teamtailor"
    title = "Teamtailor"
    key_made = (
        "In Teamtailor, under Settings, Integrations, API keys, make a key with the scope Admin and the permission Read. Companies in "
        "North America need base_url https://api.na.teamtailor.com/v1."
    )
    availability = FieldAvailability(never=frozenset({"client", "custom"}))
    default_base_url = "https://api.teamtailor.com/v1"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._http = connection.http
        self._http.auth = HeaderAuth({"Authorization": f"Token token={connection.credentials['api_key']}", "X-Api-Version": API_VERSION})
        self._http.explain = explain
        self._http.rate_headers = RateHeaders(
            "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", reset_as=Reset.SECONDS, window=10.0
        )

    async def test(self) -> str:
        """Ask for a single job."""
        found = (await self._http.get("jobs", params={"page[size]": 1, "filter[status]": "all"})).decode(_Answer[msgspec.Raw])
        count = found.meta.record_count if found.meta else None
        return "the key reads jobs" if count is None else f"the key reads {counted(count, 'job')}"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 30 by their numbers."""
        return by_cursor(self.title, self._part, listing)

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its id."""
        reply = await self._http.get(f"jobs/{segment(job_id)}", params=_INCLUDE, accept={404})
        if reply.status == 404:
            return None
        convert = _convert(reply, self.connection.integration)
        return convert_one(one_row(reply, _One, SHAPE).data, convert, self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the number in an address such as ``https://acme.teamtailor.com/jobs/26-nurse``, whatever the career site's host."""
        found = _IN_URL.match(url.strip())
        return found[1] if found else None

    async def _part(self, here: Place) -> Part[_Answer[Row]]:
        number = here.number
        params = {**_INCLUDE, "filter[status]": "all", "page[size]": PAGE, "page[number]": number}
        reply = await self._http.get("jobs", params=params)
        read = read_rows(reply, SHAPE, _convert(reply, self.connection.integration))
        following = str(number + 1) if read.answer.links and read.answer.links.next else None
        return Part(read, following, total=read.answer.meta.record_count if read.answer.meta else None)


def to_job(row: Row, named: Named, integration: str) -> Job:
    """Return the job that a resource is, its relations resolved by what came along."""
    about = row.attributes
    places = distinct(_place(found) for found in (*_related(row, "locations", named), *_related(row, "location", named)))
    status = filled(about.human_status) or filled(about.status)
    job = Job(
        integration=integration,
        id=str(row.id),
        name=filled(about.title),
        status=status_of(status, STATUS),
        ats_status=status,
        location=places[0] if places else None,
        locations=places,
        department=next((filled(found.name) for found in _related(row, "department", named)), None),
        owner=next((filled(found.name) or filled(found.email) for found in _related(row, "user", named)), None),
        requisition_id=next((ref.id for ref in _refs(row, "requisition")), None),
        employment_type=filled(about.employment_type),
        remote=REMOTE.get(about.remote_status or ""),
        visibility=visibility_of("internal" if about.internal else about.human_status, VISIBILITY),
        description=filled(about.body) or filled(about.pitch),
        url=filled(row.links.careersite_job_url) if row.links else None,
        tags=texts(about.tags),
        created_at=moment(about.created_at),
        updated_at=moment(about.updated_at),
    )
    return partly_read(job, *(name for relation, names in _RELATED.items() if _lost(row, relation, named) for name in names))


_RELATED = {
    "locations": ("location", "locations"),
    "location": ("location", "locations"),
    "department": ("department",),
    "user": ("owner",),
}
"""What a job has of its relations."""


def _lost(row: Row, relation: str, named: Named) -> bool:
    """Return whether a relation cannot be told: all are left out, or what it names did not come along."""
    return not row.relationships or any((ref.type, ref.id) not in named for ref in _refs(row, relation))


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Teamtailor's own remedy for a key that is wrong or may too little."""
    if reply.status == 401:
        return CredentialsRejected(
            "Teamtailor rejected the API key",
            service="Teamtailor",
            remedy="Make a key under Settings, Integrations, API keys; companies in North America need base_url "
            "https://api.na.teamtailor.com/v1.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "Teamtailor does not let this API key read all jobs",
            service="Teamtailor",
            remedy="Make a key with the scope Admin and the permission Read; a public key shows published jobs only.",
        )
    if reply.status == 406:
        return UnexpectedAnswer(
            f"Teamtailor no longer speaks version {API_VERSION} of its API", service="Teamtailor", remedy="Update jobsync."
        )
    return None


def _convert(reply: Reply, integration: str) -> Callable[[Row], Job]:
    """Return what makes a job of a resource, with what came along in the answer."""
    along = reply.decode(_Included, row=_Included)
    named, guess = _named(along), guess_of(along)

    def convert(row: Row) -> Job:
        job = to_job(row, named, integration)
        return job if guess is None else with_guess(job, to_job(row, _named(guess), integration))

    return convert


def _named(along: _Included) -> Named:
    found = along.included or ()
    return {(each.type, str(each.id)): each.attributes for each in found if each.attributes is not None}


def _refs(row: Row, relation: str) -> list[_Ref]:
    found = (row.relationships or {}).get(relation)
    refs = found.data if found is not None else None
    return refs if isinstance(refs, list) else [] if refs is None else [refs]


def _related(row: Row, relation: str, named: Named) -> Iterator[About]:
    for ref in _refs(row, relation):
        if (about := named.get((ref.type, ref.id))) is not None:
            yield about


def _place(found: About) -> Location | None:
    city = filled(found.city)
    return place(None if city else found.name, city, None, found.country)
