"""What was done to the database, and what a change of rules would do to the jobs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .job import JsonValue
from .sync import SyncResult


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Where the copies are; ``target`` is None where jobs are not synced into the local target. ``size`` in bytes, of both."""

    database: str
    target: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactCounts:
    """How many cached jobs a change of rules concerns.

    Attributes:
        newly_eligible, no_longer_eligible, reconfigured, unchanged: Each job is in exactly one of them.
        would_create: Newly eligible ones that the target does not have.
        would_update: Newly eligible and reconfigured ones that it has.
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


@dataclass(frozen=True, slots=True)
class ImpactState:
    """How rules judge a job: ``reason`` says why not; ``rules`` are the names of those that apply, ``fields`` what they leave on it."""

    eligible: bool
    reason: str | None
    rules: tuple[str, ...]
    fields: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ImpactSample:
    """One of the jobs that a change concerns."""

    integration: str
    id: str
    name: str | None
    before: ImpactState
    after: ImpactState


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactReport:
    """What a change of rules would do to the cached jobs: the counts over all, by integration, and some of the jobs."""

    newly_eligible: int
    no_longer_eligible: int
    reconfigured: int
    unchanged: int
    would_create: int
    would_update: int
    left_behind: int
    by_integration: Mapping[str, ImpactCounts]
    sample: tuple[ImpactSample, ...]


@dataclass(frozen=True, slots=True)
class Relink:
    """A job of the target whose external id is to begin with another integration's id; ``name`` is what the target calls it."""

    job_id: str
    target_id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePlan:
    """What renaming an integration would do.

    Attributes:
        old, new: The ids.
        jobs: Cached jobs that are, or were, moved with all that is kept for them.
        moved: An earlier run moved them; what is left is in the target.
        links: Jobs of the target that get another external id.
        unclear: Jobs of the target that a person has to look at first: another job has the new external id, or several have the old.
        rules: Names of the rules that ask for the old id and are going to ask for the new one.
        doubtful: Names of the rules that ask for a part of the integration's id, and stay as they are.
    """

    old: str
    new: str
    jobs: int
    moved: bool
    links: tuple[Relink, ...]
    unclear: tuple[Relink, ...]
    rules: tuple[str, ...]
    doubtful: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameReport:
    """What a rename did. ``finished`` says that the target knows no job by the old id any more."""

    plan: RenamePlan
    results: tuple[SyncResult, ...]
    finished: bool
