"""What the services of one opened backend share: who acts, what they may use, and the rooms below."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..access.access import Actor, Guard
from ..core.errors import AccessDenied, JobsyncError, NotPermitted, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from ..assessment.evaluator import Evaluator
    from ..assessment.findings import Linter
    from ..assessment.impact import ImpactAnalysis
    from ..assessment.shadow import ShadowEvaluation
    from ..automatic.notifier import BackgroundDelivery, Notifier
    from ..automatic.run import Automatic
    from ..core.models import AutomaticDecision, EvaluationPolicy, Failure
    from ..refresh.refresh import Refresher
    from ..settings.schema import Settings
    from ..storage.jobs.integrations import IntegrationStore
    from ..storage.jobs.jobs import JobStore
    from ..storage.ledger.audit import Attempt
    from ..storage.ledger.ledger import Ledger
    from ..storage.rules.rules import RuleStore
    from ..sync.adopt import Adoption
    from ..sync.bulk import Bulk
    from ..sync.dependencies import SyncDependencies
    from ..sync.integration_rename import IntegrationRename
    from ..sync.pipeline import Pipeline
    from ..sync.recovery import Recovery
    from ..sync.undo import Undo
    from ..target.base import Target
    from .connections import Connections
    from .stores import Stores


class Context:
    """Who acts, and on what. Each room below is entered, and imported, when somebody first asks for what is in it.

    Args:
        actor: On whose behalf.
        guard: Knows the configuration as it is now, and what the actor may use.
        connections: The integrations' adapters.
        stores: The database.
        make_target: Makes that where jobs are synced to.
    """

    def __init__(self, actor: Actor, guard: Guard, connections: Connections, stores: Stores, make_target: Callable[[], Target]) -> None:
        self.actor = actor
        self.guard = guard
        self.connections = connections
        self.stores = stores
        self._make_target = make_target

    @property
    def job_store(self) -> JobStore:
        """The cache of jobs."""
        return self.stores.jobs

    @property
    def integration_store(self) -> IntegrationStore:
        """How the caches of the integrations stand."""
        return self.stores.integrations

    @property
    def rule_store(self) -> RuleStore:
        """The rules and their history."""
        return self.stores.rules

    @property
    def ledger(self) -> Ledger:
        """The journal of writes, the leases and the audit record."""
        return self.stores.ledger

    @cached_property
    def target(self) -> Target:
        """Where jobs are synced to.

        Raises:
            ConfigError: Its key cannot be read.
        """
        return self._make_target()

    @cached_property
    def refresher(self) -> Refresher:
        """Brings caches up to date."""
        from ..refresh.refresh import Refresher

        return Refresher(
            self.connections.adapter,
            self.stores.jobs,
            self.stores.integrations,
            on_wait=self.connections.on_wait,
            now=self.now,
            full_every=lambda: self.settings.sync.full_every,
        )

    @cached_property
    def evaluator(self) -> Evaluator:
        """Evaluates the rules over the cached jobs."""
        from ..assessment.evaluator import Evaluator

        return Evaluator(self.stores.outcomes, self.stores.columns, self.stores.rules.current, self.policy, self.now)

    @cached_property
    def impact_analysis(self) -> ImpactAnalysis:
        """Says what a change of rules would do."""
        from ..assessment.impact import ImpactAnalysis

        return ImpactAnalysis(self.stores.columns, self.stores.outcomes, self.policy, self.now)

    @cached_property
    def shadow_evaluation(self) -> ShadowEvaluation:
        """Looks at the shadows of rules."""
        from ..assessment.shadow import ShadowEvaluation

        return ShadowEvaluation(
            shadows=self.stores.shadows,
            impact_analysis=self.impact_analysis,
            rules=self.stores.rules.current,
            policy=self.policy,
            version=self.stores.jobs.version,
            now=self.now,
        )

    def lint(self) -> Linter:
        """Look rules over, by what the actor may use now."""
        from ..assessment.findings import Linter

        every = {each.id: self.connections.availability(each.id) for each in self.settings.integrations}
        own = {integration: every.pop(integration) for integration in self.visible()}
        return Linter(self.stores.columns, lambda: self.target, own, every, self.policy(), self.now())

    @cached_property
    def pipeline(self) -> Pipeline:
        """The one path on which jobs are synced."""
        from ..sync.pipeline import Pipeline

        return Pipeline(self._sync_dependencies)

    @cached_property
    def bulk(self) -> Bulk:
        """Syncs many jobs, each on that path."""
        from ..sync.bulk import Bulk

        return Bulk(self.pipeline, self.settings.sync.concurrency)

    @cached_property
    def recovery(self) -> Recovery:
        """Settles what a crash or a lost answer left open."""
        from ..sync.recovery import Recovery

        return Recovery(self._sync_dependencies)

    @cached_property
    def undo(self) -> Undo:
        """Takes writes back."""
        from ..sync.undo import Undo

        return Undo(self.pipeline)

    @cached_property
    def adoption(self) -> Adoption:
        """Links jobs that the target already has."""
        from ..sync.adopt import Adoption

        return Adoption(self.pipeline)

    @cached_property
    def renaming(self) -> IntegrationRename:
        """Moves what is kept for an integration to another id."""
        from ..sync.integration_rename import IntegrationRename

        return IntegrationRename(self.pipeline, self.stores.renames, self.settings.sync.concurrency)

    @cached_property
    def automatic(self) -> Automatic:
        """Syncs by itself what is eligible."""
        from ..automatic.distribution import Distribution, DistributionDependencies
        from ..automatic.loading import Loader
        from ..automatic.run import Automatic, AutomaticDependencies

        loader = Loader(self.connections.adapter, self.stores.jobs, self.stores.rules.current, self.policy, self.now)
        distribution = DistributionDependencies(
            batches=self.stores.batches,
            presence=self.stores.presence,
            leases=self.ledger.leases,
            decisions=self.stores.decisions,
            evaluator=self.evaluator,
            bulk=self.bulk,
            loader=loader,
            session=lambda integration: self.connections.adapter(integration).connection.http,
            now=self.now,
        )
        return Automatic(
            AutomaticDependencies(
                refresher=self.refresher,
                evaluator=self.evaluator,
                watch=self._watch_shadows,
                loader=loader,
                distribution=Distribution(distribution),
                ledger=self.ledger,
                decisions=self.stores.decisions,
                schedule=self.stores.schedule,
                integrations=self.stores.integrations,
                notifier=self.notifier,
                most_changes=lambda: self.settings.sync.most_changes,
                held=self.held,
                read_only=lambda integration: self.connections.settings_of(integration).read_only,
                now=self.now,
            )
        )

    @cached_property
    def notifier(self) -> Notifier:
        """Tells troubles of the automatic sync to whom the configuration names."""
        from ..automatic.notifier import Notifier
        from .channels import sender_of

        return Notifier(
            self.stores.alerts, self.ledger.leases, lambda: sender_of(self.settings, self.actor), self.ledger.audit.head, self.now
        )

    @cached_property
    def delivery(self) -> BackgroundDelivery:
        """Has that done so that nobody waits for it who does not want to."""
        from ..automatic.notifier import BackgroundDelivery

        return BackgroundDelivery(self.notifier.send)

    @cached_property
    def _sync_dependencies(self) -> SyncDependencies:
        from ..sync.dependencies import SyncDependencies, SyncTiming

        return SyncDependencies(
            target=self.target,
            jobs=self.stores.jobs,
            ledger=self.stores.ledger,
            adapter=self.connections.adapter,
            rules=self.stores.rules.current,
            policy=self.policy,
            authorise=self.authorise_sync,
            configured=lambda: [each.id for each in self.settings.integrations],
            held=self._before_writing,
            former=lambda integration: self.stores.renames.former((integration,)),
            now=self.now,
            timing=SyncTiming(settle_after=self.settings.sync.settle_after),
        )

    async def close(self) -> None:
        """Give up messages that are being sent, and close the connections to the ATSs and the target, as far as there are any."""
        for name in ("delivery", "target"):
            if (opened := vars(self).get(name)) is not None:
                await opened.close()
        await self.connections.close()

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

    async def require_everything(self, what: str) -> None:
        """Let the actor pass, if the configuration lets them use every integration.

        Raises:
            AccessDenied: It does not; the attempt is recorded first.
        """
        if not self.guard.require(self.actor).everything(self.actor):
            refusal = NotPermitted("This concerns every integration, and you may not use all of them")
            await self._record_refusal(what, None, refusal)
            raise refusal

    async def _watch_shadows(self, integration: str) -> None:
        from ..assessment.shadow import AUTOMATIC

        await self.shadow_evaluation.watch([integration], AUTOMATIC)

    def now(self) -> datetime:
        """Return the present time by the clock of the database, which every host that uses it shares."""
        return self.stores.database.now()

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
            denied = NotPermitted(f"{settings.name} is read-only: its jobs are looked at and never synced")
            await self._record_refusal("sync", integration, denied)
            raise denied

    async def held(self, integration: str) -> Failure | None:
        """Return why nothing is written for an integration yet, where it may be one that was there before under another id."""
        from .new_ids import held

        return await held(self, integration)

    async def _before_writing(self, integration: str) -> Failure | None:
        from .new_ids import before_writing

        return await before_writing(self, integration)

    def visible(self) -> tuple[str, ...]:
        """Return the ids of the integrations that the actor may use, in the configuration's order."""
        allowed = self.guard.require(self.actor).integrations(self.actor)
        return tuple(each.id for each in self.settings.integrations if each.id in allowed)

    def as_person(self) -> AbstractContextManager[None]:
        """Have requests go before those of a refresh, unless it is the timer that acts."""
        if self.actor.is_automatic:
            return nullcontext()
        from ..http import as_person

        return as_person()

    async def last_decision(self, integration: str, job_id: str) -> AutomaticDecision | None:
        """Return the last automatic decision on a job, with the time of the next run; None where there was none."""
        found = await self.stores.decisions.last(integration, job_id)
        if found is None:
            return None
        (state,) = await self.stores.schedule.states([integration])
        return replace(found, next_run=state.next_run)

    async def record(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> None:
        """Add a row to the audit record.

        Raises:
            StorageError: It cannot be written; then what it would record must not happen.
        """
        await self.ledger.audit.record(self.attempt(action, outcome=outcome, cause=cause, integration=integration))

    def attempt(self, action: str, *, outcome: str, cause: str | None = None, integration: str | None = None) -> Attempt:
        """Return what the audit record says of something that this actor does now."""
        from ..storage.ledger.audit import Attempt

        return Attempt(
            actor=self.actor.user,
            action=action,
            at=self.now(),
            integration=integration,
            outcome=outcome,
            cause=cause,
            origin=self.actor.origin,
        )

    async def _record_refusal(self, what: str, integration: str | None, refusal: JobsyncError) -> None:
        await self.record(what, outcome="refused", cause=refusal.message, integration=integration)
