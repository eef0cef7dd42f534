"""Adopting: linking jobs that the target already has to jobs of an ATS, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import JobNotFound, UsageError
from ..core.models import Sort, SyncPlan, SyncResult
from ..core.text import clean
from ..storage.search.filter import parse_filter
from ..sync.matching import Link, Matches
from .base import Service, for_integration

NAMED = "a person named the two"
NEVER_SYNCED = parse_filter("is:never")


class AdoptionService(Service):
    """What ``jobsync adopt`` asks for."""

    @for_integration
    async def find(self, integration: str) -> Matches:
        """Return the links that could be made for the integration's jobs, the sure ones and those that a person must decide.

        Raises:
            RemoteError: The target cannot be read.
        """
        jobs = self.stores.jobs.stream((integration,), NEVER_SYNCED, Sort())
        configured = [each.id for each in self.admission.settings.integrations]
        known = {*configured, *await self.stores.integrations.known(), *await self.stores.renames.former(configured)}
        return await self.parts.adoption.find(self.admission.actor, integration, jobs, known, await self.stores.jobs.linked_targets())

    @for_integration
    async def link(self, integration: str, job_id: str, target_id: str) -> tuple[Link, SyncPlan]:
        """Return the link of two jobs that a person named, and what making it would change or why it cannot be made.

        A job that is not cached is read from its ATS.

        Raises:
            JobNotFound: The ATS has no such job.
            UsageError: The target has no such job.
            RemoteError: One of the two cannot be read.
        """
        with self.admission.as_person():
            job = await self.stores.jobs.get(integration, job_id)
            if job is None:
                read = await self.parts.connections.adapter(integration).kept_job(job_id)
                if read is None or read.id != job_id:
                    raise JobNotFound
                job = await self.stores.jobs.put(read, self.stores.now())
            found = await self.parts.target.get(target_id)
            if found is None:
                raise UsageError(f"Tenzo has no job {clean(target_id, limit=64)}", remedy="jobsync adopt --dry-run lists jobs that it has")
            name = found.fields.get("name")
            link = Link(integration, job_id, job.name, found.id, name if isinstance(name, str) else None, 1.0, NAMED, decided=True)
            return link, await self.parts.adoption.plan(self.admission.actor, link)

    @for_integration
    async def adopt(self, integration: str, links: Sequence[Link]) -> tuple[SyncResult, ...]:
        """Make links of this integration, one after another; each is an attempt of its own with its own outcome."""
        own = [link for link in links if link.integration == integration]
        return tuple([await self.parts.adoption.adopt(self.admission.actor, link) for link in own])
