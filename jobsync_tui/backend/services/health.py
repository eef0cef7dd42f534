"""What ``jobsync doctor`` asks of an open backend."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from ..storage.jobs.links import LinkedJob
from .base import Service, for_admins, goes_first

if TYPE_CHECKING:
    from ..target.trust import TargetReport

ELSEWHERE = "a job of another integration"
"""What an ATS job is called towards an admin who may not use its integration."""


class HealthService(Service):
    """Looks at what only an open backend knows. Nothing is changed."""

    @for_admins
    async def leftovers(self) -> tuple[str, ...]:
        """Return the integrations that left the configuration and whose jobs are still kept; only to those who may use every one."""
        if not self.admission.has_everything():
            return ()
        configured = {each.id for each in self.admission.settings.integrations}
        return tuple(each for each in await self.stores.integrations.known() if each not in configured)

    @for_admins
    async def unfinished_renames(self) -> tuple[tuple[str, str], ...]:
        """Return the old and the new id of each integration by whose old one the target may still know jobs; only to those of every one."""
        if not self.admission.has_everything():
            return ()
        return tuple((each.old, each.new) for each in await self.stores.renames.unfinished())

    @for_admins
    async def shared_links(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return each job of the target that several ATS jobs are linked to, with these.

        Those of integrations that are not the actor's have no names. A job that left its ATS is not counted: it writes nothing.
        """
        visible = set(self.admission.visible())
        found: defaultdict[str, list[LinkedJob]] = defaultdict(list)
        for link in await self.stores.jobs.shared_links():
            if not link.gone:
                found[link.target_id].append(link)
        return tuple(
            (target_id, tuple(f"{each.integration}:{each.job_id}" if each.integration in visible else ELSEWHERE for each in links))
            for target_id, links in found.items()
            if len(links) > 1 and any(each.integration in visible for each in links)
        )

    @for_admins
    async def last_recorded(self) -> datetime | None:
        """Return when the newest row of the audit record was begun, by the clock of then."""
        newest = await self.stores.ledger.audit.entries(limit=1)
        return newest[0].at if newest else None

    @for_admins
    @goes_first
    async def test_target(self) -> TargetReport:
        """Look, read-only, whether the target answers as a sync relies on.

        Raises:
            RemoteError: It does not answer, or not this key.
        """
        from ..target.trust import look

        linked = sorted(await self.stores.jobs.linked_targets())
        return await look(self.parts.target, linked[-1] if linked else None)
