"""Integrations: which there are, whether their credentials work, and bringing their caches up to date."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from ..models import ConnectionReport, HoldKind, IntegrationSummary, RefreshProgress, RefreshReport
from ..sync.listing_troubles import set_aside
from .base import Service, for_admins, for_integration


class IntegrationService(Service):
    """What the picker, the header and the commands ask about integrations."""

    @for_admins
    async def list(self) -> tuple[IntegrationSummary, ...]:
        """Return the integrations that the actor may use, in the configuration's order."""
        return tuple([await self._summary(each) for each in self.context.visible()])

    @for_admins
    async def ids(self) -> tuple[str, ...]:
        """Return the ids of the integrations that the actor may use, in the configuration's order; reads nothing but that."""
        return tuple(self.context.visible())

    @for_integration
    async def get(self, integration: str) -> IntegrationSummary:
        """Return one integration."""
        return await self._summary(integration)

    @for_integration
    async def test(self, integration: str) -> ConnectionReport:
        """Try the integration's credentials with one cheap call; where they work, an automatic sync that they had stopped goes on.

        Raises:
            RemoteError: They do not work; the remedy says what to do.
        """
        started = monotonic()
        with self.context.as_person():
            detail = await self.context.connections.adapter(integration).test()
        await self.context.stores.schedule.release(integration, HoldKind.CREDENTIALS)
        return ConnectionReport(integration, ok=True, detail=detail, seconds=monotonic() - started)

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
            full: Ask for everything, even where the ATS can tell what changed.
            accept_gone: Let the listing, which is then one of everything, mark more than a fifth of the known jobs as gone.
            on_progress: Told how far it is, at most four times a second.

        Raises:
            Busy: Somebody else refreshes it.
            RemoteError: The ATS failed; what was stored before stands, and the next refresh goes on there.
        """
        report = await self.context.refresher.refresh(integration, full=full, accept_gone=accept_gone, on_progress=on_progress)
        await self.context.stores.troubles.listed(report)
        return report

    async def _summary(self, integration: str) -> IntegrationSummary:
        settings = self.context.connections.settings_of(integration)
        state = await self.context.integration_store.state(integration)
        aside = set_aside(integration, await self.context.integration_store.set_aside(integration))
        return IntegrationSummary(
            id=integration,
            name=settings.name,
            provider=settings.provider,
            ats=self.context.connections.title(integration),
            jobs=state.jobs,
            last_refresh=state.last_refresh,
            state=state.state,
            last_error=state.last_error,
            read_only=settings.read_only,
            left_out=state.left_out,
            last_complete=state.complete_at,
            set_aside=None if aside is None else aside.message,
            held=await self.context.held(integration),
        )
