"""How far the rules reach: which jobs are eligible and why the others are not, what waits, and what came of it day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CoverageShare:
    """A value of a field (None: the jobs without one): how many of its jobs are eligible, and how many are not."""

    value: str | None
    eligible: int
    ineligible: int


@dataclass(frozen=True, slots=True)
class RuleShare:
    """An active rule: to how many jobs it applies, and to how many no other does."""

    id: str
    name: str
    jobs: int
    alone: int


@dataclass(frozen=True, slots=True)
class DayOutcomes:
    """What syncing came to on one day, UTC, by outcome; attempts that only looked are not among them."""

    day: date
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the rules in force evaluate the cached jobs.

    Attributes:
        jobs: Cached jobs of the integrations, gone ones included.
        eligible, ineligible, unjudged: Of these.
        waiting: Eligible and never synced.
        by_reason: The ineligible ones by the first reason that holds.
        by_rule: In the order in which the rules act.
        by_department, by_place: The values with most jobs first; the place is a job's first one, as lists show it.
        days: Oldest first, a day without attempts included.
        revision: Of the rules.
    """

    jobs: int
    eligible: int
    ineligible: int
    unjudged: int
    waiting: int
    by_reason: Mapping[str, int]
    by_rule: tuple[RuleShare, ...]
    by_department: tuple[CoverageShare, ...]
    by_place: tuple[CoverageShare, ...]
    days: tuple[DayOutcomes, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class NearCondition:
    """A condition of a rule that alone keeps jobs from matching it: the rule, its place below ``when``, and what would have to be so."""

    rule: str
    rule_name: str
    path: str
    would_match_if: str
    jobs: int
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NearCoverage:
    """Jobs that no rule matches and that are one condition away from one, over all, and by condition, most jobs first.

    A job that is one condition away from two rules counts under both, and once over all.
    """

    jobs: int
    conditions: tuple[NearCondition, ...]
