"""Program and database of different versions, through the command: an older program changes nothing, a newer one brings it up to date."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobsync_tui.backend.database import Database, Schema
from jobsync_tui.backend.storage.migrations import SCHEMA
from tests.cli.conftest import Jobsync
from tests.storage.test_migrations import _as_of_version_1

COMMANDS = ("refresh", "jobs --json", "check 1", "rules list", "audit --verify", "sync 1 --yes --json", "auto --once", "recover")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n[[integrations]]\nid = "export"\nprovider = "file"\npath = "jobs.csv"\n'
    )
    path.chmod(0o600)
    (tmp_path / "jobs.csv").write_text("id,name\n1,Nurse\n")
    return path


def _contents(folder: Path) -> tuple[list[str], list[str]]:
    """Return what is in the database, and which files stand beside it; SQLite may make and drop its own."""
    with closing(sqlite3.connect(folder / "jobsync.db")) as db:
        dump = list(db.iterdump())
    return dump, [each.name for each in folder.glob("jobsync.db.schema-*")]


def test_an_older_program_leaves_a_newer_database_alone(tmp_path: Path, config: Path, jobsync: Jobsync) -> None:
    assert jobsync("-c", str(config), "refresh").code == 0
    with closing(sqlite3.connect(tmp_path / "jobsync.db")) as db, db:
        db.execute("UPDATE schema_version SET version = version + 1 WHERE name = 'store'")
    before = _contents(tmp_path)
    for command in COMMANDS:
        ended = jobsync("-c", str(config), *command.split())
        told = ended.json["error"]["message"] + ended.json["error"]["remedy"] if "--json" in command else ended.err
        assert (ended.code, "written by a newer jobsync" in told, "Install the newer jobsync" in told) == (2, True, True), command
    found = jobsync("-c", str(config), "doctor")
    assert found.code == 2
    assert f"has schema {SCHEMA.version + 1}, this jobsync knows {SCHEMA.version}" in found.out
    assert _contents(tmp_path) == before


async def _old(url: str) -> None:
    await (await Database.open(url, Schema("store", 1, _as_of_version_1))).close()


def test_a_newer_program_brings_an_older_database_up_to_date_and_keeps_a_copy(tmp_path: Path, config: Path, jobsync: Jobsync) -> None:
    asyncio.run(_old(f"sqlite:///{tmp_path}/jobsync.db"))
    before, _ = _contents(tmp_path)
    ended = jobsync("-c", str(config), "refresh")
    assert ended.code == 0, ended.err
    _, copies = _contents(tmp_path)
    assert len(copies) == 1
    with closing(sqlite3.connect(tmp_path / copies[0])) as db:
        assert list(db.iterdump()) == before
        assert db.execute("SELECT version FROM schema_version").fetchall() == [(1,)]
