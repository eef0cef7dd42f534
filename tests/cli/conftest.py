from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobsync_tui.backend.settings.logs import tear_down_logging
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.runner import run


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


Jobsync = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home of its own for the commands of a test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("JOBSYNC_CONFIG", raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def jobsync(home: Path, capsys: pytest.CaptureFixture[str]) -> Jobsync:
    """Run a command line in this process, off a terminal."""

    def call(*arguments: str) -> Ended:
        assert home.is_dir()
        capsys.readouterr()
        before = dict(os.environ)
        try:
            code = run(cli, arguments)
        finally:
            tear_down_logging()
            # Under --as the process gives up most of its environment.
            os.environ.clear()
            os.environ.update(before)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return call
