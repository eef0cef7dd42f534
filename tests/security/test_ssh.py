"""Two admins, two keys, one service account, a real OpenSSH server: what a key opens, and what it does not."""

from __future__ import annotations

import inspect
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.security.admins import CONFIG
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal, in_terminal
from tests.support.sshd import HAS_OPENSSH, Server, running_sshd

pytestmark = [pytest.mark.skipif(not HAS_OPENSSH, reason="OpenSSH's server is not installed here"), pytest.mark.slow]

JOBSYNC = Path(sys.executable).with_name("jobsync")
BULK = 45
RULE = "rules:\n  - { name: Everything, actions: [ { folder: Inbox } ] }\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """Run a service with two admins; its server is careless about what a client may send."""
    folder = tmp_path_factory.mktemp("service")
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)
    (folder / "hers.csv").write_text("id,name\n1,Midwife\n2,Surgeon\n")
    (folder / "his.csv").write_text("id,name\n" + "".join(f"{n},Welder {n}\n" for n in range(BULK)))
    for user, integration in (("alice", "hers"), ("bob", "his")):
        run_jobsync(folder, "--as", user, "refresh", "-i", integration)
    (folder / "rules.yaml").write_text(RULE)
    run_jobsync(folder, "--as", "eve", "rules", "import", str(folder / "rules.yaml"))
    forced = f"HOME={folder} {JOBSYNC} -c {config} --as"
    commands = {"alice": f"{forced} alice", "bob": f"{forced} bob", "mallory": f"{forced} mallory"}
    accepted = "AcceptEnv LANG LC_* TEXTUAL* XDG_* JOBSYNC_CONFIG TERMINFO"
    with running_sshd(folder, commands, further=[accepted]) as server:
        yield server, folder


def run_jobsync(folder: Path, *arguments: str) -> str:
    """Run a command as the service account would on the server."""
    command = [str(JOBSYNC), "-c", str(folder / "jobsync.toml"), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=os.environ | {"HOME": str(folder)})
    return ended.stdout


def refused(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a client that must get nowhere."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert ended.returncode != 0
    assert "root:" not in ended.stdout
    return ended


def leave(terminal: Terminal) -> None:
    """Quit the application as a person would."""
    terminal.send("q")
    assert terminal.wait_for_end() == 0


def test_each_key_opens_its_own_admin_and_the_record_says_which(service: tuple[Server, Path]) -> None:
    server, folder = service
    with in_terminal(server.client("alice", "-tt")) as hers, in_terminal(server.client("bob", "-tt")) as his:
        hers.wait_for("Midwife")
        his.wait_for("Welder")
        for terminal, foreign in ((hers, b"Welder"), (his, b"Midwife")):
            # The picker would list what one may use: there is one, and no other to go to.
            terminal.send("i")
            leave(terminal)
            assert foreign not in terminal.output
        assert b"His Factory" not in hers.output
        assert b"Her Clinic" not in his.output
    with in_terminal(server.client("mallory", "-tt")) as stranger:
        stranger.wait_for("mallory may not use this configuration")
        assert stranger.wait_for_end() == 5
    with sqlite3.connect(folder / "jobsync.db") as database:
        [(origin,)] = database.execute("SELECT origin FROM audit WHERE actor = 'mallory'").fetchall()
    assert server.fingerprint("mallory") in origin
    assert "127.0.0.1" in origin


def test_a_command_of_the_clients_own_is_not_run(service: tuple[Server, Path]) -> None:
    server, _ = service
    ended = refused([*server.client("alice", "-T"), "cat /etc/passwd"])
    assert ended.returncode == 2
    assert "needs a terminal" in ended.stderr
    with in_terminal([*server.client("alice", "-tt"), "sh -c 'cat /etc/passwd; exec sh'"]) as terminal:
        terminal.wait_for("Midwife")
        leave(terminal)
        assert b"root:" not in terminal.output


def test_there_is_no_file_transfer_and_no_forwarding(service: tuple[Server, Path]) -> None:
    server, folder = service
    (folder / "batch").write_text("get /etc/passwd -\n")
    refused(server.client("alice", "-b", str(folder / "batch"), program="sftp"))
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        assert "forwarding failed" in refused(server.client("alice", "-W", f"127.0.0.1:{port}")).stderr
        refused(server.client("alice", "-N", "-o", "ExitOnForwardFailure=yes", "-R", f"0:127.0.0.1:{port}"))
        local = free_port()
        with in_terminal(server.client("alice", "-N", "-L", f"{local}:127.0.0.1:{port}")):
            wait_until(lambda: reset_by(local))
        inside.settimeout(0.1)
        with pytest.raises(TimeoutError):
            inside.accept()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def reset_by(port: int) -> bool:
    """Return whether something listens there, and hangs up without a word."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as opened:
            return opened.recv(1) == b""
    except ConnectionRefusedError:
        return False


