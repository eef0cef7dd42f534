"""Jobs as rows and back: the JSON of the whole job, the columns beside it, and digests that tell whether it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from ...core.canonical import storable
from ...core.clock import from_ms, to_ms
from ...core.models import CachedJob, Job, JobRow, JobStatus, JsonValue, Location, SyncStatus, Visibility
from ..search.field_lines import parts_of
from ..search.fold import KEY_LENGTH, fold, fold_key, folded_again, search_text

SOURCE_FIELDS = ("name", "description", "location", "department", "employment_type", "status", "url", "custom")
"""Fields of the job that a sync puts into the target: a change of one of them makes a synced job ``changed``."""

_encoder = msgspec.json.Encoder()


class _Payload(msgspec.Struct, kw_only=True):
    """The stored JSON of a job. What has a default here is missing in what earlier versions stored."""

    integration: str
    id: str
    name: str | None
    status: JobStatus
    ats_status: str | None
    location: Location | None
    locations: tuple[Location, ...]
    department: str | None
    client: str | None
    owner: str | None
    requisition_id: str | None
    employment_type: str | None
    remote: bool | None
    visibility: Visibility | None = None
    description: str | None
    url: str | None
    tags: tuple[str, ...]
    custom: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None
    not_loaded: tuple[str, ...]
    unread: tuple[str, ...] = ()


_ALL_READ = b',"unread":[]}'
_decoder = msgspec.json.Decoder(_Payload)


def encode(job: Job) -> bytes:
    """Return the JSON of ``job`` without its standing in the cache, in UTF-8. ``unread`` stands last, and only where there is something."""
    try:
        body = _encoder.encode(job)
    except UnicodeEncodeError:
        # A lone surrogate is no text that could be sent anywhere either.
        body = _encoder.encode(_mended(msgspec.to_builtins(job)))
    return body[: -len(_ALL_READ)] + b"}" if body.endswith(_ALL_READ) else body


def decode(body: str, *, sync_status: str, last_synced: int, target_id: str | None, cached_at: int) -> CachedJob:
    """Return the job whose JSON is ``body``, with its standing."""
    payload = _decoder.decode(body)
    return CachedJob(
        **{field.name: getattr(payload, field.name) for field in _JOB_FIELDS},
        sync_status=SyncStatus(sync_status),
        last_synced=moment(last_synced),
        target_id=target_id,
        cached_at=moment(cached_at),
    )


def plain(body: str) -> Job:
    """Return the job whose JSON is ``body``, as the ATS gave it."""
    payload = _decoder.decode(body)
    return Job(**{field.name: getattr(payload, field.name) for field in _JOB_FIELDS})


def digest(body: bytes) -> bytes:
    """Return a digest of a job's JSON, for comparing."""
    return hashlib.sha256(body).digest()[:8]  # the fastest here, with the processor's help


def source_digests(job: Job) -> dict[str, str]:
    """Return a digest of each source field that was read, and of when the job was created: what a later state is compared with."""
    skipped = {name.partition(".")[0] for name in (*job.not_loaded, *job.unread)}
    return {name: _field_digest(getattr(job, name)) for name in (*SOURCE_FIELDS, "created_at") if name not in skipped}


def source_changed(synced: Mapping[str, str], job: Job) -> bool:
    """Return whether a source field that is known on both sides differs from what was synced."""
    return any(synced.get(name, value) != value for name, value in source_digests(job).items() if name in SOURCE_FIELDS)


def is_another(synced: Mapping[str, str], job: Job) -> bool:
    """Return whether the job is none that was synced under its id: name, place and date of creation are known on both sides, and differ."""
    now, nothing = source_digests(job), _field_digest(None)
    return all(
        synced.get(name, nothing) != nothing and now.get(name, nothing) != nothing and synced[name] != now[name]
        for name in ("name", "location", "created_at")
    )


def with_loaded(job: Job, stored: Job) -> Job:
    """Return ``job`` with the fields it did not load taken from ``stored``, where that has them."""
    kept = [name for name in job.not_loaded if name not in (*stored.not_loaded, *stored.unread) and name in _JOB_FIELD_NAMES]
    if not kept:
        return job
    left = tuple(name for name in job.not_loaded if name not in kept)
    return replace(job, not_loaded=left, **{name: getattr(stored, name) for name in kept})


