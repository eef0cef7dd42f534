"""What goes through the threads of a database, and what stays on them."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.database import Database, Db, Schema


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite://{tmp_path}/empty.db", Schema("empty", 1, lambda db, dialect: None))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "fails",
    [lambda db: db.execute_sql("nonsense"), lambda _: os.environ["MISSING_IN_EVERY_ENVIRONMENT"]],
    ids=["in the driver", "in our code"],
)
async def test_what_a_failed_read_had_in_hand_is_let_go_on_its_own_thread(database: Database, fails: Callable[[Db], object]) -> None:
    """A cursor that is closed on another thread waits for what the connection does by then, and nothing else runs meanwhile."""
    let_go: list[str] = []

    class Cursor:
        def __del__(self) -> None:
            let_go.append(threading.current_thread().name)

    def read(db: Db) -> None:
        cursor = Cursor()
        fails(db)
        del cursor

    with pytest.raises((StorageError, KeyError)) as kept:
        await database.read(read)
    assert [name.startswith("jobsync-reader") for name in let_go] == [True]
    assert kept.value is not None
