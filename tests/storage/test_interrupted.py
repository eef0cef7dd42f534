"""Reads that are abandoned at an awkward moment, and processes that are killed in the middle of a migration."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import peewee
import pytest

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.database import Database, Db, Dialect, Migration, Schema
from jobsync_tui.backend.database.sqlite import _Connection
from tests.storage.test_database import FIRST, add, create, texts
from tests.support.copies import Program

ROOT = Path(__file__).parents[2]


async def test_an_interrupt_that_meets_the_roll_back_costs_the_connection_and_not_the_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await Database.open(f"sqlite://{tmp_path / 'jobs.db'}", FIRST, readers=1)
    roll_back = _Connection.rollback

    def interrupted(self: _Connection) -> None:
        monkeypatch.setattr(_Connection, "rollback", roll_back)
        raise peewee.OperationalError("interrupted")

    def fails(db: Db) -> None:
        db.execute_sql("SELECT nothing FROM nowhere")

    monkeypatch.setattr(_Connection, "rollback", interrupted)
    with pytest.raises(StorageError):
        await database.read(fails)
    assert await database.read(texts) == []
    await database.close()


def _colours(db: Db, dialect: Dialect) -> None:
    del dialect
    db.execute_sql("ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")


KILLED = """
import asyncio, os, signal, sys
from jobsync_tui.backend.database import Database, Migration, Schema
from tests.storage.test_database import create
from tests.storage.test_interrupted import _colours

def fatal(db, dialect):
    _colours(db, dialect)
    db.execute_sql("UPDATE note SET text = 'half way'")
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(Database.open(sys.argv[1], Schema("notes", 2, create, (Migration(2, "colours", fatal),))))
"""


async def test_killed_in_the_middle_of_a_migration(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'jobs.db'}"
    database = await Database.open(url, FIRST)
    await database.write(add, "old")
    await database.close()

    command = (sys.executable, "-c", KILLED, url)
    killed = Program[str](command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    _, errors = killed.communicate()
    assert killed.returncode == -signal.SIGKILL, errors

    former = await Database.open(url, FIRST)
    assert await former.read(texts) == ["old"]
    await former.close()
    migrated = await Database.open(url, Schema("notes", 2, create, (Migration(2, "colours", _colours),)))
    assert await migrated.read(lambda db: db.execute_sql("SELECT text, colour FROM note").fetchall()) == [("old", "blue")]
    await migrated.close()
