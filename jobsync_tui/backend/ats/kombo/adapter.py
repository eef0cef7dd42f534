"""Kombo: one API in front of many ATSs (docs.kombo.dev, ``GET /ats/jobs``).

There is no way to get one job, only a listing filtered by its id. Errors are told apart by their code, never by message or status: "set-up
pending" and its like moved from 503 to 409 in May 2026. ``updated_after`` also matches when only nested data changed, so the watermark is
the time of our own request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Generic, TypeVar, cast

import msgspec

from ...core.errors import UnexpectedAnswer
from ...core.models import FieldAvailability, Job, JobStatus, JsonValue
from ...http import HeaderAuth, Params, Reply
from ..base import Adapter, Connection, Listing, Page
from ..paginator import Part, by_cursor
from ..resume import Place
from ..rows import Gone, ReadRows, RowShape, read_rows
from ..values import address, apart, filled, moment, place, status_of, visibility_of
from .errors import explain

PAGE_SIZE = 250
"""The most that Kombo gives."""

OVERLAP = timedelta(minutes=5)

_STATUS = {"open": JobStatus.OPEN, "closed": JobStatus.CLOSED, "draft": JobStatus.DRAFT, "archived": JobStatus.ARCHIVED}
_REMOTE = {"REMOTE": True, "HYBRID": False, "ON_SITE": False}
_OWNER_ROLES = ("RECRUITER", "HIRING_MANAGER")
_ID_LENGTH = 24
"""Kombo's own ids, in its examples."""

R = TypeVar("R")


class Kombo(Adapter):
    """Jobs of whatever ATS stands behind one Kombo integration.

    The unified model has neither client nor tags. What else is missing depends on the ATS behind it, so it is empty rather than "never
    delivered".
    """

    provider = "kombo"
    title = "Kombo"
    key_made = (
        "In Kombo, under API keys, make a key for the environment; the integration id is on the page of the integration. A key of "
        "Kombo's United States instance needs base_url https://api.us.kombo.dev/v1."
    )
    availability = FieldAvailability(never=frozenset({"client", "tags"}))
    incremental = True
    tells_deletions = True
    credential_names = ("api_key", "integration_id")
    default_base_url = "https://api.kombo.dev/v1"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._with_comma: dict[str, str] = {}
        self._http = connection.http
        self._http.explain = explain
        key, integration = connection.credentials["api_key"], connection.credentials["integration_id"]
        self._http.auth = HeaderAuth({"Authorization": f"Bearer {key}", "X-Integration-Id": integration})

    async def test(self) -> str:
        """Ask who the key belongs to, and for one job, which needs the integration too."""
        who = (await self._http.get("check-api-key")).decode(_KeyAnswer).data
        await self._http.get("ats/jobs", params={"page_size": 1})
        return f"customer {who.customer_id}, environment {who.environment_id}"

    def pages(self, listing: Listing) -> AsyncGenerator[Page, None]:
        """Yield pages of 250; an incremental listing says what was deleted too."""
        return by_cursor(self.title, self._part, listing, overlap=OVERLAP)

    async def job(self, job_id: str) -> Job | None:
        """Return the job of that id in the ATS behind Kombo, or of that Kombo id where the ATS has none of its own."""
        if "," in job_id:
            return await self._by_kombos_id(job_id)
        filters = ("ids", "remote_ids") if len(job_id) == _ID_LENGTH and job_id.isalnum() else ("remote_ids", "ids")
        for name in filters:
            found = self._read(await self._http.get("ats/jobs", params={name: job_id, "page_size": PAGE_SIZE}))
            for job in found.jobs:
                if job.id == job_id:
                    return job
            _complain_about(found, self.title)
        return None

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the last part of the path that has a digit in it: the address is that of the ATS behind Kombo, whichever that is."""
        found = address(url)
        parts = [part for part in found.path.split("/") if any(character.isdigit() for character in part)] if found else []
        return parts[-1] if parts else None

    async def _by_kombos_id(self, job_id: str) -> Job | None:
        """Return a job whose id has a comma, at which the filter by ids of the ATS splits: by Kombo's own id, which a listing tells."""
        if job_id not in self._with_comma:
            async with aclosing(self.pages(Listing())) as pages:
                async for _ in pages:
                    if job_id in self._with_comma:
                        break
        own = self._with_comma.get(job_id)
        if own is None:
            return None
        found = self._read(await self._http.get("ats/jobs", params={"ids": own, "page_size": PAGE_SIZE}))
        _complain_about(found, self.title)
        return next((job for job in found.jobs if job.id == job_id), None)

    async def _part(self, here: Place) -> Part[_Answer[_Row]]:
        found = self._read(await self._http.get("ats/jobs", params=_params(here)))
        return Part(found, found.answer.data.next or None)

    def _read(self, reply: Reply) -> ReadRows[_Answer[_Row]]:
        integration = self.connection.integration

        def convert(row: _Row) -> Job | Gone:
            if row.remote_id and "," in row.remote_id:
                self._with_comma[row.remote_id] = row.id
            return Gone(row.remote_id or row.id) if row.remote_deleted_at else _job(integration, row)

        return read_rows(reply, _SHAPE, convert)


