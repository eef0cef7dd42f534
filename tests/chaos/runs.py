"""The kinds of chaos: a process killed again and again, several racing for the same jobs, a database server that crashes under them."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from jobsync_tui.backend.core.models import Outcome
from jobsync_tui.backend.storage.ledger.journal import Operation
from tests.chaos.worker import Order, Rooms, open_rooms, work
from tests.support import invariants
from tests.support.copies import Program
from tests.support.odd_target import OddTarget, odd_target
from tests.support.odd_ways import ODD
from tests.support.postgres_server import Cluster
from tests.support.sync_bench import SHELF
from tests.support.tenzo_server import TenzoServer, serving

MOMENT = 0.02
"""Seconds within which a worker dies after the request that it was to reach: about as long as a job's transactions take."""

ROOT = Path(__file__).parents[2]


@dataclass
class Findings:
    """What a run came to; ``wrong`` is empty where every invariant held."""

    wrong: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    crashed: int = 0
    creates: int = 0
    updates: int = 0
    settle_seconds: float = 0.0
    starts: int = 0


Server: TypeAlias = TenzoServer | OddTarget


@contextmanager
def a_server(commit_late: float, odd: str | None = None) -> Iterator[Server]:
    """Serve a target that knows the names in the rules, an odd one of that name (`odd_ways.ODD`) where one is given."""
    if odd is not None:
        with odd_target(ODD[odd]()) as target:
            yield target
        return
    templates, users = ["ICU screen", "General screen"], ["dana@example.com"]
    with serving(TenzoServer(templates=templates, folders=["Mercy/ICU"], users=users, commit_late=commit_late)) as server:
        yield server


def _ended(worker: Program[str]) -> bool:
    return worker.poll() is not None


