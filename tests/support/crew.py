"""Several workers on one PostgreSQL database, and what is looked at from outside: the slots, the queue, the target."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from jobsync_tui.backend.storage.automatic.queue import QUEUE_SCHEMA
from jobsync_tui.backend.workers.queue import Pace
from tests.support.copies import Program
from tests.support.here import jobsync_here
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
INTEGRATIONS = ("acme", "globex", "initech")
RULES = "rules: [ {name: All, actions: [{folder: A}]} ]"
QUICK = Pace(heartbeat=0.5, stalled=4.0, sweep=0.5, batches=0.2)

_INTEGRATION = """
[[integrations]]
id = "{name}"
provider = "file"
path = "{name}.csv"
"""
_LOG = """
CREATE TABLE claims (number bigserial PRIMARY KEY, integration text NOT NULL, tick bigint NOT NULL, every bigint NOT NULL);
CREATE FUNCTION log_claim() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO claims (integration, tick, every) VALUES (NEW.integration, NEW.tick, NEW.every); RETURN NULL; END $$;
CREATE TRIGGER log_claim AFTER UPDATE OF tick ON automatic_schedule
FOR EACH ROW WHEN (OLD.tick IS DISTINCT FROM NEW.tick) EXECUTE FUNCTION log_claim();
"""
"""Written by the database itself: no process of ours can leave out that it claimed a slot."""


@dataclass
class Crew:
    """The workers, and a look from outside."""

    url: str
    folder: Path
    every: float
    pace: Pace = QUICK
    workers: list[Program[str]] = field(default_factory=list)
    jobs: dict[str, int] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration of all of them."""
        return self.folder / "jobsync.toml"

    def prepare(self) -> None:
        """Write configuration and exports, make the tables, put the rules into force, and have the database log every claim."""
        tables = "".join(_INTEGRATION.format(name=name) for name in INTEGRATIONS)
        self.config.write_text(f'[storage]\nurl = "{self.url}"\n[sync]\nsettle_after = "1s"\n{tables}')
        self.config.chmod(0o600)
        for name in INTEGRATIONS:
            self.add_jobs(name, 1)
        rules = self.folder / "rules.yaml"
        rules.write_text(RULES)
        self.jobsync("rules", "import", str(rules))
        with self.connection() as connection:
            connection.execute(_LOG)

    def add_jobs(self, name: str, number: int) -> None:
        """Add jobs to an ATS's export; the file is replaced at once, as an export is."""
        self.jobs[name] = self.jobs.get(name, 0) + number
        rows = "".join(f"{each},Welder {each}\n" for each in range(self.jobs[name]))
        fresh = self.folder / f"{name}.new"
        fresh.write_text(f"id,name\n{rows}")
        fresh.rename(self.folder / f"{name}.csv")

    def add_integration(self, table: str) -> None:
        """Add an integration to the configuration of all of them."""
        fresh = self.folder / "jobsync.new"
        fresh.write_text(self.config.read_text() + table)
        fresh.chmod(0o600)
        fresh.rename(self.config)

    def start(self, off: timedelta = timedelta()) -> Program[str]:
        """Start a worker, on a host whose clock is wrong by ``off``."""
        paces = (self.pace.heartbeat, self.pace.stalled, self.pace.sweep, self.pace.batches)
        pace = [str(each) for each in (self.every, *paces, off.total_seconds())]
        command = [sys.executable, "-m", "tests.support.worker_process", str(self.config), *pace]
        process = Program(command, cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.workers.append(process)
        return process

    def kill(self, worker: Program[str]) -> None:
        """End a worker as a power cut does."""
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        self.workers.remove(worker)

    def end(self) -> list[int]:
        """Ask every worker to end, and return their exit codes."""
        for worker in self.workers:
            worker.terminate()
        codes = []
        for worker in self.workers:
            worker.communicate(timeout=PATIENCE)
            codes.append(worker.returncode)
        self.workers.clear()
        return codes

    def jobsync(self, *arguments: str) -> Any:
        """Run a command, and return its document."""
        return json.loads(jobsync_here("-c", str(self.config), *arguments, "--json", env=self._environment()))

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Connect to the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connection() as connection:
            return connection.execute(query).fetchall()

    def claims(self) -> dict[str, list[int]]:
        """Return the slots that were claimed, by integration, in the order in which they were."""
        found: dict[str, list[int]] = {name: [] for name in INTEGRATIONS}
        for name, tick in self.ask("SELECT integration, tick FROM claims ORDER BY number"):
            found.setdefault(name, []).append(int(tick))
        return found

    def in_target(self) -> list[str]:
        """Return the external ids of the target's jobs; it has its tables from the first sync on."""
        if self.ask("SELECT to_regclass('target_jobs')") == [(None,)]:
            return []
        return [str(row[0]) for row in self.ask("SELECT external_id FROM target_jobs ORDER BY external_id")]

    def expected(self) -> list[str]:
        """Return the external ids that the exports ask for."""
        return sorted(f"{name}:{number}" for name, count in self.jobs.items() for number in range(count))

    def in_hand(self) -> set[int]:
        """Return the numbers of the runs that workers have in hand, the dead ones too."""
        rows = self.ask(f"SELECT id FROM {QUEUE_SCHEMA}.procrastinate_jobs WHERE status = 'doing'")  # noqa: S608 - its own names
        return {row[0] for row in rows}

    def wait_for_the_dead(self, runs: set[int]) -> None:
        """Wait until runs that the dead had in hand are in nobody's; others begin all the while, on a slow machine before these end."""
        until(lambda: not runs & self.in_hand(), "nothing is in the hands of the dead")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder)}


def until(condition: Callable[[], bool], what: str, *, longest: float = 2 * PATIENCE) -> None:
    """Wait until a condition that other processes bring about holds.

    Raises:
        AssertionError: It does not come to hold.
    """
    end = time.monotonic() + longest
    while not condition():
        assert time.monotonic() < end, f"this does not come to hold: {what}"
        time.sleep(0.1)


@contextmanager
def a_crew(url: str, folder: Path, *, every: float, pace: Pace = QUICK) -> Iterator[Crew]:
    """Prepare a crew without workers yet; whoever still runs at the end is killed."""
    crew = Crew(url, folder, every, pace)
    crew.prepare()
    try:
        yield crew
    finally:
        for worker in list(crew.workers):
            crew.kill(worker)
