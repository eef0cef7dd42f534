"""Keeping the requests and answers of attempts behind their backs: no sync waits for that, and none fails by it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from ..core.errors import StorageError
from ..http.wire import WireTap, tapped
from ..http.wire_masks import kept
from ..storage.ledger.wire import Recorded, WireStore

log = logging.getLogger(__name__)

MOST_WAITING = 500
"""Attempts whose requests wait to be kept; where a database is that slow, those of the oldest are given up."""
AT_ONCE = 50
"""Attempts whose requests are kept in one transaction."""


class WireLog:
    """Listens to attempts and keeps what went over the wire.

    Args:
        store: Where it is kept.
        keep: For how long, by the configuration as it is now; None where nothing is to be kept.
        now: The present time.
    """

    def __init__(self, store: WireStore, keep: Callable[[], timedelta | None], now: Callable[[], datetime]) -> None:
        self._store = store
        self._keep = keep
        self._now = now
        self._waiting: deque[WireTap] = deque(maxlen=MOST_WAITING)
        self._writing: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, record: int = 0) -> Iterator[WireTap]:
        """Keep the exchanges of the block with the row of that number in the record; without one, with that which the tap is given."""
        tap = WireTap(self._now)
        tap.record = record
        if self._keep() is None:
            yield tap
            return
        try:
            with tapped(tap):
                yield tap
        finally:
            if tap.record and tap.exchanges:
                self._waiting.append(tap)
                self._begin()

    @property
    def since(self) -> datetime:
        """From when on exchanges are kept at present: what is older, or all where none are kept, counts as gone."""
        keep = self._keep()
        return self._now() if keep is None else self._now() - keep

    async def flush(self) -> None:
        """Return when everything that ended is kept."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait({self._writing})

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            taps = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                await self._store.add(await asyncio.to_thread(_recorded, taps), self.since)
            except StorageError as error:
                log.warning("the requests of %d attempts could not be kept: %s", len(taps), error.message)
            except Exception:
                log.exception("the requests of %d attempts could not be kept", len(taps))


def _recorded(taps: list[WireTap]) -> list[Recorded]:
    """Return what is kept of the taps, without secrets, in the order in which it was asked for."""
    return [Recorded(tap.record, tuple(map(kept, sorted(tap.exchanges, key=lambda each: each.at)))) for tap in taps]
