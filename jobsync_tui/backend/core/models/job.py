"""A job as its ATS gives it, and the same job as the cache keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


class JobKey(NamedTuple):
    """Which job: the integration that it is from, and its ATS job id, which may be another integration's as well."""

    integration: str
    id: str

    @classmethod
    def of(cls, integration: str, *ids: str) -> tuple[JobKey, ...]:
        """Return some jobs of one integration."""
        return tuple(cls(integration, each) for each in ids)


class JobStatus(StrEnum):
    """One vocabulary for the status words of every ATS; the ATS's own word is kept beside it as ``ats_status``."""

    OPEN = "open"
    CLOSED = "closed"
    DRAFT = "draft"
    ARCHIVED = "archived"
    ON_HOLD = "on_hold"
    UNKNOWN = "unknown"


ENDED = (JobStatus.CLOSED, JobStatus.ARCHIVED)
"""What the status of a job is that has closed in its ATS."""


class Visibility(StrEnum):
    """Who may see the job, in one vocabulary for every ATS.

    ``public``: advertised to everybody. ``internal``: only to the organization's own people. ``unlisted``: on the job board for those who
    have the link. ``confidential``: only some of the ATS's own users may see it.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    UNLISTED = "unlisted"


class SyncStatus(StrEnum):
    """Where a cached job stands towards the target.

    ``changed``: synced, and a field that the sync owns changed in the ATS since. ``gone``: no longer in the ATS; the row is kept.
    ``unknown``: a write got no answer and is still being looked up. ``undone``: its last sync was taken back; it is not synced by itself
    until a person syncs it or its source changes.
    """

    NEVER = "never"
    SYNCING = "syncing"
    SYNCED = "synced"
    CHANGED = "changed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    GONE = "gone"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Location:
    """One place of a job. Where the ATS gives one text only, ``city`` is what stands before the first comma."""

    text: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as the ATS gives it; text is as it came, uncleaned, because what is stored and synced stays the ATS's own.

    Attributes:
        integration: Id of the integration the job was read from.
        id: ATS job id, by which a person finds the job in the ATS; always text.
        status: One of the shared status words.
        ats_status: The ATS's own word for the status.
        location: The first of ``locations``.
        department: Name, never an id.
        client: Name of the client company, where the ATS serves agencies.
        remote: Whether the job may be done wholly from elsewhere.
        visibility: Who may see the job, where the ATS says so.
        description: HTML or plain text, as the ATS has it.
        url: A page of the job that a person can open.
        custom: Custom fields by readable name.
        created_at, updated_at: UTC.
        not_loaded: Names of fields that this ATS gives only for one job at a time and that were not read for this job.
        unread: Names of fields that could not be read: they came in a form that nobody knows, or what they hang on was refused. In the
            cache only those are left of which nothing was known before.
    """

    integration: str
    id: str
    name: str | None = None
    status: JobStatus = JobStatus.UNKNOWN
    ats_status: str | None = None
    location: Location | None = None
    locations: tuple[Location, ...] = ()
    department: str | None = None
    client: str | None = None
    owner: str | None = None
    requisition_id: str | None = None
    employment_type: str | None = None
    remote: bool | None = None
    visibility: Visibility | None = None
    description: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, JsonValue] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    not_loaded: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def beside(self, known: Job | None) -> Job:
        """Return the job with what was ``known`` before in the place of what could not be read; what was not known stays unread."""
        if known is None:
            return self
        kept = {name: self._kept(name, getattr(known, name)) for name in self.unread if name not in known.not_loaded}
        unread = tuple(name for name in self.unread if kept.get(name) in _NOTHING)
        return replace(self, **kept, unread=unread)

    def _kept(self, name: str, known: Any) -> Any:
        if name == "custom" and isinstance(known, Mapping):
            return {**known, **{key: value for key, value in self.custom.items() if value is not None or key not in known}}
        return getattr(self, name) if known in _NOTHING else known


_NOTHING: tuple[object, ...] = (None, (), {}, JobStatus.UNKNOWN)
JOB_FIELDS = tuple(each.name for each in dataclass_fields(Job))


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedJob(Job):
    """A job as the cache keeps it, with its standing towards the target. Encoded, it is the contract's job object.

    Attributes:
        sync_status: See `SyncStatus`.
        last_synced: When a sync last created, updated or confirmed the job in the target; UTC.
        target_id: Id of the job in the target, once it is known.
        cached_at: When the cache last saw the job in an answer of the ATS; UTC.
    """

    sync_status: SyncStatus = SyncStatus.NEVER
    last_synced: datetime | None = None
    target_id: str | None = None
    cached_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """Where a job stands towards the target, as the sync records it beside the cached job.

    ``written`` holds the owned fields as our last sync left them in the target, flat: ``settings.language``, ``custom.shift``;
    ``kept`` what the target made of those of them that it keeps otherwise.
    """

    sync_status: SyncStatus = SyncStatus.NEVER
    last_synced: datetime | None = None
    target_id: str | None = None
    written: Mapping[str, JsonValue] = field(default_factory=dict)
    kept: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobRow:
    """What one line of the jobs table needs, and no more: a window of these is read for each repaint.

    ``place`` is the first location as text, ``more_places`` how many there are beside it, ``more`` the texts of the further columns that
    were asked for, in their order.
    """

    integration: str
    id: str
    name: str | None
    status: JobStatus
    place: str | None
    more_places: int
    client: str | None
    department: str | None
    sync_status: SyncStatus
    last_synced: datetime | None
    updated_at: datetime | None
    more: tuple[str, ...] = ()

    @property
    def key(self) -> JobKey:
        """Return which job it is."""
        return JobKey(self.integration, self.id)


@dataclass(frozen=True, slots=True)
class JobHead:
    """The head of a job in an explanation or a result."""

    id: str
    name: str | None
    location: Location | None
    status: JobStatus
    url: str | None
    updated_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> JobHead:
        """Return the head of ``job``."""
        return cls(job.id, job.name, job.location, job.status, job.url, job.updated_at)
