from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from jobsync_tui.backend.core.errors import ConfigError, UsageError
from jobsync_tui.backend.settings.paths import config_path, ensure_directory, open_private, places
from jobsync_tui.cli.runner import run


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


@pytest.mark.parametrize("home", [None, "", "relative/home"])
class TestAnAccountWithoutAHome:
    """As in a container that is run as some number: files that are named from the root are all that there is."""

    @pytest.fixture(autouse=True)
    def _account(self, home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HOME", "JOBSYNC_CONFIG", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(name, raising=False)
        if home is not None:
            monkeypatch.setenv("HOME", home)

        def unknown(_: int) -> object:
            raise KeyError

        monkeypatch.setattr(pwd, "getpwuid", unknown)

    @pytest.mark.parametrize(
        ("ask", "variable"),
        [(config_path, "XDG_CONFIG_HOME"), (lambda: places().log, "XDG_STATE_HOME"), (lambda: places().data, "XDG_DATA_HOME")],
    )
    def test_it_is_told_what_to_set(self, ask: Callable[[], Path], variable: str, home: str | None) -> None:
        with pytest.raises(ConfigError, match="no home directory") as caught:
            ask()
        assert (f"(HOME is {home!r})" in caught.value.message) is (home is not None)
        assert variable in str(caught.value.remedy)

    def test_what_is_named_from_the_root_needs_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = places(tmp_path / "c.toml")
        assert found.config == tmp_path / "c.toml"
        assert found.local_target_url("sqlite:////srv/jobsync.db") == "sqlite:////srv/target.db"
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        assert found.log == tmp_path / "jobsync" / "jobsync.log"

    def test_a_fault_is_told_without_a_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        @click.command()
        def broken() -> None:
            raise ZeroDivisionError

        assert run(broken, ()) == 1
        assert "HOME" in capsys.readouterr().err
