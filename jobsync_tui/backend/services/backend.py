"""What screens and commands are given: an opened backend with its services, acting for one actor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from ..access.access import Actor, Guard
from ..core.errors import AccessDenied, JobsyncError
from ..core.reasons import LONGEST, acting_because
from ..core.text import clean
from ..database import Database
from ..settings.paths import places
from ..settings.redaction import redact
from ..settings.schema import Settings
from ..storage.ledger.chain_key import ChainKey
from ..storage.migrations import SCHEMA
from .admission import Admission
from .connections import Connections, connected_target
from .lazy import Lazy
from .parts import Parts
from .stores import Stores

if TYPE_CHECKING:
    from ..http import Responder
    from ..target.base import Target
    from .activity import ActivityService
    from .adoption import AdoptionService
    from .alerts import AlertService
    from .automatic import AutomaticService
    from .catalogues import CatalogueService
    from .coverage import CoverageService
    from .drafts import DraftService
    from .eligibility import EligibilityService
    from .greeting import GreetingService
    from .health import HealthService
    from .impacts import ImpactService
    from .integrations import IntegrationService
    from .jobs import JobService
    from .maintenance import MaintenanceService
    from .records import RecordService
    from .rule_tests import RuleTestService
    from .rule_writing import RuleWritingService
    from .rules import RuleService
    from .shadows import ShadowService
    from .syncs import SyncService
    from .views import ViewService

log = logging.getLogger(__name__)


class Backend:
    """The services, by what they are about. Each of their methods admits the actor before it does anything.

    A service is imported when it is first asked for, so that a command starts with what it needs.
    """

    integrations: Lazy[IntegrationService] = Lazy("services.integrations", "IntegrationService")
    """The configured integrations: which there are, their credentials, their caches."""
    jobs: Lazy[JobService] = Lazy("services.jobs", "JobService")
    """The cached jobs, and single ones straight from their ATS."""
    eligibility: Lazy[EligibilityService] = Lazy("services.eligibility", "EligibilityService")
    """Whether jobs are eligible, and why."""
    syncs: Lazy[SyncService] = Lazy("services.syncs", "SyncService")
    """Syncs: planned, carried out, repeated, undone, settled."""
    automatic: Lazy[AutomaticService] = Lazy("services.automatic", "AutomaticService")
    """The automatic sync: run, paused, resumed, and how it stands."""
    rules: Lazy[RuleService] = Lazy("services.rules", "RuleService")
    """The rules and their history."""
    writing: Lazy[RuleWritingService] = Lazy("services.rule_writing", "RuleWritingService")
    """What an editor asks while a rule is written."""
    impacts: Lazy[ImpactService] = Lazy("services.impacts", "ImpactService")
    """What a draft of rules would do."""
    catalogues: Lazy[CatalogueService] = Lazy("services.catalogues", "CatalogueService")
    """What a rule can be made of."""
    coverage: Lazy[CoverageService] = Lazy("services.coverage", "CoverageService")
    """How far the rules reach."""
    shadows: Lazy[ShadowService] = Lazy("services.shadows", "ShadowService")
    """Drafts that are evaluated beside the rules in force."""
    rule_tests: Lazy[RuleTestService] = Lazy("services.rule_tests", "RuleTestService")
    """What the rules are to say of which jobs, and whether they do."""
    drafts: Lazy[DraftService] = Lazy("services.drafts", "DraftService")
    """What editors of rules had when they were last left."""
    views: Lazy[ViewService] = Lazy("services.views", "ViewService")
    """Lists of jobs as they are looked at, by name."""
    alerts: Lazy[AlertService] = Lazy("services.alerts", "AlertService")
    """What the automatic sync met, and what people say of it."""
    activity: Lazy[ActivityService] = Lazy("services.activity", "ActivityService")
    """Runs of the timer and rows of the record as one list."""
    records: Lazy[RecordService] = Lazy("services.records", "RecordService")
    """The record of who did what, and who is at it now."""
    adoption: Lazy[AdoptionService] = Lazy("services.adoption", "AdoptionService")
    """Linking jobs that the target already has."""
    maintenance: Lazy[MaintenanceService] = Lazy("services.maintenance", "MaintenanceService")
    """Keeping the database in shape."""
    greeting: Lazy[GreetingService] = Lazy("services.greeting", "GreetingService")
    """What happened since an admin was here last."""
    health: Lazy[HealthService] = Lazy("services.health", "HealthService")
    """What the doctor asks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def given(self) -> tuple[Parts]:
        """What each service is made of."""
        return (self._parts,)

    @property
    def actor(self) -> Actor:
        """On whose behalf the services act."""
        return self._parts.admission.actor

    @property
    def settings(self) -> Settings:
        """The configuration, as of the last thing that was done."""
        return self._parts.admission.settings

    @property
    def has_everything(self) -> bool:
        """Return whether the actor may use every integration, by the configuration as it was last read; each method asks anew."""
        try:
            return self._parts.admission.has_everything()
        except AccessDenied:
            return False

    def because(self, reason: str | None) -> AbstractContextManager[None]:
        """Have what is done inside the block stand in the record with why it was done, in the person's own words.

        Args:
            reason: Their words. They are kept in one line, without what the configuration keeps secret, and cut where they are too long.
        """
        said = clean(redact(reason or ""), limit=LONGEST).strip()
        return acting_because(said or None)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings,
        actor: Actor,
        *,
        responders: Mapping[str, Responder] | None = None,
        local_target: Callable[[str], Target] | None = None,
    ) -> AsyncIterator[Backend]:
        """Open the database for the length of a block, and what else is asked for when it is asked for.

        Args:
            settings: The configuration.
            actor: On whose behalf; nothing is done that the configuration does not let them do.
            responders: In-process servers that answer for ATSs in place of the network, by integration id.
            local_target: Makes the target of a configuration whose target is a local file, in place of the usual one: the sandbox's has
                its mishaps.

        Raises:
            StorageError: The database cannot be opened; says the remedy.
        """
        async with AsyncExitStack() as stack:
            key = ChainKey.of(settings)
            connected = () if key is None else (key.known_to,)
            database = await Database.open(places().database_url(settings.storage.url), SCHEMA, connected=connected)
            stack.push_async_callback(database.close)
            guard = Guard(settings)
            stores = Stores(database, lambda: guard.settings.evaluation_policy())  # noqa: PLW0108 - of the settings as they are then
            parts = Parts(
                Admission(actor, guard, stores), Connections(guard, responders), stores, partial(connected_target, settings, local_target)
            )
            stack.push_async_callback(parts.close)
            await stack.enter_async_context(_recovering(parts))
            yield cls(parts)


@asynccontextmanager
async def _recovering(parts: Parts) -> AsyncIterator[None]:
    """Settle what earlier processes left open while the block runs; nobody waits for it."""
    task = asyncio.create_task(_recover(parts))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _recover(parts: Parts) -> None:
    try:
        if not await parts.stores.journal.open_operations():
            return
        report = await parts.recovery.recover(unattended=True)
    except JobsyncError as error:
        log.warning("open operations could not be settled: %s", error.message)
    else:
        log.info("%d open operations: %d settled, %d still unknown", report.open, len(report.settled), len(report.unknown))
