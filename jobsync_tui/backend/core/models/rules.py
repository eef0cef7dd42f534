"""Rules as values: a tree of conditions, a list of actions, and the revisioned set they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from .job import JsonValue
from .operators import Op

Path: TypeAlias = tuple[int | str, ...]
"""The place of a node in a condition tree, such as ``("all", 1, "any", 0)``."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of a field of the job object with a value. ``value`` is None for ``is_set`` and ``is_empty``."""

    field: str
    op: Op
    value: JsonValue = None
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if every child is."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if at least one child is."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True if the child is false; neither, if the child is neither."""

    child: Condition


Condition: TypeAlias = Leaf | AllOf | AnyOf | Not


class ActionKind(StrEnum):
    """What a matched rule can do to the job in the target."""

    JOB_TEMPLATE = "job_template"
    GENERATION_TEMPLATE = "generation_template"
    FOLDER = "folder"
    SETTING = "setting"
    FOLLOW_UP_USER = "follow_up_user"
    INTERVIEW_INSTRUCTIONS = "interview_instructions"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Action:
    """One action; ``name`` is the setting's name for settings, else None."""

    kind: ActionKind
    value: JsonValue
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions and actions under a stable id. ``when`` is None for a rule that matches everything."""

    id: str
    name: str
    when: Condition | None = None
    actions: tuple[Action, ...] = ()
    active: bool = True
    priority: int = 100
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule, active or not, at one revision, in order of priority (priority, then name)."""

    revision: int
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRevision:
    """One entry of the rules' history."""

    revision: int
    at: datetime
    actor: str
    what: str


@dataclass(frozen=True, slots=True)
class SettingValue:
    """An organization setting: required (wins over every rule) or default (loses to every rule)."""

    name: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class EvaluationPolicy:
    """What the configuration adds to the rules when a job is evaluated.

    Attributes:
        required_fields: Dotted fields of the job object without which a job is not synced.
        required_settings: Settings that win over every rule.
        default_settings: Settings that fill what no rule set.
        default_generation_template: Used where rules matched and none of them assigns a template.
    """

    required_fields: tuple[str, ...] = ("name",)
    required_settings: tuple[SettingValue, ...] = ()
    default_settings: tuple[SettingValue, ...] = ()
    default_generation_template: str | None = None


@dataclass(frozen=True, slots=True)
class FieldAvailability:
    """Which fields an ATS never delivers, and which it gives only for one job at a time (dotted names or their first part)."""

    never: frozenset[str] = frozenset()
    single_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many cached jobs a rule applies to, and to how many of them no other rule does, as far as they were evaluated.

    ``last_effect`` is when a job that it applies to was last synced; None for never.
    """

    matched: int = 0
    alone: int = 0
    last_effect: datetime | None = None
