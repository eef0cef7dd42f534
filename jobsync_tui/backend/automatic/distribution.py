"""A large run whose jobs are shared out: whoever leads it cuts them into shares, and every worker that is free takes one after another.

Shares are held by leases, so that one whose worker ends is taken up by another, and what the ATS allows is divided among the processes that
work on it. Nothing else is shared out: a list is read by one process, since each of its pages names the next one.
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
from ..storage.automatic.batches import Share, ShareStore, Tally, Work
from ..storage.automatic.decisions import Candidate, DecisionStore
from ..storage.automatic.worker_presence import CompanyStore
from ..storage.ledger.leases import LeaseStore
from ..storage.outcomes.outcomes import EvaluationVersion
from ..sync.bulk import Bulk
from .batch_worker import FAULT, Hand
from .loading import Loader
from .timer import wait_for

log = logging.getLogger(__name__)

SIZE = 50
"""Jobs of a share: some seconds' work, which is what is waited for at the end of a run and when a worker is asked to end."""

LARGE = 2 * SIZE
"""Jobs up to which a run is not shared out."""

BEAT = 1.0
"""Seconds between two signs of life of a process that works on shares. Whoever joins waits as long before it sends anything, so that
everybody else has learned of it and has taken to a smaller part of what the ATS allows."""

LOOK = 0.5
"""Seconds between two looks at shares that others have in hand."""

AT_ONCE = 20
"""Shares that are looked at together for a free one: others seldom have more in hand, and a run of a million jobs has 20,000."""

_PLACE = "(automatic run, share"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadingParts:
    """What shares are done with. ``session`` gives the connection to an integration's ATS."""

    shares: ShareStore
    company: CompanyStore
    leases: LeaseStore
    decisions: DecisionStore
    evaluate_batch: Evaluator
    bulk: Bulk
    loader: Loader
    session: Callable[[str], HttpSession]
    now: Callable[[], datetime] = clock.now


