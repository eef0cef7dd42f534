"""Who acts, and what they may use: asked before anything is done, with a row in the audit record for each refusal."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ..access.access import Actor, Guard
from ..core.errors import AccessDenied, JobsyncError, NotPermitted, UsageError
from ..core.models import Scope

if TYPE_CHECKING:
    from ..settings.schema import Settings
    from ..storage.ledger.audit import NewEntry
    from .stores import Stores


class Admission:
    """Lets an actor pass, or refuses and records that.

    Args:
        actor: On whose behalf things are done.
        guard: Knows the configuration as it is now, and what an actor may use.
        stores: Where the audit record is.
    """

    def __init__(self, actor: Actor, guard: Guard, stores: Stores) -> None:
        self.actor = actor
        self._guard = guard
        self._stores = stores

    @property
    def settings(self) -> Settings:
        """The configuration as of the last admission."""
        return self._guard.settings

    def visible(self) -> tuple[str, ...]:
        """Return the ids of the integrations that the actor may use, in the configuration's order."""
        allowed = self._guard.require(self.actor).integrations(self.actor)
        return tuple(each.id for each in self.settings.integrations if each.id in allowed)

    def has_everything(self) -> bool:
        """Return whether the actor may use every integration.

        Raises:
            AccessDenied: They are no admin.
        """
        return self._guard.require(self.actor).everything(self.actor)

    async def admit(self, what: str) -> None:
        """Let the actor pass, if the configuration names them at this moment.

        Raises:
            AccessDenied: It does not; the attempt is recorded first.
        """
        try:
            self._guard.require(self.actor)
        except AccessDenied as refusal:
            await self._record_refusal(what, None, refusal)
            raise

    async def admit_to(self, integration: str, what: str) -> None:
        """Let the actor pass to an integration.

        Raises:
            AccessDenied: The actor is no admin.
            UsageError: There is no such integration, or it is not theirs.
        """
        try:
            self._guard.integration(self.actor, integration)
        except (AccessDenied, UsageError) as refusal:
            configured = self.settings.integration(integration) is not None
            await self._record_refusal(what, integration if configured else None, refusal)
            raise

    async def admit_within(self, scope: Scope, what: str) -> None:
        """Let the actor pass to each integration that is named, or as an admin where none is. Raises as `admit_to` does."""
        await self.admit(what)
        for integration in scope.integrations:
            await self.admit_to(integration, what)

    def within(self, scope: Scope) -> tuple[str, ...]:
        """Return the ids of the integrations that are meant, of an actor who was admitted to them."""
        return scope.integrations or self.visible()

    async def require_everything(self, what: str) -> None:
        """Let the actor pass, if the configuration lets them use every integration.

        Raises:
            AccessDenied: It does not; the attempt is recorded first.
        """
        if not self.has_everything():
            refusal = NotPermitted("This affects every integration, and you may not use all of them")
            await self._record_refusal(what, None, refusal)
            raise refusal

    async def authorise_sync(self, actor: Actor, integration: str) -> None:
        """Let an actor sync jobs of an integration; the pipeline asks this before each attempt.

        Raises:
            AccessDenied: The actor is no admin, or the integration is read-only; the attempt is recorded first.
            UsageError: There is no such integration, or it is not theirs.
        """
        try:
            settings = self._guard.integration(actor, integration)
        except (AccessDenied, UsageError) as refusal:
            await self._record_refusal("sync", integration if self.settings.integration(integration) else None, refusal)
            raise
        if settings.read_only:
            denied = NotPermitted(f"{settings.name} is read-only: its jobs can be checked, but not synced")
            await self._record_refusal("sync", integration, denied)
            raise denied

    def as_person(self) -> AbstractContextManager[None]:
        """Have requests go before those of a refresh, unless it is the timer that acts."""
        if self.actor.is_automatic:
            return nullcontext()
        from ..http import as_person

        return as_person()

    async def record(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> None:
        """Add a row to the audit record.

        Raises:
            StorageError: It cannot be written; then what it would record must not happen.
        """
        await self._stores.ledger.audit.record(self.entry(action, outcome=outcome, cause=cause, integration=integration))

    def entry(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> NewEntry:
        """Return what the audit record says of something that this actor does now."""
        from ..storage.ledger.audit import NewEntry

        return NewEntry(
            actor=self.actor.user,
            action=action,
            at=self._stores.now(),
            integration=integration,
            outcome=outcome,
            cause=cause,
            origin=self.actor.origin,
        )

    async def _record_refusal(self, what: str, integration: str | None, refusal: JobsyncError) -> None:
        await self.record(what, outcome="refused", cause=refusal.message, integration=integration)
