"""A large run shared out among 1, 2 and 3 workers on one PostgreSQL: how long it takes, and whether the ATS's rate limit holds.

Run ``python -m benchmarks.distribution [--jobs N] [--latency MS] [--limit N] [--workers 1 2 3]``. The ATS is a Workable on loopback whose
answers, like those of the target, take ``--latency``; with ``--limit`` it gives so many answers a second and a 429 above. Workers are
processes; their run begins at one slot of the schedule with all of them up. Beside it: the best that a single worker can do, by the
number of calls that follow one another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.crew import Crew, a_crew, until
from tests.support.limited_ats import LimitedWorkable, serving
from tests.support.postgres import own_cluster

EVERY = 5.0
PATIENCE = 600.0
RUN = "SELECT started_at, ended_at FROM automatic_ticks WHERE integration = 'big' AND outcome = 'ok' ORDER BY tick LIMIT 1"
CALLS = 4
"""That follow one another for a job that is created: read from the ATS, looked for, created, read back."""


@contextmanager
def a_target(latency: float) -> Iterator[str]:
    server = Path(__file__).with_name("sync_server.py")
    command = [sys.executable, str(server), "0", str(latency * 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def configured(crew: Crew, wire: LimitedWorkable, target: str) -> None:
    """Leave the large integration alone in the configuration, and send it to the target."""
    key = crew.folder / "target.secret"
    key.write_text("tenzo_pk_benchmark")
    key.chmod(0o600)
    head = crew.config.read_text().partition("[[integrations]]")[0]
    crew.config.write_text(
        f'{head}[target]\nkind = "tenzo"\nbase_url = "{target}"\napi_key = {{ file = "{key}" }}\n{wire.table(crew.folder)}'
    )
    crew.jobsync("auto", "pause")


def seconds(url: str, jobs: int, latency: float, limit: int, workers: int) -> tuple[float, int]:
    """Return how long a run over that many new jobs took, and how many requests were above the limit."""
    wire = LimitedWorkable(jobs, limit=limit)
    with tempfile.TemporaryDirectory() as name, serving(wire, latency=latency), a_target(latency) as target:
        folder = Path(name)
        with a_crew(url, folder, every=EVERY) as crew:
            configured(crew, wire, target)
            for _ in range(workers):
                crew.start()
            until(lambda: len((crew.jobsync("auto", "status")["engine"] or {"workers": ()})["workers"]) == workers, "they are up")
            crew.jobsync("auto", "resume")
            until(lambda: crew.ask(RUN) != [], "the run ends", longest=PATIENCE)
            ((began, ended),) = crew.ask(RUN)
            ((created,),) = crew.ask("SELECT count(*) FROM automatic_decisions WHERE outcome = 'created'")
            assert created == jobs
            crew.end()
            return (ended - began) / 1000, wire.refused


def main(jobs: int, latency: float, limit: int, counts: list[int]) -> None:
    """Print the table."""
    print(f"{jobs:,} jobs, {latency * 1000:.0f} ms an answer, {'no limit' if limit >= 10**6 else f'{limit} answers a second'}")
    print(f"at four jobs at once a single worker needs at least {jobs * CALLS * latency / 4:.0f} s\n")
    print("| workers | seconds | jobs/s | requests above the limit |\n|---|---|---|---|")
    for workers in counts:
        with own_cluster() as cluster:
            took, refused = seconds(f"{cluster.url}/postgres", jobs, latency, limit, workers)
        print(f"| {workers} | {took:.1f} | {jobs / took:.0f} | {refused} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=100.0, help="milliseconds")
    parser.add_argument("--limit", type=int, default=10**6, help="answers a second")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    chosen = parser.parse_args()
    main(chosen.jobs, chosen.latency / 1000, chosen.limit, chosen.workers)
