"""From a row of an exported file to a job, by a table that says which column holds which field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from ...core.errors import ConfigError
from ...core.left_out import leave_out
from ...core.models import Job, JobStatus, JsonValue, Location, Visibility
from ...core.text import clean, typed_id
from ...http import excerpt, holds_out_of_range
from ..rows import BadRow, partly_read, tidy
from ..values import distinct, filled, moment, moment_ms, place, status_of, texts, visibility_of

FIELDS = (
    "id", "name", "status", "location", "location.city", "location.region", "location.country", "locations", "department", "client",
    "owner", "requisition_id", "employment_type", "remote", "visibility", "description", "url", "tags", "custom",
    "ats_status", "created_at", "updated_at",
)  # fmt: skip
"""What a column can be mapped to, beside ``custom.NAME``."""

STATUS = {
    "open": JobStatus.OPEN,
    "active": JobStatus.OPEN,
    "published": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "filled": JobStatus.CLOSED,
    "cancelled": JobStatus.CLOSED,
    "canceled": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "archived": JobStatus.ARCHIVED,
    "on hold": JobStatus.ON_HOLD,
    "on_hold": JobStatus.ON_HOLD,
    "on-hold": JobStatus.ON_HOLD,
    "paused": JobStatus.ON_HOLD,
}
VISIBILITY = {
    "public": Visibility.PUBLIC,
    "published": Visibility.PUBLIC,
    "external": Visibility.PUBLIC,
    "internal": Visibility.INTERNAL,
    "internal only": Visibility.INTERNAL,
    "confidential": Visibility.CONFIDENTIAL,
    "private": Visibility.CONFIDENTIAL,
    "unlisted": Visibility.UNLISTED,
    "hidden": Visibility.UNLISTED,
    "yes": Visibility.CONFIDENTIAL,
    "true": Visibility.CONFIDENTIAL,
}
"""A column of yes and no can only be one that asks whether the job is confidential; "no" does not say who sees it."""
_YES = frozenset(
    {
        "true",
        "yes",
        "y",
        "1",
        "x",
        "ja",
        "j",
        "oui",
        "o",
        "si",
        "s\u00ed",
        "s\u00ec",
        "sim",
        "tak",
        "ano",
        "remote",
        "fully remote",
        "100% remote",
    }
)
_NO = frozenset(
    {
        "false",
        "no",
        "n",
        "0",
        "nein",
        "non",
        "nee",
        "n\u00e3o",
        "nao",
        "nie",
        "nej",
        "ne",
        "onsite",
        "on-site",
        "on site",
        "in office",
        "hybrid",
    }
)
"""Yes and no in the languages that exports come in."""
_REMARK = re.compile(r"\s*(?:\(.*\)|[,;:/-]\s.*)$", re.DOTALL)
"""What stands behind the word: "Remote (US)", "remote - Germany"."""
_CUSTOM = "custom."
_ALIASES = {"job_id": "id", "title": "name", "job_title": "name", "city": "location.city", "country": "location.country"}
"""Characters without a width, which come along when an id is copied: two ids that look alike are one."""
_VITAL = frozenset({"id", "name"})
"""Fields that are a text or a number, or the row is no job."""
_SEVERAL = re.compile(r"[;|]")
_MILLISECONDS = 100_000_000_000
"""A bare number beyond this is taken for milliseconds since 1970, one below for seconds: in seconds it would be the year 5138."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which column of rows with the same columns holds which field, and which columns are custom fields."""

    fields: Mapping[str, str]
    custom: Mapping[str, str]


