"""What a rule can be made of: the fields that the integrations deliver, and the names that the target has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .job import JsonValue
from .operators import FieldKind, Op


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value of a field and how many of the jobs looked at have it. Times are RFC 3339."""

    value: JsonValue
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """A field of the jobs.

    Attributes:
        name: Dotted, as conditions name it.
        kind: What it holds.
        many: Whether a job may have several values of it.
        jobs: How many of the jobs looked at have a value, of which integrations in `by_integration`.
        by_integration: Jobs with a value, by integration; one that is missing never delivered it in the jobs looked at.
        values: The commonest, most jobs first; none for long texts and dates.
        distinct: How many values there are; None where they are too many to count.
        ops: The operators that fit, the usual ones first.
        choices: Every value that can occur, where that is known, such as for ``status``.
    """

    name: str
    kind: FieldKind
    many: bool
    jobs: int
    by_integration: Mapping[str, int]
    values: tuple[FieldValue, ...]
    distinct: int | None
    ops: tuple[Op, ...]
    choices: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldCatalogue:
    """The fields, those that most jobs have first, and how many jobs were looked at, of how many."""

    fields: tuple[FieldEntry, ...]
    looked_at: int
    jobs: int


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """A setting of the target's jobs: its name, and its allowed values where they are known."""

    name: str
    options: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetCatalogue:
    """The names that the target has, sorted; None where it does not say, and then any name goes.

    ``settings`` has those of the target, or else those that the rules and the configuration use.
    """

    templates: tuple[str, ...] | None
    folders: tuple[str, ...] | None
    users: tuple[str, ...] | None
    settings: tuple[SettingChoice, ...]
