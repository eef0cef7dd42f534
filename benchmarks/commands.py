"""What a command costs as a whole process, and what the application keeps in memory.

Run ``python -m benchmarks.commands`` in the checkout. Each line is the median and the best of the repeats, an empty Python beside them:
on a machine that is busy only the distance to that line says anything. The sandbox is made first and thrown away afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import EVERY
from jobsync_tui.backend.core.ownership import account_name
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.support.pty import in_terminal

JOBSYNC = (sys.executable, "-m", "jobsync_tui")


def seconds(command: Sequence[str]) -> float:
    """Run a command to its end and return how long that took."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def show(name: str, samples: Sequence[float], unit: str, goal: str) -> None:
    """Print one line."""
    print(f"{name:<44} {statistics.median(samples):8.1f} {min(samples):8.1f} {unit:<4} {goal}", flush=True)


def processes(config: Path, jobs: Sequence[str], repeats: int) -> None:
    """Print what whole processes take, each kind in turn so that a busy moment falls on all of them."""
    own = (*JOBSYNC, "-c", str(config))
    commands: dict[str, tuple[tuple[str, ...], str]] = {
        "an empty python": ((sys.executable, "-c", "pass"), ""),
        "jobsync --help": ((*JOBSYNC, "--help"), "goal: 150 ms"),
        "jobsync jobs --json": ((*own, "jobs", "--json"), "goal: 600 ms"),
        "jobsync check ID --json": ((*own, "check", "-i", jobs[0], jobs[1], "--json"), ""),
        "jobsync integrations": ((*own, "integrations"), ""),
        "jobsync audit --json": ((*own, "audit", "--json"), ""),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, (command, _) in commands.items():
            taken[name].append(seconds(command) * 1000)
    for name, samples in taken.items():
        show(name, samples, "ms", commands[name][1])


async def checks(config: Path, repeats: int) -> None:
    """Print what a check of a cached job takes in a process that is running, admission and reading included."""
    taken: list[float] = []
    async with Backend.open(load_settings(config), Actor(account_name(os.getuid()))) as backend:
        known = [(job.integration, job.id) async for job in backend.jobs.stream(EVERY, "-is:gone", limit=repeats * 20)]
        await backend.eligibility.check(*known[0])
        for integration, job_id in known:
            started = time.perf_counter()
            await backend.eligibility.check(integration, job_id)
            taken.append((time.perf_counter() - started) * 1000)
    show("a cached job checked, in process", taken, "ms", "goal: 5 ms")


def memory(folder: Path, repeats: int) -> None:
    """Print what the application holds once its list stands: the cache alone, and the demo with its ATSs inside the process."""
    for name, command, goal in (
        ("memory of the application", (*JOBSYNC, "-c", str(folder / "jobsync.toml")), ""),
        ("memory of the demo", (*JOBSYNC, "demo"), "goal: 100 MiB"),
    ):
        held: list[float] = []
        for _ in range(repeats):
            with in_terminal(command, size=(120, 40)) as terminal:
                terminal.wait_for("Acme Agency", seconds=60)
                status = Path(f"/proc/{terminal.pid}/status").read_text(encoding="ascii")
                held.append(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
        show(name, held, "MiB", goal)


def main() -> None:
    """Make the sandbox, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "sandbox"
        subprocess.run(
            (*JOBSYNC, "demo", "--dir", str(folder), "--jobs", str(given.jobs), "--check"), stdout=subprocess.DEVNULL, check=True
        )
        config = folder / "jobsync.toml"
        rows = subprocess.run((*JOBSYNC, "-c", str(config), "jobs", "--json", "--limit", "1"), capture_output=True, check=True).stdout
        job = json.loads(rows)
        print(f"{given.jobs:,} cached jobs{'':<29} {'median':>8} {'best':>8}")
        processes(config, (job["integration"], job["id"]), given.repeats)
        asyncio.run(checks(config, given.repeats))
        memory(folder, 3)


if __name__ == "__main__":
    main()