class Columns:
    """The ``columns`` table: job field to column. A column of nested JSON is named with dots.

    Raises:
        ConfigError: It names a field that jobs do not have.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        unknown = next((name for name in table if name not in FIELDS and not name.startswith(_CUSTOM)), None)
        if unknown is not None:
            raise ConfigError(
                f"columns: {clean(unknown, limit=80)} is not a field of a job", remedy=f"Fields: {', '.join(FIELDS)}, custom.NAME."
            )
        self._table = table
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def lacking(self, columns: Collection[str]) -> str | None:
        """Return a column that the table names and that is not among ``columns``."""
        return next((column for column in self._table.values() if column not in columns), None)

    def fields(self, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the values of a row by job field."""
        return {name: value for name, column in self._plan(row).fields.items() if (value := _dig(row, column)) not in (None, "")}

    def custom(self, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the row's further values by readable name."""
        return {name: value for name, column in self._plan(row).custom.items() if (value := _dig(row, column)) not in (None, "", [])}

    def _plan(self, row: Mapping[str, JsonValue]) -> _Plan:
        key = tuple(row)
        if key not in self._plans:
            if len(self._plans) > 1000:  # rows that all differ: remembering is of no use
                self._plans.clear()
            self._plans[key] = self._planned(key)
        return self._plans[key]

    def _planned(self, columns: tuple[str, ...]) -> _Plan:
        fields = {name: column for name, column in self._table.items() if not name.startswith(_CUSTOM)}
        custom = {name.removeprefix(_CUSTOM): column for name, column in self._table.items() if name.startswith(_CUSTOM)}
        taken = {column.partition(".")[0] for column in self._table.values()} | set(self._table.values())
        for column in columns:
            if column in taken:
                continue
            plain = column.strip().casefold().replace(" ", "_").replace("-", "_")
            name = plain if plain in FIELDS else _ALIASES.get(plain, "")
            if name and name not in fields:
                fields[name] = column
            else:
                custom.setdefault(column.removeprefix(_CUSTOM), column)
        return _Plan(fields, custom)


def to_job(row: Mapping[str, JsonValue], columns: Columns, integration: str) -> Job:
    """Return the job that a row is.

    Any other value that cannot be what its field is costs that field, and is counted (`left_out`).

    Raises:
        BadRow: It has no id, or an id or a name that is no text.
    """
    found = _Found(columns.fields(row))
    for name in [name for name, value in found.items() if holds_out_of_range(value)]:
        if name in _VITAL:
            raise BadRow(f"{name} is a number out of range")
        _leave_out(found, name, "a number out of range")
        found[name] = None
    job_id = typed_id(_text(found, "id") or "")
    if not job_id:
        raise BadRow(f"it has no id (columns: {clean(', '.join(row), limit=200)})")
    places = _places(found)
    word = _text(found, "status")
    job = Job(
        integration=integration,
        id=job_id,
        name=_text(found, "name"),
        status=status_of(word, STATUS),
        ats_status=_text(found, "ats_status") or word,
        location=places[0] if places else None,
        locations=places,
        department=_text(found, "department"),
        client=_text(found, "client"),
        owner=_text(found, "owner"),
        requisition_id=_text(found, "requisition_id"),
        employment_type=_text(found, "employment_type"),
        remote=_truth(found),
        visibility=visibility_of(str(found.get("visibility")), VISIBILITY),
        description=_text(found, "description"),
        url=_text(found, "url"),
        tags=_tags(found),
        custom=_usable(found, columns.custom(row)) | _own(found),
        created_at=_time(found, "created_at"),
        updated_at=_time(found, "updated_at"),
    )
    return tidy(partly_read(job, *found.lost))


class _Found(dict[str, JsonValue]):
    """The values of a row by the field that they are for; ``lost`` are the fields whose values are none that can be read."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        super().__init__(values)
        self.lost: set[str] = set()


def head(row: Mapping[str, JsonValue], columns: Columns) -> tuple[str | None, str | None]:
    """Return id and name of a row that is no job, as far as they can be read."""
    found = columns.fields(row)
    job_id, name = found.get("id"), found.get("name")
    return _shown(job_id), _shown(name)


def _shown(value: JsonValue) -> str | None:
    return excerpt(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _dig(row: Mapping[str, JsonValue], column: str) -> JsonValue:
    """Return the value of a column; a name with dots that is no column leads into nested objects."""
    if column in row:
        return row[column]
    value: object = row
    for part in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return cast("JsonValue", value)


def _text(found: Mapping[str, JsonValue], name: str) -> str | None:
    value = found.get(name)
    if value is None or isinstance(value, str):
        return filled(value)
    if isinstance(value, bool) and name not in _VITAL:
        return str(value).lower()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)
    reason = f"{_kind(value)}, not a text"
    if name in _VITAL:
        raise BadRow(f"{name} is {reason}")
    _leave_out(found, name, reason)
    return None


def _kind(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        "a list"
        if isinstance(value, list)
        else "an object"
        if isinstance(value, dict)
        else "a text"
        if isinstance(value, str)
        else "a number"
    )


def _leave_out(found: Mapping[str, JsonValue], name: str, reason: str) -> None:
    job_id = found.get("id")
    leave_out(name, reason, _shown(job_id))
    if isinstance(found, _Found):
        whole = name.partition(".")[0]
        found.lost |= {"location", "locations"} if whole in {"location", "locations"} else {whole}


def _places(found: Mapping[str, JsonValue]) -> tuple[Location, ...]:
    """Return every place: one in parts, one as a text or an object, several as a list or a text with semicolons or bars."""
    parts = [_text(found, f"location.{part}") for part in ("city", "region", "country")]
    one = found.get("location")
    for name in ("location", "locations"):
        if isinstance(value := found.get(name), int | float):
            _leave_out(found, name, f"{_kind(value)}, not a place")
    if any(parts):
        text = one if isinstance(one, str) else None
        return distinct([place(text, *parts), *_several(found.get("locations"))])
    return distinct([*_several(one), *_several(found.get("locations"))])


def _several(value: JsonValue) -> list[Location | None]:
    if isinstance(value, list):
        return [each for item in value for each in _several(item)]
    if isinstance(value, dict):
        return [place(*(each if isinstance(each := value.get(key), str) else None for key in ("text", "city", "region", "country")))]
    return [place(part.strip()) for part in _SEVERAL.split(value)] if isinstance(value, str) else []


def _truth(found: Mapping[str, JsonValue]) -> bool | None:
    """Return whether the job may be done from elsewhere: by yes or no, or by a word for it, whatever stands in brackets behind it."""
    value = found.get("remote")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str | int | float):
        word = str(value).strip().casefold()
        for each in (word, _REMARK.sub("", word)):
            if each in _YES or each in _NO:
                return each in _YES
    _leave_out(found, "remote", "neither yes or no nor a word for it, such as remote or on-site")
    return None


def _usable(found: Mapping[str, JsonValue], custom: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the custom fields but for those that hold a number that nothing can hold."""
    for name in [name for name, value in custom.items() if holds_out_of_range(value)]:
        _leave_out(found, f"custom.{name}", "a number out of range")
    return {name: value for name, value in custom.items() if not holds_out_of_range(value)}


def _own(found: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the custom fields that a column of that name holds, in JSON."""
    own = found.get("custom")
    if isinstance(own, dict):
        return own
    if own not in (None, ""):
        _leave_out(found, "custom", f"{_kind(own)}, not an object")
    return {}


def _tags(found: Mapping[str, JsonValue]) -> tuple[str, ...]:
    value = found.get("tags")
    if isinstance(value, dict | bool):
        _leave_out(found, "tags", f"{_kind(value)}, not a list")
    if isinstance(value, str):
        value = list(_SEVERAL.split(value) if _SEVERAL.search(value) else value.split(","))
    return texts(str(each).strip() for each in value if isinstance(each, str | int | float)) if isinstance(value, list) else ()


def _time(found: Mapping[str, JsonValue], name: str) -> datetime | None:
    """Return a time: ISO 8601, or a number of seconds or milliseconds since 1970."""
    value = found.get(name)
    if value is None:
        return None
    text = str(value).strip()
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        number = float(text) if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) != 8 else None  # 20260131 is a date
        read = moment(text) if number is None else moment_ms(number if number >= _MILLISECONDS else number * 1000)
        if read is not None or not text:
            return read
    _leave_out(found, name, "not a time such as 2026-01-31 or 2026-01-31T09:30:00Z")
    return None
