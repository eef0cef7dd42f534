"""Completion as a person has it: a real shell at a terminal, its own key for it, and our script."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.pty import in_terminal

BEGIN = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
SOURCE = {
    "bash": 'eval "$(jobsync completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u -D; eval "$(jobsync completion zsh)"',
    "fish": "jobsync completion fish | source",
}


@pytest.mark.slow
@pytest.mark.parametrize("shell", BEGIN)
def test_a_shell_completes_commands_and_names_of_files(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    (tmp_path / "night-shift.yaml").touch()
    programs = Path(sys.executable).parent
    home = {"HOME": str(tmp_path), "PATH": f"{programs}:/usr/bin:/bin", "PS1": "$ ", "HISTFILE": "", "TERM": "xterm"}
    with in_terminal(["env", "-i", "-C", str(tmp_path), *(f"{name}={value}" for name, value in home.items()), *BEGIN[shell]]) as terminal:
        terminal.send(f"{SOURCE[shell]}; echo rea''dy\r")
        terminal.wait_for("ready")
        terminal.send("jobsync rules impo\t")
        terminal.wait_for("jobsync rules import")
        terminal.send("nig\t")
        terminal.wait_for("import night-shift.yaml")
