"""An ATS with a rate limit that it means, on a loopback port, for workers that are processes of their own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobsync_tui.testing.ats_server import Answer, Asked, AtsServer
from tests.support.patience import PATIENCE
from tests.support.wire.workable import WorkableWire


class LimitedWorkable(WorkableWire):
    """Workable with so many requests a second, a 429 for each one above, and a count of what it was asked.

    Attributes:
        refused: Requests above the limit.
        read: How often each job was read singly, by its path.
    """

    page_size: int = 100

    def __init__(self, count: int, *, limit: int) -> None:
        super().__init__(count)
        self.limit = limit
        self.refused = 0
        self.read: Counter[str] = Counter()
        self._used: Counter[int] = Counter()

    def answer(self, asked: Asked) -> Answer:
        second = int(time.time())
        self._used[second] += 1
        left = self.limit - self._used[second]
        headers = {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(0, left)),
            "x-rate-limit-reset": str(second + 1),
        }
        if left < 0:
            self.refused += 1
            return Answer({"error": "Rate limit exceeded"}, status=429, headers=headers)
        if self.is_single(asked):
            self.read[asked.path] += 1
        found = super().answer(asked)
        return Answer(found.payload, found.status, headers)

    def table(self, folder: Path) -> str:
        """Return the table of an integration ``big`` with this ATS, for a configuration in ``folder``."""
        secret = folder / "big.secret"
        secret.write_text(self.credentials["api_key"])
        secret.chmod(0o600)
        return (
            f'\n[[integrations]]\nid = "big"\nprovider = "{self.provider}"\nbase_url = "{self.url}{self.base_path}"\n'
            f'credentials = {{ api_key = {{ file = "{secret}" }} }}\n'
        )


@contextmanager
def serving(wire: LimitedWorkable, *, latency: float = 0.0) -> Iterator[None]:
    """Serve it from a thread as long as the block runs; its ``url`` is known then. Each answer takes ``latency`` seconds."""
    started, loop = threading.Event(), asyncio.new_event_loop()
    ending = asyncio.Event()

    async def serve() -> None:
        async with AtsServer(wire.answer, latency=latency) as server:
            wire.url = server.url
            started.set()
            await ending.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        assert started.wait(PATIENCE)
        yield
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()
