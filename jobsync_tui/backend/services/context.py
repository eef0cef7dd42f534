"""What the services of one opened backend share: who acts, what they may use, and the rooms below."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ..access import Actor, Guard
from ..clock import now
from ..errors import AccessDenied, JobsyncError, UsageError
from ..http import as_person
from ..models import EvaluationPolicy
from ..settings import Settings
from ..store.audit import Attempt
from ..store.batches import BatchStore
from ..store.integrations import IntegrationStore
from ..store.jobs import JobStore
from ..store.ledger import Ledger
from ..store.rules import RuleStore
from ..store.verdicts import VerdictStore
from ..sync.adopt import Adoption
from ..sync.bulk import Bulk
from ..sync.judging import Judge
from ..sync.parts import SyncParts, SyncTiming
from ..sync.pipeline import Pipeline
from ..sync.recovery import Recovery
from ..sync.refresh import Refresher
from ..sync.undo import Undo
from ..target.base import Target
from .connections import Connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What is kept of jobs, integrations, rules and attempts."""

    jobs: JobStore
    integrations: IntegrationStore
    rules: RuleStore
    verdicts: VerdictStore
    batches: BatchStore
    ledger: Ledger


class Context:
    """Who acts, and on what.

    Args:
        actor: On whose behalf.
        guard: Knows the configuration as it is now, and what the actor may use.
        connections: The integrations' adapters.
        stores: The database.
        target: Where jobs are synced to.
    """

    def __init__(self, actor: Actor, guard: Guard, connections: Connections, stores: Stores, target: Target) -> None:
        self.actor = actor
        self.guard = guard
        self.connections = connections
        self.job_store = stores.jobs
        self.integration_store = stores.integrations
        self.rule_store = stores.rules
        self.verdict_store = stores.verdicts
        self.ledger = stores.ledger
        self.target = target
        self.refresher = Refresher(connections.adapter, stores.jobs, stores.integrations, connections.on_wait)
        parts = self._sync_parts(stores)
        self.pipeline = Pipeline(parts)
        self.bulk = Bulk(self.pipeline, guard.settings.sync.concurrency)
        self.recovery = Recovery(parts)
        self.undo = Undo(self.pipeline)
        self.judge = Judge(stores.verdicts, stores.batches, stores.rules.current, self.policy)
        self.adoption = Adoption(self.pipeline)

    def _sync_parts(self, stores: Stores) -> SyncParts:
        return SyncParts(
            target=self.target,
            jobs=stores.jobs,
            ledger=stores.ledger,
            adapter=self.connections.adapter,
            rules=stores.rules.current,
            policy=self.policy,
            authorise=self.authorise_sync,
            timing=SyncTiming(settle_after=self.settings.sync.settle_after),
        )

    @property
    def settings(self) -> Settings:
        """The configuration as of the last admission."""
        return self.guard.settings

    async def admit(self, what: str) -> None:
        """Let the actor pass, if the configuration names them at this moment.

        Raises:
            AccessDenied: It does not; the attempt is recorded first.
        """
        try:
            self.guard.require(self.actor)
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
            self.guard.integration(self.actor, integration)
        except (AccessDenied, UsageError) as refusal:
            configured = self.settings.integration(integration) is not None
            await self._record_refusal(what, integration if configured else None, refusal)
            raise

    def policy(self) -> EvaluationPolicy:
        """Return what the configuration adds to the rules."""
        return self.settings.evaluation_policy()

    async def authorise_sync(self, actor: Actor, integration: str) -> None:
        """Let an actor sync jobs of an integration; the pipeline asks this before each attempt.

        Raises:
            AccessDenied: The actor is no admin, or the integration is read-only; the attempt is recorded first.
            UsageError: There is no such integration, or it is not theirs.
        """
        try:
            settings = self.guard.integration(actor, integration)
        except (AccessDenied, UsageError) as refusal:
            await self._record_refusal("sync", integration if self.settings.integration(integration) else None, refusal)
            raise
        if settings.read_only:
            denied = AccessDenied(f"{settings.name} is read-only: its jobs are looked at and never synced")
            await self._record_refusal("sync", integration, denied)
            raise denied

    def visible(self) -> tuple[str, ...]:
        """Return the ids of the integrations that the actor may use, in the configuration's order."""
        allowed = self.guard.require(self.actor).integrations(self.actor)
        return tuple(each.id for each in self.settings.integrations if each.id in allowed)

    def as_person(self) -> AbstractContextManager[None]:
        """Have requests go before those of a refresh, unless it is the timer that acts."""
        return nullcontext() if self.actor.is_automatic else as_person()

    async def record(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> None:
        """Add a row to the audit record.

        Raises:
            StorageError: It cannot be written; then what it would record must not happen.
        """
        await self.ledger.audit.record(self.attempt(action, outcome=outcome, cause=cause, integration=integration))

    def attempt(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> Attempt:
        """Return what the audit record says of something that this actor does now."""
        return Attempt(
            actor=self.actor.user,
            action=action,
            at=now(),
            integration=integration,
            outcome=outcome,
            cause=cause,
            origin=self.actor.origin,
        )

    async def _record_refusal(self, what: str, integration: str | None, refusal: JobsyncError) -> None:
        await self.record(what, outcome="refused", cause=refusal.message, integration=integration)
