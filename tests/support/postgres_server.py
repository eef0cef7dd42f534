"""A PostgreSQL server for the tests: a program that runs one as long as another process lives, and leaves nothing behind.

``python -m tests.support.postgres_server BINARIES FOLDER OWNER_PID`` makes a database cluster in ``FOLDER``, writes its port into
``FOLDER/port`` when it answers, and when the owner has ended, however it ended, stops the server and removes the folder.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

USER, GROUP, NO_GROUPS = (65534, 65534, ()) if os.geteuid() == 0 else (None, None, None)
"""Whom the server runs as: nobody where the tests run as root, whom it refuses."""

SETTINGS: Mapping[str, str] = {
    "fsync": "off",  # a killed server loses nothing by it; a power cut ends the tests as well
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "autovacuum_naptime": "5s",
    "listen_addresses": "127.0.0.1",
    "timezone": "Asia/Kathmandu",  # of no importance to anything, which the tests show
}


class Cluster:
    """A database cluster in a folder, and its server while it runs."""

    def __init__(self, binaries: Path, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = _free_port()
        self._settings = {**SETTINGS, **(settings or {})}
        self._binaries = _reachable(binaries, folder)
        self._data = folder / "data"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's URL, without a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}"

    def make(self) -> None:
        """Make the cluster; its text is UTF-8, ordered by code point where a column says nothing else."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        if USER is not None:
            os.chown(self.folder, USER, GROUP or -1)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [str(self._binaries / "initdb"), "-D", str(self._data), *options],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            user=USER,
            group=GROUP,
            extra_groups=NO_GROUPS,
        )

    def start(self) -> None:
        """Start the server, which answers before long (`wait`)."""
        settings = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *arguments],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                user=USER,
                group=GROUP,
                extra_groups=NO_GROUPS,
            )

    def wait(self) -> None:
        """Wait until the server answers.

        Raises:
            RuntimeError: It ended instead; with the end of its log.
        """
        while True:
            ready = [str(self._binaries / "pg_isready"), "-q", "-t", "1", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self._server is None or self._server.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends its sessions, SIGQUIT as a crash does, without writing anything down."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()
            self._server = None

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _reachable(binaries: Path, folder: Path) -> Path:
    """Return ``binaries``, or a copy of the whole installation where the server's user may not go to where it lies.

    The libraries of a server that came as a wheel lie beside its package, where its programs look for them from where they are themselves.
    """
    if USER is None or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    installation = binaries.parent
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / package.name / installation.name
    if not copy.exists():
        shutil.copytree(installation, copy)
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        copy.chmod(0o755)
        copy.parent.chmod(0o755)
    return copy / binaries.name


def _until_ended(pid: int) -> Callable[[], None]:
    """Return a function that waits until the process has ended, bound to the process that has the id now."""
    descriptor = os.pidfd_open(pid)

    def wait() -> None:
        select.select([descriptor], [], [])

    return wait


def main() -> None:
    """Run a server as long as the owner lives."""
    binaries, folder, owner = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    wait = _until_ended(owner)
    cluster = Cluster(binaries, folder)
    try:
        cluster.make()
        cluster.start()
        cluster.wait()
        named = folder / "port.new"
        named.write_text(str(cluster.port))
        named.rename(folder / "port")
        wait()
    finally:
        cluster.stop()
        cluster.remove()


if __name__ == "__main__":
    main()
