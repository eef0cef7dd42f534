"""Esc, end to end through a pseudo-terminal: from the byte that goes in to the changed screen that comes out.

Run ``python -m benchmarks.escape``. Over the list of jobs the help is opened, and closed by an ESC alone, which has to be told from the
beginning of a sequence; beside it `?`, a key that need not be waited for, shows what of the time is the waiting. Times are milliseconds.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import sys
import time

from jobsync_tui.terminal.key_times import ESCAPE_DELAY
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal, in_terminal

PROGRAM = (sys.executable, "-m", "tests.tui.program", "nurses")
LIST, HELP = "row 1 of 8", "Keys and help"
QUIET = 0.1
"""Seconds without output after which the screen stands still."""


def timed(terminal: Terminal, key: str, shows: str) -> float:
    """Return the milliseconds from ``key`` to the frame that comes of it; ``shows`` is what has to be on the screen then."""
    terminal.read_now(QUIET)
    began = time.perf_counter()
    terminal.send(key)
    select.select([terminal.descriptor], [], [], PATIENCE)
    took = (time.perf_counter() - began) * 1000
    terminal.wait_for(shows)
    return took


def measure(times: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each ``?`` and of each Esc."""
    opened, closed = [], []
    with in_terminal(PROGRAM) as terminal:
        terminal.wait_for(LIST)
        for _ in range(times):
            opened.append(timed(terminal, "?", HELP))
            closed.append(timed(terminal, "\x1b", LIST))
    return opened, closed


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    opened, closed = measure(chosen.times)
    print(f"load {load:.1f}, {chosen.times} of each, the wait for a sequence {ESCAPE_DELAY * 1000:.0f} ms")
    print("| key | median | p95 | max |\n|---|---|---|---|")
    for name, values in (("`?` opens the help", opened), ("Esc closes it", closed)):
        ordered = sorted(values)
        print(f"| {name} | {statistics.median(ordered):.1f} | {ordered[int(0.95 * (len(ordered) - 1))]:.1f} | {ordered[-1]:.1f} |")


if __name__ == "__main__":
    main()
