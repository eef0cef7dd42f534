"""Tests of rules: the job that a test writes out, and what is not as it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

from ..core.models import (
    ActionKind,
    Effect,
    Eligibility,
    Expectation,
    Job,
    JobStatus,
    JsonValue,
    Location,
    RuleTest,
    RuleTestResult,
    Unexpected,
    Visibility,
)
from .fields import CUSTOM, KNOWN, PLACE_PARTS
from .values import moment_in

WRITTEN_OUT = "test"
"""Stands for the id and the integration of a job that names none."""

_CACHED_ONLY = ("sync_status", "last_synced", "target_id")
FIELDS = tuple(name for name in KNOWN if name not in _CACHED_ONLY and not name.startswith("locations."))
"""What a written-out job may have, beside ``custom.`` and a name: a cached job alone knows how it stands towards the target."""

V = TypeVar("V")
W = TypeVar("W", bound=StrEnum)


class FieldError(ValueError):
    """A field of a written-out job has a value that it cannot have. ``field`` says which, ``what`` what may stand there."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field
        self.what = what


def job_of(fields: Mapping[str, JsonValue]) -> Job:
    """Return the job that a test writes out.

    Args:
        fields: By the names of the job object; parts of the place also as ``location.city``, custom fields also as ``custom.NAME``.

    Raises:
        FieldError: One of the values cannot be that of its field.
    """
    place = _place(fields)
    locations = tuple(_location("locations", each) for each in _list("locations", fields.get("locations")))
    custom = fields.get(CUSTOM, {})
    if not isinstance(custom, dict):
        raise FieldError(CUSTOM, "is a mapping of names to values")
    text = partial(_text_in, fields)
    return Job(
        integration=text("integration") or WRITTEN_OUT,
        id=text("id") or WRITTEN_OUT,
        name=text("name"),
        ats_status=text("ats_status"),
        department=text("department"),
        client=text("client"),
        owner=text("owner"),
        requisition_id=text("requisition_id"),
        employment_type=text("employment_type"),
        description=text("description"),
        url=text("url"),
        status=_word("status", fields, JobStatus) or JobStatus.UNKNOWN,
        visibility=_word("visibility", fields, Visibility),
        location=place or (locations[0] if locations else None),
        locations=locations or ((place,) if place else ()),
        tags=tuple(_text("tags", each) for each in _list("tags", fields.get("tags"))),
        remote=_checked("remote", fields, lambda value: value if isinstance(value, bool) else None, "is true or false"),
        created_at=_moment("created_at", fields),
        updated_at=_moment("updated_at", fields),
        custom={**custom, **{name[len(CUSTOM) + 1 :]: fields[name] for name in fields if name.startswith(f"{CUSTOM}.")}},
    )


def outcome_of(test: RuleTest, found: Eligibility) -> RuleTestResult:
    """Return how a test went whose job got the answer ``found``."""
    unexpected = tuple(_unexpected(test.expect, found))
    return RuleTestResult(test, not unexpected, unexpected, None if found.eligible else found.message)


def expectation_of(found: Eligibility) -> Expectation:
    """Return what a test expects that holds the answer of today."""
    if not found.eligible:
        return Expectation(eligible=False, rules=tuple(rule.id for rule in found.matched_rules))
    return Expectation(
        eligible=True, rules=tuple(rule.id for rule in found.matched_rules), templates=found.templates, folder=_folder(found)
    )


def _unexpected(expect: Expectation, found: Eligibility) -> Iterator[Unexpected]:
    if expect.eligible is not None and expect.eligible is not found.eligible:
        yield Unexpected("eligible", _yes(found=expect.eligible), _yes(found=found.eligible))
    if expect.rules is not None:
        applying = {rule.id: rule.name for rule in found.matched_rules}
        named = set(expect.rules)
        is_other = any(not {identity, name} & named for identity, name in applying.items())
        if is_other or named - set(applying) - set(applying.values()):
            yield Unexpected("rules", _listed(expect.rules), _listed(tuple(applying)))
    if expect.templates is not None and expect.templates != found.templates:
        yield Unexpected("template", _listed(expect.templates), _listed(found.templates))
    if expect.folder is not None and expect.folder != _folder(found):
        yield Unexpected("folder", expect.folder or "none", _folder(found) or "none")


def _folder(found: Eligibility) -> str:
    set_ = (action.value for action in found.actions if action.kind is ActionKind.FOLDER and action.effect is Effect.APPLIED)
    return str(next(set_, ""))


def _yes(*, found: bool) -> str:
    return "yes" if found else "no"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _place(fields: Mapping[str, JsonValue]) -> Location | None:
    parts = {part: fields[f"location.{part}"] for part in PLACE_PARTS if f"location.{part}" in fields}
    if parts:
        return _location("location", parts)
    return None if fields.get("location") is None else _location("location", fields["location"])


def _location(field: str, value: JsonValue) -> Location:
    if isinstance(value, str):
        return Location(value, value.partition(",")[0].strip() or None)
    if not isinstance(value, dict) or not set(value) <= set(PLACE_PARTS):
        raise FieldError(field, f"is a text, or a mapping with {', '.join(PLACE_PARTS)}")
    parts = {part: _text(f"{field}.{part}", each) for part, each in value.items() if each is not None}
    in_words = ", ".join(parts[part] for part in PLACE_PARTS[1:] if part in parts)
    return Location(**{"text": in_words, **parts})


def _list(field: str, value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldError(field, "is a list")
    return value


def _text_in(fields: Mapping[str, JsonValue], field: str) -> str | None:
    return None if fields.get(field) is None else _text(field, fields[field])


def _text(field: str, value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    raise FieldError(field, "is a text")


def _word(field: str, fields: Mapping[str, JsonValue], words: type[W]) -> W | None:
    known = {word.value: word for word in words}
    allowed = ", ".join(known)
    return _checked(field, fields, lambda value: known.get(value) if isinstance(value, str) else None, f"is one of {allowed}")


def _moment(field: str, fields: Mapping[str, JsonValue]) -> datetime | None:
    def read(value: JsonValue) -> datetime | None:
        return moment_in(value) if isinstance(value, str) else None

    return _checked(field, fields, read, "is a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z")


def _checked(field: str, fields: Mapping[str, JsonValue], read: Callable[[JsonValue], V | None], what: str) -> V | None:
    value = fields.get(field)
    if value is None:
        return None
    found = read(value)
    if found is None:
        raise FieldError(field, what)
    return found
