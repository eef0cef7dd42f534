"""A sandbox: the worlds, the ATSs over them, a configuration and a local target, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import ClassVar

from ..access.access import Actor, current_actor
from ..core.clock import now
from ..core.errors import Busy, UsageError
from ..core.named_files import from_root
from ..core.ownership import account_name
from ..database import Database
from ..http import Responder
from ..rules import load_rules
from ..services.backend import Backend
from ..settings.loader import load_settings
from ..settings.paths import ensure_directory, places
from ..settings.schema import Settings
from ..storage.ledger.leases import LeaseStore
from ..storage.ledger.process import ProcessIdentity
from ..storage.migrations import SCHEMA
from ..target.local import LocalTarget
from . import scenario
from .config import CREDENTIALS, GREENHOUSE_CLIENT, KOMBO_INTEGRATION, is_sandbox, write_config
from .crelate import CrelateServer, guid
from .greenhouse import GreenhouseServer
from .kombo import KomboServer
from .mishaps import MishapTarget
from .people import make_candidates, names_for
from .rule_story import narrow_a_rule
from .scenario import CRELATE, GREENHOUSE, JOBVITE, Role
from .timer import running_timer
from .world import World

DEFAULT_JOBS = 2000
DEFAULT_SEED = 7


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the demonstration runs on.

    Attributes:
        directory: Where its configuration, databases and secrets are.
        settings: The configuration, as loaded.
        actor: Whoever runs the process.
        worlds: The jobs of each ATS, by integration id.
        responders: The ATSs, by integration id.
        seed: What everything in it was made from.
        spent: Mishaps that have happened; each happens once.
        TRY: What to try, in one line.
    """

    TRY: ClassVar[str] = "Try: enter opens an ATS, e checks a job, s plans its sync, ? lists the keys."

    directory: Path
    settings: Settings
    actor: Actor
    worlds: dict[str, World]
    responders: Mapping[str, Responder]
    seed: int
    spent: set[str]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Backend]:
        """Open a backend on the sandbox, with the mishaps of the story between it and the target."""
        async with Backend.open(self.settings, self.actor, responders=self.responders, local_target=self._with_mishaps) as backend:
            yield backend

    @asynccontextmanager
    async def alive(self, backend: Backend) -> AsyncIterator[None]:
        """Let the automatic sync run on ``backend`` as long as the block runs; only the application asks for that."""
        async with running_timer(backend, self.worlds, self.seed):
            yield

    def _with_mishaps(self, url: str) -> LocalTarget:
        lost, edited, tidied = (":".join(self.address(role)) for role in (scenario.LOST, scenario.EDITED, scenario.BERLIN_BACKEND))
        return MishapTarget(url, lost=lost, edited=edited, tidied=tidied, spent=self.spent)

    @asynccontextmanager
    async def target(self) -> AsyncIterator[LocalTarget]:
        """Open the local target as somebody who works in it would."""
        target = await LocalTarget.open(places(self.settings.path).local_target_url(self.settings.storage.url))
        try:
            yield target
        finally:
            await target.close()

    def address(self, role: Role) -> tuple[str, str]:
        """Return the integration and the ATS job id of the job that plays ``role``."""
        job = scenario.job_of(self.worlds, role)
        return role.integration, guid(job) if role.integration == CRELATE else str(job.number)

    def change_in_ats(self, role: Role, **traits: str) -> None:
        """Change a job in its ATS, as a recruiter there would."""
        job = scenario.job_of(self.worlds, role)
        for name, value in traits.items():
            setattr(job, name, value)
        job.updated = max(now(), job.updated + timedelta(seconds=1))

    async def prepare(self) -> None:
        """Bring the sandbox to where the demonstration begins.

        Rules are imported, caches filled, some jobs synced with candidates in them; then some of those change in their ATS, one sync
        fails, one job vanishes, somebody edits a job in the target, a colleague changes a rule, and has one job in hand.
        """
        rules = resources.files(__package__).joinpath("rules.yaml").read_text(encoding="utf-8")
        edited = ":".join(self.address(scenario.EDITED))
        self.spent.add(edited)  # nobody edits while the stage is set
        async with self.target() as target:
            await target.seed(names_for(load_rules(rules, "rules.yaml")))
            async with self.open() as backend:
                await backend.rules.import_text(rules, "the sandbox's rules")
                for integration in self.worlds:
                    await backend.integrations.refresh(integration)
                await self._sync_some(backend, target)
                await narrow_a_rule(backend, self.settings.storage.url)
        await self._hold_one()
        scenario.job_of(self.worlds, scenario.VANISHED).deleted = True
        self.spent.discard(edited)

    async def _hold_one(self) -> None:
        """Let a colleague on another host be in the middle of a sync."""
        database = await Database.open(self.settings.storage.url, SCHEMA)
        try:
            leases = LeaseStore(database, ttl=timedelta(days=30), process=ProcessIdentity("dana-laptop", "", "", 1, ""))
            with suppress(Busy):  # of a sandbox that is gone on with
                await leases.acquire(*self.address(scenario.HELD), "dana")
        finally:
            await database.close()

    async def _sync_some(self, backend: Backend, target: LocalTarget) -> None:
        random = Random(self.seed)  # noqa: S311 - data for a demonstration
        for role in scenario.SYNCED_BEFORE:
            result = await backend.syncs.sync(*self.address(role))
            if result.target_id is not None:
                for candidate in make_candidates(random, random.randint(2, 6)):
                    await target.add_candidate(result.target_id, candidate)
                await target.edit(result.target_id, notes=f"Kick-off with {random.choice(('Dana', 'Miguel', 'Priya'))} on Monday")
                if role == scenario.ICU_TRAVEL:
                    await target.edit(result.target_id, {"folder": "Mercy/Night team"})
        await backend.syncs.sync(*self.address(scenario.BROKEN))
        self.change_in_ats(scenario.ICU_TRAVEL, name="ICU Travel Nurse 13w [Remote OK]")
        self.change_in_ats(scenario.EDITED, summary="You keep the lights on, and the pager quiet.")
        await backend.integrations.refresh(JOBVITE)
        await backend.integrations.refresh(GREENHOUSE)


