from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import (
    AccessDenied,
    ExitCode,
    JobNotFound,
    JobsyncError,
    StorageError,
    StorageFull,
    StorageRefused,
    StorageUnreachable,
    Unreachable,
    UsageError,
)
from jobsync_tui.backend.settings.logs import tear_down_logging
from jobsync_tui.backend.settings.redaction import register
from jobsync_tui.cli.lazy import LazyGroup
from jobsync_tui.cli.main import COMMANDS, cli
from jobsync_tui.cli.runner import run
from jobsync_tui.cli.session import read_rules
from tests.cli.conftest import Jobsync

CANARY = "canary-cli-40c1aa77"
_BEYOND_A_DATABASE = str(2**63)


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.argument("what")
def failing(*, as_json: bool, what: str) -> int:
    """Fail as asked."""
    errors: dict[str, BaseException] = {
        "denied": AccessDenied("mallory may not", remedy="Ask the owner"),
        "missing": JobNotFound(),
        "remote": Unreachable("No answer\x1b[31m", service="Kombo"),
        "storage": StorageError("damaged"),
        "full": StorageFull("disk full"),
        "no room": OSError(errno.ENOSPC, "No space left on device", "/var/log/jobsync.log"),
        "newer": StorageRefused("written by a newer jobsync"),
        "away": StorageUnreachable("cannot be reached"),
        "fault": ValueError(f"key {CANARY}\nsecond line\x1b]0;x\x07"),
        "grouped": ExceptionGroup("several", [JobNotFound()]),
        "interrupted": KeyboardInterrupt(),
    }
    if what == "fine":
        return ExitCode.NOT_ELIGIBLE
    raise errors[what]


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = run(failing, arguments)
    finally:
        tear_down_logging()
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    ("what", "code", "word"),
    [
        ("denied", 5, "access_denied"),
        ("missing", 4, "job_not_found"),
        ("remote", 6, "unreachable"),
        ("storage", 2, "storage"),
        ("full", 2, "storage_full"),
        ("no room", 2, "disk_full"),
        ("newer", 2, "storage_refused"),
        ("away", 6, "storage_unreachable"),
        ("fault", 1, "fault"),
        ("grouped", 4, "job_not_found"),
        ("interrupted", 130, "interrupted"),
    ],
)
def test_every_error_has_its_exit_code_and_document(
    what: str, code: int, word: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.is_dir()
    register(CANARY)
    got, out, err = report(capsys, what, "--json")
    assert got == code
    assert json.loads(out)["error"]["code"] == word
    assert err == ""

    got, out, err = report(capsys, what)
    assert got == code
    assert out == ""
    assert err
    assert CANARY not in err
    assert "\x1b" not in err


def test_a_fault_is_one_line_and_its_traceback_is_in_the_log(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register(CANARY)
    _, _, err = report(capsys, "fault")
    assert "Traceback" not in err
    assert len(err.splitlines()) == 2
    log = home / ".local" / "state" / "jobsync" / "jobsync.log"
    assert "Traceback" in log.read_text()
    assert CANARY not in log.read_text()


def test_what_a_command_returns_is_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, "fine")[0] == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense", "--json"],
        ["jobs", "--limit", "none", "--json"],
        ["jobs", "--bogus", "--json"],
        ["fetch", "--json"],
        ["rules", "nonsense", "--json"],
        ["rules", "import", "--json"],
        ["check", "--json"],
        ["jobs", "--json", "--csv"],
        ["jobs", "--json", "--sort", "salary"],
        ["jobs", "--json", "--limit", _BEYOND_A_DATABASE],
        ["audit", "--json", "--limit", _BEYOND_A_DATABASE],
        ["rules", "diff", "--json", "1", _BEYOND_A_DATABASE],
        ["rules", "restore", "--json", _BEYOND_A_DATABASE],
        ["rules", "shadow", "show", "night", "--json", "--jobs", _BEYOND_A_DATABASE],
    ],
)
def test_a_wrong_command_line_is_a_document_too(arguments: list[str], jobsync: Jobsync) -> None:
    ended = jobsync(*arguments)
    assert ended.code == 2
    assert ended.json["error"]["code"] == "usage"
    assert ended.json["error"]["message"]


def test_a_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="standard input is closed"):
        read_rules("-", Actor("x"))


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_closed_output_is_no_fault(home: Path, closed: str) -> None:
    assert home.is_dir()
    script = f'"$0" -m jobsync_tui paths {closed}'
    ended = subprocess.run(["/bin/sh", "-c", script, sys.executable], capture_output=True, timeout=60, check=False)
    assert (ended.returncode, b"Traceback" in ended.stdout + ended.stderr) == (0, False)


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("paths >/dev/full", 2, "jobsync: The output could not be written: No space left on device"),
        ("paths --json >/dev/full", 2, "jobsync: The output could not be written: No space left on device"),
        ("completion bash >/dev/full", 2, "jobsync: The output could not be written: No space left on device"),
        ("--version >/dev/full", 2, "jobsync: The output could not be written: No space left on device"),
        ("jobs --bogus --json >/dev/full", 2, "jobsync: No such option"),
        ("jobs --bogus 2>/dev/full", 2, ""),
    ],
)
@pytest.mark.parametrize("buffered", ["", "1"])
def test_an_output_that_takes_nothing_is_said_and_no_fault(home: Path, command: str, code: int, told: str, buffered: str) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m jobsync_tui {command}', sys.executable],
        env={**os.environ, "PYTHONUNBUFFERED": buffered},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, told in ended.stderr, "fault" in ended.stderr) == (code, True, False)
    assert not (home / ".local" / "state" / "jobsync" / "jobsync.log").exists()


def test_the_table_says_what_the_commands_say() -> None:
    assert isinstance(cli, LazyGroup)
    context = click.Context(cli)
    others: dict[str, str] = {}
    for name, entry in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name or name in {"import", "list"}
        says = (command.help or "").partition("\n")[0]
        others |= {} if says.startswith(entry.summary.removesuffix(".")) else {name: says}
    assert others == {}


def test_every_command_takes_the_global_options() -> None:
    def walk(command: click.Command, name: str) -> None:
        options = {option for param in command.params for option in param.opts}
        assert options >= {"-c", "--config", "--as", "-v", "--verbose", "--version"}, name
        if isinstance(command, click.Group):
            for each in command.list_commands(context):
                found = command.get_command(context, each)
                assert found is not None
                walk(found, f"{name} {each}")

    context = click.Context(cli)
    walk(cli, "jobsync")


def test_no_error_is_without_an_exit_code_of_the_contract() -> None:
    def walk(kind: type[JobsyncError]) -> None:
        assert kind.exit_code in set(ExitCode) - {ExitCode.OK}
        for each in kind.__subclasses__():
            walk(each)

    walk(JobsyncError)


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    script = """
import sys, click
from jobsync_tui.cli.runner import run

@click.command()
def many():
    for _ in range(200000):
        sys.stdout.write("x" * 50)

sys.exit(run(many, []))
"""
    read, write = os.pipe()
    with subprocess.Popen([sys.executable, "-c", script], stdout=write, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        os.close(write)
        os.read(read, 10)
        os.close(read)
        _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "some"), [("views", "delete, list, rename, save"), ("rules shadow", "add, drop, list, look, promote, show")]
)
def test_a_group_without_a_command_names_its_commands(jobsync: Jobsync, words: str, some: str) -> None:
    ended = jobsync(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        f"jobsync: jobsync {words} needs a command: {some}",
        f"         jobsync {words} --help shows the usage",
    ]
