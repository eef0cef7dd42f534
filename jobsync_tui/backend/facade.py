"""What screens and commands are given: an opened backend with its services, acting for one actor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from .access import Actor, Guard
from .database import Database
from .errors import ConfigError, JobsyncError
from .http import HttpSession, Responder
from .paths import places
from .secrets import resolve
from .services.adoption import AdoptionService
from .services.connections import Connections, network_of
from .services.context import Context, Stores
from .services.eligibility import EligibilityService
from .services.integrations import IntegrationService
from .services.jobs import JobService
from .services.maintenance import MaintenanceService
from .services.records import RecordService
from .services.rules import RuleService
from .services.syncs import SyncService
from .settings import Settings, TargetKind
from .store.batches import BatchStore
from .store.integrations import IntegrationStore
from .store.jobs import JobStore
from .store.ledger import Ledger
from .store.migrations import SCHEMA
from .store.rules import RuleStore
from .store.verdicts import VerdictStore
from .sync.recovery import Recovery
from .target.base import Target

log = logging.getLogger(__name__)


class Backend:
    """The services, by what they are about. Each of their methods admits the actor before it does anything."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.integrations = IntegrationService(context)
        self.jobs = JobService(context)
        self.eligibility = EligibilityService(context)
        self.syncs = SyncService(context)
        self.rules = RuleService(context)
        self.records = RecordService(context)
        self.adoption = AdoptionService(context)
        self.maintenance = MaintenanceService(context)

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
    async def open(cls, settings: Settings, actor: Actor, *, responders: Mapping[str, Responder] | None = None) -> AsyncIterator[Backend]:
        """Open the database and the target for the length of a block.

        Args:
            settings: The configuration.
            actor: On whose behalf; nothing is done that the configuration does not let them do.
            responders: In-process servers that answer for ATSs in place of the network, by integration id.

        Raises:
            StorageError: The database cannot be opened; says the remedy.
            ConfigError: The target's key cannot be read.
        """
        async with AsyncExitStack() as stack:
            database = await Database.open(_database_url(settings), SCHEMA)
            stack.push_async_callback(database.close)
            guard = Guard(settings)
            connections = Connections(guard, responders)
            stack.push_async_callback(connections.close)
            target = await _open_target(settings)
            stack.push_async_callback(target.close)
            stores = Stores(
                jobs=JobStore(database, lambda: guard.settings.evaluation_policy()),  # noqa: PLW0108 - of the settings as they are then
                integrations=IntegrationStore(database),
                rules=RuleStore(database),
                verdicts=VerdictStore(database),
                batches=BatchStore(database),
                ledger=Ledger(database),
            )
            context = Context(actor, guard, connections, stores, target)
            await stack.enter_async_context(_recovering(context.recovery))
            yield cls(context)


@asynccontextmanager
async def _recovering(recovery: Recovery) -> AsyncIterator[None]:
    """Settle what earlier processes left open while the block runs; nobody waits for it."""
    task = asyncio.create_task(_recover(recovery))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _recover(recovery: Recovery) -> None:
    try:
        report = await recovery.recover()
    except JobsyncError as error:
        log.warning("open operations could not be settled: %s", error.message)
    else:
        if report.open:
            log.info("%d open operations: %d settled, %d still unknown", report.open, len(report.settled), len(report.unknown))


def _database_url(settings: Settings) -> str:
    path = places().database(settings.storage.url)
    return settings.storage.url if path is None else f"sqlite:///{path}"


async def _open_target(settings: Settings) -> Target:
    if settings.target.kind is TargetKind.LOCAL:
        from .target.local import LocalTarget

        return await LocalTarget.open(places().local_target(settings.storage.url))
    from .target.tenzo import TenzoTarget

    if settings.target.api_key is None:
        raise ConfigError(f"{settings.path}: target.api_key is missing")
    session = HttpSession(service=TenzoTarget.title, base_url=settings.target.base_url, network=network_of(settings))
    return TenzoTarget(session, resolve(settings.target.api_key, settings.path.parent))
