"""Adopting: linking jobs that the target already has to jobs of an ATS, so that their first sync is an update."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Sort, SyncResult
from ..store.filter import parse_filter
from ..sync.matching import Link, Matches
from .base import Service, for_integration

NEVER_SYNCED = parse_filter("is:never")


class AdoptionService(Service):
    """What ``jobsync adopt`` asks for."""

    @for_integration
    async def find(self, integration: str) -> Matches:
        """Return the links that could be made for the integration's jobs, the sure ones and those that a person must decide.

        Raises:
            RemoteError: The target cannot be read.
        """
        context = self.context
        jobs = context.job_store.stream((integration,), NEVER_SYNCED, Sort())
        known = [each.id for each in context.settings.integrations]
        return await context.adoption.find(context.actor, integration, jobs, known)

    @for_integration
    async def adopt(self, integration: str, links: Sequence[Link]) -> tuple[SyncResult, ...]:
        """Make links of this integration, one after another; each is an attempt of its own with its own outcome."""
        own = [link for link in links if link.integration == integration]
        return tuple([await self.context.adoption.adopt(self.context.actor, link) for link in own])
