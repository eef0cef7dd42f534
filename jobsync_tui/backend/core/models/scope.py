"""Whose jobs are meant, by everything that lists jobs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Those of the integrations that are named, or of every one that the actor may use where none is."""

    integrations: tuple[str, ...] = ()

    @classmethod
    def of(cls, *integrations: str) -> Scope:
        """Return the scope of these integrations."""
        return cls(tuple(dict.fromkeys(integrations)))

    @property
    def one(self) -> str | None:
        """The integration, where it is a single one; None where there may be several."""
        return self.integrations[0] if len(self.integrations) == 1 else None

    @property
    def name(self) -> str:
        """Return by what it is called where an id is expected: the ids, or `EVERY_ID`."""
        return ",".join(self.integrations) or EVERY_ID

    def __contains__(self, integration: object) -> bool:
        """Return whether jobs of an integration, which the actor may use, are among those that are meant."""
        return not self.integrations or integration in self.integrations


EVERY = Scope()
"""Every integration that the actor may use, whichever those are at the moment."""
EVERY_ID = "*"
"""Stands for every integration where an id is expected; no integration has it."""