def start(order: Order) -> Program[str]:
    """Start a worker."""
    command = [sys.executable, "-W", "error", "-m", "tests.chaos.worker", order.dump()]
    return Program(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_again_and_again(
    database: str, *, points: int, jobs: int, settle: float, commit_late: float, seed: int = 0, odd: str | None = None
) -> Findings:
    """Kill workers with SIGKILL until ``points`` were killed in the middle of their work, and look at what is left.

    Each is killed a random moment after a random request reached the target, so that some die in a request and some in a transaction.
    After every tenth, and after the last, everything that is open is waited for, and how long that took is noted.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing is secret here
    findings = Findings()
    every = [str(number) for number in range(jobs)]
    with a_server(commit_late, odd) as server:
        while findings.killed < points and findings.starts < 2 * points:
            findings.starts += 1
            chosen = tuple(chance.sample(every, min(jobs, 12)))
            worker = start(Order(database, server.url, findings.starts, chosen, settle))
            server.wait_for_requests(len(server.requests) + chance.randrange(1, 40), partial(_ended, worker))
            time.sleep(chance.random() * MOMENT)
            worker.send_signal(signal.SIGKILL)
            _, errors = worker.communicate()
            findings.killed += worker.returncode == -signal.SIGKILL
            findings.wrong += [f"a worker failed: {errors[-2000:]}"] if worker.returncode not in {0, -signal.SIGKILL} else []
            if findings.killed in {points, *range(10, points, 10)}:
                _settled(Order(database, server.url, findings.starts, tuple(every), settle), findings)
        server.wait_idle()
        asyncio.run(_finish(Order(database, server.url, findings.starts + 1, tuple(every), settle, wait=True), server, findings))
    return findings


def _settled(order: Order, findings: Findings) -> None:
    """Settle what is open, as the next start does, and note the longest time that took."""
    began = time.monotonic()
    asyncio.run(_recover(order))
    findings.settle_seconds = max(findings.settle_seconds, time.monotonic() - began)


def racing(
    database: str,
    *,
    processes: int,
    jobs: int,
    settle: float,
    commit_late: float = 0.0,
    generations: int = 2,
    odd: str | None = None,
) -> Findings:
    """Let several workers sync the same jobs at once; each generation gives every job a new name."""
    findings = Findings()
    every = tuple(str(number) for number in range(jobs))
    with a_server(commit_late, odd) as server:
        for generation in range(generations):
            orders = [Order(database, server.url, generation, every, settle, actor=f"admin-{number}") for number in range(processes)]
            for worker in [start(order) for order in orders]:
                said, errors = worker.communicate()
                if worker.returncode:
                    findings.wrong.append(f"a worker failed: {errors[-2000:]}")
                else:
                    findings.outcomes.update(json.loads(said))
        understood = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.BUSY} | (
            {Outcome.UNKNOWN} if odd == "lagging" else set()
        )
        findings.wrong += [
            f"{times} racing syncs were {outcome}" for outcome, times in findings.outcomes.items() if outcome not in understood
        ]
        asyncio.run(_finish(orders[0], server, findings))
    return findings


def crashing(cluster: Cluster, *, crashes: int, jobs: int, settle: float, seed: int = 0) -> Findings:
    """Stop and start the database's server while a worker syncs, until that has happened ``crashes`` times, and look at what is left.

    Every other time the server stops as in a crash. Each happens a random moment after a random request reached the target, so that
    some fall into a transaction and some into its commit. The worker lives on and has to come to its end by itself.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing is secret here
    findings = Findings()
    every = tuple(str(number) for number in range(jobs))
    with a_server(0.0) as server:
        while findings.crashed < crashes and findings.starts < 3 * crashes:
            findings.starts += 1
            order = Order(f"{cluster.url}/postgres", server.url, findings.starts, every, settle)
            worker = start(order)
            server.wait_for_requests(len(server.requests) + chance.randrange(1, 3 * jobs), partial(_ended, worker))
            time.sleep(chance.random() * MOMENT)
            findings.crashed += not _ended(worker)
            cluster.stop(signal.SIGQUIT if findings.starts % 2 else signal.SIGINT)
            cluster.start()
            said, errors = worker.communicate()
            if worker.returncode:
                findings.wrong.append(f"a worker failed: {errors[-2000:]}")
            else:
                findings.outcomes.update(json.loads(said))
        cluster.wait()
        asyncio.run(_finish(replace(order, wait=True), server, findings))
    return findings


async def _recover(order: Order) -> None:
    rooms = await open_rooms(order)
    try:
        from jobsync_tui.backend.sync.recovery import Recovery

        await Recovery(rooms.parts).recover()
    finally:
        await rooms.close()


async def _finish(order: Order, server: Server, findings: Findings) -> None:
    """Sync everything, then everything once more, and hold the invariants against the server's log."""
    await _recover(order)
    findings.outcomes.update(await work(order))
    await _recover(order)  # where a target shows late what it did, that is unknown until then
    writes = len(server.operations)
    second = await work(order)
    if set(second) != {Outcome.UNCHANGED.value} or len(server.operations) != writes:
        findings.wrong.append(f"I6: a second run wrote: {dict(second)}")
    rooms = await open_rooms(order)
    try:
        findings.wrong += await _look(rooms, order, server)
    finally:
        await rooms.close()
    findings.creates = sum(change.kind == "create" for change in server.operations)
    findings.updates = sum(change.kind == "update" for change in server.operations)


async def _look(rooms: Rooms, order: Order, server: Server) -> list[str]:
    operations: list[Operation] = []
    marks = {}
    for job_id in order.jobs:
        operations += await rooms.parts.ledger.journal.of_job(SHELF, job_id, limit=10_000)
        mark = await rooms.store.sync_state(SHELF, job_id)
        if mark is not None:
            marks[SHELF, job_id] = mark
    rows = await rooms.parts.ledger.audit.entries()
    return [
        *invariants.one_target_job_each(job.get("external_id") for job in server.jobs.values()),
        *invariants.synced_or_explained([(SHELF, job_id) for job_id in order.jobs], marks, rows),
        *invariants.versions_only_grow(server.operations),
        *invariants.one_row_each_write(server.operations, operations, rows),
        *invariants.all_settled(operations, await rooms.parts.ledger.audit.verify()),
    ]
