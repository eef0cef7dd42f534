"""Two admins, two keys, one service account, a real OpenSSH server: what a key opens, and what it does not."""

from __future__ import annotations

import inspect
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.security.admins import CONFIG
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal, in_terminal
from tests.support.sshd import HANDS_OUT_TERMINALS, HAS_OPENSSH, Server, running_sshd

pytestmark = [pytest.mark.skipif(not HAS_OPENSSH, reason="OpenSSH's server is not installed here"), pytest.mark.slow]
on_a_terminal = pytest.mark.skipif(not HANDS_OUT_TERMINALS, reason="an SSH server of this account cannot hand out terminals here")

JOBSYNC = Path(sys.executable).with_name("jobsync")
SOON = 30.0
"""Ten seconds are promised, which tests/cli/test_ends_in_time.py measures; here many programs run at once. What hangs takes a minute."""
BULK = 45
BULK_ADMINS = ("kim", "fay", "ted")
FURTHER = """
[[integrations]]
id = "{user}"
name = "{user}"
provider = "file"
path = "bulk.csv"

[[admins]]
user = "{user}"
integrations = ["{user}"]
"""
RULE = "rules:\n  - { name: Everything, actions: [ { folder: Inbox } ] }\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """Run a service with two admins; its server is careless about what a client may send."""
    folder = tmp_path_factory.mktemp("service")
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder) + "".join(FURTHER.format(user=user) for user in BULK_ADMINS))
    config.chmod(0o600)
    (folder / "hers.csv").write_text("id,name\n1,Midwife\n2,Surgeon\n")
    (folder / "his.csv").write_text("id,name\nw1,Welder\nw2,Fitter\n")
    (folder / "bulk.csv").write_text("id,name\n" + "".join(f"{n},Welder {n}\n" for n in range(BULK)))
    run_jobsync(folder, "--as", "eve", "refresh")
    (folder / "rules.yaml").write_text(RULE)
    run_jobsync(folder, "--as", "eve", "rules", "import", str(folder / "rules.yaml"))
    commands = {user: f"{forced(folder)} {user}" for user in ("alice", "bob", "mallory", *BULK_ADMINS)}
    # A person who wants commands over a key, too, may write it so: the client's words follow the forced ones.
    commands["words"] = f"set -f; {forced(folder)} alice $SSH_ORIGINAL_COMMAND"
    accepted = "AcceptEnv LANG LC_* TEXTUAL* XDG_* JOBSYNC_CONFIG TERMINFO _JOBSYNC_COMPLETE COMP_*"
    with running_sshd(folder, commands, further=[accepted]) as server:
        yield server, folder


def forced(folder: Path) -> str:
    """Return the command that a key is held to, up to the name of its person."""
    return f"HOME={folder} {JOBSYNC} -c {folder / 'jobsync.toml'} --as"


def run_jobsync(folder: Path, *arguments: str) -> str:
    """Run a command as the service account would on the server."""
    command = [str(JOBSYNC), "-c", str(folder / "jobsync.toml"), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=os.environ | {"HOME": str(folder)})
    return ended.stdout


def refused(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a client that must get nowhere."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, input=given, check=False)
    assert ended.returncode != 0
    assert "root:" not in ended.stdout
    return ended


def leave(terminal: Terminal) -> None:
    """Quit the application as a person would."""
    terminal.send("q")
    assert terminal.wait_for_end() == 0


@on_a_terminal
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
    with closing(sqlite3.connect(folder / "jobsync.db")) as database, database:
        [(origin,)] = database.execute("SELECT origin FROM audit WHERE actor = 'mallory'").fetchall()
    assert server.fingerprint("mallory") in origin
    assert "127.0.0.1" in origin


@on_a_terminal
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


@on_a_terminal
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


@on_a_terminal
def test_keys_that_stop_or_kill_a_program_do_neither(service: tuple[Server, Path]) -> None:
    server, folder = service
    with in_terminal(server.client("alice", "-tt")) as terminal:
        terminal.wait_for("Midwife")
        terminal.send("\x1a\x03\x1c\x13")
        terminal.send("/Surg")
        terminal.wait_for("1 match")
        # One at a time: where the host is slow, what follows an Esc at once is read as a key with Alt.
        terminal.send("\x1b")
        terminal.wait_for("2 match")
        terminal.send("\x11")  # Ctrl+Q is the one that leaves, in order, as q does
        assert terminal.wait_for_end() == 0
    assert not list(folder.glob("core*"))


@on_a_terminal
def test_commands_over_a_key_reach_no_further_and_end_in_time(service: tuple[Server, Path]) -> None:
    server, folder = service
    config = folder / "jobsync.toml"
    more = RULE.replace("Inbox", "Hers")
    with closing(sqlite3.connect(folder / "target.db", timeout=60, isolation_level=None)) as target, target:
        target.execute("BEGIN IMMEDIATE")
        with in_terminal([*server.client("words", "-tt"), "sync 1 --yes"]) as terminal:
            wait_until(lambda: count(folder, "SELECT count(*) FROM operations WHERE state = 'sent' AND integration = 'hers'"))
            os.kill(terminal.pid, signal.SIGKILL)
            killed = time.monotonic()
        completing = f'"COMP_WORDS=jobsync -c {config} --as eve jobs -i " COMP_CWORD=7 _JOBSYNC_COMPLETE=bash_complete'
        client = server.client("words", "-T", "-o", f"SetEnv={completing}")
        asked = {
            "rules import -": (5, "changed by an admin of every integration"),
            "sync -i his w1 --yes": (2, "Unknown integration: his"),
            f"rules validate {folder}/words": (2, "Files of the server cannot be named"),
            "jobs --as eve": (2, "says two things"),
            "jobs; cat /etc/passwd $(id)": (2, "No such command 'jobs;'"),
        }
        with ThreadPoolExecutor() as pool:
            answers = pool.map(lambda words: refused([*client, words], more), asked)
        for answer, (code, said) in zip(answers, asked.values(), strict=True):
            assert (answer.returncode, answer.stdout, said in answer.stderr) == (code, "", True), answer
        # Not by its id: where nobody collects what has lost its parent, that stays.
        wait_until(lambda: process_for(folder, "alice", "sync", "1", "--yes") == 0)
        assert time.monotonic() - killed < SOON
        target.execute("COMMIT")
    with closing(sqlite3.connect(folder / "jobsync.db")) as database, database:
        origins = database.execute("SELECT origin FROM audit WHERE actor = 'alice' AND outcome = 'refused'").fetchall()
    assert len(origins) >= 2
    assert all(server.fingerprint("words") in origin for (origin,) in origins)


@on_a_terminal
def test_a_configuration_that_is_replaced_ends_a_session_even_if_size_and_time_stay(service: tuple[Server, Path]) -> None:
    server, folder = service
    config = folder / "jobsync.toml"
    granted, state = config.read_text(), config.stat()
    with in_terminal(server.client("alice", "-tt")) as terminal:
        terminal.wait_for("Midwife")
        try:
            replace(config, granted.replace('user = "alice"', 'user = "alixe"'), state)
            terminal.send("r")
            terminal.wait_for("alice may not use this configuration")
        finally:
            replace(config, granted, state)


def replace(config: Path, text: str, state: os.stat_result) -> None:
    """Put another text in the configuration's place as ``rsync -t`` does."""
    other = config.with_suffix(".new")
    other.write_text(text)
    other.chmod(0o600)
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert other.stat().st_size == state.st_size
    other.replace(config)


