"""A copy of the database that does not come to its end leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import StorageFull
from jobsync_tui.backend.database import backup
from jobsync_tui.backend.services import maintenance
from jobsync_tui.backend.target.local import LocalTarget
from tests.services.workshop import workshop
from tests.support.patience import PATIENCE


async def test_a_copy_that_is_given_up_ends_at_once_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAGES", 1)
    moved = maintenance._Copying.moved
    begun, is_given_up = threading.Event(), threading.Event()

    def moved_when_given_up(copying: maintenance._Copying, done: int, total: int) -> None:
        assert done < total
        begun.set()
        assert is_given_up.wait(PATIENCE)
        moved(copying, done, total)

    monkeypatch.setattr(maintenance._Copying, "moved", moved_when_given_up)
    folder = tmp_path / "copies"
    folder.mkdir()
    async with workshop(tmp_path) as backend:
        copying = asyncio.ensure_future(backend.maintenance.backup(folder / "monday.db"))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        assert list(folder.iterdir())
        copying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await copying
        is_given_up.set()
    # Closing has waited for the thread that copied.
    assert list(folder.iterdir()) == []


async def test_one_of_two_databases_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()

    async def no_room(*_: object) -> int:
        assert [each.name for each in folder.iterdir()] == ["monday.db"]
        raise StorageFull("there is no room", remedy="make some")

    monkeypatch.setattr(LocalTarget, "copy_to", no_room)
    async with workshop(tmp_path) as backend:
        with pytest.raises(StorageFull):
            await backend.maintenance.backup(folder / "monday.db")
        assert list(folder.iterdir()) == []
