"""What happened to jobs since a moment, what waits for a person, and how the last days were, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .automatic import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationNews:
    """What happened to the jobs of one integration.

    Attributes:
        created, updated: Jobs that were written, by whomever; one that was created and updated since counts as created.
        failed: Jobs of which a sync failed, or of which it is unknown whether it did.
        newly_eligible: Jobs that the automatic sync found eligible and had not before.
        trouble: What keeps the integration from its work now; None where nothing does.
    """

    integration: str
    created: int = 0
    updated: int = 0
    failed: int = 0
    newly_eligible: int = 0
    trouble: str | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.created or self.updated or self.failed or self.newly_eligible or self.trouble)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job whose sync failed, by its ATS job id, and its name then, if that was known."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureNews:
    """Jobs of an integration whose syncs failed for one cause, and were not mended since.

    Attributes:
        cause: In words, as the last of them met it.
        code: Of the error, where the automatic sync met it; else None.
        jobs: How many.
        listed: Those that failed last, at most `MOST_LISTED`, the last one first.
    """

    integration: str
    cause: str
    code: str | None
    jobs: int
    listed: tuple[FailedJob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibleNews:
    """Jobs of an integration that became eligible by one change.

    Attributes:
        revision: Of the rules, whose change it was; None where the jobs are new, or changed in the ATS, or where it was not kept.
        rule: The rule that was changed, by its name.
        actor, at: Who changed the rules, and when.
    """

    integration: str
    jobs: int
    revision: int | None = None
    rule: str | None = None
    actor: str | None = None
    at: datetime | None = None


class WaitKind(StrEnum):
    """What waits for a person."""

    HELD = "held"
    ALERT = "alert"
    REFRESH = "refresh"
    IN_DOUBT = "in_doubt"
    LINKS = "links"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitNews:
    """Something of an integration that waits, whenever it began.

    Attributes:
        kind: ``held`` the automatic sync waits for a person, ``alert`` it met something, ``refresh`` the last refresh failed, ``in_doubt``
            writes whose answers were lost, ``links`` jobs that may be known to the target, ``stopped`` no automatic run comes any more.
        code: Of the hold or of the alert; None for the others.
        message: In words; None where the number says it.
        remedy: What to do about it, if that is known.
        jobs: How many jobs it is about; 0 where that is not counted.
        since: When it began, where that is kept.
    """

    kind: WaitKind
    integration: str
    code: str | None = None
    message: str | None = None
    remedy: str | None = None
    jobs: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNews:
    """What syncs of an integration came to on one day of the local calendar: jobs, each once for each way in which a sync of it ended."""

    integration: str
    day: date
    created: int = 0
    updated: int = 0
    failed: int = 0


MOST_LISTED = 100
"""Jobs of one cause that are named."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """A day at a glance.

    Attributes:
        since: From when on it is told what happened, such as the end of the last visit; None before the first one ended, where only what
            waits and how the last days were is told.
        integrations: What happened, by integration, in the configuration's order.
        failures: Why, for those that failed; most jobs first.
        eligible: By which change jobs became eligible; most jobs first.
        waits: What waits for a person now.
        paused: Who paused the automatic sync; None where it runs.
        days: The last days, oldest first, for each integration in turn.
    """

    since: datetime | None
    integrations: tuple[IntegrationNews, ...] = ()
    failures: tuple[FailureNews, ...] = ()
    eligible: tuple[EligibleNews, ...] = ()
    waits: tuple[WaitNews, ...] = ()
    paused: Pause | None = None
    days: tuple[DayNews, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened and nothing waits."""
        return all(each.is_quiet for each in self.integrations) and not self.waits

    def total(self, what: str) -> int:
        """Return the sum of ``created``, ``updated``, ``failed`` or ``newly_eligible``."""
        return sum(int(getattr(each, what)) for each in self.integrations)

    def waiting(self, *kinds: WaitKind) -> int:
        """Return how many jobs wait in one of these ways."""
        return sum(each.jobs for each in self.waits if each.kind in kinds)

    @property
    def in_trouble(self) -> tuple[str, ...]:
        """Return the ids of the integrations that are in trouble."""
        return tuple(each.integration for each in self.integrations if each.trouble)
