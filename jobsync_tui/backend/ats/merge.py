"""Merge: one API in front of many ATSs (the vendor's specification, ``/ats/v1/jobs``).

``modified_after`` goes by the time at which Merge synced a job, so that is what the watermark is compared with. Deleted jobs come with
``remote_was_deleted`` where ``include_deleted_data`` asks for them. Departments, offices and people are expanded in the listing itself;
where an answer has bare ids all the same, the names cannot be read. The ATS job id is the id in the ATS behind Merge, or Merge's own where
that ATS has none. How often requests may come is not said in any header that is known.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError, UnexpectedAnswer
from ..core.models import FieldAvailability, Job, JobStatus, JsonValue
from ..http import HeaderAuth, Params, Reply, said, segment
from .base import Adapter, Connection, Listing, Page
from .paginator import Part, by_cursor
from .resume import Place
from .rows import Gone, ReadRows, RowShape, convert_one, one_row, partly_read, read_rows
from .values import distinct, filled, moment, place, status_of, visibility_of

PAGE = 100
OVERLAP = timedelta(minutes=5)

STATUS = {
    "open": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
    "pending": JobStatus.DRAFT,
}
"""``PENDING`` is a job that still waits for approval."""

_WHOLE: Params = {"expand": "departments,offices,hiring_managers,recruiters"}
_URL_TYPES = ("JOB_POSTING", "JOB_APPLICATION", "POSTING")
R = TypeVar("R")


class _Named(msgspec.Struct):
    name: str | None = None


class _Office(msgspec.Struct):
    name: str | None = None
    location: str | None = None


class _Person(msgspec.Struct):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class _Url(msgspec.Struct):
    value: str | None = None
    url: str | None = None
    url_type: str | None = None


class Row(msgspec.Struct):
    """A job as Merge answers it, as far as it is used. Everything but the id may be missing or null."""

    id: str
    remote_id: str | None = None
    name: str | None = None
    description: str | None = None
    code: str | None = None
    status: str | None = None
    confidential: bool | None = None
    job_posting_urls: list[_Url | None] | None = None
    remote_created_at: str | None = None
    remote_updated_at: str | None = None
    modified_at: str | None = None
    departments: list[_Named | str | None] | None = None
    offices: list[_Office | str | None] | None = None
    hiring_managers: list[_Person | str | None] | None = None
    recruiters: list[_Person | str | None] | None = None
    remote_was_deleted: bool | None = None
    field_mappings: dict[str, dict[str, object] | None] | None = None


class _Answer(msgspec.Struct, Generic[R]):
    results: list[R]
    next: str | None = None


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.results, id_keys=("remote_id", "id"), own_key="id")


class Merge(Adapter):
    """Jobs of whatever ATS stands behind one linked account of Merge. The unified model has no client, tags or employment type."""

    provider = "merge"
    title = "Merge"
    key_made = (
        "In Merge, the key is under API keys. The account token belongs to the linked account, whose scopes must include Job. Merge in "
        "the EU needs base_url https://api-eu.merge.dev/api/ats/v1, in Asia and the Pacific https://api-ap.merge.dev/api/ats/v1."
    )
    availability = FieldAvailability(never=frozenset({"client", "tags", "employment_type", "remote"}))
    incremental = True
    tells_deletions = True
    credential_names = ("api_key", "account_token")
    default_base_url = "https://api.merge.dev/api/ats/v1"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        key, account = connection.credentials["api_key"], connection.credentials["account_token"]
        self._http = connection.http
        self._http.auth = HeaderAuth({"Authorization": f"Bearer {key}", "X-Account-Token": account})
        self._http.explain = explain

    async def test(self) -> str:
        """Ask for a single job of the linked account."""
        (await self._http.get("jobs", params={"page_size": 1})).decode(_Answer[msgspec.Raw])
        return "the key and the account token read jobs"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, a cursor leading to the next; an incremental listing says what was deleted too."""
        return by_cursor(self.title, self._part, listing, overlap=OVERLAP)

    async def job(self, job_id: str) -> Job | None:
        """Return the job that has this id in the ATS behind Merge, or else in Merge, where the ATS has none of its own."""
        read = self._read(await self._http.get("jobs", params={**_WHOLE, "remote_id": job_id, "page_size": PAGE}))
        for job in read.jobs:
            if job.id == job_id:
                return job
        if read.rejected:
            raise UnexpectedAnswer(f"Merge did not answer as expected: {read.rejected[0].reason}", service=self.title)
        if not _is_uuid(job_id):
            return None
        reply = await self._http.get(f"jobs/{segment(job_id)}", params=_WHOLE, accept={404})
        found = None if reply.status == 404 else convert_one(one_row(reply, Row, SHAPE), self._job, self.title)
        return found if found is not None and found.id == job_id else None

    async def _part(self, here: Place) -> Part[_Answer[Row]]:
        params = {
            **_WHOLE,
            "page_size": PAGE,
            "cursor": here.cursor,
            "modified_after": here.since,
            "include_deleted_data": True if here.since else None,
        }
        read = self._read(await self._http.get("jobs", params=params))
        return Part(read, read.answer.next or None)

    def _read(self, reply: Reply) -> ReadRows[_Answer[Row]]:
        return read_rows(reply, SHAPE, self._job)

    def _job(self, row: Row) -> Job | Gone:
        return Gone(row.remote_id or row.id) if row.remote_was_deleted else to_job(row, self.connection.integration)


