"""The record of who did what, and who is syncing what at this moment."""

from __future__ import annotations

from datetime import datetime

from ..models import AuditEntry, AuditVerification, Lease
from .base import Service, for_admins


class RecordService(Service):
    """What the history screen and the ``audit`` and ``leases`` commands ask for."""

    @for_admins
    async def audit(
        self,
        *,
        job: str | None = None,
        integration: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Return audit rows, newest first, of the integrations that the actor may use, and those of no integration."""
        visible = frozenset(self.context.visible())
        if integration is not None:
            await self.context.admit_to(integration, "record.audit")
            visible &= {integration}
        return await self.context.audit_store.entries(integrations=visible, job_id=job, actor=actor, since=since, limit=limit)

    @for_admins
    async def verify(self) -> AuditVerification:
        """Check the audit record's chain from its first row to its last."""
        return await self.context.audit_store.verify()

    @for_admins
    async def leases(self) -> tuple[Lease, ...]:
        """Return who is syncing what, of the integrations that the actor may use."""
        visible = frozenset(self.context.visible())
        return tuple(lease for lease in await self.context.lease_store.all() if lease.integration in visible)
