"""What ``jobsync doctor`` asks of an open backend."""

from __future__ import annotations

from datetime import datetime

from .base import Service, for_admins


class HealthService(Service):
    """Looks at what only an open backend knows. Nothing is changed."""

    @for_admins
    async def leftovers(self) -> tuple[str, ...]:
        """Return the integrations that left the configuration and whose jobs are still kept; only to those who may use every one."""
        context = self.context
        if not context.guard.require(context.actor).everything(context.actor):
            return ()
        configured = {each.id for each in context.settings.integrations}
        return tuple(each for each in await context.integration_store.known() if each not in configured)

    @for_admins
    async def unfinished_renames(self) -> tuple[tuple[str, str], ...]:
        """Return the old and the new id of each integration by whose old one the target may still know jobs; only to those of every one."""
        context = self.context
        if not context.guard.require(context.actor).everything(context.actor):
            return ()
        return tuple((each.old, each.new) for each in await context.stores.renames.unfinished())

    @for_admins
    async def last_recorded(self) -> datetime | None:
        """Return when the newest row of the audit record was begun, by the clock of then."""
        newest = await self.context.ledger.audit.entries(limit=1)
        return newest[0].at if newest else None

    @for_admins
    async def test_target(self) -> str:
        """Make one cheap call to the target and return what answered.

        Raises:
            RemoteError: It does not answer, or not this key.
        """
        with self.context.as_person():
            return await self.context.target.test()
