"""Ashby's jobs, postings, places and departments as they are answered, and the job that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import msgspec

from ...core.models import Job, JobStatus, JsonValue, Location, Visibility
from ..rows import partly_read
from ..values import distinct, filled, moment, place, status_of, visibility_of

STATUS = {
    "open": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
}
REMOTE = {"remote": True, "hybrid": False, "onsite": False}

SINGLE = ("locations", "description", "url", "remote", "visibility")
"""What a posting has or adds to. That a job is confidential it says itself."""
_OWNER_ROLES = ("recruiter", "hiring manager")


class _Member(msgspec.Struct, rename="camel"):
    role: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class _Field(msgspec.Struct):
    title: str | None = None
    value: object = None
    value_label: object = msgspec.field(name="valueLabel", default=None)


class _Places(msgspec.Struct, rename="camel"):
    primary_location_id: str | None = None
    secondary_location_ids: list[str] | None = None


class Row(msgspec.Struct, rename="camel"):
    """A job as Ashby answers it; the specification marks fewer fields as nullable than are null in fact."""

    id: str
    title: str | None = None
    status: str | None = None
    employment_type: str | None = None
    confidential: bool | None = None
    location_id: str | None = None
    location_ids: _Places | None = None
    department_id: str | None = None
    custom_fields: list[_Field | None] | None = None
    custom_requisition_id: str | None = None
    job_posting_ids: list[str] | None = None
    hiring_team: list[_Member | None] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class _PostalAddress(msgspec.Struct, rename="camel"):
    address_locality: str | None = None
    address_region: str | None = None
    address_country: str | None = None


class _Address(msgspec.Struct, rename="camel"):
    postal_address: _PostalAddress | None = None


class Site(msgspec.Struct):
    """A place that jobs name by its id."""

    id: str
    name: str | None = None
    address: _Address | None = None


class Unit(msgspec.Struct):
    """A department that jobs name by its id."""

    id: str
    name: str | None = None


class Posting(msgspec.Struct, rename="camel"):
    """A job's posting, which has what the job lacks."""

    description_html: str | None = None
    description_plain: str | None = None
    external_link: str | None = None
    is_remote: bool | None = None
    is_listed: bool | None = None
    location_ids: _Places | None = None
    workplace_type: str | None = None


@dataclass(slots=True)
class Names:
    """Places and departments by id; what is looked up and not among them is noted in ``missed``."""

    places: Mapping[str, Location | None]
    departments: Mapping[str, str | None]
    missed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, sites: list[Site], units: list[Unit], unknown: set[str]) -> Names:
        """Return the names of these; ``unknown`` ids were looked for before, and are not missed again."""
        nothing = dict.fromkeys(unknown)
        return cls(nothing | {each.id: _place(each) for each in sites}, nothing | {each.id: filled(each.name) for each in units})

    def unread(self, department: str | None, places: Iterable[str | None]) -> list[str]:
        """Return the fields of a job that cannot be told, because the names of the ids that it has are not among these."""
        lost = ["department"] if department and self.departments.get(department) is None else []
        return [*lost, "location", "locations"] if any(key and self.places.get(key) is None for key in places) else lost

    def place(self, key: str) -> Location | None:
        """Return the place of that id."""
        if key not in self.places:
            self.missed.add(key)
        return self.places.get(key)

    def department(self, key: str) -> str | None:
        """Return the department's name of that id."""
        if key not in self.departments:
            self.missed.add(key)
        return self.departments.get(key)


def _place_keys(ids: _Places | None) -> list[str | None]:
    return [] if ids is None else [ids.primary_location_id, *(ids.secondary_location_ids or ())]


def to_job(row: Row, names: Names, integration: str) -> Job:
    """Return what a job tells of itself; the rest is in its posting."""
    places = _named_places(row.location_ids, names, row.location_id)
    custom = {
        each.title: shown for each in row.custom_fields or () if each is not None and each.title and (shown := _shown(each)) is not None
    }
    job = Job(
        integration=integration,
        id=row.id,
        name=filled(row.title),
        status=status_of(row.status, STATUS),
        ats_status=filled(row.status),
        location=places[0] if places else None,
        locations=places,
        department=names.department(row.department_id) if row.department_id else None,
        owner=_owner(row.hiring_team or []),
        requisition_id=filled(row.custom_requisition_id),
        employment_type=filled(row.employment_type),
        visibility=visibility_of(None, confidential=row.confidential),
        custom=cast("Mapping[str, JsonValue]", custom),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        not_loaded=SINGLE[:-1] if row.confidential else SINGLE,
    )
    return partly_read(job, *names.unread(row.department_id, [row.location_id, *_place_keys(row.location_ids)]))


def with_posting(job: Job, posting: Posting, names: Names) -> Job:
    """Return the job with what its posting adds; a listed one is public unless the job is confidential."""
    remote = REMOTE.get((posting.workplace_type or "").lower(), posting.is_remote)
    description = filled(posting.description_html) or filled(posting.description_plain)
    places = distinct([*job.locations, *_named_places(posting.location_ids, names)])
    listed = None if posting.is_listed is None else Visibility.PUBLIC if posting.is_listed else Visibility.UNLISTED
    return replace(
        job,
        location=places[0] if places else None,
        locations=places,
        description=description,
        url=filled(posting.external_link),
        remote=remote,
        visibility=job.visibility or listed,
    )


def _named_places(ids: _Places | None, names: Names, first: str | None = None) -> tuple[Location, ...]:
    """Return the places that are named by their ids, the first one before the others."""
    ids = ids or _Places()
    keys = [first or ids.primary_location_id, *(ids.secondary_location_ids or ())]
    return distinct(names.place(key) for key in keys if key)


def _shown(field: _Field) -> object:
    """Return the value of a custom field as people see it: of a choice its label, and None of nothing."""
    value = field.value if field.value_label in (None, "", []) else field.value_label
    return None if value in (None, "", []) else value


def _place(site: Site) -> Location | None:
    address = (site.address.postal_address if site.address else None) or _PostalAddress()
    return place(site.name, address.address_locality, address.address_region, address.address_country)


def _owner(team: list[_Member | None]) -> str | None:
    members = [each for each in team if each is not None]
    for role in _OWNER_ROLES:
        for each in members:
            if (each.role or "").lower() == role and (name := " ".join(filter(None, (filled(each.first_name), filled(each.last_name))))):
                return name
    return None