class _KeyOwner(msgspec.Struct):
    environment_id: str = "?"
    customer_id: str = "?"


class _KeyAnswer(msgspec.Struct):
    data: _KeyOwner


class _Place(msgspec.Struct):
    raw: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class _Posting(msgspec.Struct):
    status: str | None = None
    visibility: str | None = None
    title: str | None = None
    description_html: str | None = None
    url: str | None = None


class _Person(msgspec.Struct):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    hiring_team_roles: list[str] | None = None


class _Added(msgspec.Struct):
    label: str | None = None
    key: str | None = None
    value: object = None


class _Row(msgspec.Struct):
    """A job as ``GET /ats/jobs`` gives it, as far as it is used. Everything but the id may be missing or null."""

    id: str
    remote_id: str | None = None
    name: str | None = None
    job_code: str | None = None
    description: str | None = None
    status: str | None = None
    employment_type: str | None = None
    department: str | None = None
    post_url: str | None = None
    remote_url: str | None = None
    remote_work_status: str | None = None
    visibility: str | None = None
    confidential: bool | None = None
    location: _Place | None = None
    custom_fields: dict[str, object] | None = None
    integration_fields: list[_Added] | None = None
    remote_created_at: str | None = None
    remote_updated_at: str | None = None
    changed_at: str | None = None
    remote_deleted_at: str | None = None
    job_postings: list[_Posting] | None = None
    hiring_team: list[_Person] | None = None


class _Data(msgspec.Struct, Generic[R]):
    results: list[R]
    next: str | None = None


class _Answer(msgspec.Struct, Generic[R]):
    data: _Data[R]


_SHAPE = RowShape(
    typed=_Answer[_Row],
    raw=_Answer[msgspec.Raw],
    row=_Row,
    rows=lambda answer: answer.data.results,
    id_keys=("remote_id", "id"),
    own_key="id",
)


def _params(here: Place) -> Params:
    return {
        "page_size": PAGE_SIZE,
        "updated_after": here.since,
        "include_deleted": True if here.since else None,
        "cursor": here.cursor,
    }


def _complain_about(found: ReadRows[_Answer[_Row]], service: str) -> None:
    """Raise if the one job asked for came and could not be read, which is not the same as "none"."""
    if found.rejected and not found.jobs:
        raise UnexpectedAnswer(f"{service} did not answer as expected: {found.rejected[0].reason}", service=service)


def _job(integration: str, row: _Row) -> Job:
    posting = max(row.job_postings, key=_standing) if row.job_postings else _NO_POSTING
    at = row.location or _Place()
    location = place(at.raw, at.city, at.state, at.country)
    places = apart(location) if location else ()
    return Job(
        integration=integration,
        id=row.remote_id or row.id,
        name=filled(row.name) or filled(posting.title),
        status=status_of(row.status, _STATUS),
        ats_status=row.status,
        location=places[0] if places else None,
        locations=places,
        department=filled(row.department),
        owner=_owner(row.hiring_team or ()),
        requisition_id=filled(row.job_code),
        employment_type=filled(row.employment_type),
        remote=_REMOTE.get(row.remote_work_status) if row.remote_work_status else None,
        visibility=visibility_of(row.visibility or posting.visibility, confidential=row.confidential),
        description=filled(row.description) or filled(posting.description_html),
        url=filled(row.post_url) or filled(posting.url) or filled(row.remote_url),
        custom=_custom(row),
        created_at=moment(row.remote_created_at),
        updated_at=moment(row.remote_updated_at) or moment(row.changed_at),
    )


def _standing(posting: _Posting) -> tuple[bool, bool]:
    """Return how well a posting stands for its job: an active one goes before others, and a public one among them."""
    return posting.status == "ACTIVE", posting.visibility == "PUBLIC"


def _owner(team: Sequence[_Person]) -> str | None:
    """Return who recruits for the job, else who hires, else whoever is named first."""
    for role in _OWNER_ROLES:
        for person in team:
            if role in (person.hiring_team_roles or ()):
                return _name(person)
    return _name(team[0]) if team else None


def _name(person: _Person) -> str | None:
    return filled(" ".join(part for part in (person.first_name, person.last_name) if part)) or filled(person.email)


def _custom(row: _Row) -> Mapping[str, JsonValue]:
    """Return the custom fields, and the fields that the integration adds, by their label where they have one."""
    custom = cast("dict[str, JsonValue]", row.custom_fields or {})
    if not row.integration_fields:
        return custom
    added: dict[str, JsonValue] = {}
    for entry in row.integration_fields:
        name = entry.label or entry.key
        if name:
            added[name] = cast("JsonValue", entry.value)
    return added | custom


_NO_POSTING = _Posting()
