"""From a row of an exported file to a job. A cell that cannot be read costs its field, never the job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ...core.left_out import leave_out
from ...core.models import Job, JsonValue, Location
from ...core.text import clean, typed_id, without_controls
from ...http import excerpt, holds_out_of_range
from ..rows import BadRow, partly_read, tidy
from ..values import distinct, filled, place, texts, visibility_of
from .columns import Columns
from .dates import Dates
from .record import Notes, Record
from .words import ERRORS, NOTHING, VISIBILITY, status_word, truth_word

_VITAL = frozenset({"id", "name"})
"""Fields that are a text or a number, or the row is no job."""
_SEVERAL = re.compile(r"[;|]")
_NAMES = ("name", "label", "title", "value", "text")
"""Members by which an object says what it is called, as in ``{"id": 4, "name": "ICU"}``."""
_PAIRS = (("name", "value"), ("label", "value"), ("fieldLabel", "valueLabel"), ("field", "value"))
"""How a list of custom fields names each and its value."""
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
"""How Excel's users keep the zeros of an id: as a formula that is a text."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_LARGEST = 10**15
"""Excel keeps fifteen digits of a number."""


class RowReader:
    """Makes jobs of the rows of one file.

    Args:
        columns: Which column holds which field.
        dates: Reads dates.
        notes: What is to be said about the file.
        integration: Id of the integration; every job carries it.
    """

    def __init__(self, columns: Columns, dates: Dates, notes: Notes, integration: str) -> None:
        self._columns = columns
        self._dates = dates
        self._notes = notes
        self._integration = integration

    def job(self, record: Record) -> Job:
        """Return the job that a row is.

        Any other value that cannot be what its field is costs that field, and is counted (`left_out`).

        Raises:
            BadRow: It has no id, or an id or a name that is no text, or an id that a spreadsheet has rounded.
        """
        found = _Found(self._columns.fields(record.values), record.place)
        for name in [name for name, value in found.items() if holds_out_of_range(value)]:
            if name in _VITAL:
                raise BadRow(f"{name} is a number out of range")
            found.leave_out(name, "a number out of range")
            found[name] = None
        job_id = _id(found, record)
        places = _places(found)
        word = found.text("status")
        job = Job(
            integration=self._integration,
            id=job_id,
            name=found.text("name"),
            status=status_word(word),
            ats_status=found.text("ats_status") or word,
            location=places[0] if places else None,
            locations=places,
            department=found.text("department"),
            client=found.text("client"),
            owner=found.text("owner"),
            requisition_id=found.text("requisition_id"),
            employment_type=found.text("employment_type"),
            remote=_truth(found),
            visibility=visibility_of(str(found.get("visibility")), VISIBILITY),
            description=found.text("description"),
            url=found.text("url"),
            tags=_tags(found),
            custom=_usable(found, self._columns.custom(record.values)) | _own(found),
            created_at=self._time(found, "created_at"),
            updated_at=self._time(found, "updated_at"),
        )
        self._name_nothings(job)
        return tidy(partly_read(job, *found.lost))

    def _time(self, found: _Found, name: str) -> datetime | None:
        value = found.get(name)
        if value is None or (isinstance(value, str) and value.strip().casefold() in NOTHING):
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                return self._dates.read(str(value), name)
            except ValueError as error:
                found.leave_out(name, str(error))
                return None
        found.leave_out(name, f"{_kind(value)}, not a date")
        return None

    def _name_nothings(self, job: Job) -> None:
        """Say once of each field in which a word stands that may mean nothing, and is kept as it is written."""
        values = {"name": job.name, "department": job.department, "client": job.client, "owner": job.owner, "status": job.ats_status}
        for name, value in (*values.items(), *((f"custom.{name}", value) for name, value in job.custom.items())):
            if isinstance(value, str) and value.strip().casefold() in NOTHING:
                self._notes.add(
                    f"{clean(name, limit=80)} has {clean(value, limit=20)!r} as a value; leave the cell empty if it means nothing"
                )


class _Found(dict[str, JsonValue]):
    """The values of a row by the field that they are for; ``lost`` are the fields whose values are none that can be read."""

    def __init__(self, values: Mapping[str, JsonValue], row: str) -> None:
        super().__init__({name: value for name, value in values.items() if not _is_error(value)})
        self.lost: set[str] = set()
        self._row = row

    def text(self, name: str) -> str | None:
        """Return the text of a field; a number is one, and an object by the name in it."""
        value = self.get(name)
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            value = value[0]
        value = _called(value)
        if value is None or isinstance(value, str):
            return filled(value)
        if isinstance(value, bool) and name not in _VITAL:
            return str(value).lower()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)
        reason = f"{_kind(value)}, not a text"
        if name in _VITAL:
            raise BadRow(f"{name} is {reason}")
        self.leave_out(name, reason)
        return None

    def leave_out(self, name: str, reason: str) -> None:
        """Count a value as one that cannot be read, with its text and its place."""
        value = self.get(name)
        example = f"{excerpt(value, 60)!r}, {self._row}" if isinstance(value, str) else self._row
        leave_out(name, reason, shown(self.get("id")), example=example)
        whole = name.partition(".")[0]
        self.lost |= {"location", "locations"} if whole in {"location", "locations"} else {whole}


