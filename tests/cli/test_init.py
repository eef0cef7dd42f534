"""Setting up: ``jobsync init`` with options, and with answers at a terminal; what it writes is read, and works."""

from __future__ import annotations

import stat
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from jobsync_tui.backend.ats.registry import OURS
from jobsync_tui.backend.sandbox import make_sandbox
from jobsync_tui.backend.sandbox.config import CREDENTIALS
from jobsync_tui.backend.services.setting_up import needs_of
from jobsync_tui.backend.settings.values import LITERAL_CREDENTIALS
from tests.cli.conftest import Jobsync
from tests.support.loopback import on_loopback
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal, in_terminal

SHEET = "Job ID,Title,City,Status,Department,Updated\n1,Nurse,Berlin,Open,Care,2026-11-01\n2,Driver,,Closed,,2026-11-02\n"


def config_of(home: Path) -> Path:
    return home / ".config" / "jobsync" / "config.toml"


def integrations(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(config_of(home).read_text(encoding="utf-8"))["integrations"]
    return found


class Talk:
    """A command at a terminal, whose questions are waited for one after the other."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._heard = 0

    def hear(self, words: str) -> None:
        """Wait until it says these words, behind what was waited for before."""
        end = time.monotonic() + PATIENCE
        while (found := self.terminal.output.find(words.encode(), self._heard)) < 0:
            assert time.monotonic() < end, self.terminal.text
            self.terminal.read_now(0.05)
        self._heard = found + len(words.encode())

    def reply(self, question: str, given: str) -> None:
        """Wait for the end of a question and answer it."""
        self.hear(question)
        self.terminal.send(given + "\n")


@contextmanager
def asking(home: Path, *arguments: str) -> Iterator[Talk]:
    with in_terminal([sys.executable, "-m", "jobsync_tui", *arguments], size=(120, 50), env={"HOME": str(home)}) as terminal:
        yield Talk(terminal)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def crelate(tmp_path: Path) -> Iterator[str]:
    """The address of an ATS that answers, by HTTP on this machine."""
    with make_sandbox(jobs=60, directory=tmp_path / "sandbox") as sandbox, on_loopback(sandbox.responders) as address:
        cast("Any", sandbox.responders["crelate"]).base_url = f"{address}/crelate"
        yield f"{address}/crelate"


@pytest.mark.parametrize("provider", OURS)
def test_options_set_up_every_provider(provider: str, jobsync: Jobsync, home: Path) -> None:
    needs = needs_of(provider)
    words = ["--provider", provider]
    for name in needs.credentials:
        words += ["--credential", f"{name}=12345" if name in LITERAL_CREDENTIALS else f"{name}=env:SOME_VARIABLE"]
    if needs.address is None:
        words += ["--path", "jobs.csv"] if provider == "file" else ["--base-url", "https://acme.example.com/api"]
    ended = jobsync("init", *words, "--json")
    assert ended.code == 0, ended.err
    assert ended.json == {"config": str(config_of(home)), "integration": provider}
    assert [each["provider"] for each in integrations(home)] == [provider]
    assert jobsync("integrations", "--json").json["integrations"][0]["ats"] == needs.title
    assert stat.S_IMODE(config_of(home).stat().st_mode) == 0o600


def test_another_is_added_and_what_is_there_stays_as_it_is(jobsync: Jobsync, home: Path, sheet: Path) -> None:
    assert jobsync("init", "--provider", "file", "--path", str(sheet), "--id", "first").code == 0
    with config_of(home).open("a", encoding="utf-8") as file:
        file.write("# a comment without a line's end")
    before = config_of(home).read_text(encoding="utf-8")
    added = jobsync("init", "--add", "--provider", "file", "--path", str(sheet), "--id", "second", "--name", 'The "second" \\ one')
    assert added.code == 0, added.err
    assert config_of(home).read_text(encoding="utf-8").startswith(before)
    assert [(each["id"], each["name"]) for each in integrations(home)] == [("first", "File"), ("second", 'The "second" \\ one')]

    for number in (3, 4):
        assert jobsync("init", "--add", "--provider", "file", "--path", str(sheet), "--id", f"sheet-{number}").code == 0
    assert [each["name"] for each in integrations(home)][2:] == ["File sheet-3", "File sheet-4"], "each can be told from the others"
    taken = jobsync("init", "--add", "--provider", "file", "--path", str(sheet), "--id", "second", "--json")
    assert (taken.code, taken.json["error"]["remedy"]) == (2, "--id ID gives the new one another id")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--provider nonsense", "Unknown provider"),
        ("--provider greenhouse --credential user_id=1", "client_id, client_secret"),
        ("--provider lever --credential api_key=SECRETHERE", "where the secret is"),
        ("--provider lever --credential SECRETHERE", "a name and a place"),
        ("--provider lever --credential api_key=env:A --credential password=env:SECRETHERE", "no credential called password"),
        ("--provider lever --credential api_key=env:A --id a/b", "must be letters"),
        ("--provider lever --credential api_key=env:A --base-url http://example.com", "must be https"),
        ("--provider workable --credential api_key=env:A", "--base-url"),
        ("--provider file", "--path FILE"),
        ("--id greenhouse", "--provider"),
        ("--add --provider file --path x.csv", "no configuration"),
    ],
)
def test_what_cannot_be_an_integration_is_refused_and_nothing_is_written(words: str, said: str, jobsync: Jobsync, home: Path) -> None:
    ended = jobsync("init", *words.split())
    assert ended.code == 2
    assert said in ended.err
    assert "SECRETHERE" not in ended.err + ended.out
    assert not config_of(home).exists()


def test_where_nobody_can_be_asked_adding_needs_to_say_what(jobsync: Jobsync, home: Path) -> None:
    assert jobsync("init").code == 0
    before = config_of(home).read_bytes()
    ended = jobsync("init", "--add")
    assert ended.code == 2
    assert "--provider" in ended.err
    assert config_of(home).read_bytes() == before


def test_integrations_in_one_list_are_left_to_a_person(jobsync: Jobsync, home: Path, sheet: Path) -> None:
    config = config_of(home)
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text(f'integrations = [ {{ id = "a", provider = "file", path = "{sheet}" }} ]\n')
    config.chmod(0o600)
    ended = jobsync("init", "--add", "--provider", "file", "--path", str(sheet), "--id", "b")
    assert ended.code == 2
    assert "by hand" in ended.err
    assert 'id = "b"' in ended.err
    assert "b" not in [each["id"] for each in integrations(home)]


def test_who_is_spoken_for_adds_nothing(jobsync: Jobsync, home: Path, sheet: Path) -> None:
    assert jobsync("init", "--provider", "file", "--path", str(sheet)).code == 0
    with config_of(home).open("a", encoding="utf-8") as file:
        file.write('\n[[admins]]\nuser = "alice"\nintegrations = ["*"]\n')
    before = config_of(home).read_bytes()
    ended = jobsync("--as", "alice", "init", "--add", "--provider", "lever", "--credential", "api_key=file:/etc/hostname", "--id", "x")
    assert ended.code == 5
    assert config_of(home).read_bytes() == before


@pytest.mark.parametrize("command", ["test", "refresh", "auto --once", "auto", "worker", "jobs", "check 1", "sync 1 --yes", "fetch 1"])
def test_without_an_integration_every_command_says_how_to_add_one(command: str, jobsync: Jobsync, home: Path) -> None:
    assert jobsync("init").code == 0
    ended = jobsync(*command.split(), "--json")
    assert ended.code == 2
    assert ended.json["error"]["message"] == f"No integration is configured yet in {config_of(home)}"
    assert ended.json["error"]["remedy"] == "jobsync init --add adds one"


def test_a_sheet_is_set_up_by_answers_and_works(jobsync: Jobsync, home: Path, sheet: Path) -> None:
    with asking(home, "init") as talk:
        talk.reply("part of a name:", "what?")
        talk.hear("or a part of one name")
        talk.reply("part of a name:", "re")
        talk.hear("have that: type more of one name, or its number")
        talk.reply("part of a name:", "file")
        talk.reply("(Enter for file):", "sheet")
        talk.reply("(Enter for File):", "")
        talk.reply("the newest is read:", str(sheet.with_name("missing.xlsx")))
        talk.hear("There is no file")
        talk.reply("the newest is read:", str(sheet))
        talk.hear("Title: name")
        talk.reply("Test sheet now? [y/N]:", "y")
        talk.hear("2 jobs read: 2 with status, 1 with place, 1 with department, 2 with dates")
        assert talk.terminal.wait_for_end() == 0
    (table,) = integrations(home)
    assert table["columns"]["name"] == "Title"
    assert jobsync("refresh", "--json").json["seen"] == 2


def test_what_is_doubtful_in_a_sheet_is_said_before_it_is_taken(home: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "refs.csv"
    sheet.write_text("Ref,Client\nR-1,Mercy\nR-2,N/A\n", encoding="utf-8")
    with asking(home, "init") as talk:
        talk.reply("part of a name:", "excel")
        talk.reply("(Enter for file):", "")
        talk.reply("(Enter for File):", "")
        talk.reply("the newest is read:", str(sheet))
        talk.hear("Ref differs in every row and is taken for it")
        talk.hear("No column is known as the job's name")
        talk.reply("Test file now? [y/N]:", "n")
        assert talk.terminal.wait_for_end() == 0


def test_an_api_is_set_up_by_answers_and_its_key_is_kept_unseen(home: Path, crelate: str) -> None:
    key = CREDENTIALS["crelate-key"]
    config_of(home).parent.mkdir(parents=True, mode=0o700)
    config_of(home).write_text("# mine\n")
    config_of(home).chmod(0o600)
    with asking(home, "init", "--add") as talk:
        talk.reply("part of a name:", "crel")
        talk.reply("(Enter for crelate):", "bad id")
        talk.hear("must be letters, digits")
        talk.reply("(Enter for crelate):", "agency")
        talk.reply("(Enter for Crelate):", "Our agency")
        talk.reply("(Enter for https://app.crelate.com/api3):", crelate)
        talk.reply("(Enter for 1):", "")
        talk.reply("(not shown):", key)
        talk.reply("Test agency now? [y/N]:", "y")
        talk.hear("jobs read:")
        talk.hear("none with department (this ATS never gives it)")
        assert talk.terminal.wait_for_end() == 0
        assert key.encode() not in talk.terminal.output
    secret = config_of(home).parent / "secrets" / "agency-api_key"
    assert secret.read_text() == key + "\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    text = config_of(home).read_text()
    assert text.startswith("# mine\n")
    assert key not in text


def test_giving_up_writes_nothing(home: Path) -> None:
    with asking(home, "init") as talk:
        talk.reply("part of a name:", "lever")
        talk.reply("(Enter for lever):", "")
        talk.hear("(Enter for Lever):")
        talk.terminal.send("\x03")
        assert talk.terminal.wait_for_end() == 130
    assert not config_of(home).exists()


def test_none_yet_writes_the_configuration_alone(home: Path) -> None:
    with asking(home, "init") as talk:
        talk.reply("part of a name:", "none yet")
        talk.hear("jobsync init --add adds one")
        assert talk.terminal.wait_for_end() == 0
    assert "integrations" not in tomllib.loads(config_of(home).read_text())
