"""Settling what a crash or a lost answer left open: begun by every start, waited for by ``jobsync recover``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from ..core.errors import Busy
from ..core.models import RecoveryReport
from ..storage.ledger.journal import Operation
from .dependencies import SyncDependencies
from .hold import RECOVERY
from .reconcile import Reconciler, Reconciliation

log = logging.getLogger(__name__)


class Recovery:
    """Settles open operations, those of other processes on this host included, and never sends anything."""

    def __init__(self, parts: SyncDependencies, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._parts = parts
        self._reconciler = Reconciler(parts)
        self._sleep = sleep
        self._rounds = asyncio.Lock()
        self._settled: dict[str, str] = {}
        self._told = 0

    async def recover(self, *, wait: bool = True, unattended: bool = False) -> RecoveryReport:
        """Settle what can be settled, and report.

        What a running process has in hand is not touched and not counted. What the target cannot be asked about stays unknown. Where two
        of one process recover at once, as at a start, each looks when the other has looked, and both report what either settled. What
        was settled while nobody waited is told to whoever asks next, and everything is told once.

        Args:
            wait: Stay until writes that may still land can be looked up.
            unattended: Nobody is told what this returns.

        Raises:
            StorageError: A settlement cannot be recorded.
        """
        if unattended and not self._told:
            self._settled.clear()
        unknown: dict[str, None] = {}
        self._told += not unattended
        try:
            while True:
                async with self._rounds:
                    pending = await self._round(unknown)
                if pending is None or not wait:
                    break
                await self._sleep(max(0.0, (pending - self._parts.now()).total_seconds()))
        finally:
            self._told -= not unattended
        settled = dict(self._settled)
        if not unattended and not self._told:
            self._settled.clear()
        left = tuple(each for each in unknown if each not in settled)
        return RecoveryReport(len(settled) + len(left), settled, left)

    async def _round(self, unknown: dict[str, None]) -> datetime | None:
        """Look at every open operation once; returns when the earliest of those that must wait can be looked up."""
        pending: list[datetime] = []
        for operation in await self._parts.ledger.journal.open_operations():
            reconciliation = await self._one(operation)
            if reconciliation is None:
                continue
            if reconciliation.outcome is not None:
                self._settled[operation.id] = reconciliation.outcome.value
                continue
            unknown[operation.id] = None
            if reconciliation.trouble is not None:
                log.warning("operation %s cannot be looked up: %s", operation.id, reconciliation.trouble.message)
            elif reconciliation.settles_at is not None:
                pending.append(reconciliation.settles_at)
        return min(pending, default=None)

    async def _one(self, operation: Operation) -> Reconciliation | None:
        """Settle one operation, or return None where somebody has its job in hand or has settled it meanwhile."""
        try:
            async with self._parts.ledger.leases.hold(operation.integration, operation.job_id, RECOVERY):
                present = await self._parts.ledger.journal.get(operation.id)
                return await self._reconciler.reconcile(present) if present is not None and present.open else None
        except Busy:
            return None
