"""Who may run which command: every command of the program, for two admins, a stranger, and the file's owner who is no admin."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.cli import session
from jobsync_tui.cli.completing import FileName
from jobsync_tui.cli.main import cli
from tests.cli.conftest import Ended, Jobsync, home, jobsync
from tests.security.admins import CONFIG
from tests.security.commands_for_actors import CASES, DENIED, FOR_ANYBODY, NAMED_OTHERWISE, RECORDED
from tests.support.command_tree import command_paths

__all__ = ["home", "jobsync"]

BEFORE = """
rules:
  - { id: every, name: Everything, actions: [ { folder: Inbox } ] }
  - { id: spare, name: Spare, actions: [ { folder: Spare } ] }
"""
OWN = """
rules:
  - { id: only, name: Only, active: false, when: { all: [ { field: integration, op: equals, value: %s } ] } }
"""
RULES = """
rules:
  - { id: every, name: Everything, actions: [ { folder: Inbox } ] }
  - { id: spare, name: Spare, priority: 7, actions: [ { folder: Spare } ] }
"""
UNKNOWN = "nobodys"


@dataclass(frozen=True)
class Side:
    """An admin with an integration of theirs, and the words by which its data would be known."""

    admin: str
    integration: str
    jobs: tuple[str, str]
    words: tuple[str, ...]

    def seen_in(self, text: str) -> list[str]:
        """Return the words of this side that ``text`` has."""
        return [word for word in (self.integration, *self.jobs, *self.words) if re.search(rf"\b{word}\b", text)]


ALICE = Side("alice", "hers", ("m1", "m2"), ("Her Clinic", "Midwife", "Surgeon"))
BOB = Side("bob", "his", ("w1", "w2"), ("His Factory", "Welder", "Fitter"))
SIDES = (ALICE, BOB)


class Company:
    """Two admins who share a configuration and know nothing of each other's integration."""

    def __init__(self, folder: Path, jobsync: Jobsync) -> None:
        self._folder = folder
        self._jobsync = jobsync
        self.config = folder / "jobsync.toml"
        self.config.write_text(CONFIG.format(folder=folder))
        self.config.chmod(0o600)
        (folder / "hers.csv").write_text("id,name\nm1,Midwife\nm2,Surgeon\n")
        (folder / "his.csv").write_text("id,name\nw1,Welder\nw2,Fitter\n")
        self.rules = folder / "rules.yaml"
        self.rules.write_text(RULES)
        self.own = folder / "own.yaml"
        self.before = folder / "before.yaml"
        self.before.write_text(BEFORE)

    def run(self, actor: str | None, *arguments: str) -> Ended:
        """Run a command for an actor; None is the account that owns the configuration."""
        return self._jobsync("-c", str(self.config), *(() if actor is None else ("--as", actor)), *arguments)

    def refusals(self, actor: str, integration: str | None = None) -> int:
        """Return how many attempts the record shows as refused."""
        with closing(sqlite3.connect(self._folder / "jobsync.db")) as database, database:
            statement = "SELECT count(*) FROM audit WHERE actor = ? AND outcome = 'refused' AND (? IS NULL OR integration = ?)"
            number: int = database.execute(statement, (actor, integration, integration)).fetchone()[0]
        database.close()
        return number

    def words(self, text: str, side: Side) -> list[str]:
        """Return the arguments of a case, said by an admin about what is theirs."""
        meant = {
            "own": side.integration,
            "job": side.jobs[0],
            "other_job": side.jobs[1],
            "rules": self.rules,
            "own_rule": "only",
            "fresh": self._folder / "fresh.db",
        }
        return text.format_map(meant).split()


