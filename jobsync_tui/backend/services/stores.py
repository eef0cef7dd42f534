"""What is kept, each store made when it is first asked for: a command imports what it needs and no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..database import Database
    from ..models import EvaluationPolicy
    from ..store.batches import BatchStore
    from ..store.company import CompanyStore
    from ..store.coverage import CoverageStore
    from ..store.decisions import DecisionStore
    from ..store.drafts import DraftStore
    from ..store.id_change import IdChangeStore
    from ..store.integrations import IntegrationStore
    from ..store.jobs import JobStore
    from ..store.journal import Journal
    from ..store.ledger import Ledger
    from ..store.queue import QueueStore
    from ..store.rename import RenameStore
    from ..store.rules import RuleStore
    from ..store.schedule import ScheduleStore
    from ..store.shadows import ShadowStore
    from ..store.shares import ShareStore
    from ..store.troubles import TroubleStore
    from ..store.verdicts import VerdictStore


class Stores:
    """What is kept of jobs, integrations, rules, verdicts and attempts in one database.

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
        from ..store.jobs import JobStore

        return JobStore(self.database, self._policy)

    @cached_property
    def integrations(self) -> IntegrationStore:
        """How the caches of the integrations stand."""
        from ..store.integrations import IntegrationStore

        return IntegrationStore(self.database)

    @cached_property
    def rules(self) -> RuleStore:
        """The rules and their history."""
        from ..store.rules import RuleStore

        return RuleStore(self.database)

    @cached_property
    def coverage(self) -> CoverageStore:
        """How far the rules reach."""
        from ..store.coverage import CoverageStore

        return CoverageStore(self.database)

    @cached_property
    def drafts(self) -> DraftStore:
        """What editors of rules had when they were last left."""
        from ..store.drafts import DraftStore

        return DraftStore(self.database)

    @cached_property
    def shadows(self) -> ShadowStore:
        """Drafts that are judged beside the rules in force."""
        from ..store.shadows import ShadowStore

        return ShadowStore(self.database)

    @cached_property
    def verdicts(self) -> VerdictStore:
        """How the rules judged the cached jobs."""
        from ..store.verdicts import VerdictStore

        return VerdictStore(self.database)

    @cached_property
    def batches(self) -> BatchStore:
        """The cached jobs, many at once, as columns."""
        from ..store.batches import BatchStore

        return BatchStore(self.database)

    @cached_property
    def decisions(self) -> DecisionStore:
        """What the automatic sync decided for each job."""
        from ..store.decisions import DecisionStore

        return DecisionStore(self.database)

    @cached_property
    def schedule(self) -> ScheduleStore:
        """When the automatic sync runs, and what stops it."""
        from ..store.schedule import ScheduleStore

        return ScheduleStore(self.database)

    @cached_property
    def shares(self) -> ShareStore:
        """What is left to do of large runs."""
        from ..store.shares import ShareStore

        return ShareStore(self.database)

    @cached_property
    def company(self) -> CompanyStore:
        """Who works on large runs."""
        from ..store.company import CompanyStore

        return CompanyStore(self.database)

    @cached_property
    def troubles(self) -> TroubleStore:
        """What the automatic sync met, and who was told."""
        from ..store.troubles import TroubleStore

        return TroubleStore(self.database)

    @cached_property
    def queue(self) -> QueueStore:
        """How the workers stand."""
        from ..store.queue import QueueStore

        return QueueStore(self.database)

    @cached_property
    def journal(self) -> Journal:
        """The journal of writes by itself, for a look at what is open."""
        from ..store.journal import Journal

        return Journal(self.database)

    @cached_property
    def ledger(self) -> Ledger:
        """The journal of writes, the leases and the audit record."""
        from ..store.ledger import Ledger

        return Ledger(self.database)

    @cached_property
    def renames(self) -> RenameStore:
        """Which integrations got another id."""
        from ..store.rename import RenameStore

        return RenameStore(self.database, self.ledger.leases)

    @cached_property
    def id_changes(self) -> IdChangeStore:
        """Jobs that came under other ids."""
        from ..store.id_change import IdChangeStore

        return IdChangeStore(self.database)
