"""What is kept, each store made when it is first asked for: a command imports what it needs and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from .lazy import Lazy

if TYPE_CHECKING:
    from datetime import datetime

    from ..core.models import AutomaticDecision, EvaluationPolicy
    from ..database import Database
    from ..storage.activity.activity import ActivityStore
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
    from ..storage.jobs.told_apart import ToldApartStore
    from ..storage.jobs.undecided import UndecidedStore
    from ..storage.ledger.journal import Journal
    from ..storage.ledger.ledger import Ledger
    from ..storage.ledger.wire import WireStore
    from ..storage.outcomes.coverage import CoverageStore
    from ..storage.outcomes.outcomes import OutcomeStore
    from ..storage.rename import RenameStore
    from ..storage.rules.drafts import DraftStore
    from ..storage.rules.rules import RuleStore
    from ..storage.rules.shadows import ShadowStore
    from ..storage.rules.tests import RuleTestStore
    from ..storage.views.views import ViewStore


class Stores:
    """What is kept of jobs, integrations, rules, cached outcomes and attempts in one database.

    Args:
        database: Where.
        policy: What the configuration adds to the rules at this moment.
    """

    integrations: Lazy[IntegrationStore] = Lazy("storage.jobs.integrations", "IntegrationStore")
    """How the caches of the integrations stand."""
    rules: Lazy[RuleStore] = Lazy("storage.rules.rules", "RuleStore")
    """The rules and their history."""
    coverage: Lazy[CoverageStore] = Lazy("storage.outcomes.coverage", "CoverageStore")
    """How far the rules reach."""
    drafts: Lazy[DraftStore] = Lazy("storage.rules.drafts", "DraftStore")
    """What editors of rules had when they were last left."""
    shadows: Lazy[ShadowStore] = Lazy("storage.rules.shadows", "ShadowStore")
    """Drafts that are evaluated beside the rules in force."""
    rule_tests: Lazy[RuleTestStore] = Lazy("storage.rules.tests", "RuleTestStore")
    """What the rules are to say of which jobs."""
    outcomes: Lazy[OutcomeStore] = Lazy("storage.outcomes.outcomes", "OutcomeStore")
    """How the rules evaluated the cached jobs."""
    columns: Lazy[ColumnStore] = Lazy("storage.jobs.batches", "ColumnStore")
    """The cached jobs, many at once, as columns."""
    decisions: Lazy[DecisionStore] = Lazy("storage.automatic.decisions", "DecisionStore")
    """What the automatic sync decided for each job."""
    schedule: Lazy[ScheduleStore] = Lazy("storage.automatic.schedule", "ScheduleStore")
    """When the automatic sync runs, and what stops it."""
    batches: Lazy[BatchStore] = Lazy("storage.automatic.batches", "BatchStore")
    """What is left to do of large runs."""
    presence: Lazy[PresenceStore] = Lazy("storage.automatic.worker_presence", "PresenceStore")
    """Who works on large runs."""
    alerts: Lazy[AlertStore] = Lazy("storage.automatic.alerts", "AlertStore")
    """What the automatic sync met, and who was told."""
    queue: Lazy[QueueStore] = Lazy("storage.automatic.queue", "QueueStore")
    """How the workers stand."""
    activity: Lazy[ActivityStore] = Lazy("storage.activity.activity", "ActivityStore")
    """Runs of the timer and rows of the record as one list."""
    journal: Lazy[Journal] = Lazy("storage.ledger.journal", "Journal")
    """The journal of writes by itself, for a look at what is open."""
    ledger: Lazy[Ledger] = Lazy("storage.ledger.ledger", "Ledger")
    """The journal of writes, the leases and the audit record."""
    views: Lazy[ViewStore] = Lazy("storage.views.views", "ViewStore")
    """Lists of jobs as they are looked at, by name."""
    wire: Lazy[WireStore] = Lazy("storage.ledger.wire", "WireStore")
    """The requests and answers of syncs."""
    id_changes: Lazy[IdChangeStore] = Lazy("storage.jobs.id_change", "IdChangeStore")
    """Jobs that came under other ids."""
    told_apart: Lazy[ToldApartStore] = Lazy("storage.jobs.told_apart", "ToldApartStore")
    """Jobs of the target that look like jobs of an ATS, and are not the same."""
    undecided: Lazy[UndecidedStore] = Lazy("storage.jobs.undecided", "UndecidedStore")
    """Jobs that look like jobs of the target, and wait for a person."""

    def __init__(self, database: Database, policy: Callable[[], EvaluationPolicy]) -> None:
        self.database = database
        self._policy = policy

    @property
    def given(self) -> tuple[Database]:
        """What each store is made of, but for the two that need more."""
        return (self.database,)

    @cached_property
    def jobs(self) -> JobStore:
        """The cache of jobs."""
        from ..storage.jobs.jobs import JobStore

        return JobStore(self.database, self._policy)

    @cached_property
    def renames(self) -> RenameStore:
        """Which integrations got another id."""
        from ..storage.rename import RenameStore

        return RenameStore(self.database, self.ledger.leases)

    def now(self) -> datetime:
        """Return the present time by the clock of the database, which every host that uses it shares."""
        return self.database.now()

    async def last_decision(self, integration: str, job_id: str) -> AutomaticDecision | None:
        """Return the last automatic decision on a job, with the time of the next run; None where there was none."""
        found = await self.decisions.last(integration, job_id)
        if found is None:
            return None
        (state,) = await self.schedule.states([integration])
        return replace(found, next_run=state.next_run)
