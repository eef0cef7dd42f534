"""Files that a person names on the command line: regular ones, and not without a limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import RuleError
from jobsync_tui.backend.core.named_files import working_directory
from jobsync_tui.cli.session import MOST_READ, read_rules
from tests.cli.conftest import Jobsync


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "linked").symlink_to(tmp_path / "pipe")
    for each in (tmp_path / "pipe", tmp_path / "linked", Path("/dev/zero")):
        with pytest.raises(RuleError) as refused:
            read_rules(str(each), Actor("x"))
        assert "not a regular file" in refused.value.message


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(MOST_READ + 1)
    with pytest.raises(RuleError) as refused:
        read_rules(str(large), Actor("x"))
    assert "16 MB" in refused.value.message
    with pytest.raises(RuleError):
        read_rules(str(tmp_path), Actor("x"))


def test_a_usual_file_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_bytes("\ufeffrules: []\r\n".encode())
    assert read_rules(str(tmp_path / "rules.yaml"), Actor("x")) == "rules: []\n"


@pytest.fixture
def configured(home: Path, tmp_path: Path) -> Path:
    """Write a configuration with one integration, and leave the working directory to nobody."""
    (tmp_path / "jobs.csv").write_text("id,title\n1,Nurse\n")
    folder = home / ".config" / "jobsync"
    folder.mkdir(parents=True, mode=0o700)
    config = folder / "config.toml"
    config.write_text(f'[[integrations]]\nid = "export"\nprovider = "file"\npath = "{tmp_path}/jobs.csv"\n')
    config.chmod(0o600)
    return config


@pytest.fixture
def _removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()


@pytest.mark.usefixtures("_removed")
class TestARemovedWorkingDirectory:
    def test_what_is_named_from_the_root_needs_none(self, jobsync: Jobsync, configured: Path, home: Path) -> None:
        assert jobsync("--config", str(configured), "refresh").code == 0
        assert "Nurse" in jobsync("jobs").out
        assert jobsync("backup", str(home / "copy.db")).code == 0

    @pytest.mark.parametrize("command", [("--config", "mine.toml", "jobs"), ("backup", "copy.db")])
    def test_what_is_named_from_it_is_refused_in_words(self, jobsync: Jobsync, configured: Path, command: tuple[str, ...]) -> None:
        assert configured.exists()
        ended = jobsync(*command)
        assert (ended.code, "the working directory, which was removed" in ended.err) == (2, True)

    def test_new_files_are_suggested_in_the_home_directory(self, home: Path) -> None:
        assert working_directory() == home


@pytest.mark.parametrize("command", [("--config", "~nobody-of-that-name/mine.toml", "jobs"), ("backup", "~nobody-of-that-name/copy.db")])
def test_the_home_of_nobody_is_refused_in_words(jobsync: Jobsync, configured: Path, command: tuple[str, ...]) -> None:
    assert configured.exists()
    ended = jobsync(*command)
    assert (ended.code, "home directory that is not known" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "lines",
    [
        '[[integrations]]\nid = "export"\nprovider = "file"\npath = "~nobody-of-that-name/jobs.csv"\n',
        '[[integrations]]\nid = "lever"\nprovider = "lever"\n[integrations.credentials]\napi_key = {file = "~nobody-of-that-name/key"}\n',
    ],
)
def test_the_home_of_nobody_in_the_configuration_is_told(jobsync: Jobsync, configured: Path, lines: str) -> None:
    configured.write_text(lines)
    ended = jobsync("test")
    assert ended.code != 1
    assert "home directory" in ended.out + ended.err
