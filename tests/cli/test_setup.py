from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Jobsync
from tests.support.patience import PATIENCE

STRANGERS = '[[admins]]\nuser = "somebody-else"\nintegrations = ["*"]\n'


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_init_writes_a_private_file_and_leaves_one_that_is_there(jobsync: Jobsync, home: Path) -> None:
    before = os.umask(0)
    try:
        ended = jobsync("init")
    finally:
        os.umask(before)
    config = home / ".config" / "jobsync" / "config.toml"
    assert ended.code == 0
    assert str(config) in ended.out
    assert "jobsync init --add" in ended.err
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.parent.stat().st_mode) == 0o700

    config.write_text("# mine\n")
    again = jobsync("init", "--json")
    assert again.code == 2
    assert again.json["error"]["code"] == "usage"
    assert config.read_text() == "# mine\n"


@pytest.mark.parametrize("order", ["before", "after", "both"])
def test_global_options_stand_before_or_after_the_command(order: str, jobsync: Jobsync, tmp_path: Path) -> None:
    wanted = str(tmp_path / "wanted.toml")
    arguments = {
        "before": ["-c", wanted, "paths", "--json"],
        "after": ["paths", "--json", "--config", wanted],
        "both": ["-c", "other.toml", "paths", "-c", wanted, "--json"],
    }[order]
    assert jobsync(*arguments).json["config"] == wanted


def test_paths_creates_nothing_and_needs_no_configuration(jobsync: Jobsync, home: Path) -> None:
    ended = jobsync("paths", "--json")
    assert ended.code == 0
    assert set(ended.json) >= {"config", "database", "log"}
    assert list(home.iterdir()) == []


def test_paths_says_what_the_configuration_says(jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", '[storage]\nurl = "sqlite:///srv/x/jobs.db"\n')
    ended = jobsync("paths", "-c", str(config), "--json")
    assert ended.json["database"] == "/srv/x/jobs.db"
    assert ended.json["target"] == "/srv/x/target.db"


def test_a_broken_configuration_is_named_with_key_and_line(jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", '[sync]\n\nevry = "5m"\n')
    ended = jobsync("jobs", "-c", str(config))
    assert ended.code == 2
    assert f"{config}, line 3: sync.evry" in ended.err
    assert ended.out == ""

    as_json = jobsync("jobs", "--json", "-c", str(config))
    assert as_json.code == 2
    assert as_json.json["error"]["code"] == "config"
    assert as_json.err == ""


def test_a_configuration_that_others_can_write_is_refused(jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", "")
    config.chmod(0o666)
    ended = jobsync("integrations", "--json", "-c", str(config))
    assert ended.code == 2
    assert "written by others" in ended.json["error"]["message"]


@pytest.mark.parametrize("command", ["init", "completion bash", "demo --check"])
def test_a_stranger_is_refused_even_where_no_configuration_is_needed(command: str, jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", STRANGERS)
    ended = jobsync("-c", str(config), *command.split())
    assert ended.code == 5
    assert ended.out == ""


@pytest.mark.parametrize("command", ["paths", "--help", "--version", "jobs --help", "rules list --version"])
def test_what_a_stranger_may_do(command: str, jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", STRANGERS)
    assert jobsync("-c", str(config), *command.split()).code == 0


def test_the_environment_does_not_decide_who_acts(jobsync: Jobsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path / "c.toml", STRANGERS)
    for name in ("USER", "LOGNAME", "SUDO_USER", "JOBSYNC_AS", "JOBSYNC_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert jobsync("-c", str(config), "completion", "bash").code == 5
    assert jobsync("-c", str(config), "completion", "bash", "--as", "somebody-else").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_gives_a_script(shell: str, jobsync: Jobsync) -> None:
    ended = jobsync("completion", shell)
    assert ended.code == 0
    assert "_JOBSYNC_COMPLETE" in ended.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ended.out, text=True, check=True, timeout=PATIENCE)


def test_the_application_needs_a_terminal(jobsync: Jobsync, tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", "")
    ended = jobsync("-c", str(config))
    assert ended.code == 2
    assert "terminal" in ended.err
