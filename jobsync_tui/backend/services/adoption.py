"""Adopting: linking jobs that the target already has to jobs of an ATS, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import JobNotFound, UsageError
from ..core.models import Sort, SyncPlan, SyncResult
from ..core.text import clean
from ..storage.search.filter import parse_filter
from ..sync.matching import Link, Matches
from ..sync.ownership import claimed_by
from ..target.base import TargetJob
from .base import Service, for_integration, goes_first

NAMED = "a person named the two"
NEVER_SYNCED = parse_filter("is:never")


class AdoptionService(Service):
    """What ``jobsync adopt`` asks for."""

    @for_integration
    @goes_first
    async def find(self, integration: str) -> Matches:
        """Return the links that could be made for the integration's jobs, the sure ones and those that a person must decide.

        Raises:
            RemoteError: The target cannot be read.
        """
        jobs = self.stores.jobs.stream((integration,), NEVER_SYNCED, Sort())
        known = await self._known()
        return await self.parts.adoption.find(self.admission.actor, integration, jobs, known, await self.stores.jobs.linked_targets())

    @for_integration
    @goes_first
    async def link(self, integration: str, job_id: str, target_id: str) -> tuple[Link, SyncPlan]:
        """Return the link of two jobs that a person named, and what making it would change or why it cannot be made.

        A job that is not cached is read from its ATS.

        Raises:
            JobNotFound: The ATS has no such job.
            UsageError: The target has no such job, or it is one of an integration that is not the actor's: the answer is the same.
            RemoteError: One of the two cannot be read.
        """
        job = await self.stores.jobs.get(integration, job_id)
        if job is None:
            read = await self.parts.connections.adapter(integration).kept_job(job_id)
            if read is None or read.id != job_id:
                raise JobNotFound
            job = await self.stores.jobs.put(read, self.stores.now())
        found = await self.parts.target.get(target_id)
        others = None if found is None else await self._others(found)
        if found is None or others is not None:
            unknown = UsageError(f"Tenzo has no job {clean(target_id, limit=64)}", remedy="jobsync adopt --dry-run lists jobs that it has")
            if others is not None:
                await self.admission.record("adopt", outcome="refused", cause=unknown.message, integration=others)
            raise unknown
        name = found.fields.get("name")
        link = Link(integration, job_id, job.name, found.id, name if isinstance(name, str) else None, 1.0, NAMED, decided=True)
        return link, await self.parts.adoption.plan(self.admission.actor, link)

    async def _known(self) -> set[str]:
        """Return every id under which an integration is, or was, configured or has data."""
        configured = [each.id for each in self.admission.settings.integrations]
        return {*configured, *await self.stores.integrations.known(), *await self.stores.renames.former(configured)}

    async def _others(self, job: TargetJob) -> str | None:
        """Return whose a job of the target is, by its own word or by a sync of ours, where the actor may not use that integration."""
        if self.admission.has_everything():
            return None
        visible = self.admission.visible()
        own = {*visible, *await self.stores.renames.former(visible)}
        linked = (each.integration for each in await self.stores.jobs.linked_to(job.id) if each.integration not in own)
        return claimed_by(job.external_id, await self._known() - own) or next(linked, None)

    @for_integration
    @goes_first
    async def adopt(self, integration: str, links: Sequence[Link]) -> tuple[SyncResult, ...]:
        """Make links of this integration, one after another; each is an attempt of its own with its own outcome."""
        own = [link for link in links if link.integration == integration]
        return tuple([await self.parts.adoption.adopt(self.admission.actor, link) for link in own])