class Spreading:
    """Shares out the jobs of runs, and does shares."""

    def __init__(self, parts: SpreadingParts) -> None:
        self._parts = parts

    def hand(self, actor: Actor, integration: str, evaluation_version: EvaluationVersion, every: timedelta, stop: asyncio.Event) -> Hand:
        """Return what reads and syncs jobs for one run."""
        parts = self._parts
        return Hand(parts.bulk, parts.loader, parts.decisions, actor, integration, evaluation_version, every, stop, parts.now)

    async def settle(self, integration: str, stop: asyncio.Event) -> None:
        """Take out what is left of a run that was cut off; what somebody still has in hand, of one that was stopped too, is waited for."""
        await self._parts.shares.clear(integration)
        while not stop.is_set() and any(in_hand(integration, lease) for lease in await self._parts.leases.all()):
            await wait_for(stop, LOOK)

    async def lead(self, work: Work, chosen: Sequence[Candidate], by: Hand) -> Tally:
        """Have jobs done by whoever is free, this process among them, and return what came of them once all are done.

        Args:
            work: What is done with them.
            chosen: The jobs.
            by: What does it in this process; once its ``stop`` is set, shares that are not begun are left, and nobody is waited for.
        """
        shares, integration = self._parts.shares, by.integration
        keys = [candidate.key for candidate in chosen]
        count = await shares.cut(integration, keys, SIZE, work=work, evaluation_version=by.evaluation_version.number, every=by.every)
        log.info("%s: %d jobs to %s, in %d shares", integration, len(keys), work, count)
        try:
            async with self._in_company(integration, by.stop):
                await self._work_off(by)
                while not by.stop.is_set() and await shares.open(integration, limit=1) and not await shares.failed(integration):
                    # Others have them in hand. One whose worker ended is found free here.
                    await wait_for(by.stop, LOOK)
                    await self._work_off(by)
        finally:
            tally = await shares.clear(integration)
        return tally

    async def lend_a_hand(self, actor: Actor, integration: str, stop: asyncio.Event) -> None:
        """Do shares of a run that another process leads, until none is left; nothing happens where the rules changed since it began."""
        evaluation_version = (await self._parts.evaluate_batch.evaluate_batch([integration])).evaluation_version
        for share in await self._parts.shares.open(integration, limit=1):
            if share.evaluation_version == evaluation_version.number:
                async with self._in_company(integration, stop):
                    await self._work_off(self.hand(actor, integration, evaluation_version, share.every, stop))

    async def _work_off(self, by: Hand) -> None:
        """Do shares until none is free."""
        while not by.stop.is_set() and not await self._parts.shares.failed(by.integration):
            async with self._free_share(by) as found:
                if found is None:
                    return
                await self._do(*found, by)

    @asynccontextmanager
    async def _free_share(self, by: Hand) -> AsyncIterator[tuple[Share, Lease] | None]:
        """Have a share in hand that nobody else has; None where there is none."""
        parts = self._parts
        async with aclosing(self._open(by)) as shares, AsyncExitStack() as stack:
            async for share in shares:
                try:
                    lease = await stack.enter_async_context(parts.leases.hold(by.integration, place(share), by.actor.user))
                except Busy:
                    continue
                # Somebody may have ended it between the look and the lease.
                if await parts.shares.is_open(share):
                    yield share, lease
                    return
                await stack.aclose()
            yield None

    async def _open(self, by: Hand) -> AsyncGenerator[Share, None]:
        """Give the shares that are open, as far as they rest on the same judgement."""
        after = 0
        while some := await self._parts.shares.open(by.integration, after=after, limit=AT_ONCE):
            for share in some:
                if share.evaluation_version == by.evaluation_version.number:
                    yield share
            after = some[-1].number

    async def _do(self, share: Share, lease: Lease, by: Hand) -> None:
        """Do what is left to do of a share, and note what came of it."""
        parts = self._parts
        chosen = await parts.decisions.still_open(by.evaluation_version, by.integration, parts.now(), share.keys)
        tally, lost = Tally(), False
        try:
            await by.do(share.work, chosen, tally, partial(parts.leases.renew, lease))
        except Busy as error:
            # Its lease ran out or was broken: what is left of it is whoever's that takes it next.
            log.warning("%s of %s was lost: %s", place(share), by.integration, error.message)
            lost = True
        except JobsyncError as error:
            tally.error = error.failure()
        except Exception:
            log.exception("%s of %s ended in a fault", place(share), by.integration)
            tally.error = FAULT
        await parts.shares.note(share, tally, ended=tally.error is not None or not (lost or by.stop.is_set()))

    @asynccontextmanager
    async def _in_company(self, integration: str, stop: asyncio.Event) -> AsyncIterator[None]:
        """Use, as long as the block runs, no more than this process's part of what the integration's ATS allows."""
        await self._hear(integration)
        beating = asyncio.create_task(self._beat(integration))
        try:
            await wait_for(stop, BEAT)
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            self._parts.session(integration).divide(1)
            with suppress(JobsyncError):
                await self._parts.company.leave(integration)

    async def _beat(self, integration: str) -> None:
        while True:
            await asyncio.sleep(BEAT)
            # What cannot be noted now is noted the next time; until then the others divide as before.
            with suppress(JobsyncError):
                await self._hear(integration)

    async def _hear(self, integration: str) -> None:
        session = self._parts.session(integration)
        company = await self._parts.company.heard(integration, timedelta(seconds=session.held))
        session.divide(company.processes, company.held.total_seconds())


def place(share: Share) -> str:
    """Return what stands in the place of an ATS job id in the lease of a share."""
    return f"{_PLACE} {share.number})"


def in_hand(integration: str, lease: Lease) -> bool:
    """Return whether ``lease`` is that of a share of the integration."""
    return lease.integration == integration and lease.job_id.startswith(_PLACE)
