"""What happened since an admin was here last."""

from __future__ import annotations

from datetime import datetime

from ..core.clock import rfc3339
from ..core.models import Greeting, IntegrationNews
from .base import Service, for_admins

VISIT = "last_visit"
"""The name under which the end of an actor's last visit is remembered."""


class GreetingService(Service):
    """What the application greets with, and ``jobsync news``."""

    @for_admins
    async def news(self, since: datetime | None = None) -> Greeting:
        """Return what happened to the integrations that the actor may use, since ``since`` or else since their last visit ended."""
        parts, visible = self.parts, self.admission.visible()
        since = since or await self._last_visit()
        counts = {} if since is None else await parts.stores.ledger.audit.outcomes(visible, since)
        troubles = await self._troubles(visible)
        found = []
        for each in visible:
            outcomes = counts.get(each, {})
            found.append(
                IntegrationNews(
                    integration=each,
                    created=outcomes.get("created", 0),
                    updated=outcomes.get("updated", 0),
                    failed=outcomes.get("failed", 0) + outcomes.get("unknown", 0),
                    newly_eligible=0 if since is None else await parts.stores.decisions.newly_eligible(each, since),
                    trouble=troubles.get(each),
                )
            )
        return Greeting(since, tuple(found))

    @for_admins
    async def seen(self) -> None:
        """Note that the actor's visit ends now: the next greeting tells what happened from here on."""
        await self.stores.integrations.remember(self.admission.actor.user, VISIT, rfc3339(self.stores.now()))

    async def _last_visit(self) -> datetime | None:
        text = await self.stores.integrations.recall(self.admission.actor.user, VISIT)
        return None if text is None else datetime.fromisoformat(text)

    async def _troubles(self, visible: tuple[str, ...]) -> dict[str, str]:
        """Return what keeps integrations from their work: what waits for a person first, then what runs met, then the last refresh."""
        found: dict[str, str] = {}
        for state in await self.stores.schedule.states(visible):
            if state.hold is not None:
                found[state.integration] = state.hold.message
        met: dict[str, list[str]] = {}
        for trouble in await self.stores.alerts.standing(visible):
            met.setdefault(trouble.integration, []).append(trouble.message)
        for each, messages in met.items():
            found.setdefault(each, "; ".join(messages))
        for each in visible:
            error = (await self.stores.integrations.state(each)).last_error
            if error is not None:
                found.setdefault(each, error)
        return found
