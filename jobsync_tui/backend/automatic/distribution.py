"""A large run whose jobs are distributed: whoever leads it cuts them into batches, and every worker that is free takes one after another.

Batches are held by leases, so that one whose worker ends is taken up by another, and what the ATS allows is divided among the processes
that work on it. Nothing else is distributed: a list is read by one process, since each of its pages names the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ..access.access import Actor
from ..assessment.evaluator import Evaluator
from ..core import clock
from ..core.errors import Busy, JobsyncError
from ..core.models import Lease
from ..http import HttpSession
from ..storage.automatic.batches import Batch, BatchStore, RunTally, Work
from ..storage.automatic.decisions import Candidate, DecisionStore
from ..storage.automatic.worker_presence import PresenceStore
from ..storage.ledger.leases import LeaseStore
from ..storage.outcomes.outcomes import EvaluationVersion
from ..sync.bulk import Bulk
from .batch_worker import FAULT, BatchWorker
from .loading import Loader
from .timer import wait_for

log = logging.getLogger(__name__)

SIZE = 50
"""Jobs of a batch: some seconds' work, which is what is waited for at the end of a run and when a worker is asked to end."""

LARGE = 2 * SIZE
"""Jobs up to which a run is not distributed."""

BEAT = 1.0
"""Seconds between two signs of life of a process that works on batches. Whoever joins waits as long before it sends anything, so that
everybody else has learned of it and has taken to a smaller part of what the ATS allows."""

LOOK = 0.5
"""Seconds between two looks at batches that others have in hand."""

AT_ONCE = 20
"""Batches that are looked at together for a free one: others seldom have more in hand, and a run of a million jobs has 20,000."""

