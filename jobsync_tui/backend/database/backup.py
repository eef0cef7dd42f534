"""A copy of a SQLite database that is in use: consistent, for its owner only, and never in the place of anything."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import peewee

from ..core.errors import StorageFull, UsageError
from ..core.new_file import whole_file
from .dialect import Db

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_MEGABYTE = 1_000_000

PAGES = 256
"""Pages that are copied between two words of progress: about a megabyte."""

Pages: TypeAlias = Callable[[int, int], None]
"""Told how many pages are copied, and of how many, on the thread that copies; what it raises ends the copy, and nothing is left of it."""


def copy_database(db: Db, destination: Path, on_pages: Pages | None = None) -> int:
    """Copy what ``db`` holds at this moment into a new file, mode 0600, and return its size in bytes.

    The copy is made beside its place and given its name when it is whole and on disk.

    Args:
        db: In a read, whose view of the database is copied, whoever writes meanwhile.
        destination: The new file.
        on_pages: Told how far it is.

    Raises:
        UsageError: ``destination`` exists, or is in no folder that can be written.
        StorageError: There is no room for it.
    """
    try:
        with whole_file(destination) as whole:
            try:
                _copy(db, whole, on_pages)
            except Exception:
                # A driver may not say why, and what it says would be told of the database, which has nothing.
                _require_room(db, whole, destination)
                raise
        _sync(destination.parent)
    except FileExistsError as error:
        raise UsageError(f"{destination} exists already and is left as it is", remedy="Name a file that does not exist yet") from error
    except OSError as error:
        kind = StorageFull if error.errno in _NO_ROOM else UsageError
        raise kind(f"{destination} cannot be written: {error.strerror}", remedy="Name a file in a folder that can be written") from error
    return destination.stat().st_size


def _copy(db: Db, path: Path, on_pages: Pages | None) -> None:
    # From the first look on a read has one view; without it, each write would begin the copy anew.
    db.execute_sql("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    copy = peewee.SqliteDatabase(str(path))
    copy.connect()
    with closing(copy):
        # What is not whole is thrown away: nothing needs to be undone in it.
        copy.execute_sql("PRAGMA journal_mode=OFF")
        told = None if on_pages is None else lambda _, left, total: on_pages(total - left, total)
        db.connection().backup(copy.connection(), pages=PAGES, progress=told)
        # The copy is one file: whoever opens it first turns write-ahead mode on again.
        copy.execute_sql("PRAGMA journal_mode=DELETE")
    _sync(path)


def _require_room(db: Db, begun: Path, destination: Path) -> None:
    """Refuse where what ``begun`` holds and what is free beside it are less than the database."""
    (pages,), (page_size,) = db.execute_sql("PRAGMA page_count").fetchone(), db.execute_sql("PRAGMA page_size").fetchone()
    disk = os.statvfs(begun)
    room, needed = begun.stat().st_size + disk.f_bavail * disk.f_frsize, pages * page_size
    if room < needed:
        raise StorageFull(
            f"There is no room for {destination}: it needs {needed // _MEGABYTE + 1:,} MB, and {room // _MEGABYTE:,} MB are free there",
            remedy="Free some space there, or name a file on another disk; the database is as it was",
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
