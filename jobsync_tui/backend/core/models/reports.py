"""What was done to the database, and what a change of rules would do to the jobs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .sync import BulkPlan, SyncResult


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Where the copies are; ``target`` is None where jobs are not synced into the local target. ``size`` in bytes, of both."""

    database: str
    target: str | None
    size: int


@dataclass(frozen=True, slots=True)
class MoveReport:
    """A storage that was moved: its rows, the rows of each table, and how many rows of the audit record were verified there."""

    rows: int
    tables: Mapping[str, int]
    verified: int


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

    @property
    def to_type(self) -> int | None:
        """The number of external ids, where it has to be typed to confirm; None where a yes is enough."""
        return len(self.links) if len(self.links) > BulkPlan.TYPED_ABOVE else None


@dataclass(frozen=True, slots=True)
class RenameReport:
    """What a rename did. ``finished`` says that the target knows no job by the old id any more."""

    plan: RenamePlan
    results: tuple[SyncResult, ...]
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewId:
    """A job that looks like a known one under another id.

    Attributes:
        old, new: The ATS job ids.
        name, place: Which both of them have.
        target_id: The job of the target that the known one is linked to, None where it was never synced.
        why: Why a person has to decide whether they are the same job; None where it is sure enough.
    """

    old: str
    new: str
    name: str | None
    place: str | None
    target_id: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class NewIdsPlan:
    """What giving jobs of an integration their new ids would do: ``pairs`` are sure, ``unclear`` ones are left to a person."""

    integration: str
    pairs: tuple[NewId, ...]
    unclear: tuple[NewId, ...]

    @property
    def to_type(self) -> int | None:
        """The number of jobs, where it has to be typed to confirm; None where a yes is enough."""
        return len(self.pairs) if len(self.pairs) > BulkPlan.TYPED_ABOVE else None


@dataclass(frozen=True, slots=True)
class NewIdsReport:
    """What came of it, for each pair that was begun; ``finished`` says that all of them have their new ids."""

    plan: NewIdsPlan
    results: tuple[SyncResult, ...]
    finished: bool
