"""The long form of the chaos runs.

::

    python -m tests.chaos kill --points 200 --jobs 300
    python -m tests.chaos race --processes 8 --jobs 200
    python -m tests.chaos crash --points 50 --jobs 100      (the PostgreSQL server, under a worker that lives on)
    python -m tests.chaos timer --ticks 50                  (three workers on one PostgreSQL, one killed every 5 s)
    python -m tests.chaos faults

``--odd normalizing``, ``lagging`` or ``paging`` kills and races against a target that is odd in that way (`tests.support.odd_ways`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest

from tests.chaos.runs import Findings, crashing, killed_again_and_again, racing
from tests.chaos.timer import kept_on_time
from tests.support.odd_ways import ODD
from tests.support.postgres import own_cluster


def main() -> int:
    """Run what the arguments ask for, print the figures, and return 0 if every invariant held."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("kind", choices=("kill", "race", "crash", "timer", "faults"))
    parser.add_argument("--points", type=int, default=200, help="kills, or crashes")
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--processes", type=int, default=4, help="syncers that race")
    parser.add_argument("--settle", type=float, default=2.0, help="settle_after, in seconds")
    parser.add_argument("--late", type=float, default=0.0, help="seconds by which the target commits late")
    parser.add_argument("--ticks", type=int, default=50, help="slots of the timer, of 2 s each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--odd", choices=tuple(ODD), help="a way in which the target is odd")
    given = parser.parse_args()
    if given.kind == "faults":
        return _faults(given.seed)
    if given.kind == "timer":
        return _timer(given.ticks, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/jobsync.db"
        if given.kind == "kill":
            findings = killed_again_and_again(
                database, points=given.points, jobs=given.jobs, settle=given.settle, commit_late=given.late, seed=given.seed, odd=given.odd
            )
        elif given.kind == "crash":
            with own_cluster() as cluster:
                findings = crashing(cluster, crashes=given.points, jobs=given.jobs, settle=given.settle, seed=given.seed)
        else:
            findings = racing(
                database, processes=given.processes, jobs=given.jobs, settle=given.settle, commit_late=given.late, odd=given.odd
            )
    _print(findings)
    return 1 if findings.wrong else 0


def _timer(ticks: int, seed: int) -> int:
    """Kill workers between the slots that they share, and count what was run."""
    with own_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        found = kept_on_time(f"{cluster.url}/postgres", Path(folder), ticks=ticks, seed=seed)
    counts = f"{found.kills} kills; {found.slots} slots run, {found.missed} missed and named; {found.jobs} jobs, each once"
    print(f"{counts}; {found.wrong or 'every slot is accounted for'}")  # noqa: T201
    return int(bool(found.wrong))


def _faults(seed: int) -> int:
    """Fail every call and every write in turn, as the tests do, and go through ten times as many orders of everything as they do."""
    failing = ("tests/sync/test_http_faults.py", "tests/sync/test_storage_faults.py", "tests/sync/test_recovery.py", "tests/odd")
    failed = pytest.main(["-q", *failing])
    from tests.sync.test_any_order import AnyOrder, go_through  # brings Hypothesis, which pytest wants to be the first to import

    go_through(examples=150, seed=seed)
    print(f"{AnyOrder.steps} steps in any order; every invariant held")  # noqa: T201
    return int(failed)


def _print(findings: Findings) -> None:
    figures = (
        f"killed {findings.killed}, the database's server crashed {findings.crashed} times;"
        f" the target saw {findings.creates} creates and {findings.updates} updates;"
        f" all settled at most {findings.settle_seconds:.1f} s after a start; outcomes {dict(findings.outcomes)}"
    )
    print(figures)  # noqa: T201
    for each in findings.wrong or ["every invariant held"]:
        print(each)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
