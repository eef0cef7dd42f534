"""Adopting: linking jobs that the target already has to jobs of an ATS, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.errors import UsageError
from ..core.models import CachedJob, Link, Matches, Pairing, Sort, SyncPlan, SyncResult
from ..core.text import clean
from ..storage.ledger.audit import append
from ..storage.search.filter import parse_filter
from ..sync.adopt import ADOPT
from ..sync.matching import paired
from ..sync.ownership import claimed_by
from ..sync.single_read import read_singly
from ..sync.steps import OnStep
from ..target.base import TargetJob
from .base import Service, for_integration, goes_first

NAMED = "a person named the two"
NEVER_SYNCED = parse_filter("is:never")


class AdoptionService(Service):
    """What ``jobsync adopt`` and the screens for linking jobs ask for."""

    @for_integration
    @goes_first
    async def find(self, integration: str) -> Matches:
        """Return the links that could be made for the integration's jobs, the sure ones and those that a person must decide.

        Raises:
            RemoteError: The target cannot be read.
        """
        jobs = self.stores.jobs.stream((integration,), NEVER_SYNCED, Sort())
        known, linked = await self._known(), await self.stores.jobs.linked_targets()
        apart = await self.stores.told_apart.of(integration)
        found = await self.parts.adoption.find(self.admission.actor, integration, jobs, known, linked, apart=apart)
        await self.stores.undecided.keep(integration, {each.job_id for each in found.ambiguous})
        return found

    @for_integration
    @goes_first
    async def compare(self, integration: str, links: Sequence[Link]) -> tuple[Pairing, ...]:
        """Return the jobs of each link beside each other, as the cache and the target have them now.

        Raises:
            JobNotFound: The ATS has no such job.
            UsageError: The target has no such job, or it is one of an integration that is not the actor's: the answer is the same.
            RemoteError: One of the two cannot be read.
        """
        found = [(link, await self._both(integration, link.job_id, link.target_id)) for link in links]
        return tuple(paired(job, other, link) for link, (job, other) in found)

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
        job, found = await self._both(integration, job_id, target_id)
        name = found.fields.get("name")
        link = Link(integration, job_id, job.name, found.id, name if isinstance(name, str) else None, 1.0, NAMED, decided=True)
        return link, await self.parts.adoption.plan(self.admission.actor, link)

    @for_integration
    async def set_apart(self, integration: str, job_id: str, target_ids: Sequence[str]) -> None:
        """Keep that a job of an ATS is none of these jobs of the target, so that nobody is asked again; recorded.

        They can be linked all the same.

        Raises:
            NotPermitted: The integration is read-only.
            UsageError: There is no such job of the ATS, or none of the target is named.
        """
        await self.admission.authorise_sync(self.admission.actor, integration)
        job = await self.stores.jobs.get(integration, job_id)
        if job is None or not target_ids:
            remedy = "jobsync adopt --dry-run lists the jobs that look like one of Tenzo"
            raise UsageError(f"There is nothing to decide about job {clean(job_id, limit=64)}", remedy=remedy)
        others = ", ".join(clean(each, limit=64) for each in target_ids)
        said = self.admission.entry(ADOPT, outcome="set_apart", cause=f"not the same as {others} in Tenzo", integration=integration)
        entry = replace(said, job_id=job.id, job_name=job.name)
        now = self.stores.now()
        await self.stores.told_apart.add(integration, job.id, target_ids, entry.actor, lambda db: append(db, entry, now))
        await self.stores.undecided.drop(integration, job.id)

    async def _both(self, integration: str, job_id: str, target_id: str) -> tuple[CachedJob, TargetJob]:
        """Return a job of the ATS, read from there where it is not cached, and one of the target that is not another admin's.

        Raises:
            JobNotFound, UsageError, RemoteError: As for `link`.
        """
        job = await self.stores.jobs.get(integration, job_id)
        if job is None:
            adapter = self.parts.connections.adapter(integration)
            job = (await read_singly(integration, job_id, adapter=adapter, jobs=self.stores.jobs, now=self.stores.now)).job
        found = await self.parts.target.get(target_id)
        others = None if found is None else await self._others(found)
        if found is None or others is not None:
            unknown = UsageError(f"Tenzo has no job {clean(target_id, limit=64)}", remedy="jobsync adopt --dry-run lists jobs that it has")
            if others is not None:
                await self.admission.record(ADOPT, outcome="refused", cause=unknown.message, integration=others)
            raise unknown
        return job, found

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
    async def adopt(
        self, integration: str, links: Sequence[Link], *, expected_digest: str | None = None, on_step: OnStep | None = None
    ) -> tuple[SyncResult, ...]:
        """Make links of this integration, one after another; each is an attempt of its own with its own outcome.

        Args:
            integration: Whose jobs.
            links: The links.
            expected_digest: Of the plan of a single link that was confirmed; anything else that would happen makes it `stale`.
            on_step: Told each step as it begins and ends.
        """
        own = [link for link in links if link.integration == integration]
        adopt = self.parts.adoption.adopt
        return tuple([await adopt(self.admission.actor, link, expected_digest=expected_digest, on_step=on_step) for link in own])
