"""Completion as a person has it: a real shell at a terminal, its own key for it, and our script."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Jobsync
from tests.cli.test_completing import CONFIG, RULES
from tests.support.pty import in_terminal

BEGIN = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
SOURCE = {
    "bash": 'eval "$(jobsync completion bash)"',
    "zsh": 'eval "$(jobsync completion zsh)"',  # nothing else has begun completion, as in a new account
    "fish": "jobsync completion fish | source",
}
LINES = (
    ("jobsync rules impo", "jobsync rules import"),
    ("jobsync rules import day", r"import day\ shift.yaml"),
    ("jobsync rules import ~/tw", "import ~/twilight.yaml"),
    ("jobsync --config=jobsync.t", "jobsync --config=jobsync.toml"),
    ("jobsync -c jobsync.toml jobs --integration=ex", "jobs --integration=export"),
    ("jobsync -c jobsync.toml rules show nig", "rules show night-shift"),
    ('jobsync -c jobsync.toml jobs --view "mo', 'jobs --view "more, and nights"'),
    ("jobsync -c jobsync.toml jobs --view=mo", r"jobs --view=more{comma}\ and\ nights"),
)
"""What is typed before the key, and what stands at the prompt after it; what else is offered is asked for in test_completing."""

COMMA = {"bash": r"\,"}
"""How a shell quotes it, where it does."""

ANEW = "\x15"
"""The key that takes back what was typed."""


@pytest.mark.slow(8)
@pytest.mark.parametrize("shell", BEGIN)
def test_a_shell_completes_commands_files_and_names_and_quotes_them(shell: str, tmp_path: Path, jobsync: Jobsync) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    for name in ("day shift.yaml", "twilight.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "night-shift.yaml").write_text(RULES)
    config = tmp_path / "jobsync.toml"
    config.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n{CONFIG}')
    config.chmod(0o600)
    assert jobsync("-c", str(config), "rules", "import", str(tmp_path / "night-shift.yaml")).code == 0
    assert jobsync("-c", str(config), "views", "save", "more, and nights", "--filter", "night").code == 0
    programs = Path(sys.executable).parent
    home = {"HOME": str(tmp_path), "PATH": f"{programs}:/usr/bin:/bin", "PS1": "$ ", "HISTFILE": "", "TERM": "xterm"}
    begin = ["env", "-i", "-C", str(tmp_path), *(f"{name}={value}" for name, value in home.items()), *BEGIN[shell]]
    with in_terminal(begin, size=(120, 24)) as terminal:
        terminal.send(f"{SOURCE[shell]}; echo rea''dy\r")
        terminal.wait_for("ready")
        for typed, wanted in LINES:
            terminal.send(f"{typed}\t")
            terminal.wait_for(wanted.format(comma=COMMA.get(shell, ",")))
            terminal.send(ANEW)
