"""Bullhorn's job orders as they are answered, and the job that comes of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import msgspec

from ...core import clock
from ...core.left_out import leave_out
from ...core.models import Job, JobStatus, JsonValue, Visibility
from ..values import filled, moment_ms, place, status_of, texts

STATUS = {
    "archive": JobStatus.ARCHIVED,
    "archived": JobStatus.ARCHIVED,
    "hold": JobStatus.ON_HOLD,
    "on hold": JobStatus.ON_HOLD,
    "on-hold": JobStatus.ON_HOLD,
    "draft": JobStatus.DRAFT,
    "open": JobStatus.OPEN,
    "accepting candidates": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "filled": JobStatus.CLOSED,
    "placed": JobStatus.CLOSED,
    "cancelled": JobStatus.CLOSED,
    "canceled": JobStatus.CLOSED,
}
"""Corporations choose their own words, so whether the job is open comes before all but the first six of these."""
REMOTE = {"remote": True, "off-site": True, "offsite": True, "on-site": False, "onsite": False, "hybrid": False}

FIELDS = {
    "id": "id",
    "title": "title",
    "status": "status",
    "isOpen": "isOpen",
    "isDeleted": "isDeleted",
    "employmentType": "employmentType",
    "address": "address(city,state,zip,countryID,countryName,countryCode)",
    "description": "description",
    "publicDescription": "publicDescription",
    "clientCorporation": "clientCorporation(id,name)",
    "owner": "owner(id,firstName,lastName)",
    "categories": "categories[20](id,name)",
    "skills": "skills[20](id,name)",
    "externalID": "externalID",
    "jobPostingURL": "jobPostingURL",
    "isPublic": "isPublic",
    "onSite": "onSite",
    "isWorkFromHome": "isWorkFromHome",
    "dateAdded": "dateAdded",
    "dateLastModified": "dateLastModified",
}
"""What is asked for, by the field's name; to-many fields give five entries unless more are asked for."""
NOT_EVERYWHERE = ("externalID", "jobPostingURL", "isPublic", "isWorkFromHome")
"""Of these, those that not every corporation has; one that is asked for and is not there costs the whole answer."""
OWN_FIELDS = (
    *(f"customText{number}" for number in range(1, 41)),
    *(f"customTextBlock{number}" for number in range(1, 6)),
    *(f"customInt{number}" for number in range(1, 9)),
    *(f"customFloat{number}" for number in range(1, 4)),
    *(f"customDate{number}" for number in range(1, 4)),
    *(f"correlatedCustomText{number}" for number in range(1, 11)),
    *(f"correlatedCustomTextBlock{number}" for number in range(1, 4)),
    *(f"correlatedCustomInt{number}" for number in range(1, 4)),
    *(f"correlatedCustomFloat{number}" for number in range(1, 4)),
    *(f"correlatedCustomDate{number}" for number in range(1, 4)),
)
"""Fields whose meaning each corporation decides; their labels say what it is."""
_FINER = frozenset({JobStatus.ARCHIVED, JobStatus.ON_HOLD, JobStatus.DRAFT})


class _Address(msgspec.Struct, rename="camel"):
    city: str | None = None
    state: str | None = None
    country_name: str | None = None
    country_code: str | None = None


class _Named(msgspec.Struct):
    name: str | None = None


class _Many(msgspec.Struct):
    data: list[_Named | None] | None = None


class _Person(msgspec.Struct, rename="camel"):
    first_name: str | None = None
    last_name: str | None = None


class Row(msgspec.Struct, rename="camel"):
    """The fields of a job order that every corporation has, as far as they are used."""

    id: int | str
    title: str | None = None
    status: str | None = None
    is_open: bool | None = None
    is_deleted: bool | None = None
    employment_type: str | None = None
    address: _Address | None = None
    description: str | None = None
    public_description: str | None = None
    client_corporation: _Named | None = None
    owner: _Person | None = None
    categories: _Many | None = None
    skills: _Many | None = None
    external_id: str | None = msgspec.field(name="externalID", default=None)
    job_posting_url: str | None = msgspec.field(name="jobPostingURL", default=None)
    is_public: int | None = None
    on_site: str | None = None
    is_work_from_home: bool | None = None
    date_added: float | None = None
    date_last_modified: float | None = None


if TYPE_CHECKING:

    class WholeRow(Row):
        """A row with the fields of the corporation's own, under the names of the wire."""

else:
    WholeRow = msgspec.defstruct("WholeRow", [(name, object, None) for name in OWN_FIELDS], bases=(Row,))


def labelled(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the labels with the field's name behind those that are used more than once.

    Blanks are folded: labels end in non-breaking ones, which nobody types into a rule.
    """
    labels = {name: " ".join(label.split()) or name for name, label in labels.items()}
    used = list(labels.values())
    return {name: label if used.count(label) == 1 else f"{label} ({name})" for name, label in labels.items()}


def to_job(row: Row, labels: Mapping[str, str], integration: str) -> Job:
    """Return the job that a row is."""
    address = row.address or _Address()
    location = place(None, address.city, address.state, filled(address.country_name) or address.country_code)
    owner = row.owner or _Person()
    many = [*((row.categories.data if row.categories else None) or ()), *((row.skills.data if row.skills else None) or ())]
    return Job(
        integration=integration,
        id=str(row.id),
        name=filled(row.title),
        status=status(row),
        ats_status=filled(row.status),
        location=location,
        locations=(location,) if location else (),
        client=filled(row.client_corporation.name) if row.client_corporation else None,
        owner=" ".join(part for part in (filled(owner.first_name), filled(owner.last_name)) if part) or None,
        requisition_id=filled(row.external_id),
        employment_type=filled(row.employment_type),
        remote=row.is_work_from_home if row.is_work_from_home is not None else REMOTE.get((row.on_site or "").strip().lower()),
        visibility=Visibility.PUBLIC if row.is_public == 1 else None,
        description=filled(row.public_description) or filled(row.description),
        url=filled(row.job_posting_url),
        tags=texts(each.name for each in many if each is not None),
        custom=_custom(row, labels),
        created_at=moment_ms(row.date_added),
        updated_at=moment_ms(row.date_last_modified),
    )


def status(row: Row) -> JobStatus:
    """Return the shared status: a word that says more than open, else whether the job is open, else the word.

    A word for closed beside ``isOpen`` counts, and the contradiction is told: no job is worked on that somebody closed.
    """
    known = status_of(row.status, STATUS)
    if known is JobStatus.CLOSED and row.is_open:
        leave_out("isOpen", f"true beside the status {row.status}", str(row.id))
    if known in _FINER or known is JobStatus.CLOSED or row.is_open is None:
        return known
    return JobStatus.OPEN if row.is_open else JobStatus.CLOSED


def _custom(row: Row, labels: Mapping[str, str]) -> Mapping[str, JsonValue]:
    custom: dict[str, object] = {}
    for name, label in labels.items():
        value = getattr(row, name, None)
        if "ustomDate" in name and isinstance(value, int | float):
            found = moment_ms(value)
            value = clock.rfc3339(found) if found else None
        if value not in (None, "", []):
            custom[label] = value
    return cast("Mapping[str, JsonValue]", custom)