def test_variables_that_a_client_sends_reach_nothing(service: tuple[Server, Path], tmp_path: Path) -> None:
    server, _ = service
    other = tmp_path / "other.toml"
    other.write_text(CONFIG.format(folder=tmp_path).replace('"alice"', '"mallory"'))
    other.chmod(0o600)
    hostile = {
        "TEXTUAL_LOG": str(tmp_path / "log"),
        "TEXTUAL_DRIVER": "os:system",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "JOBSYNC_CONFIG": str(other),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "LC_ALL": "../../../tmp",
        "TERMINFO": str(tmp_path),
    }
    options = [part for name in hostile for part in ("-o", f"SendEnv={name}")]
    with in_terminal(server.client("alice", "-tt", *options), env=hostile) as terminal:
        terminal.wait_for("Midwife")
        leave(terminal)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.toml"]
    with in_terminal(server.client("mallory", "-tt", *options), env=hostile) as stranger:
        stranger.wait_for("may not use")


def test_keys_that_stop_or_kill_a_program_do_neither(service: tuple[Server, Path]) -> None:
    server, folder = service
    with in_terminal(server.client("alice", "-tt")) as terminal:
        terminal.wait_for("Midwife")
        terminal.send("\x1a\x03\x1c\x13\x11")
        terminal.send("/Surg")
        terminal.wait_for("1 of 2")
        terminal.send("\x1b\x1b")
        leave(terminal)
    assert not list(folder.glob("core*"))


def test_a_client_that_is_killed_in_a_bulk_sync_loses_nothing(service: tuple[Server, Path]) -> None:
    server, folder = service
    with in_terminal(server.client("bob", "-tt")) as terminal:
        terminal.wait_for("Welder")
        terminal.send("m")
        terminal.wait_for(f"{BULK} marked")
        terminal.send("s")
        terminal.wait_for(f"{BULK} create")
        with sqlite3.connect(folder / "target.db", timeout=60, isolation_level=None) as target:
            # What is sent waits for the target, and is in flight still when the client dies.
            target.execute("BEGIN IMMEDIATE")
            # The dialog takes no key before it has stood for a moment.
            wait_until(lambda: sent_after(terminal, folder) > 0)
            os.kill(terminal.pid, signal.SIGKILL)
            killed = time.monotonic()
            wait_until(lambda: time.monotonic() > killed + 1)
            target.execute("COMMIT")
        wait_until(lambda: not processes(folder))
        assert time.monotonic() - killed < 10
    number = created(folder)
    assert 0 < number < BULK, "what was in flight ended, and nothing more was begun"
    assert count(folder, "SELECT count(*) FROM leases") == 0
    assert count(folder, "SELECT count(*) FROM audit WHERE hash IS NULL OR hash = ''") == 0
    with sqlite3.connect(folder / "target.db") as target:
        assert target.execute("SELECT count(*), count(DISTINCT external_id) FROM target_jobs").fetchone() == (number, number)
    assert run_jobsync(folder, "--as", "bob", "audit", "--verify").startswith("ok")


def sent_after(terminal: Terminal, folder: Path) -> int:
    """Confirm, and return how many writes are on their way by then."""
    terminal.read_now()
    terminal.send("y")
    return count(folder, "SELECT count(*) FROM operations WHERE state = 'sent'")


def created(folder: Path) -> int:
    return count(folder, "SELECT count(*) FROM audit WHERE outcome = 'created'")


def count(folder: Path, query: str) -> int:
    with sqlite3.connect(folder / "jobsync.db", timeout=60) as database:
        number: int = database.execute(query).fetchone()[0]
    return number


def processes(folder: Path) -> list[str]:
    """Return the service's own processes that run the application for bob."""
    wanted = [str(folder / "jobsync.toml"), "--as", "bob"]
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if all(word in words for word in wanted):
            found.append(shlex.join(words))
    return found


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, inspect.getsource(condition)
        time.sleep(0.05)
