"""What an actor's editors of rules had when they were last left."""

from __future__ import annotations

from ..core.models import RuleDraft
from .base import Service, for_admins


class DraftService(Service):
    """Keeps drafts while they are written. Each actor has their own, and sees no others."""

    @for_admins
    async def put(self, key: str, text: str, base_revision: int) -> RuleDraft:
        """Keep what an editor has now, in the place of what it had before.

        Args:
            key: What is edited: a rule's id, or another name for what has none yet.
            text: As the editor wrote it; need not be a rule yet.
            base_revision: Of the rules that the editing began from.
        """
        return await self.stores.drafts.put(self.admission.actor.user, key, text, base_revision)

    @for_admins
    async def get(self, key: str) -> RuleDraft | None:
        """Return what an editor had, None where nothing was left."""
        return await self.stores.drafts.get(self.admission.actor.user, key)

    @for_admins
    async def list(self) -> tuple[RuleDraft, ...]:
        """Return the actor's drafts, the latest first."""
        return await self.stores.drafts.every(self.admission.actor.user)

    @for_admins
    async def drop(self, key: str) -> None:
        """Forget a draft: it was saved, or given up."""
        await self.stores.drafts.drop(self.admission.actor.user, key)
