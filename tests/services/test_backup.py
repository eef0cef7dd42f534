"""A copy of the database that does not come to its end leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import peewee
import pytest

from jobsync_tui.backend.core.errors import StorageError, StorageFull
from jobsync_tui.backend.database import backup
from jobsync_tui.backend.services import maintenance
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.target.local import LocalTarget
from tests.services.workshop import workshop
from tests.support.patience import PATIENCE


async def recorded(backend: Backend) -> list[str | None]:
    """Return what the record says of copies, in the order in which it came."""
    return [entry.outcome for entry in reversed(await backend.records.audit(limit=10)) if entry.action == "backup"]


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
        assert await recorded(backend) == ["begun", "cancelled"]
    # Closing has waited for the thread that copied.
    assert list(folder.iterdir()) == []


async def test_a_disk_without_room_is_told_of_the_copy_and_not_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    real = os.statvfs(folder)

    def breaks(*_: object) -> None:
        # As drivers do whose error has no code.
        raise peewee.OperationalError

    monkeypatch.setattr(backup, "PAGES", 1)
    monkeypatch.setattr(maintenance._Copying, "moved", breaks)
    async with workshop(tmp_path) as backend:
        with pytest.raises(StorageError) as other:
            await backend.maintenance.backup(folder / "monday.db")
        assert not isinstance(other.value, StorageFull)
        monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result((*real[:4], 0, *real[5:10])))
        with pytest.raises(StorageFull) as refused:
            await backend.maintenance.backup(folder / "monday.db")
        assert await recorded(backend) == ["begun", "failed", "begun", "failed"]
    assert f"no room for {folder / 'monday.db'}" in refused.value.message
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