@pytest.fixture(scope="module")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the first test leaves what the company, and the home of who runs its commands, are for the others."""
    return tmp_path_factory.mktemp("company") / "company"


@pytest.fixture
def company(tmp_path: Path, jobsync: Jobsync, monkeypatch: pytest.MonkeyPatch, as_it_was: Path) -> Company:
    # A confined process stays confined, and this one runs other tests too; test_confinement.py looks at that in processes of their own.
    monkeypatch.setattr(session, "confine", lambda _settings: None)
    if as_it_was.exists():
        shutil.copytree(as_it_was, tmp_path, dirs_exist_ok=True)
        return Company(tmp_path, jobsync)
    made = begun(Company(tmp_path, jobsync))
    shutil.copytree(tmp_path, as_it_was)
    return made


def begun(made: Company) -> Company:
    """Have both admins do something, and the one of both put rules into force."""
    for side in SIDES:
        assert made.run(side.admin, "refresh").code == 0
    assert made.run("eve", "rules", "import", str(made.before)).code == 0
    assert made.run("eve", "rules", "deactivate", "spare").code == 0
    assert made.run("eve", "rules", "shadow", "add", "all", str(made.rules)).code == 0
    for side in SIDES:
        assert made.run(side.admin, "sync", side.jobs[1], "--yes").code == 0
    return made


def test_every_command_has_a_case() -> None:
    assert set(command_paths()) == set(CASES)


@pytest.mark.parametrize(("side", "other"), [SIDES, SIDES[::-1]], ids=["alice", "bob"])
def test_an_admin_runs_every_command_and_sees_nothing_of_the_other(company: Company, side: Side, other: Side) -> None:
    seen: set[str] = set()
    company.own.write_text(OWN % side.integration)
    assert company.run(side.admin, "rules", "import", str(company.own)).code == 0
    for command, case in CASES.items():
        before = company.refusals(side.admin)
        ended = company.run(side.admin, *command.split(), *company.words(case.words, side))
        assert ended.code == case.code, (command, ended)
        assert other.seen_in(ended.out + ended.err) == [], (command, ended)
        assert other.admin not in ended.out + ended.err or command in {"rules history", "audit"}, (command, ended)
        assert (company.refusals(side.admin) > before) == (case.code == DENIED), command
        seen.update(side.seen_in(ended.out))
    assert {side.integration, side.words[0], *side.jobs} <= seen, "what is theirs is shown"


@pytest.mark.parametrize("actor", ["mallory", None], ids=["stranger", "owner"])
def test_one_who_is_no_admin_is_refused_by_every_command_and_it_is_recorded(company: Company, actor: str | None) -> None:
    name = actor or session.os_account().user
    for command, case in CASES.items():
        before = company.refusals(name)
        ended = company.run(actor, *command.split(), *company.words(case.words, ALICE))
        if command in FOR_ANYBODY:
            assert ended.code == 0, (command, ended)
            continue
        assert ended.code == DENIED, (command, ended)
        assert ended.out == "", command
        assert f"{name} may not use this configuration" in ended.err, command
        assert [each.seen_in(ended.err) for each in SIDES] == [[], []], (command, ended)
        assert company.refusals(name) > before, command


@pytest.mark.parametrize("further", [("--as", "eve"), ("-c", "other.toml"), ("jobs", "--as", "eve"), ("jobs", "-c", "other.toml")])
def test_who_is_spoken_for_is_said_once(company: Company, further: tuple[str, ...]) -> None:
    """What follows a forced command's own words may be a client's."""
    words = further if "jobs" in further else (*further, "jobs")
    ended = company.run("alice", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "says two things" in ended.err
    assert company.run("alice", "jobs", "--as", "alice", "-c", str(company.config)).code == 0


FILES = {
    "demo": "--dir {file}",
    "columns": "{file}",
    "check": "m1 -i hers --rules {file}",
    "rules validate": "{file}",
    "rules import": "{file}",
    "rules test": "{file}",
    "rules impact": "{file}",
    "rules shadow add": "shade {file}",
    "backup": "{file}",
    "init": "--add --provider file --path {file}",
}
"""The commands that take the name of a file, and how it is given; the configuration's, which every one takes, is the forced command's."""


def test_behind_a_key_no_file_of_the_server_is_named(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even by an admin of every integration: what the account can read is more, secrets among it."""
    secret = tmp_path / "secret"
    secret.write_text("canary-of-a-key")
    local = company.run("alice", "rules", "validate", str(secret))
    assert (local.code, "canary" in local.err) == (2, False), "nor is one quoted that is no file of rules"
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 1 192.0.2.1 22")
    for command, words in FILES.items():
        ended = company.run("eve", *command.split(), *words.format(file=secret).split())
        # Who is spoken for configures nothing, over SSH or not.
        assert (ended.code, "cannot be named over SSH" in ended.err) == ((5, False) if command == "init" else (2, True)), (command, ended)
        assert "canary" not in ended.out + ended.err


