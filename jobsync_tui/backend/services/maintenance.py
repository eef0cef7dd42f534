"""Keeping the database in shape: what is old goes, by a recorded action."""

from __future__ import annotations

from datetime import timedelta

from ..clock import now
from .base import Service, for_admins


class MaintenanceService(Service):
    """What ``jobsync prune`` asks for. Only those who may use every integration may touch what belongs to all."""

    @for_admins
    async def prune(self, keep: timedelta) -> int:
        """Take audit rows out that are older than ``keep`` and return how many went; the chain still verifies.

        Raises:
            AccessDenied: The actor may not use every integration.
        """
        await self.context.require_everything("prune")
        return await self.context.ledger.prune(now() - keep, self.context.actor.user)
