"""A copy of a database in use, page by page: of one moment, whoever writes meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobsync_tui.backend.database import Database, Db, Dialect, Schema, backup


def _filled(db: Db, _: Dialect) -> None:
    db.execute_sql("CREATE TABLE notes (text TEXT)")
    for number in range(100):
        db.execute_sql("INSERT INTO notes VALUES (?)", (f"{number} " * 1000,))


async def test_writes_meanwhile_are_not_in_it_and_do_not_begin_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAGES", 4)
    told: list[tuple[int, int]] = []

    loop = asyncio.get_running_loop()

    def write(db: Db) -> None:
        db.execute_sql("INSERT INTO notes VALUES ('meanwhile')")

    def write_meanwhile(done: int, total: int) -> None:
        told.append((done, total))
        assert len(told) < 100, "it begins anew each time"
        asyncio.run_coroutine_threadsafe(database.write(write), loop).result()

    database = await Database.open(f"sqlite://{tmp_path}/notes.db", Schema("notes", 1, _filled))
    try:
        await database.read(backup.copy_database, tmp_path / "copy.db", write_meanwhile)
    finally:
        await database.close()
    assert len(told) > 3
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1]
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT COUNT(*) FROM notes").fetchone() == (100,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
