"""The owned fields of a target job: as the rules and the ATS want them, flat for comparing, and as a merge patch for sending.

Flat means that ``settings`` and ``custom`` are taken apart: ``{"settings": {"language": "en"}}`` is ``{"settings.language": "en"}``. A
field without a value is not in a flat mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.models import ActionKind, ActionResult, Change, Effect, Eligibility, Job, JobStatus, JsonValue, Location
from ..target.base import OWNED_FIELDS

OBJECTS = ("custom", "settings")
_ORDER = {name: place for place, name in enumerate(OWNED_FIELDS)}


def desired_fields(job: Job, eligibility: Eligibility) -> dict[str, JsonValue]:
    """Return, flat and in order, the owned fields as a sync of ``job`` wants them."""
    wanted: dict[str, JsonValue] = {
        "template_type": None if eligibility.template_type is None else eligibility.template_type.value,
        "templates": list(eligibility.templates),
        "folder": _applied(eligibility, ActionKind.FOLDER),
        "follow_up_user": _applied(eligibility, ActionKind.FOLLOW_UP_USER),
        "interview_instructions": _applied(eligibility, ActionKind.INTERVIEW_INSTRUCTIONS),
    }
    wanted |= {f"settings.{each.name}": each.value for each in _effective(eligibility, ActionKind.SETTING)}
    return as_sent(wanted | source_fields(job))


def source_fields(job: Job) -> dict[str, JsonValue]:
    """Return, flat, the owned fields that a job brings from its ATS, whatever the rules say."""
    wanted: dict[str, JsonValue] = {
        "name": job.name,
        "description": job.description,
        "location": place(job.location),
        "department": job.department,
        "employment_type": job.employment_type,
        "status": None if job.status is JobStatus.UNKNOWN else job.status.value,
        "url": job.url,
    }
    return wanted | {f"custom.{name}": value for name, value in job.custom.items()}


def as_sent(wanted: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return flat fields in order as they go to the target: without those that have no value."""
    return {name: sendable(wanted[name]) for name in ordered(wanted) if not _nothing(wanted[name])}


def place(location: Location | None) -> str | None:
    """Return a location as text: the ATS's own, else put together from its parts."""
    if location is None:
        return None
    parts = (location.city, location.region, location.country)
    return location.text or ", ".join(part for part in parts if part) or None


def sendable(value: JsonValue) -> JsonValue:
    """Return ``value`` with lone surrogates, which no encoding of JSON carries, replaced by U+FFFD; all else stays the ATS's own."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [sendable(item) for item in value]
    if isinstance(value, dict):
        # In a merge patch a null takes a member out, so that none can be put in.
        return {str(sendable(key)): sendable(item) for key, item in value.items() if item is not None}
    return value


def flatten(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return owned fields of a target job flat; what is not owned is left out."""
    flat: dict[str, JsonValue] = {}
    for name in OWNED_FIELDS:
        value = fields.get(name)
        if name in OBJECTS and isinstance(value, dict):
            flat |= {f"{name}.{key}": item for key, item in value.items() if item is not None}
        elif value is not None:
            flat[name] = value
    return flat


def nest(flat: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return flat fields as the target has them; a None stays one."""
    nested: dict[str, JsonValue] = {}
    for name, value in flat.items():
        parent, dot, key = name.partition(".")
        if not dot:
            nested[name] = value
            continue
        inner = nested.setdefault(parent, {})
        if isinstance(inner, dict):
            inner[key] = value
    return nested


def merge_patch(changes: Iterable[Change]) -> dict[str, JsonValue]:
    """Return the JSON Merge Patch (RFC 7396) that makes each change's field from what it was before into what it is after."""
    return nest({change.field: _merging(change.before, change.after) for change in changes})


def ordered(names: Mapping[str, object]) -> list[str]:
    """Return field names in the order of the owned fields, keys of an object by name."""
    return sorted(names, key=lambda name: (_ORDER.get(name.partition(".")[0], len(_ORDER)), name))


def _merging(before: JsonValue, after: JsonValue) -> JsonValue:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    return {key: None for key in before if key not in after} | {key: _merging(before.get(key), item) for key, item in after.items()}


def _applied(eligibility: Eligibility, kind: ActionKind) -> JsonValue:
    return next((each.value for each in _effective(eligibility, kind)), None)


def _effective(eligibility: Eligibility, kind: ActionKind) -> list[ActionResult]:
    return [each for each in eligibility.actions if each.kind is kind and each.effect is Effect.APPLIED]


def _nothing(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)
