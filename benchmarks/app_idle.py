"""What the application costs while nobody touches it: processor time and bytes, over a list that stands."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.support.pty import Terminal, in_terminal

REST = 8.0
"""Seconds until what an opened list still reads and paints is over."""
WATCHED = 45.0
"""Seconds that are measured: the ages on the screen are looked at twice meanwhile."""


def idle(config: Path, jobs: int) -> tuple[float, int]:
    """Return the percentage of a core, and the bytes written, while the application stands idle."""
    with in_terminal((sys.executable, "-m", "jobsync_tui", "-c", str(config)), size=(120, 40)) as terminal:
        terminal.wait_for(f"{jobs:,} match", seconds=60)
        _stand(terminal, REST)
        spent, begun, written = _processor_seconds(terminal.pid), time.monotonic(), len(terminal.output)
        _stand(terminal, WATCHED)
        share = (_processor_seconds(terminal.pid) - spent) / (time.monotonic() - begun)
        return 100 * share, len(terminal.output) - written


def _stand(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read_now()
        time.sleep(0.2)


def _processor_seconds(pid: int) -> float:
    """Return the time on a processor of every thread; the first figure of ``schedstat``, in nanoseconds (Linux)."""
    return sum(int((each / "schedstat").read_text().split()[0]) for each in Path(f"/proc/{pid}/task").iterdir()) / 1e9
