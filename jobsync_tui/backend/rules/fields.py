"""The fields a condition can name, and how each is read from a job.

They are those of the job object: its plain fields, the parts of ``location`` and ``locations``, and whatever stands under ``custom.``.
A bare ``location`` is the place as one text. ``sync_status``, ``last_synced`` and ``target_id`` are known for cached jobs only and are
missing from a job that came straight from an adapter. The status ``unknown`` says that the ATS gave none, so it is a missing value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from operator import attrgetter

from ..core.models import CachedJob, FieldAvailability, Job, JobStatus, Location, Note
from .cells import Cell


class Kind(Enum):
    """What a field holds; custom fields may hold anything."""

    TEXT = "text"
    BOOL = "true or false"
    MOMENT = "a date"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its dotted name. ``many`` says that a job may have several values of it."""

    name: str
    kind: Kind
    many: bool
    read: Callable[[Job], object]

    def cell(self, job: Job) -> Cell:
        """Return what ``job`` has in this field."""
        return Cell(self.read(job))


CUSTOM = "custom"
PLACE_PARTS = ("text", "city", "region", "country")


def _place(job: Job) -> Location | None:
    return job.location or (job.locations[0] if job.locations else None)


def _places(job: Job) -> tuple[Location, ...]:
    return job.locations or ((job.location,) if job.location else ())


def _place_part(part: str) -> Callable[[Job], object]:
    def read(job: Job) -> object:
        place = _place(job)
        return getattr(place, part) if place else None

    return read


def _places_part(part: str) -> Callable[[Job], object]:
    def read(job: Job) -> object:
        return tuple(value for place in _places(job) if (value := getattr(place, part)))

    return read


def _status(job: Job) -> object:
    return None if job.status is JobStatus.UNKNOWN else str(job.status)


def _visibility(job: Job) -> object:
    return None if job.visibility is None else str(job.visibility)


def _sync_status(job: Job) -> object:
    return str(job.sync_status) if isinstance(job, CachedJob) else None


def _cached(name: str) -> Callable[[Job], object]:
    def read(job: Job) -> object:
        return getattr(job, name) if isinstance(job, CachedJob) else None

    return read


def _built() -> dict[str, Field]:
    texts = (
        "integration",
        "id",
        "name",
        "ats_status",
        "department",
        "client",
        "owner",
        "requisition_id",
        "employment_type",
        "description",
        "url",
    )
    fields = [Field(name, Kind.TEXT, many=False, read=attrgetter(name)) for name in texts]
    fields += [
        Field("status", Kind.TEXT, many=False, read=_status),
        Field("location", Kind.TEXT, many=False, read=_place),
        Field("locations", Kind.TEXT, many=True, read=_places),
        Field("tags", Kind.TEXT, many=True, read=attrgetter("tags")),
        Field("remote", Kind.BOOL, many=False, read=attrgetter("remote")),
        Field("visibility", Kind.TEXT, many=False, read=_visibility),
        Field("created_at", Kind.MOMENT, many=False, read=attrgetter("created_at")),
        Field("updated_at", Kind.MOMENT, many=False, read=attrgetter("updated_at")),
        Field("sync_status", Kind.TEXT, many=False, read=_sync_status),
        Field("last_synced", Kind.MOMENT, many=False, read=_cached("last_synced")),
        Field("target_id", Kind.TEXT, many=False, read=_cached("target_id")),
        Field(CUSTOM, Kind.ANY, many=False, read=attrgetter(CUSTOM)),
    ]
    for part in PLACE_PARTS:
        fields.append(Field(f"location.{part}", Kind.TEXT, many=False, read=_place_part(part)))
        fields.append(Field(f"locations.{part}", Kind.TEXT, many=True, read=_places_part(part)))
    return {field.name: field for field in fields}


KNOWN: Mapping[str, Field] = _built()
"""Every field but the custom ones, by dotted name."""


@lru_cache(maxsize=4096)
def field_named(name: str) -> Field | None:
    """Return the field of that dotted name, or None where the job object has none.

    What follows ``custom.`` is the name of a custom field as the ATS has it, dots included, or a way into an object inside one.
    """
    if name in KNOWN:
        return KNOWN[name]
    head, dot, rest = name.partition(".")
    if head != CUSTOM or not dot or not rest.strip():
        return None

    def read(job: Job) -> object:
        return job.custom[rest] if rest in job.custom else inside(job.custom, rest)

    return Field(name, Kind.ANY, many=False, read=read if "." in rest else lambda job: job.custom.get(rest))


def inside(value: object, path: str) -> object:
    """Return what stands at ``path`` in nested objects, a key that holds the whole path first; from a list, what its items have there."""
    if isinstance(value, list | tuple):
        return [inside(item, path) for item in value]
    if not isinstance(value, Mapping):
        return None
    if path in value:
        return value[path]
    dot = path.rfind(".")
    while dot > 0:
        if path[:dot] in value:
            return inside(value[path[:dot]], path[dot + 1 :])
        dot = path.rfind(".", 0, dot)
    return None


def covers(names: Collection[str], field: str) -> bool:
    """Return whether ``names`` has the dotted ``field`` or something it is a part of; ``location`` speaks for ``locations`` too."""
    if not names:
        return False
    parts = field.split(".")
    prefixes = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    if parts[0] == "locations":
        prefixes += [prefix.replace("locations", "location", 1) for prefix in prefixes]
    return any(prefix in names for prefix in prefixes)


def why_missing(job: Job, field: str, availability: FieldAvailability) -> Note:
    """Return why ``job`` has nothing in ``field``: never delivered, not or not to be read for this job, or empty."""
    if covers(availability.never, field):
        return Note.FIELD_NOT_PROVIDED
    if covers((*job.not_loaded, *job.unread), field):
        return Note.NOT_LOADED
    return Note.FIELD_EMPTY
