"""Integrations: which there are, whether their credentials work, and bringing their caches up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from ..access.access import require_own_files
from ..core.left_out import tallied
from ..core.models import (
    ConnectionReport,
    ExportOptions,
    ExportReport,
    Failure,
    HoldKind,
    IntegrationSummary,
    JobStatus,
    ReadJobs,
    RefreshProgress,
    RefreshReport,
)
from ..refresh.id_warnings import id_warning, odd_ids
from ..refresh.listing_troubles import set_aside, unknown_statuses
from ..settings.schema import WhenClosed
from .base import Service, for_admins, for_integration, goes_first
from .new_ids import held

if TYPE_CHECKING:
    from ..ats.base import Adapter


class IntegrationService(Service):
    """What the picker, the header and the commands ask about integrations."""

    @for_admins
    async def list(self) -> tuple[IntegrationSummary, ...]:
        """Return the integrations that the actor may use, in the configuration's order."""
        return tuple([await self._summary(each) for each in self.admission.visible()])

    @for_admins
    async def ids(self) -> tuple[str, ...]:
        """Return the ids of the integrations that the actor may use, in the configuration's order; reads nothing but that."""
        return tuple(self.admission.visible())

    @for_integration
    async def get(self, integration: str) -> IntegrationSummary:
        """Return one integration."""
        return await self._summary(integration)

    @for_integration
    @goes_first
    async def test(self, integration: str, *, reading: bool = False) -> ConnectionReport:
        """Try the integration's credentials with one cheap call; where they work, an automatic sync that they had stopped goes on.

        Args:
            integration: Its id.
            reading: Also read the first page of its jobs, and say what they have. None of it is kept.

        Raises:
            RemoteError: They do not work; the remedy says what to do.
        """
        started = monotonic()
        adapter = self.parts.connections.adapter(integration)
        with tallied() as tally:
            detail = await adapter.test()
        read = await _first_page(adapter) if reading else None
        await self.stores.schedule.release(integration, HoldKind.CREDENTIALS)
        ids = await self._odd_ids(integration, adapter.tested_ids)
        return ConnectionReport(
            integration,
            ok=True,
            detail=detail,
            seconds=monotonic() - started,
            ids=ids,
            left_out=tally.counts(),
            notes=adapter.tested_notes,
            read=read,
        )

    @for_integration
    async def refresh(
        self,
        integration: str,
        *,
        full: bool = False,
        accept_gone: bool = False,
        on_progress: Callable[[RefreshProgress], None] | None = None,
    ) -> RefreshReport:
        """Bring the integration's cache up to date.

        Args:
            integration: Its id.
            full: Read every job, even if the ATS can list only what changed.
            accept_gone: Let the listing, which is then one of everything, mark more than a fifth of the known jobs as gone.
            on_progress: Told how far it is, at most four times a second.

        Raises:
            Busy: Somebody else refreshes it.
            RemoteError: The ATS failed; what was stored before stands, and the next refresh goes on there.
        """
        report = await self.parts.refresher.refresh(integration, full=full, accept_gone=accept_gone, on_progress=on_progress)
        await self.stores.alerts.listed(report)
        if not self.parts.connections.adapter_class(integration).one_piece:
            return report
        return replace(report, ids=await self._odd_ids(integration, await self.stores.id_changes.last_listed(integration)))

    @for_integration
    async def unknown_statuses(self, integration: str) -> Failure | None:
        """Return which status words of its cached jobs nobody knows, None where there are none."""
        return unknown_statuses(integration, await self.stores.integrations.unknown_words(integration))

    @for_admins
    async def columns(self, file: Path, options: ExportOptions | None = None) -> ExportReport:
        """Return what the columns of an export would become, and the tables for the configuration; nothing is kept.

        The file is any that this account may read, so it is for those who may use every integration.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: The actor is behind an SSH key.
            RemoteError: The file cannot be read.
            ConfigError: No column is the id, or an option is not one that a configuration could have.
        """
        from ..ats.file.survey import survey

        await self.admission.require_everything("columns")
        require_own_files(self.admission.actor)
        return await asyncio.to_thread(survey, file, options, self.admission.settings.files.max_bytes)

    async def _odd_ids(self, integration: str, ids: Sequence[str]) -> Failure | None:
        linked, otherwise = await self.stores.id_changes.forms(integration, ids, odd_ids(ids))
        return id_warning(integration, ids, linked, otherwise)

    async def _summary(self, integration: str) -> IntegrationSummary:
        settings = self.parts.connections.settings_of(integration)
        state = await self.stores.integrations.state(integration)
        aside = set_aside(integration, await self.stores.integrations.set_aside(integration))
        return IntegrationSummary(
            id=integration,
            name=settings.name,
            provider=settings.provider,
            ats=self.parts.connections.title(integration),
            jobs=state.jobs,
            last_refresh=state.last_refresh,
            state=state.state,
            last_error=state.last_error,
            read_only=settings.read_only,
            left_out=state.left_out,
            last_complete=state.complete_at,
            set_aside=None if aside is None else aside.message,
            held=await held(self.parts, integration),
            when_closed=(WhenClosed.CLOSE if self.admission.settings.closes(integration) else WhenClosed.LEAVE).value,
        )


async def _first_page(adapter: Adapter) -> ReadJobs:
    """Read one page of the listing of all jobs and count what they have."""
    from ..ats.base import Listing

    async with aclosing(adapter.kept_pages(Listing())) as pages:
        page = await anext(pages, None)
    jobs = page.jobs if page is not None else ()
    return ReadJobs(
        len(jobs),
        status=sum(job.status is not JobStatus.UNKNOWN for job in jobs),
        location=sum(bool(job.location) for job in jobs),
        department=sum(bool(job.department) for job in jobs),
        dates=sum(bool(job.created_at or job.updated_at) for job in jobs),
        never=tuple(sorted(adapter.availability.never)),
    )
