"""The record of who did what, and who is syncing what at this moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.models import AuditEntry, AuditVerification, Lease, RecordHead, Wire
from ..core.text import clean
from .base import Service, for_admins
from .wire import wire_of

if TYPE_CHECKING:
    from .parts import Parts


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
        """Return audit rows, newest first, of the integrations that the actor may use, and those of no integration.

        What was recorded under an earlier id of an integration is its own, unless another one has that id by now. Where no integration is
        given, ``job`` may name its own, as ``integration:id``.
        """
        visible = frozenset(self.admission.visible())
        if integration is not None:
            await self._admit_to(integration, self.audit)
            visible &= {integration}
        visible = await with_former(self.parts, visible)
        named, colon, job_id = (job or "").partition(":")
        if integration is None and colon and job_id and named in visible:
            visible, job = frozenset({named}), job_id
        return await self.stores.ledger.audit.entries(integrations=sorted(visible), job_id=job, actor=actor, since=since, limit=limit)

    @for_admins
    async def wire(self, reference: str) -> Wire:
        """Return the requests and answers of an attempt, without secrets.

        Args:
            reference: The id of its operation, or, where nothing was written, the number of its row in the record.

        Raises:
            UsageError: There is no such attempt, or its integration is not the actor's.
        """
        unknown = UsageError(
            f"There is no operation {clean(reference, limit=64)}", remedy="jobsync audit lists them, and numbers every row"
        )
        await self.parts.wire.flush()
        entry = await self.stores.wire.entry(reference)
        if entry is None or entry.job_id is None or entry.integration is None:
            raise unknown
        if entry.integration not in await with_former(self.parts, frozenset(self.admission.visible())):
            try:
                await self._admit_to(entry.integration, self.wire)
            except UsageError:
                # The same answer; the attempt is in the record by now.
                raise unknown from None
        keep = self.admission.settings.wire.keep
        exchanges = () if keep is None else await self.stores.wire.of(entry.seq, self.parts.wire.since)
        return wire_of(entry, exchanges, keep)

    @for_admins
    async def verify(self, expected: RecordHead | None = None) -> AuditVerification:
        """Check the audit record's chain from its first row to its last, and that it holds the head that it had at an earlier time."""
        return await self.stores.ledger.audit.verify(expected)

    @for_admins
    async def leases(self) -> tuple[Lease, ...]:
        """Return who is syncing what, of the integrations that the actor may use."""
        visible = frozenset(self.admission.visible())
        return tuple(lease for lease in await self.stores.ledger.leases.all() if lease.integration in visible)

    @for_admins
    async def break_lease(self, lease_id: str) -> None:
        """Take a lease away from its holder; recorded.

        Raises:
            UsageError: There is no such lease, or its integration is not the actor's.
        """
        unknown = UsageError(f"No job is being synced under the lease {clean(lease_id, limit=64)}", remedy="jobsync leases lists them")
        held = {lease.id: lease for lease in await self.stores.ledger.leases.all()}
        if lease_id not in held:
            raise unknown
        try:
            await self._admit_to(held[lease_id].integration, self.break_lease)
        except UsageError:
            # The same answer; the attempt is in the record by now.
            raise unknown from None
        await self.stores.ledger.break_lease(lease_id, self.admission.actor.user, dict(self.admission.actor.origin))


async def with_former(parts: Parts, integrations: Collection[str]) -> frozenset[str]:
    """Return integrations with the ids that they had earlier, but for those that another one has by now."""
    configured = {each.id for each in parts.admission.settings.integrations}
    former = await parts.stores.renames.former(frozenset(integrations))
    return frozenset(integrations) | {each for each in former if each not in configured}
