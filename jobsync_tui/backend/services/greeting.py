"""A day at a glance: what happened since an admin was here last, and what waits."""

from __future__ import annotations

from datetime import datetime

from ..core.clock import rfc3339
from ..core.models import Greeting
from .base import Service, for_admins

VISIT = "last_visit"
"""The name under which the end of an actor's last visit is remembered."""


class GreetingService(Service):
    """What the application greets with, and ``jobsync news``."""

    @for_admins
    async def news(self, since: datetime | None = None) -> Greeting:
        """Return a day at a glance of the integrations that the actor may use, since ``since`` or else since their last visit ended."""
        return await self.parts.news.read(self.admission.visible(), since or await self._last_visit())

    @for_admins
    async def seen(self) -> None:
        """Note that the actor's visit ends now: the next greeting tells what happened from here on."""
        await self.stores.integrations.remember(self.admission.actor.user, VISIT, rfc3339(self.stores.now()))

    async def _last_visit(self) -> datetime | None:
        text = await self.stores.integrations.recall(self.admission.actor.user, VISIT)
        return None if text is None else datetime.fromisoformat(text)
