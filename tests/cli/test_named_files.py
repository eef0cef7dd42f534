"""Files that a person names on the command line: regular ones, and not without a limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import RuleError
from jobsync_tui.cli.session import MOST_READ, read_rules


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
