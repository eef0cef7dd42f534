"""A worker as a process of its own, with a pace that fits a test.

``python -m tests.support.worker_process CONFIG EVERY_SECONDS HEARTBEAT STALLED SWEEP BATCHES OFF``.
It prints a line for each run that did something. The clock of its host is wrong by OFF seconds. Its batches are small, so that some dozen
jobs are a large run.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from jobsync_tui.backend.access.access import current_actor
from jobsync_tui.backend.automatic import distribution
from jobsync_tui.backend.automatic import run as automatic
from jobsync_tui.backend.core.models import AutomaticRun
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.workers.queue import Pace
from jobsync_tui.backend.workers.worker import Worker
from tests.support.skewed import skew


def _told(run: AutomaticRun) -> None:
    if not run.skipped:
        outcome = "ok" if run.error is None else run.error.code
        sys.stdout.write(f"{run.integration} {outcome} {dict(run.outcomes)}\n")
        sys.stdout.flush()


async def _main(config: Path, every: float, pace: Pace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Backend.open(load_settings(config), current_actor(None, config)) as backend:
        await Worker(backend, stop, _told, every=timedelta(seconds=every), pace=pace).serve()


if __name__ == "__main__":
    heartbeat, stalled, sweep, batches, off = map(float, sys.argv[3:8])
    if off:
        skew(timedelta(seconds=off))
    vars(distribution)["SIZE"], vars(automatic)["LARGE"] = 20, 60
    asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2]), Pace(heartbeat, stalled, sweep, poll=0.5, batches=batches)))
