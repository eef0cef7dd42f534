"""A job taken in hand for a sync: at once, or as soon as a recovery has looked it up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from ..core.errors import Busy
from ..core.models import Lease
from .dependencies import SyncDependencies

RECOVERY = "recovery"
"""The name under which a recovery has jobs in hand."""

LONGEST = 30.0
"""Seconds for which a recovery is waited for: it reads the target and sends nothing, and begins with every start of the program."""

EVERY = 0.1
"""Seconds between two looks whether it has ended."""


@asynccontextmanager
async def in_hand(parts: SyncDependencies, integration: str, job_id: str, holder: str, longest: float = LONGEST) -> AsyncIterator[Lease]:
    """Have the job in hand as long as the block runs.

    What a recovery looks up is what the sync would look up first itself, so it is waited for; anybody else is not.

    Raises:
        Busy: Somebody has it, or a recovery still has after ``longest``.
    """
    deadline = time.monotonic() + longest
    async with AsyncExitStack() as stack:
        while True:
            try:
                lease = await stack.enter_async_context(parts.ledger.leases.hold(integration, job_id, holder))
                break
            except Busy as error:
                if error.holder != RECOVERY or time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(EVERY)
        yield lease
