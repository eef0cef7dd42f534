"""Which column of an exported file holds which field of a job: by the ``columns`` table, else by what the columns are called.

Names are compared by their letters and digits, so that "Job ID", "JobID" and "job_id" are one. Where several columns could be one field,
the more specific name wins, and the others are custom fields.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from ...core.errors import ConfigError
from ...core.models import JsonValue
from ...core.text import clean

FIELDS = (
    "id", "name", "status", "location", "location.city", "location.region", "location.country", "locations", "department", "client",
    "owner", "requisition_id", "employment_type", "remote", "visibility", "description", "url", "tags", "custom",
    "ats_status", "created_at", "updated_at",
)  # fmt: skip
"""What a column can be mapped to, beside ``custom.NAME``."""

_CUSTOM = "custom."

_CALLED: Mapping[str, str] = {
    "id": "job_id ats_job_id job_number job_no job_code vacancy_id position_id posting_id shortcode id",
    "name": "job_title job_name position_title vacancy_title posting_title title name position vacancy text",
    "status": "job_status position_status requisition_status status",
    "location": "job_location location office_location full_location",
    "location.city": "job_city city town",
    "location.region": "region state_province province state",
    "location.country": "job_country country country_name",
    "locations": "locations job_locations all_locations",
    "department": "department department_name dept departments",
    "client": "client client_name customer customer_name",
    "owner": "job_owner owner owner_name recruiter",
    "requisition_id": "requisition_id req_id requisition_number req_number requisition",
    "employment_type": "employment_type job_type position_type type_of_employment contract_type commitment",
    "remote": "remote is_remote workplace_type telecommuting",
    "visibility": "visibility",
    "description": "job_description description description_html description_plain content",
    "url": "job_url url job_link link absolute_url hosted_url careers_url posting_url",
    "tags": "tags job_tags labels",
    "custom": "custom custom_fields custom_field metadata",
    "ats_status": "ats_status",
    "created_at": "created_at created created_on date_created created_date creation_date date_opened open_date opened_at opened_on "
    "opened_date date_posted posted_date posted_on published_at published_on published_date released_date date_added added_on",
    "updated_at": "updated_at updated updated_on date_updated updated_date last_updated last_update last_modified last_modified_date "
    "modified_at modified_on date_modified modified_date modified",
}
"""What columns are called, for each field, the more specific names first."""

_CATEGORIES = {
    "department": "department", "location": "location", "alllocations": "locations", "commitment": "employment_type",
}  # fmt: skip
"""What the object ``categories`` of a job in JSON holds, as Lever's board gives it."""


def plain_name(text: str) -> str:
    """Return a column's name as it is compared: its letters and digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


_RANKED: dict[str, tuple[str, int]] = {
    plain_name(word): (name, rank) for name, words in _CALLED.items() for rank, word in enumerate(words.split())
} | {plain_name(name): (name, 0) for name in FIELDS if "." in name}


@dataclass(frozen=True, slots=True)
class Plan:
    """Which column of rows with the same columns holds which field, and which columns are custom fields by their readable names."""

    fields: Mapping[str, str]
    custom: Mapping[str, str]


class Columns:
    """The ``columns`` table: job field to column. A column of nested JSON is named with dots.

    Attributes:
        ambiguous: Columns that have the name of another; none is taken for a field by itself.

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
        self._plans: dict[tuple[str, ...], Plan] = {}
        self.ambiguous: set[str] = set()

    @property
    def names_id(self) -> bool:
        """Whether the table says which column is the id."""
        return "id" in self._table

    def lacking(self, columns: Collection[str]) -> str | None:
        """Return a column that the table names and that is not among ``columns``."""
        return next((column for column in self._table.values() if column not in columns), None)

    def id_column(self, columns: tuple[str, ...]) -> str | None:
        """Return which of the columns holds the id, or None."""
        if self.names_id:
            column = self._table["id"]
            return column if _is_there(column, columns) else None
        return self.plan(columns).fields.get("id")

    def names_job(self, columns: tuple[str, ...]) -> bool:
        """Return whether an object with these members is a job by itself: it has an id and a name."""
        # What the table names need not be there.
        fields = self.plan(columns).fields
        return all(name in fields and _is_there(fields[name], columns) for name in ("id", "name"))

    def fields(self, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the values of a row by job field."""
        found: dict[str, JsonValue] = {}
        found |= {name: value for name, column in self.plan(tuple(row)).fields.items() if (value := dig(row, column)) not in (None, "")}
        categories = row.get("categories")
        if isinstance(categories, Mapping):
            for key, value in categories.items():
                name = _CATEGORIES.get(plain_name(key), "")
                if name and value not in (None, ""):
                    found.setdefault(name, value)
        return found

    def custom(self, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the row's further values by readable name."""
        return {name: value for name, column in self.plan(tuple(row)).custom.items() if (value := dig(row, column)) not in (None, "", [])}

    def plan(self, columns: tuple[str, ...]) -> Plan:
        """Return what each of the columns becomes."""
        if columns not in self._plans:
            if len(self._plans) > 1000:  # rows that all differ: remembering is of no use
                self._plans.clear()
            self._plans[columns] = self._planned(columns)
        return self._plans[columns]

    def _planned(self, columns: tuple[str, ...]) -> Plan:
        fields = {name: column for name, column in self._table.items() if not name.startswith(_CUSTOM)}
        custom = {name.removeprefix(_CUSTOM): column for name, column in self._table.items() if name.startswith(_CUSTOM)}
        taken = {column.partition(".")[0] for column in self._table.values()} | set(self._table.values())
        best: dict[str, tuple[int, str]] = {}
        for column in columns:
            known = _RANKED.get(plain_name(column))
            if known is None or column in taken or column in self.ambiguous or known[0] in fields:
                continue
            if known[0] not in best or known[1] < best[known[0]][0]:
                best[known[0]] = (known[1], column)
        fields |= {name: column for name, (_, column) in best.items()}
        taken |= {column for _, column in best.values()}
        for column in columns:
            if column and column not in taken:
                custom.setdefault(column.removeprefix(_CUSTOM), column)
        return Plan(fields, custom)


def _is_there(column: str, columns: tuple[str, ...]) -> bool:
    """Return whether a row with these members has a column, be it that dots lead to it."""
    return column in columns or column.partition(".")[0] in columns


def dig(row: Mapping[str, JsonValue], column: str) -> JsonValue:
    """Return the value of a column; a name with dots that is no column leads into nested objects."""
    if column in row:
        return row[column]
    value: object = row
    for part in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return cast("JsonValue", value)
