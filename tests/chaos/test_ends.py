"""A process that syncs many jobs and is told to end, or whose disk is full: in order, with nothing half done."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import current_actor
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.support import invariants
from tests.support.copies import Program
from tests.support.here import jobsync_here
from tests.support.patience import PATIENCE
from tests.support.tenzo_server import KEY, TenzoServer, serving

ROOT = Path(__file__).parents[2]
JOBS = 40
EVERYTHING = ("--all", "--yes", "--json")

CONFIG = """
[storage]
url = "sqlite://{folder}/jobsync.db"
[target]
kind = "tenzo"
base_url = "{url}"
api_key = {{ file = "key" }}
[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""

RULES = "rules:\n  - { name: All, actions: [ { setting: { name: voice, value: calm } } ] }\n"


@dataclass(frozen=True)
class Office:
    """A configuration whose target is on a socket, with jobs that are all to be created."""

    folder: Path
    server: TenzoServer

    def start(self, *arguments: str, most_bytes: int | None = None) -> Program[str]:
        """Start a command; no file may grow beyond ``most_bytes``."""
        return Program(
            [sys.executable, "-m", "jobsync_tui", "-c", str(self.folder / "jobsync.toml"), *arguments],
            cwd=ROOT,
            env={**os.environ, "HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            most_bytes=most_bytes,
        )

    def run(self, *arguments: str) -> str:
        """Run a command to its good end, and return what it printed."""
        return jobsync_here("-c", str(self.folder / "jobsync.toml"), *arguments, env={**os.environ, "HOME": str(self.folder)})

    async def look(self) -> list[str]:
        """Return what is wrong with the record, the journal and the target."""
        async with Backend.open(load_settings(self.folder / "jobsync.toml"), current_actor(None, Path())) as backend:
            rows = await backend.records.audit()
            verified = await backend.records.verify()
            leases = await backend.records.leases()
        created = sum(row.outcome == "created" for row in rows)
        wrong = [] if verified.ok else [verified.message]
        wrong += [f"a lease is left: {lease}" for lease in leases]
        wrong += [] if created == len(self.server.operations) else [f"{created} rows for {len(self.server.operations)} creates"]
        return wrong + invariants.one_target_job_each(job.get("external_id") for job in self.server.jobs.values())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with serving(TenzoServer(latency=0.02)) as server:
        (tmp_path / "key").write_text(KEY)
        (tmp_path / "jobs.csv").write_text("id,name\n" + "".join(f"{number},Welder {number}\n" for number in range(JOBS)))
        (tmp_path / "rules.yaml").write_text(RULES)
        (tmp_path / "jobsync.toml").write_text(CONFIG.format(folder=tmp_path, url=server.url))
        for name in ("key", "jobsync.toml"):
            (tmp_path / name).chmod(0o600)
        office = Office(tmp_path, server)
        office.run("refresh")
        office.run("rules", "import", str(tmp_path / "rules.yaml"))
        yield office


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_lets_what_is_in_flight_end_and_the_next_run_does_the_rest(office: Office, number: signal.Signals) -> None:
    running = office.start("sync", "-i", "export", *EVERYTHING)
    office.server.wait_for_requests(12, lambda: running.poll() is not None)
    running.send_signal(number)
    told = time.monotonic()
    out, errors = running.communicate(timeout=PATIENCE)
    assert time.monotonic() - told < 10
    assert running.returncode == 130, errors

    summary = json.loads(out)["summary"]
    assert set(summary) == {"created", "cancelled"}
    assert summary["created"] == len(office.server.operations)
    assert asyncio.run(office.look()) == []

    rest = json.loads(office.run("sync", "-i", "export", "--filter", "is:never", "--yes", "--json"))
    assert rest["summary"] == {"created": JOBS - summary["created"]}
    assert (len(office.server.operations), asyncio.run(office.look())) == (JOBS, [])


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_sent_and_afterwards_all_of_it(office: Office) -> None:
    running = office.start("sync", "-i", "export", *EVERYTHING, most_bytes=4096)
    out, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 2, errors
    assert "storage_full" in out
    assert [request for request in office.server.requests if not request.startswith("GET")] == []

    done = json.loads(office.run("sync", "-i", "export", *EVERYTHING))
    assert (done["summary"], asyncio.run(office.look())) == ({"created": JOBS}, [])
