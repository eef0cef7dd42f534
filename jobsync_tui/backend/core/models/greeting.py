"""What happened since an admin's last visit, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
class Greeting:
    """What happened since ``since``, the end of the last visit; None before the first one ended, where only trouble is told."""

    since: datetime | None
    integrations: tuple[IntegrationNews, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return all(each.is_quiet for each in self.integrations)

    def total(self, what: str) -> int:
        """Return the sum of ``created``, ``updated``, ``failed`` or ``newly_eligible``."""
        return sum(int(getattr(each, what)) for each in self.integrations)

    @property
    def in_trouble(self) -> tuple[str, ...]:
        """Return the ids of the integrations that are in trouble."""
        return tuple(each.integration for each in self.integrations if each.trouble)