@contextmanager
def make_sandbox(
    *, jobs: int = DEFAULT_JOBS, seed: int = DEFAULT_SEED, directory: Path | None = None, spoken_for: bool = False
) -> Iterator[Sandbox]:
    """Make a sandbox; without ``directory`` it leaves nothing behind. A ``directory`` that holds a sandbox is gone on with.

    ``spoken_for`` says that the account runs it for somebody else (``--as``), whom it must not trust with itself there either.

    Raises:
        UsageError: ``directory`` holds something else already.
    """
    with TemporaryDirectory(prefix="jobsync-sandbox-") as temporary:
        folder = ensure_directory(from_root(directory) if directory is not None else Path(temporary))
        if any(folder.iterdir()) and not is_sandbox(folder):
            raise UsageError(f"{folder} is not empty", remedy="Name a folder that is empty or does not exist yet")
        worlds = scenario.make_worlds(jobs=jobs, seed=seed, now=now())
        config = write_config(folder)
        yield Sandbox(
            directory=folder,
            settings=load_settings(config),
            actor=current_actor(account_name(os.getuid()) if spoken_for else None, config),
            worlds=worlds,
            responders=_servers(worlds),
            seed=seed,
            spent=set(),
        )


def _servers(worlds: Mapping[str, World]) -> dict[str, Responder]:
    greenhouse_secret, kombo_key, crelate_key = (CREDENTIALS[name] for name in ("greenhouse-secret", "kombo-key", "crelate-key"))
    return {
        GREENHOUSE: GreenhouseServer(worlds[GREENHOUSE], client_id=GREENHOUSE_CLIENT, client_secret=greenhouse_secret),
        JOBVITE: KomboServer(worlds[JOBVITE], api_key=kombo_key, integration_id=KOMBO_INTEGRATION),
        CRELATE: CrelateServer(worlds[CRELATE], api_key=crelate_key),
    }