def test_every_command_that_takes_a_file_is_known() -> None:
    taking = {
        path
        for path in command_paths()
        for param in command_at(path).params
        if isinstance(param.type, (FileName, click.Path)) and param.name != "config"
    }
    assert taking == set(FILES)


def test_help_and_version_are_for_everybody(company: Company) -> None:
    for command in CASES:
        for option in ("--help", "--version"):
            assert company.run("mallory", *command.split(), option).code == 0, (command, option)


def commands_that_take_an_integration() -> Iterator[str]:
    """Find the commands that have ``-i``."""
    for path in command_paths():
        if any("--integration" in each.opts for each in command_at(path).params):
            yield path


def command_at(path: str) -> click.Command:
    """Return the command of that name."""
    command: click.Command = cli
    for word in path.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    return command


def alike(mine: Ended, unknown: Ended, foreign: str, stand_in: str) -> bool:
    """Return whether two commands were answered in the same words but for the id that each named."""
    out, err = (re.sub(rf"\b{foreign}\b", stand_in, text) for text in (mine.out, mine.err))
    return (mine.code, out, err) == (unknown.code, unknown.out, unknown.err)


@pytest.mark.parametrize(("side", "other"), [SIDES, SIDES[::-1]], ids=["alice", "bob"])
def test_an_integration_of_the_other_is_answered_like_an_unknown_one(company: Company, side: Side, other: Side) -> None:
    found = list(commands_that_take_an_integration())
    assert {"jobs", "sync", "audit"} <= set(found)
    for command in found:
        before = company.refusals(side.admin, other.integration)
        words = [*command.split(), *company.words(CASES[command].words, side)]
        theirs, unknown = (company.run(side.admin, *words, "-i", each) for each in (other.integration, UNKNOWN))
        assert theirs.code == 2, (command, theirs)
        assert f"Unknown integration: {other.integration}" in theirs.err, (command, theirs)
        assert alike(theirs, unknown, other.integration, UNKNOWN), (command, theirs, unknown)
        assert company.refusals(side.admin, other.integration) > before, command


@pytest.mark.parametrize(("side", "other"), [SIDES, SIDES[::-1]], ids=["alice", "bob"])
def test_what_is_the_others_is_answered_like_what_does_not_exist(company: Company, side: Side, other: Side) -> None:
    synced = company.run(other.admin, "sync", other.jobs[0], "--yes", "--json").json
    foreign = {
        "foreign": other.integration,
        "foreign_job": other.jobs[0],
        "foreign_operation": synced["operation_id"],
        "foreign_target": synced["target_id"],
        "foreign_lease": asyncio.run(lease_on(company.config, other)),
    }
    stand_in = dict.fromkeys(foreign, "nothing-known")
    for command, several in NAMED_OTHERWISE.items():
        for words in several:
            before = company.refusals(side.admin, other.integration)
            theirs, unknown = (
                company.run(side.admin, *command.split(), *words.format(job=side.jobs[0], **names).split()) for names in (foreign, stand_in)
            )
            (name,) = [each for key, each in foreign.items() if f"{{{key}}}" in words]
            assert alike(theirs, unknown, name, "nothing-known"), (command, theirs, unknown)
            assert set(other.seen_in(theirs.out + theirs.err)) <= {name}, (command, theirs)
            assert (company.refusals(side.admin, other.integration) > before) == (command in RECORDED), command


async def lease_on(config: Path, side: Side) -> str:
    """Take a job of a side in hand, and return the lease's id."""
    async with Backend.open(load_settings(config), Actor(side.admin)) as backend:
        return (await backend._parts.stores.ledger.leases.acquire(side.integration, side.jobs[1], side.admin)).id
