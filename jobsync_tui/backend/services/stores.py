"""What is kept, each store made when it is first asked for: a command imports what it needs and no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.models import EvaluationPolicy
    from ..database import Database
    from ..storage.automatic.alerts import AlertStore
    from ..storage.automatic.batches import BatchStore
    from ..storage.automatic.decisions import DecisionStore
    from ..storage.automatic.queue import QueueStore
    from ..storage.automatic.schedule import ScheduleStore
    from ..storage.automatic.worker_presence import PresenceStore
    from ..storage.jobs.batches import ColumnStore
    from ..storage.jobs.id_change import IdChangeStore
    from ..storage.jobs.integrations import IntegrationStore
    from ..storage.jobs.jobs import JobStore
    from ..storage.ledger.journal import Journal
    from ..storage.ledger.ledger import Ledger
    from ..storage.outcomes.coverage import CoverageStore
    from ..storage.outcomes.outcomes import OutcomeStore
    from ..storage.rename import RenameStore
    from ..storage.rules.drafts import DraftStore
    from ..storage.rules.rules import RuleStore
    from ..storage.rules.shadows import ShadowStore


class Stores:
    """What is kept of jobs, integrations, rules, cached outcomes and attempts in one database.

    Args:
        database: Where.
        policy: What the configuration adds to the rules at this moment.
    """

    def __init__(self, database: Database, policy: Callable[[], EvaluationPolicy]) -> None:
        self.database = database
        self._policy = policy

    @cached_property
    def jobs(self) -> JobStore:
        """The cache of jobs."""
        from ..storage.jobs.jobs import JobStore

        return JobStore(self.database, self._policy)

    @cached_property
    def integrations(self) -> IntegrationStore:
        """How the caches of the integrations stand."""
        from ..storage.jobs.integrations import IntegrationStore

        return IntegrationStore(self.database)

    @cached_property
    def rules(self) -> RuleStore:
        """The rules and their history."""
        from ..storage.rules.rules import RuleStore

        return RuleStore(self.database)

    @cached_property
    def coverage(self) -> CoverageStore:
        """How far the rules reach."""
        from ..storage.outcomes.coverage import CoverageStore

        return CoverageStore(self.database)

    @cached_property
    def drafts(self) -> DraftStore:
        """What editors of rules had when they were last left."""
        from ..storage.rules.drafts import DraftStore

        return DraftStore(self.database)

    @cached_property
    def shadows(self) -> ShadowStore:
        """Drafts that are evaluated beside the rules in force."""
        from ..storage.rules.shadows import ShadowStore

        return ShadowStore(self.database)

    @cached_property
    def outcomes(self) -> OutcomeStore:
        """How the rules evaluated the cached jobs."""
        from ..storage.outcomes.outcomes import OutcomeStore

        return OutcomeStore(self.database)

    @cached_property
    def columns(self) -> ColumnStore:
        """The cached jobs, many at once, as columns."""
        from ..storage.jobs.batches import ColumnStore

        return ColumnStore(self.database)

    @cached_property
    def decisions(self) -> DecisionStore:
        """What the automatic sync decided for each job."""
        from ..storage.automatic.decisions import DecisionStore

        return DecisionStore(self.database)

    @cached_property
    def schedule(self) -> ScheduleStore:
        """When the automatic sync runs, and what stops it."""
        from ..storage.automatic.schedule import ScheduleStore

        return ScheduleStore(self.database)

    @cached_property
    def batches(self) -> BatchStore:
        """What is left to do of large runs."""
        from ..storage.automatic.batches import BatchStore

        return BatchStore(self.database)

    @cached_property
    def presence(self) -> PresenceStore:
        """Who works on large runs."""
        from ..storage.automatic.worker_presence import PresenceStore

        return PresenceStore(self.database)

    @cached_property
    def alerts(self) -> AlertStore:
        """What the automatic sync met, and who was told."""
        from ..storage.automatic.alerts import AlertStore

        return AlertStore(self.database)

    @cached_property
    def queue(self) -> QueueStore:
        """How the workers stand."""
        from ..storage.automatic.queue import QueueStore

        return QueueStore(self.database)

    @cached_property
    def journal(self) -> Journal:
        """The journal of writes by itself, for a look at what is open."""
        from ..storage.ledger.journal import Journal

        return Journal(self.database)

    @cached_property
    def ledger(self) -> Ledger:
        """The journal of writes, the leases and the audit record."""
        from ..storage.ledger.ledger import Ledger

        return Ledger(self.database)

    @cached_property
    def renames(self) -> RenameStore:
        """Which integrations got another id."""
        from ..storage.rename import RenameStore

        return RenameStore(self.database, self.ledger.leases)

    @cached_property
    def id_changes(self) -> IdChangeStore:
        """Jobs that came under other ids."""
        from ..storage.jobs.id_change import IdChangeStore

        return IdChangeStore(self.database)