@on_a_terminal
@pytest.mark.slow(12)
def test_a_client_that_dies_or_freezes_in_a_bulk_sync_loses_nothing(service: tuple[Server, Path]) -> None:
    """One client is killed; one freezes, and sshd ends its session; one is frozen when an administrator ends the program."""
    server, folder = service
    with ExitStack() as stack:
        terminals = {who: stack.enter_context(in_terminal(server.client(who, "-tt"))) for who in BULK_ADMINS}
        for keys, awaited in (("", "Welder"), ("m", f"{BULK} marked"), ("s", f"{BULK} create")):
            for terminal in terminals.values():
                terminal.send(keys)
                terminal.wait_for(awaited)
        with closing(sqlite3.connect(folder / "target.db", timeout=60, isolation_level=None)) as target, target:
            # What is sent waits for the target, and is in flight still when the sessions end.
            target.execute("BEGIN IMMEDIATE")
            # The dialog takes no key before it has stood for a moment.
            wait_until(lambda: min(sent_after(terminal, folder, who) for who, terminal in terminals.items()))
            programs = {who: process_for(folder, who) for who in BULK_ADMINS}
            sessions = {who: parent_of(program) for who, program in programs.items()}
            os.kill(terminals["kim"].pid, signal.SIGKILL)
            for frozen in ("fay", "ted"):
                os.kill(terminals[frozen].pid, signal.SIGSTOP)
            os.kill(sessions["fay"], signal.SIGTERM)
            os.kill(programs["ted"], signal.SIGTERM)
            over = time.monotonic()
            wait_until(lambda: all(parent_of(programs[who]) != sessions[who] for who in ("kim", "fay")))
            target.execute("COMMIT")
        wait_until(lambda: not any(process_for(folder, who) for who in BULK_ADMINS))
        assert time.monotonic() - over < SOON
    for who in BULK_ADMINS:
        number = count(folder, "SELECT count(*) FROM audit WHERE outcome = 'created' AND actor = ?", who)
        assert 0 < number < BULK, "what was in flight ended, and nothing more was begun"
        with closing(sqlite3.connect(folder / "target.db")) as target, target:
            ids = "SELECT count(*), count(DISTINCT external_id) FROM target_jobs WHERE external_id LIKE ?"
            assert target.execute(ids, (f"{who}:%",)).fetchone() == (number, number)
    assert count(folder, "SELECT count(*) FROM leases") == 0
    assert count(folder, "SELECT count(*) FROM operations WHERE state IN ('planned', 'sent')") == 0
    assert run_jobsync(folder, "--as", "eve", "audit", "--verify").startswith("ok")


def sent_after(terminal: Terminal, folder: Path, integration: str) -> int:
    """Confirm, and return how many writes are on their way by then."""
    terminal.read_now()
    terminal.send("y")
    return count(folder, "SELECT count(*) FROM operations WHERE state = 'sent' AND integration = ?", integration)


def count(folder: Path, query: str, *values: str) -> int:
    with closing(sqlite3.connect(folder / "jobsync.db", timeout=60)) as database, database:
        number: int = database.execute(query, values).fetchone()[0]
    return number


def process_for(folder: Path, user: str, *words: str) -> int:
    """Return the id of the service's own process that acts for the user, with these words of the client's; 0 where there is none."""
    wanted = [str(folder / "jobsync.toml"), "--as", user, *words, ""]
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if entry.read_bytes().decode("utf-8", "replace").split("\0")[-len(wanted) :] == wanted:
                return int(entry.parent.name)
    return 0


def parent_of(process: int) -> int:
    """Return the id of a process's parent; 0 where it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, inspect.getsource(condition)
        time.sleep(0.05)
