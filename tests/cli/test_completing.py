"""What a shell is offered at the cursor, asked for as its completion script asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jobsync

CONFIG = """
[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"

[[integrations]]
id = "lever"
provider = "lever"
credentials = { api_key = { file = "key" } }
"""
RULES = "rules:\n  - { id: night-shift, name: A, when: { field: name, op: is_set }, actions: [ { folder: F } ] }\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n{CONFIG}')
    path.chmod(0o600)
    return path


def offered(jobsync: Jobsync, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """Return what bash is offered for the last word of the line."""
    words = line.split(" ")
    monkeypatch.setenv("_JOBSYNC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    ended = jobsync()
    assert (ended.code, ended.err) == (0, "")
    return ended.out.split()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("jobs -i ", ["plain,export", "plain,lever"]),
        ("jobs -i ex", ["plain,export"]),
        ("jobs --sort upd", ["plain,updated_at"]),
        ("integrations rename le", ["plain,lever"]),
        ("rules import ru", ["file,ru"]),
        ("rules impact ru", ["file,ru"]),
        ("check --rules ru", ["file,ru"]),
    ],
)
def test_ids_fields_and_files_are_offered(
    jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, line: str, wanted: list[str]
) -> None:
    assert offered(jobsync, monkeypatch, f"jobsync -c {config} {line}") == wanted


def test_rules_are_offered_by_their_ids(jobsync: Jobsync, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    assert jobsync("-c", str(config), "rules", "import", str(rules)).code == 0
    assert offered(jobsync, monkeypatch, f"jobsync -c {config} rules show ni") == ["plain,night-shift"]


def test_a_stranger_and_a_wrong_configuration_are_offered_nothing(
    jobsync: Jobsync, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(config.read_text() + '[[admins]]\nuser = "somebody-else"\nintegrations = ["*"]\n')
    assert offered(jobsync, monkeypatch, f"jobsync -c {config} jobs -i ") == []
    assert offered(jobsync, monkeypatch, f"jobsync -c {config} rules show ") == []
    assert not (tmp_path / "jobsync.db").exists()
    config.write_text("[")
    assert offered(jobsync, monkeypatch, f"jobsync -c {config} jobs -i ") == []


def test_variables_do_not_stand_in_for_arguments(jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind an SSH key the arguments say who somebody is, and a client may be able to send variables."""
    monkeypatch.setenv("_JOBSYNC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"jobsync -c {config} jobs -i ")
    monkeypatch.setenv("COMP_CWORD", "4")
    ended = jobsync("-c", str(config), "--as", "mallory", "jobs")
    assert (ended.code, ended.out) == (5, "")