def head(row: Mapping[str, JsonValue], columns: Columns) -> tuple[str | None, str | None]:
    """Return id and name of a row that is no job, as far as they can be read."""
    found = columns.fields(row)
    return shown(found.get("id")), shown(found.get("name"))


def shown(value: JsonValue) -> str | None:
    """Return a value as it is shown where it cannot be used; None for what is neither a text nor a number."""
    return excerpt(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _id(found: _Found, record: Record) -> str:
    if isinstance(found.get("id"), list | dict):
        raise BadRow(f"id is {_kind(found['id'])}, not a text")
    number = found.get("id")
    text = typed_id(without_controls(found.text("id") or ""))
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1].replace('""', '"').strip()
    text = text[1:].strip() if text.startswith("'") else text
    if not text or text.casefold() in ERRORS:
        raise BadRow("it has no id" if text or record.columns else f"it has no id (columns: {clean(', '.join(record.values), limit=200)})")
    rounded = isinstance(number, float) and abs(number) >= _LARGEST
    if _ROUNDED.fullmatch(text) or rounded:
        raise BadRow(f"Excel has rounded its id to {clean(text, limit=40)}; format that column as text before the file is saved")
    return text


def _is_error(value: JsonValue) -> bool:
    return isinstance(value, str) and value[:1] == "#" and value.strip().casefold() in ERRORS


def _called(value: JsonValue) -> JsonValue:
    """Return what an object is called by a member such as ``name``; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return next((inner for key in _NAMES if isinstance(inner := value.get(key), str) and inner), value)


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


def _places(found: _Found) -> tuple[Location, ...]:
    """Return every place: one in parts, one as a text or an object, several as a list or a text with semicolons or bars."""
    parts = [found.text(f"location.{part}") for part in ("city", "region", "country")]
    one = found.get("location")
    for name in ("location", "locations"):
        if isinstance(value := found.get(name), int | float):
            found.leave_out(name, f"{_kind(value)}, not a place")
    if any(parts):
        text = one if isinstance(one, str) else None
        return distinct([place(text, *parts), *_several(found.get("locations"))])
    return distinct([*_several(one), *_several(found.get("locations"))])


def _several(value: JsonValue) -> list[Location | None]:
    if isinstance(value, list):
        return [each for item in value for each in _several(item)]
    if isinstance(value, dict):
        text = next((each for key in ("text", "name", "label", "fullLocation") if isinstance(each := value.get(key), str)), None)
        parts = [each if isinstance(each := _called(value.get(key)), str) else None for key in ("city", "region", "country")]
        return [place(text, *parts)]
    return [place(part.strip()) for part in _SEVERAL.split(value)] if isinstance(value, str) else []


def _truth(found: _Found) -> bool | None:
    """Return whether the job may be done from elsewhere: by yes or no, or by a word for it, whatever stands in brackets behind it."""
    value = found.get("remote")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str | int | float):
        read = truth_word(str(value))
        if read is not None or str(value).strip().casefold() in NOTHING:
            return read
    found.leave_out("remote", "neither yes or no nor a word for it, such as remote or on-site")
    return None


def _usable(found: _Found, custom: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the custom fields but for those that hold a number that nothing can hold, or an error of Excel's."""
    for name in [name for name, value in custom.items() if holds_out_of_range(value)]:
        found.leave_out(f"custom.{name}", "a number out of range")
    return {name: value for name, value in custom.items() if not holds_out_of_range(value) and not _is_error(value)}


def _own(found: _Found) -> dict[str, JsonValue]:
    """Return the custom fields that a column of that name holds, in JSON: an object, or a list of names and values."""
    own = found.get("custom")
    if isinstance(own, dict):
        return own
    if isinstance(own, list) and all(isinstance(each, dict) for each in own):
        pairs = (
            (str(each[name]), each[value])
            for each in own
            if isinstance(each, dict)
            for name, value in _PAIRS
            if each.keys() >= {name, value}
        )
        return {name: value for name, value in pairs if value not in (None, "", [])}
    if own not in (None, ""):
        found.leave_out("custom", f"{_kind(own)}, not an object")
    return {}


def _tags(found: _Found) -> tuple[str, ...]:
    value = found.get("tags")
    if isinstance(value, dict | bool):
        found.leave_out("tags", f"{_kind(value)}, not a list")
    if isinstance(value, str):
        value = list(_SEVERAL.split(value) if _SEVERAL.search(value) else value.split(","))
    if not isinstance(value, list):
        return ()
    return texts(str(each).strip() for item in value if isinstance(each := _called(item), str | int | float))