def columns(job: Job) -> tuple[Any, ...]:
    """Return the columns of ``jobs`` that come from the ATS, in the order of `COLUMNS`."""
    name = job.name
    folded_name = fold(name) if name else ""
    place, place_key = _shared(place_of(job))
    client, client_key = _shared(job.client)
    department, department_key = _shared(job.department)
    return (
        storable(job.id),
        None if name is None else storable(name),
        job.status.value,
        place,
        max(0, len(job.locations) - 1),
        client,
        department,
        milliseconds(job.updated_at),
        milliseconds(job.created_at),
        folded_name[:KEY_LENGTH],
        place_key,
        client_key,
        department_key,
        search_text(folded_name, job.id),
    )


COLUMNS = (
    "id",
    "name",
    "status",
    "place",
    "more_places",
    "client",
    "department",
    "updated_at",
    "created_at",
    "name_key",
    "place_key",
    "client_key",
    "department_key",
    "search",
)


def details(job: Job) -> tuple[str, ...]:
    """Return the folded text of the fields that only filters use, in the order of `DETAILS`."""
    places = job.locations or ((job.location,) if job.location else ())
    return (
        _lines(places) if len(places) != 1 else _lines_of_one(places[0].text, places[0].city, places[0].region, places[0].country),
        folded_again(job.owner) if job.owner else "",
        fold(job.requisition_id) if job.requisition_id else "",
        folded_again(job.employment_type) if job.employment_type else "",
        "\n".join(map(folded_again, job.tags)),
        folded_again(job.ats_status) if job.ats_status else "",
        "" if job.remote is None else ("yes" if job.remote else "no"),
        parts_of(job),
        "" if job.visibility is None else job.visibility.value,
    )


DETAILS = ("places", "owner", "requisition_id", "employment_type", "tags", "ats_status", "remote", "parts", "visibility")


def place_of(job: Job) -> str | None:
    """Return the job's first place as one text."""
    location = job.location or (job.locations[0] if job.locations else None)
    if location is None:
        return None
    return location.text or ", ".join(part for part in (location.city, location.region, location.country) if part) or None


def _lines(places: Sequence[Location]) -> str:
    """Return the folded texts of places, each on a line of its own, and each once."""
    texts = {text: None for place in places for text in (place.text, place.city, place.region, place.country) if text}
    return "\n".join(map(folded_again, texts))


@lru_cache(4096)
def _lines_of_one(*parts: str | None) -> str:
    return _lines((Location(*parts),))


@lru_cache(8192)
def _shared(text: str | None) -> tuple[str | None, str]:
    """Return a text that many jobs share as it is stored, and its sort key."""
    return None if text is None else storable(text), fold_key(text)


def job_row(row: tuple[Any, ...]) -> JobRow:
    """Return the line for the columns of `ROW_COLUMNS`."""
    integration, job_id, name, status, place, more, client, department, sync_status, last_synced, updated_at = row
    return JobRow(
        integration,
        job_id,
        name,
        JobStatus(status),
        place,
        more,
        client,
        department,
        SyncStatus(sync_status),
        moment(last_synced),
        moment(updated_at),
    )


def milliseconds(value: datetime | None) -> int:
    """Return ``value`` for the database, 0 for none."""
    return 0 if value is None else to_ms(value)


def moment(value: int) -> datetime | None:
    """Return a time from the database, None for 0."""
    return from_ms(value) if value else None


def _field_digest(value: object) -> str:
    return hashlib.blake2b(_canonical(value), digest_size=8).hexdigest()


def _canonical(value: object) -> bytes:
    try:
        return msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(msgspec.to_builtins(value)), order="deterministic")


def _mended(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): _mended(item) for key, item in value.items()}
    return value


_JOB_FIELDS = fields(Job)
_JOB_FIELD_NAMES = frozenset(field.name for field in _JOB_FIELDS)