_PLACE = "(automatic run, share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Distributes the jobs of runs, and does batches. ``session`` gives the connection to an integration's ATS."""

    batches: BatchStore
    presence: PresenceStore
    leases: LeaseStore
    decisions: DecisionStore
    evaluator: Evaluator
    bulk: Bulk
    loader: Loader
    session: Callable[[str], HttpSession]
    now: Callable[[], datetime] = clock.now

    def worker(
        self, actor: Actor, integration: str, evaluation_version: EvaluationVersion, every: timedelta, stop: asyncio.Event
    ) -> BatchWorker:
        """Return what reads and syncs jobs for one run."""
        return BatchWorker(self.bulk, self.loader, self.decisions, actor, integration, evaluation_version, every, stop, self.now)

    async def settle(self, integration: str, stop: asyncio.Event) -> None:
        """Take out what is left of a run that was cut off; what somebody still has in hand, of one that was stopped too, is waited for."""
        await self.batches.clear(integration)
        while not stop.is_set() and any(in_hand(integration, lease) for lease in await self.leases.all()):
            await wait_for(stop, LOOK)

    async def lead(self, work: Work, chosen: Sequence[Candidate], by: BatchWorker) -> RunTally:
        """Have jobs done by whoever is free, this process among them, and return what came of them once all are done.

        Args:
            work: What is done with them.
            chosen: The jobs.
            by: What does it in this process; once its ``stop`` is set, batches that are not begun are left, and nobody is waited for.
        """
        batches, integration = self.batches, by.integration
        keys = [candidate.key for candidate in chosen]
        count = await batches.cut(integration, keys, SIZE, work=work, evaluation_version=by.evaluation_version.number, every=by.every)
        log.info("%s: %d jobs to %s, in %d batches", integration, len(keys), work, count)
        try:
            async with self._present(integration, by.stop):
                await self._work_off(by)
                while not by.stop.is_set() and await batches.open(integration, limit=1) and not await batches.failed(integration):
                    # Others have them in hand. One whose worker ended is found free here.
                    await wait_for(by.stop, LOOK)
                    await self._work_off(by)
        finally:
            tally = await batches.clear(integration)
        return tally

    async def work_on_batches(self, actor: Actor, integration: str, stop: asyncio.Event) -> None:
        """Do batches of a run that another process leads, until none is left; nothing happens where the rules changed since it began."""
        evaluation_version = (await self.evaluator.evaluate([integration])).evaluation_version
        for batch in await self.batches.open(integration, limit=1):
            if batch.evaluation_version == evaluation_version.number:
                async with self._present(integration, stop):
                    await self._work_off(self.worker(actor, integration, evaluation_version, batch.every, stop))

    async def _work_off(self, by: BatchWorker) -> None:
        """Do batches until none is free."""
        while not by.stop.is_set() and not await self.batches.failed(by.integration):
            async with self._free_batch(by) as found:
                if found is None:
                    return
                await self._do(*found, by)

    @asynccontextmanager
    async def _free_batch(self, by: BatchWorker) -> AsyncIterator[tuple[Batch, Lease] | None]:
        """Have a batch in hand that nobody else has; None where there is none."""
        async with aclosing(self._open(by)) as batches, AsyncExitStack() as stack:
            async for batch in batches:
                try:
                    lease = await stack.enter_async_context(self.leases.hold(by.integration, place(batch), by.actor.user))
                except Busy:
                    continue
                # Somebody may have ended it between the look and the lease.
                if await self.batches.is_open(batch):
                    yield batch, lease
                    return
                await stack.aclose()
            yield None

    async def _open(self, by: BatchWorker) -> AsyncGenerator[Batch, None]:
        """Give the batches that are open, as far as they rest on the same evaluation version."""
        after = 0
        while some := await self.batches.open(by.integration, after=after, limit=AT_ONCE):
            for batch in some:
                if batch.evaluation_version == by.evaluation_version.number:
                    yield batch
            after = some[-1].number

    async def _do(self, batch: Batch, lease: Lease, by: BatchWorker) -> None:
        """Do what is left to do of a batch, and note what came of it."""
        chosen = await self.decisions.still_open(by.evaluation_version, by.integration, self.now(), batch.keys)
        tally, lost = RunTally(), False
        try:
            await by.do(batch.work, chosen, tally, partial(self.leases.renew, lease))
        except Busy as error:
            # Its lease ran out or was broken: what is left of it is whoever's that takes it next.
            log.warning("%s of %s was lost: %s", place(batch), by.integration, error.message)
            lost = True
        except JobsyncError as error:
            tally.error = error.failure()
        except Exception:
            log.exception("%s of %s ended in a fault", place(batch), by.integration)
            tally.error = FAULT
        await self.batches.note(batch, tally, ended=tally.error is not None or not (lost or by.stop.is_set()))

    @asynccontextmanager
    async def _present(self, integration: str, stop: asyncio.Event) -> AsyncIterator[None]:
        """Use, as long as the block runs, no more than this process's part of what the integration's ATS allows."""
        await self._hear(integration)
        beating = asyncio.create_task(self._beat(integration))
        try:
            await wait_for(stop, BEAT)
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            self.session(integration).divide(1)
            with suppress(JobsyncError):
                await self.presence.leave(integration)

    async def _beat(self, integration: str) -> None:
        while True:
            await asyncio.sleep(BEAT)
            # What cannot be noted now is noted the next time; until then the others divide as before.
            with suppress(JobsyncError):
                await self._hear(integration)

    async def _hear(self, integration: str) -> None:
        session = self.session(integration)
        presence = await self.presence.heartbeat(integration, timedelta(seconds=session.held))
        session.divide(presence.processes, presence.held.total_seconds())


def place(batch: Batch) -> str:
    """Return what stands in the place of an ATS job id in the lease of a batch."""
    return f"{_PLACE} {batch.number})"


def in_hand(integration: str, lease: Lease) -> bool:
    """Return whether ``lease`` is that of a batch of the integration."""
    return lease.integration == integration and lease.job_id.startswith(_PLACE)
