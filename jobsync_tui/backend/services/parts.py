"""The composition root: what the services of one opened backend are made of, and out of what each part is put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING

from .new_ids import before_writing, held

if TYPE_CHECKING:
    from datetime import datetime

    from ..assessment.evaluator import Evaluator
    from ..assessment.findings import Linter
    from ..assessment.impact import ImpactAnalysis
    from ..assessment.shadow import ShadowEvaluation
    from ..automatic.news import NewsReader
    from ..automatic.notifier import BackgroundDelivery, Notifier
    from ..automatic.run import Automatic
    from ..core.models import Comparison, Eligibility, EvaluationPolicy, Job, RuleSet, Source
    from ..refresh.refresh import Refresher
    from ..sync.adopt import Adoption
    from ..sync.bulk import Bulk
    from ..sync.dependencies import SyncDependencies
    from ..sync.integration_rename import IntegrationRename
    from ..sync.pipeline import Pipeline
    from ..sync.recovery import Recovery
    from ..sync.undo import Undo
    from ..sync.wire_log import WireLog
    from ..target.base import Target
    from .admission import Admission
    from .connections import Connections
    from .stores import Stores


class Parts:
    """What the services are made of. Each part is imported and made when somebody first asks for it.

    Args:
        admission: Who acts, and what they may use.
        connections: The integrations' adapters.
        stores: The database.
        make_target: Makes that where jobs are synced to.
    """

    def __init__(self, admission: Admission, connections: Connections, stores: Stores, make_target: Callable[[], Target]) -> None:
        self.admission = admission
        self.connections = connections
        self.stores = stores
        self._make_target = make_target
        self._closing = AsyncExitStack()
        self._closing.push_async_callback(connections.close)

    @cached_property
    def target(self) -> Target:
        """Where jobs are synced to.

        Raises:
            ConfigError: Its key cannot be read.
        """
        target = self._make_target()
        self._closing.push_async_callback(target.close)
        return target

    @cached_property
    def refresher(self) -> Refresher:
        """Brings caches up to date."""
        from ..refresh.refresh import Refresher

        return Refresher(
            self.connections.adapter,
            self.stores.jobs,
            self.stores.integrations,
            on_wait=self.connections.on_wait,
            now=self.stores.now,
            full_every=lambda: self.admission.settings.sync.full_every,
        )

    @cached_property
    def evaluator(self) -> Evaluator:
        """Evaluates the rules over the cached jobs."""
        from ..assessment.evaluator import Evaluator

        return Evaluator(self.stores.outcomes, self.stores.columns, self.stores.rules.current, self.policy, self.stores.now)

    @cached_property
    def impact_analysis(self) -> ImpactAnalysis:
        """Says what a change of rules would do."""
        from ..assessment.impact import ImpactAnalysis

        return ImpactAnalysis(self.stores.columns, self.stores.outcomes, self.policy, self.stores.now)

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
            now=self.stores.now,
        )

    def lint(self) -> Linter:
        """Look rules over, by what the actor may use now."""
        from ..assessment.findings import Linter

        every = {each.id: self.connections.availability(each.id) for each in self.admission.settings.integrations}
        own = {integration: every.pop(integration) for integration in self.admission.visible()}
        return Linter(self.stores.columns, lambda: self.target, own, every, self.policy(), self.stores.now())

    @cached_property
    def pipeline(self) -> Pipeline:
        """The one path on which jobs are synced."""
        from ..sync.pipeline import Pipeline

        return Pipeline(self._sync_dependencies)

    async def compare(self, integration: str, job_id: str) -> Comparison:
        """Return a job on both sides as they are now."""
        from ..sync.comparison import compare

        return await compare(self._sync_dependencies, integration, job_id)

    @cached_property
    def bulk(self) -> Bulk:
        """Syncs many jobs, each on that path."""
        from ..sync.bulk import Bulk

        return Bulk(self.pipeline, self.admission.settings.sync.concurrency)

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

        return IntegrationRename(self.pipeline, self.stores.renames, self.admission.settings.sync.concurrency)

    @cached_property
    def automatic(self) -> Automatic:
        """Syncs by itself what is eligible."""
        from ..automatic.distribution import Distribution
        from ..automatic.loading import Loader
        from ..automatic.run import Automatic, AutomaticDependencies

        stores = self.stores
        loader = Loader(self.connections.adapter, stores.jobs, stores.rules.current, self.policy, stores.now)
        distribution = Distribution(
            batches=stores.batches,
            presence=stores.presence,
            leases=stores.ledger.leases,
            decisions=stores.decisions,
            evaluator=self.evaluator,
            bulk=self.bulk,
            loader=loader,
            session=lambda integration: self.connections.adapter(integration).connection.http,
            now=stores.now,
        )
        return Automatic(
            AutomaticDependencies(
                refresher=self.refresher,
                evaluator=self.evaluator,
                shadows=self.shadow_evaluation,
                loader=loader,
                distribution=distribution,
                ledger=stores.ledger,
                decisions=stores.decisions,
                schedule=stores.schedule,
                integrations=stores.integrations,
                notifier=self.notifier,
                most_changes=lambda: self.admission.settings.sync.most_changes,
                held=partial(held, self),
                closes=lambda integration: self.admission.settings.closes(integration),  # noqa: PLW0108 - as they are then
                read_only=lambda integration: self.connections.settings_of(integration).read_only,
                now=stores.now,
            )
        )

    @cached_property
    def news(self) -> NewsReader:
        """Tells what happened, and what waits."""
        from ..automatic.news import NewsReader
        from .automatic_states import automatic_states

        stores = self.stores
        return NewsReader(
            audit=stores.ledger.audit,
            decisions=stores.decisions,
            schedule=stores.schedule,
            states=lambda integrations: automatic_states(stores, self.admission.settings, integrations),
            alerts=stores.alerts,
            integrations=stores.integrations,
            jobs=stores.jobs,
            undecided=stores.undecided,
            rules=stores.rules,
            is_eligible=lambda job, rules: self.evaluate(job, rules).eligible,
            now=stores.now,
        )

    @cached_property
    def notifier(self) -> Notifier:
        """Tells troubles of the automatic sync to whom the configuration names."""
        from ..automatic.notifier import Notifier
        from .channels import sender_of

        return Notifier(
            self.stores.alerts,
            self.stores.ledger.leases,
            lambda: sender_of(self.admission.settings, self.admission.actor),
            self.stores.ledger.audit.head,
            day=lambda since, until: self.news.read([each.id for each in self.admission.settings.integrations], since, until),
            now=self.stores.now,
        )

    @cached_property
    def delivery(self) -> BackgroundDelivery:
        """Has that done so that nobody waits for it who does not want to."""
        from ..automatic.notifier import BackgroundDelivery

        delivery = BackgroundDelivery(self.notifier.send)
        self._closing.push_async_callback(delivery.close)
        return delivery

    @cached_property
    def wire(self) -> WireLog:
        """Keeps the requests and answers of syncs."""
        from ..sync.wire_log import WireLog

        wire = WireLog(self.stores.wire, lambda: self.admission.settings.wire.keep, self.stores.now)
        self._closing.push_async_callback(wire.flush)
        return wire

    @cached_property
    def _sync_dependencies(self) -> SyncDependencies:
        from ..sync.dependencies import SyncDependencies, SyncTiming

        return SyncDependencies(
            target=self.target,
            jobs=self.stores.jobs,
            ledger=self.stores.ledger,
            wire=self.wire,
            adapter=self.connections.adapter,
            rules=self.stores.rules.current,
            policy=self.policy,
            authorise=self.admission.authorise_sync,
            configured=lambda: [each.id for each in self.admission.settings.integrations],
            held=partial(before_writing, self),
            closes=lambda integration: self.admission.settings.closes(integration),  # noqa: PLW0108 - as they are then
            former=lambda integration: self.stores.renames.former((integration,)),
            now=self.stores.now,
            timing=SyncTiming(settle_after=self.admission.settings.sync.settle_after),
        )

    def evaluate(self, job: Job, rules: RuleSet, source: Source | None = None, read_at: datetime | None = None) -> Eligibility:
        """Return how rules evaluate a job; ``source`` and ``read_at`` say where it was read, and when."""
        from ..core.models import Source
        from ..rules import evaluate

        return evaluate(
            job,
            rules,
            self.policy(),
            self.connections.availability(job.integration),
            provider_title=self.connections.title(job.integration),
            source=source or Source.CACHE,
            read_at=read_at,
            now=self.stores.now(),
        )

    async def close(self) -> None:
        """Give up messages that are being sent, and close the connections to the ATSs and the target, as far as there are any."""
        await self._closing.aclose()

    def policy(self) -> EvaluationPolicy:
        """Return what the configuration adds to the rules."""
        return self.admission.settings.evaluation_policy()
