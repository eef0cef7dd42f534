"""What screens and commands are given: an opened backend with its services, acting for one actor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..access.access import Actor, Guard
from ..core.errors import ConfigError, JobsyncError
from ..database import Database
from ..settings.paths import places
from ..settings.schema import Settings, TargetKind
from ..storage.ledger.chain_key import ChainKey
from ..storage.migrations import SCHEMA
from .connections import Connections, network_of
from .context import Context
from .stores import Stores

if TYPE_CHECKING:
    from ..http import Responder
    from ..target.base import Target
    from .adoption import AdoptionService
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
    from .rule_writing import RuleWritingService
    from .rules import RuleService
    from .shadows import ShadowService
    from .syncs import SyncService

log = logging.getLogger(__name__)


class Backend:
    """The services, by what they are about. Each of their methods admits the actor before it does anything.

    A service is imported when it is first asked for, so that a command starts with what it needs.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    @cached_property
    def integrations(self) -> IntegrationService:
        """The configured integrations: which there are, their credentials, their caches."""
        from .integrations import IntegrationService

        return IntegrationService(self._context)

    @cached_property
    def jobs(self) -> JobService:
        """The cached jobs, and single ones straight from their ATS."""
        from .jobs import JobService

        return JobService(self._context)

    @cached_property
    def eligibility(self) -> EligibilityService:
        """Whether jobs are eligible, and why."""
        from .eligibility import EligibilityService

        return EligibilityService(self._context)

    @cached_property
    def syncs(self) -> SyncService:
        """Syncs: planned, carried out, repeated, undone, settled."""
        from .syncs import SyncService

        return SyncService(self._context)

    @cached_property
    def automatic(self) -> AutomaticService:
        """The automatic sync: run, paused, resumed, and how it stands."""
        from .automatic import AutomaticService

        return AutomaticService(self._context)

    @cached_property
    def rules(self) -> RuleService:
        """The rules and their history."""
        from .rules import RuleService

        return RuleService(self._context)

    @cached_property
    def writing(self) -> RuleWritingService:
        """What an editor asks while a rule is written."""
        from .rule_writing import RuleWritingService

        return RuleWritingService(self._context)

    @cached_property
    def impacts(self) -> ImpactService:
        """What a draft of rules would do."""
        from .impacts import ImpactService

        return ImpactService(self._context)

    @cached_property
    def catalogues(self) -> CatalogueService:
        """What a rule can be made of."""
        from .catalogues import CatalogueService

        return CatalogueService(self._context)

    @cached_property
    def coverage(self) -> CoverageService:
        """How far the rules reach."""
        from .coverage import CoverageService

        return CoverageService(self._context)

    @cached_property
    def shadows(self) -> ShadowService:
        """Drafts that are evaluated beside the rules in force."""
        from .shadows import ShadowService

        return ShadowService(self._context)

    @cached_property
    def drafts(self) -> DraftService:
        """What editors of rules had when they were last left."""
        from .drafts import DraftService

        return DraftService(self._context)

    @cached_property
    def records(self) -> RecordService:
        """The record of who did what, and who is at it now."""
        from .records import RecordService

        return RecordService(self._context)

    @cached_property
    def adoption(self) -> AdoptionService:
        """Linking jobs that the target already has."""
        from .adoption import AdoptionService

        return AdoptionService(self._context)

    @cached_property
    def maintenance(self) -> MaintenanceService:
        """Keeping the database in shape."""
        from .maintenance import MaintenanceService

        return MaintenanceService(self._context)

    @cached_property
    def greeting(self) -> GreetingService:
        """What happened since an admin was here last."""
        from .greeting import GreetingService

        return GreetingService(self._context)

    @cached_property
    def health(self) -> HealthService:
        """What the doctor asks."""
        from .health import HealthService

        return HealthService(self._context)

    @property
    def actor(self) -> Actor:
        """On whose behalf the services act."""
        return self._context.actor

    @property
    def settings(self) -> Settings:
        """The configuration, as of the last thing that was done."""
        return self._context.settings

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
            context = Context(actor, guard, Connections(guard, responders), stores, partial(_make_target, settings, local_target))
            stack.push_async_callback(context.close)
            await stack.enter_async_context(_recovering(context))
            yield cls(context)


@asynccontextmanager
async def _recovering(context: Context) -> AsyncIterator[None]:
    """Settle what earlier processes left open while the block runs; nobody waits for it."""
    task = asyncio.create_task(_recover(context))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _recover(context: Context) -> None:
    try:
        if not await context.stores.journal.open_operations():
            return
        report = await context.recovery.recover()
    except JobsyncError as error:
        log.warning("open operations could not be settled: %s", error.message)
    else:
        log.info("%d open operations: %d settled, %d still unknown", report.open, len(report.settled), len(report.unknown))


def _make_target(settings: Settings, local_target: Callable[[str], Target] | None) -> Target:
    if settings.target.kind is TargetKind.LOCAL:
        from ..target.local import LocalTarget

        return (local_target or LocalTarget)(places().local_target_url(settings.storage.url))
    from ..http import HttpSession
    from ..settings.secrets import resolve
    from ..target.tenzo import TenzoTarget
    from ..target.wire import WireMapping

    if settings.target.api_key is None:
        raise ConfigError(f"{settings.path}: target.api_key is missing")
    try:
        mapping = WireMapping.from_options(settings.target.wire)
    except ConfigError as error:
        raise ConfigError(f"{settings.path}: {error.message}", remedy="docs/target-api.yaml lists the keys of [target.wire].") from error
    session = HttpSession(service=TenzoTarget.title, base_url=settings.target.base_url, network=network_of(settings))
    return TenzoTarget(session, resolve(settings.target.api_key, settings.path.parent), mapping)
