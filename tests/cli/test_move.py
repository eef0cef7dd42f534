"""The move from SQLite files to a server, by the command, between real databases: everything or nothing."""

from __future__ import annotations

import gc
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Ended, Jobsync
from tests.storage.test_database import plain_connection
from tests.support.databases import url_at
from tests.support.sabotage import ON_SERVER

CONFIG = """
[storage]
url = "{url}"

[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""
RULES = "rules:\n  - {name: Nurses, when: {field: name, op: contains, value: nurse}, actions: [{folder: Nurses}]}\n"
JOBS = 23
REFUSED = 2


@dataclass
class Office:
    """A folder with a configuration, and the commands run with it."""

    folder: Path
    jobsync: Jobsync
    server: str
    database: str = field(init=False)

    def __post_init__(self) -> None:
        lines = [f"{number},{'Nurse' if number % 2 else 'Driver'} {number} \u2603" for number in range(JOBS)]
        (self.folder / "jobs.csv").write_text("\n".join(["id,name", *lines]), encoding="utf-8")
        (self.folder / "rules.yaml").write_text(RULES)
        self.database = f"sqlite:///{self.folder}/jobsync.db"
        self.stored_at(self.database)

    def stored_at(self, url: str) -> None:
        """Have the configuration name that database."""
        path = self.folder / "jobsync.toml"
        path.write_text(CONFIG.format(url=url))
        path.chmod(0o600)

    def run(self, *arguments: str) -> Ended:
        """Run a command."""
        return self.jobsync("-c", str(self.folder / "jobsync.toml"), *arguments)

    def told(self) -> dict[str, Any]:
        """Return what the commands say of what is stored; the record without what was recorded since."""
        audit = [json.loads(line) for line in self.run("audit", "--json").out.splitlines()]
        return {
            "jobs": sorted(self.run("jobs", "--json").out.splitlines()),
            "eligible": sorted(self.run("jobs", "--filter", "is:eligible", "--json").out.splitlines()),
            "rules": self.run("rules", "export").out,
            "history": self.run("rules", "history", "--json").json,
            "audit": {each["seq"]: each for each in audit},
        }


@pytest.fixture
def office(tmp_path: Path, home: Path, jobsync: Jobsync, on_postgresql: None) -> Office:
    office = Office(tmp_path, jobsync, url_at(tmp_path / "moved.db"))
    assert office.run("refresh").code == 0
    assert office.run("rules", "import", str(tmp_path / "rules.yaml")).code == 0
    assert office.run("sync", "--filter", "nurse -1", "--yes").code == 0
    return office


def test_what_moved_can_be_answered_from_an_index_alone(office: Office) -> None:
    assert office.run("migrate-storage", office.server).code == 0
    with psycopg.connect(office.server) as connection:
        seen = connection.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'jobs'").fetchone()
    assert seen == (1,)


def test_everything_moves_and_work_goes_on_where_it_was(office: Office) -> None:
    before = office.told()
    moved = office.run("migrate-storage", office.server, "--json")
    assert moved.code == 0, moved.out
    assert (moved.json["tables"]["jobs"], moved.json["tables"]["target_jobs"] > 0) == (JOBS, True)
    assert moved.json["verified"] == moved.json["tables"]["audit"]
    office.stored_at(office.server)
    after = office.told()
    rows = after.pop("audit")
    assert {seq: rows[seq] for seq in before["audit"]} == before.pop("audit")
    assert after == before
    assert office.run("audit", "--verify", "--json").json["ok"] is True
    assert "migrate-storage" in {each["action"] for each in rows.values() if each["outcome"] == "done"}
    again = office.run("sync", "--filter", "nurse -1", "--yes", "--json").json
    assert set(again["summary"]) == {"unchanged"}
    assert set(office.run("sync", "--filter", "nurse", "--yes", "--json").json["summary"]) == {"created", "unchanged"}
    assert office.run("refresh").code == 0


def test_the_file_is_kept_and_says_that_it_was_moved(office: Office) -> None:
    assert office.run("migrate-storage", office.server).code == 0
    refused = office.run("jobs", "--json")
    assert refused.code != 0
    assert "was moved to PostgreSQL" in refused.json["error"]["message"]
    with closing(sqlite3.connect(office.folder / "jobsync.db")) as file:
        assert file.execute("SELECT COUNT(*) FROM jobs").fetchone() == (JOBS,)


def test_a_destination_that_holds_anything_is_refused(office: Office) -> None:
    with psycopg.connect(office.server, autocommit=True) as connection:
        connection.execute("INSERT INTO memory (actor, name, value) VALUES ('somebody', 'x', 'y')")
    refused = office.run("migrate-storage", office.server, "--json")
    assert (refused.code, "is not empty: memory" in refused.json["error"]["message"]) == (REFUSED, True)
    assert len(office.run("jobs", "--json").out.splitlines()) == JOBS


def test_nobody_else_may_be_at_the_file(office: Office) -> None:
    with closing(plain_connection(office.folder / "jobsync.db")) as other:
        assert other.execute_sql("SELECT COUNT(*) FROM jobs").fetchone() == (JOBS,)
        refused = office.run("migrate-storage", office.server, "--json")
    assert (refused.code, "is in use by another jobsync" in refused.json["error"]["message"]) == (REFUSED, True)
    # In this process, Python's own SQLite keeps the file open until the cursor of what was refused is collected; a command's process ends.
    gc.collect()
    assert office.run("migrate-storage", office.server).code == 0


@pytest.mark.parametrize("statement", ["INSERT ON target_jobs", "UPDATE ON audit", "INSERT ON payloads"])
def test_a_move_that_fails_anywhere_has_moved_nothing(office: Office, statement: str) -> None:
    with psycopg.connect(office.server, autocommit=True) as connection:
        for each in ON_SERVER:
            connection.execute(each.format(statement).encode())
    failed = office.run("migrate-storage", office.server, "--json")
    assert failed.json["error"]["code"] == "storage"
    with psycopg.connect(office.server, autocommit=True) as connection:
        assert connection.execute("SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM audit)").fetchone() == (0,)
        connection.execute(b"DROP TRIGGER no ON " + statement.rpartition(" ")[2].encode())
    assert len(office.run("jobs", "--json").out.splitlines()) == JOBS
    assert office.run("migrate-storage", office.server).code == 0


def test_a_record_that_does_not_verify_does_not_move(office: Office) -> None:
    with closing(sqlite3.connect(office.folder / "jobsync.db")) as file, file:
        file.execute("UPDATE audit SET actor = 'mallory' WHERE seq = 1")
    refused = office.run("migrate-storage", office.server, "--json")
    assert "does not verify" in refused.json["error"]["message"]
    assert len(office.run("jobs", "--json").out.splitlines()) == JOBS


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db",
        "postgresql://user:password@host/x",
        "postgresql://user:pass#word@host/x",
        "postgresql://user@host/x?sslmode=require&password=password",
        "postgresql://user@host/x#?p%61ssword=password",
        "postgresql://user:password@[::host/x",
        "nonsense",
    ],
)
def test_where_to_is_the_url_of_a_server_without_a_password(office: Office, url: str) -> None:
    refused = office.run("migrate-storage", url, "--json")
    assert (refused.code, "URL such as postgresql://" in refused.json["error"]["message"]) == (REFUSED, True)
    assert "password=" not in office.run("audit", "--json").out


def test_a_backup_of_a_server_names_the_command_that_makes_one(office: Office) -> None:
    assert office.run("migrate-storage", office.server).code == 0
    office.stored_at(office.server)
    refused = office.run("backup", str(office.folder / "copy"))
    assert (refused.code, f"pg_dump --format=custom --file={office.folder}/copy" in refused.err) == (REFUSED, True)
