"""A full refresh of many jobs from a fast server on loopback into the cache: jobs a second and memory, with dlt beside it.

Run ``python benchmarks/refresh.py [--jobs N] [--page N] [--latency MS] [--runs N] [--beside CHECKOUT] [--dlt PYTHON]``. The server is a
process of its own, and so is each run. Crelate's pages can be fetched side by side, Kombo's only one after another. Behind each full
refresh comes an incremental one with ten changed jobs, and one job read by its id. ``--beside`` names another checkout, such as one of the
commit before, whose runs take turns with ours. ``--dlt`` names an interpreter that has ``dlt[duckdb,sqlalchemy]``; where this one has it,
it need not be given. The peer gets the same rows, and as many parts side by side as we have requests.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
WAYS = {"side by side": "crelate", "one after another": "kombo"}
JOB_IDS = {"crelate": "00000000-0000-4000-8000-000000000005", "kombo": "5"}
CHANGED = 10
"""Jobs that an incremental refresh finds changed."""

CREDENTIALS = {"crelate": {"api_key": "k"}, "kombo": {"api_key": "k", "integration_id": "i"}}


def main() -> None:
    """Run all, and print the table."""
    options = _options()
    if options.one:
        asyncio.run(_one(options.one, options.url, options.jobs))
        return
    print(f"{options.jobs:,} jobs, {options.page} a page, {options.latency:g} ms latency, median of {options.runs} (min to max)\n")
    print(f"{'':34}{'jobs/s':>10}{'MB':>8}{'CPU us/job':>12}")
    with _server(options) as url:
        ours: dict[str, list[dict[str, float]]] = {}
        for way in WAYS:
            checkouts = [HERE.parent, *([options.beside.resolve()] if options.beside else [])]
            turns = [[_ours(url, way, options.jobs, checkout) for checkout in checkouts] for _ in range(options.runs)]
            for results, name in zip(zip(*turns, strict=True), ("jobsync", "the other checkout"), strict=False):
                _row(f"{name}, {way}", results, options.jobs)
                _further(results)
            ours[way] = [turn[0] for turn in turns]
        python = options.dlt or (sys.executable if importlib.util.find_spec("dlt") else None)
        if python is None:
            print("dlt is not installed here; name an interpreter that has it by --dlt")
            return
        for destination in ("sqlite", "duckdb"):
            for parts, way in ((8, "side by side"), (1, "one after another")):
                theirs = [_dlt(python, url, options, destination, parts) for _ in range(options.runs)]
                _row(f"dlt to {destination}, {way}", theirs, options.jobs)
                times = median(run["seconds"] for run in theirs) / median(run["seconds"] for run in ours[way])
                print(f"{'':34}{times:>9.1f}x")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--dlt")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser.parse_args()


async def _one(provider: str, url: str, jobs: int) -> None:
    """Refresh once, in this process, and print what it took."""
    from jobsync_tui.backend.ats.base import Connection
    from jobsync_tui.backend.ats.registry import adapter_class
    from jobsync_tui.backend.database import Database
    from jobsync_tui.backend.http import HttpSession, Network
    from jobsync_tui.backend.refresh.refresh import Refresher
    from jobsync_tui.backend.storage.jobs.integrations import IntegrationStore
    from jobsync_tui.backend.storage.jobs.jobs import JobStore
    from jobsync_tui.backend.storage.migrations import SCHEMA

    kind = adapter_class(provider)
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite://{folder}/jobsync.db", SCHEMA)
        http = HttpSession(service=kind.title, base_url=f"{url}/{provider}", network=Network())
        adapter = kind(Connection("acme", f"{url}/{provider}", CREDENTIALS[provider], http))
        refresher = Refresher(lambda _: adapter, JobStore(database), IntegrationStore(database))
        began, cpu_began = time.perf_counter(), time.process_time()
        report = await refresher.refresh("acme", full=True)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert report.added == jobs, report
        sent = http.requests
        report = await refresher.refresh("acme")
        assert report.changed == CHANGED, report
        requests = http.requests - sent
        began, sent = time.perf_counter(), http.requests
        assert await adapter.job(JOB_IDS[provider]) is not None
        single = time.perf_counter() - began
        found = {"seconds": seconds, "cpu": cpu, "mb": mb, "increment_requests": requests, "increment_seconds": report.seconds}
        print(json.dumps({**found, "one_requests": http.requests - sent, "one_seconds": single}))
        await http.close()
        await database.close()


@contextmanager
def _server(options: argparse.Namespace) -> Iterator[str]:
    command: list[str | Path] = [sys.executable, HERE / "refresh_server.py", str(options.jobs), str(options.page), str(options.latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.communicate()


def _ours(url: str, way: str, jobs: int, checkout: Path) -> dict[str, float]:
    script = checkout / "benchmarks" / "refresh.py"
    return _printed([sys.executable, script, "--one", WAYS[way], "--url", url, "--jobs", str(jobs)], checkout)


def _dlt(python: str, url: str, options: argparse.Namespace, destination: str, parts: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        result = _printed([python, HERE / "refresh_dlt.py", url, str(options.jobs), str(options.page), destination, str(parts), folder])
    assert result["jobs"] == options.jobs, result
    return result


def _printed(command: list[str | Path], package: Path = HERE.parent) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(package)})
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(name: str, results: Sequence[dict[str, float]], jobs: int) -> None:
    rates = sorted(jobs / result["seconds"] for result in results)
    memory = max(result["mb"] for result in results)
    cpu = median(result["cpu"] for result in results) / jobs * 1e6
    print(f"{name:34}{median(rates):>10,.0f}{memory:>8.0f}{cpu:>12.0f}   ({rates[0]:,.0f} to {rates[-1]:,.0f})", flush=True)


def _further(results: Sequence[dict[str, float]]) -> None:
    increment, single = (median(result[name] for result in results) * 1000 for name in ("increment_seconds", "one_seconds"))
    requests = (f"{max(result[name] for result in results):.0f} request(s)" for name in ("increment_requests", "one_requests"))
    print(f"  {CHANGED} changed: {next(requests)}, {increment:.0f} ms; one by its id: {next(requests)}, {single:.1f} ms")


if __name__ == "__main__":
    main()
