from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import ConfigError, UsageError
from jobsync_tui.backend.settings.paths import config_path, ensure_directory, open_private, places


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_is_made_is_for_its_owner_only(tmp_path: Path) -> None:
    path = ensure_directory(tmp_path / "a" / "b") / "file"
    os.close(open_private(path, os.O_RDWR | os.O_CREAT))
    assert mode(path) == 0o600
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_a_directory_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o755)
    assert mode(ensure_directory(there)) == 0o755


def test_a_file_that_is_too_open_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    path.chmod(0o644)
    os.close(open_private(path, os.O_RDONLY))
    assert mode(path) == 0o600


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be made"):
        ensure_directory(tmp_path / "file" / "below")
    with pytest.raises(UsageError, match="not a directory"):
        ensure_directory(tmp_path / "file")


def test_which_configuration_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("JOBSYNC_CONFIG", raising=False)
    assert config_path() == tmp_path / "xdg" / "jobsync" / "config.toml"
    monkeypatch.setenv("JOBSYNC_CONFIG", str(tmp_path / "by-variable.toml"))
    assert config_path() == tmp_path / "by-variable.toml"
    assert config_path(tmp_path / "by-option.toml") == tmp_path / "by-option.toml"
    monkeypatch.chdir(tmp_path)
    assert config_path(Path("relative.toml")) == tmp_path / "relative.toml"


def test_where_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = places()
    assert found.log == tmp_path / "state" / "jobsync" / "jobsync.log"
    assert found.database("sqlite") == tmp_path / "data" / "jobsync" / "jobsync.db"
    assert found.database("sqlite:///srv/jobsync.db") == Path("/srv/jobsync.db")
    assert found.database("sqlite:////srv/jobsync.db") == Path("/srv/jobsync.db")
    assert found.database("postgresql://u@h/d") is None
    assert found.local_target("sqlite:///srv/jobsync.db") == Path("/srv/target.db")
    assert found.local_target("postgresql://u@h/d") is None
    assert found.local_target_url("sqlite:///srv/jobsync.db") == "sqlite:////srv/target.db"
    assert found.local_target_url("postgresql://u@h/d") == found.database_url("postgresql://u@h/d") == "postgresql://u@h/d"
    with pytest.raises(ConfigError):
        found.database("mysql://")
    assert not (tmp_path / "data").exists(), "asking creates nothing"
