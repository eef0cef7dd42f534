"""Integrations as the picker, the header and ``jobsync integrations`` show them, and the refresh of their caches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .sync import Failure


class IntegrationState(StrEnum):
    """How the cache of an integration stands."""

    NEVER = "never"
    OK = "ok"
    INCOMPLETE = "incomplete"
    REFRESHING = "refreshing"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Values of one field that were left out because they could not be used; their jobs were kept.

    A ``count`` of 0 says it of the field in every job: what it hangs on was refused.

    Attributes:
        field: Its name in the ATS, with dots into nested objects; as rules name it where ``count`` is 0.
        reason: What the values are instead, such as "a list, not a text"; or what was refused.
        count: How many.
        job_id: ATS job id of the first, where it belongs to one.
        example: Text and place of the first, where they are known.
    """

    field: str
    reason: str
    count: int
    job_id: str | None = None
    example: str | None = None

    @property
    def words(self) -> str:
        """Say it in a line: "12 values of department were left out: a list, not a text (..); what was known before is kept"."""
        if not self.count:
            return f"{self.field} cannot be read: {self.reason}; what was known before is kept"
        were = "1 value of {} was" if self.count == 1 else f"{self.count:,} values of {{}} were"
        where = ", ".join(each for each in (self.example, self.job_id and f"job {self.job_id}") if each)
        first = "first" if self.example else "first in"
        example = f" ({where})" if where and self.count == 1 else f" ({first} {where})" if where else ""
        return f"{were.format(self.field)} left out: {self.reason}{example}; what was known before is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationSummary:
    """One configured connection to an ATS.

    Attributes:
        provider: The key of the adapter.
        ats: Its display name.
        last_complete: When everything was listed last and the list was whole.
        set_aside: How many rows stand set aside, and why, in words; None where none do.
        held: Why nothing is written for it yet, where it may be one that was there before under another id.
        when_closed: What becomes in the target of jobs that close in the ATS: ``leave`` or ``close``.
    """

    id: str
    name: str
    provider: str
    ats: str
    jobs: int
    last_refresh: datetime | None
    state: IntegrationState
    last_error: str | None
    read_only: bool = False
    held: Failure | None = None
    left_out: tuple[LeftOut, ...] = ()
    last_complete: datetime | None = None
    set_aside: str | None = None
    when_closed: str = "leave"


@dataclass(frozen=True, slots=True)
class ReadJobs:
    """What the first page of an integration's jobs has, so that one sees whether rules will find what they ask for.

    Attributes:
        jobs: How many were read; each other number is how many of them have that field, for ``dates`` a day of creation or of change.
        never: Those of the fields that this ATS never delivers.
    """

    jobs: int
    status: int
    location: int
    department: int
    dates: int
    never: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Say it in a line: "10 jobs read: 10 with status, 9 with place, no department (this ATS has none), 10 with dates"."""
        if not self.jobs:
            return "no job read: the ATS has none that this key may see"
        counts = {"status": self.status, "place": self.location, "department": self.department, "dates": self.dates}
        said = [_having(count, "location" if name == "place" else name, name, self.never) for name, count in counts.items()]
        return f"{self.jobs:,} {'job' if self.jobs == 1 else 'jobs'} read: {', '.join(said)}"


def _having(count: int, field: str, name: str, never: tuple[str, ...]) -> str:
    if count:
        return f"{count:,} with {name}"
    return f"none with {name}" + (" (this ATS never gives it)" if field in never else "")


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """The answer of one cheap call with the integration's credentials.

    ``detail`` says what the ATS answered as, in a few words, ``ids`` what is odd about the ids of an export, ``left_out`` which of its
    values could not be used, ``notes`` what else a person should know about how it was read, and ``read`` what jobs have, where it was
    asked for.
    """

    integration: str
    ok: bool
    detail: str
    seconds: float
    ids: Failure | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    read: ReadJobs | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a listing that is not what the ATS should answer: set aside, named, and the rest kept."""

    id: str | None
    name: str | None
    reason: str


class RefreshMode(StrEnum):
    """Whether a refresh asks for everything or for what changed."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class RefreshProgress:
    """How far a refresh is. ``total`` is None where the ATS does not say; ``waiting`` says what is waited for, in words."""

    integration: str
    mode: RefreshMode
    seen: int
    total: int | None = None
    waiting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """What a refresh did to the cache.

    Attributes:
        withheld: Jobs that a listing lacked but that were not marked gone (the 20 % guard), of so many ``known`` ones.
        complete: Whether nothing spoke against the listing being whole.
        state: How the cache stands by it.
        trouble: Why that is ``incomplete`` or ``failed``.
        set_aside: Why rows stand set aside, those of earlier listings among them.
        waits: Why new jobs wait for a person.
        ids: What is odd about the ids of an export.
        notes: What else a person should know about how it was read.
        unknown_statuses: Which of its status words nobody knows.
    """

    integration: str
    mode: RefreshMode
    seen: int
    added: int
    changed: int
    gone: int
    returned: int
    withheld: int
    rejected: tuple[RejectedRow, ...]
    resumed: bool
    complete: bool
    seconds: float
    finished_at: datetime
    known: int = 0
    left_out: tuple[LeftOut, ...] = ()
    state: IntegrationState = IntegrationState.OK
    trouble: Failure | None = None
    set_aside: Failure | None = None
    waits: Failure | None = None
    ids: Failure | None = None
    notes: tuple[str, ...] = ()
    unknown_statuses: Failure | None = None
