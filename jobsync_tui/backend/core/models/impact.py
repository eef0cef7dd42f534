"""What a change of rules would do to the cached jobs: counts at once, and lists that are read page by page."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .job import JobRow, JsonValue
from .rules import ActionKind, RuleSet

CONFIGURED = ("folder", "follow_up_user", "interview_instructions", "template_type", "templates")
"""Fields that rules set on a job, beside the settings, which have names of their own."""


class ImpactList(StrEnum):
    """The lists of an impact. Each job is in exactly one of the first four; the last three join them with the target."""

    NEWLY_ELIGIBLE = "newly_eligible"
    NO_LONGER_ELIGIBLE = "no_longer_eligible"
    RECONFIGURED = "reconfigured"
    UNCHANGED = "unchanged"
    WOULD_CREATE = "would_create"
    WOULD_UPDATE = "would_update"
    LEFT_BEHIND = "left_behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactCounts:
    """How many cached jobs a change of rules concerns.

    Attributes:
        newly_eligible, no_longer_eligible, reconfigured, unchanged: Each job is in exactly one of them.
        would_create: Newly eligible ones that the target does not have.
        would_update: Newly eligible and reconfigured ones that it has, and that a sync would change there.
        left_behind: Those that are eligible no longer and that it has: they stay there, untouched.
    """

    newly_eligible: int = 0
    no_longer_eligible: int = 0
    reconfigured: int = 0
    unchanged: int = 0
    would_create: int = 0
    would_update: int = 0
    left_behind: int = 0

    def __add__(self, other: ImpactCounts) -> ImpactCounts:
        return ImpactCounts(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})

    @property
    def concerned(self) -> int:
        """How many jobs the change concerns at all: the size of the impact, which is typed where it is large."""
        return self.newly_eligible + self.no_longer_eligible + self.reconfigured


@dataclass(frozen=True, slots=True)
class ImpactKind:
    """A way in which a change concerns jobs; there are far fewer of them than jobs.

    Attributes:
        group: One of the first four lists.
        in_target: Whether the target has the job, as far as it was synced or linked.
        differs: Whether a sync would change what its last one left there. Of a job that was linked and never synced only the target
            knows, and it is taken for different.
        fields: What would be configured differently, such as ``folder`` or ``settings.language``; of reconfigured jobs only.
    """

    group: ImpactList
    in_target: bool
    fields: tuple[str, ...] = ()
    differs: bool = True

    def lists(self) -> tuple[ImpactList, ...]:
        """Return every list that jobs of this kind are in."""
        if self.group is ImpactList.UNCHANGED:
            return (self.group,)
        if not self.in_target:
            return (self.group, ImpactList.WOULD_CREATE) if self.group is ImpactList.NEWLY_ELIGIBLE else (self.group,)
        if self.group is ImpactList.NO_LONGER_ELIGIBLE:
            return self.group, ImpactList.LEFT_BEHIND
        return (self.group, ImpactList.WOULD_UPDATE) if self.differs else (self.group,)


@dataclass(frozen=True, slots=True, eq=False)
class ConcernedJobs:
    """The jobs of one integration: their keys in the cache, rising, and for each the number of its kind."""

    keys: array[int]
    kinds: array[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactProgress:
    """How far an assessment is: jobs done, of how many, and what they come to."""

    done: int
    total: int
    counts: ImpactCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleImpact:
    """What putting ``after`` into force in the place of ``before`` would do. It stays as it was assessed; some ten bytes a job.

    Attributes:
        before: The rules in force when it was assessed.
        after: The rules to come; their revision is that of ``before``.
        counts: Over all integrations.
        by_integration: The same for each.
        fields: For each configured field, how many jobs would have it differently.
        at: When it was assessed.
        kinds: The ways in which jobs are concerned.
        jobs: Which job is concerned in which, by integration; read by the service that gave this.
    """

    before: RuleSet
    after: RuleSet
    counts: ImpactCounts
    by_integration: Mapping[str, ImpactCounts]
    fields: Mapping[str, int]
    at: datetime
    kinds: tuple[ImpactKind, ...] = field(repr=False)
    jobs: Mapping[str, ConcernedJobs] = field(repr=False)

    @property
    def configurable(self) -> tuple[str, ...]:
        """The fields that a job could have differently: what rules set, and the settings that a rule of either side names."""
        actions = [action for rules in (self.before, self.after) for rule in rules.rules for action in rule.actions]
        settings = {f"settings.{action.name}" for action in actions if action.kind is ActionKind.SETTING}
        return (*CONFIGURED, *sorted(settings))


@dataclass(frozen=True, slots=True)
class ImpactJob:
    """A line of a list: the job as it is cached, and how the change concerns it."""

    job: JobRow
    kind: ImpactKind


@dataclass(frozen=True, slots=True)
class ImpactPage:
    """A part of a list, and how many jobs the whole list has."""

    total: int
    jobs: tuple[ImpactJob, ...]


@dataclass(frozen=True, slots=True)
class ImpactState:
    """How rules evaluate a job: ``reason`` says why not; ``rules`` are the names of those that apply, ``fields`` what they leave on it."""

    eligible: bool
    reason: str | None
    rules: tuple[str, ...]
    fields: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ImpactSample:
    """One of the jobs that a change concerns, exactly: as the rules evaluate it before and after."""

    integration: str
    id: str
    name: str | None
    before: ImpactState
    after: ImpactState


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactReport:
    """What a change of rules would do to the cached jobs: the counts over all, by integration, and some of the jobs.

    ``among`` is how many jobs the actor may see, all of which were counted; None where these are all that there are.
    """

    newly_eligible: int
    no_longer_eligible: int
    reconfigured: int
    unchanged: int
    would_create: int
    would_update: int
    left_behind: int
    by_integration: Mapping[str, ImpactCounts]
    sample: tuple[ImpactSample, ...]
    among: int | None = None