def to_job(row: Row, integration: str) -> Job:
    """Return the job that a row is."""
    offices = [office for office in row.offices or () if isinstance(office, _Office)]
    places = distinct(place(filled(office.location) or office.name) for office in offices)
    departments = (filled(each.name) for each in row.departments or () if isinstance(each, _Named))
    job = Job(
        integration=integration,
        id=row.remote_id or row.id,
        name=filled(row.name),
        status=status_of(row.status, STATUS),
        ats_status=filled(row.status),
        location=places[0] if places else None,
        locations=places,
        department=next((name for name in departments if name), None),
        owner=_owner(row),
        requisition_id=filled(row.code),
        visibility=visibility_of(None, confidential=row.confidential),
        description=filled(row.description),
        url=_url(row),
        custom=_custom(row),
        created_at=moment(row.remote_created_at),
        updated_at=moment(row.remote_updated_at) or moment(row.modified_at),
    )
    nameless = {
        "department": job.department is None and _has_ids(row.departments),
        "location": _has_ids(row.offices),
        "locations": _has_ids(row.offices),
        "owner": job.owner is None and _has_ids([*(row.recruiters or ()), *(row.hiring_managers or ())]),
    }
    return partly_read(job, *(name for name, is_nameless in nameless.items() if is_nameless))


def _has_ids(found: Sequence[object] | None) -> bool:
    """Return whether an id stands where a name should be."""
    return any(isinstance(each, str) for each in found or ())


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Merge's own remedy for a key or an account that it does not accept."""
    if reply.status == 401:
        return CredentialsRejected(
            f"Merge rejected the API key or the account token{said(reply)}",
            service="Merge",
            remedy="Check both: the key is under API keys in Merge, the account token belongs to the linked account and ends with it.",
        )
    if reply.status == 403:
        return PermissionMissing(
            f"Merge does not let this key read jobs of the linked account{said(reply)}",
            service="Merge",
            remedy="Let the linked account's scopes include Job, and see in Merge whether the account has to be linked again.",
        )
    return None


def _owner(row: Row) -> str | None:
    for person in [*(row.recruiters or ()), *(row.hiring_managers or ())]:
        if isinstance(person, _Person):
            name = " ".join(part for part in (filled(person.first_name), filled(person.last_name)) if part)
            if name or filled(person.email):
                return name or person.email
    return None


def _url(row: Row) -> str | None:
    urls = [each for each in row.job_posting_urls or () if each is not None]
    urls.sort(key=lambda each: _URL_TYPES.index(each.url_type) if each.url_type in _URL_TYPES else len(_URL_TYPES))
    return next((found for each in urls if (found := filled(each.url) or filled(each.value))), None)


def _custom(row: Row) -> Mapping[str, JsonValue]:
    """Return the fields that the customer mapped in Merge, by the names given there; its specification has no others."""
    custom: dict[str, object] = {}
    for targets in (row.field_mappings or {}).values():
        custom.update({name: value for name, value in (targets or {}).items() if value not in (None, "")})
    return cast("Mapping[str, JsonValue]", custom)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
