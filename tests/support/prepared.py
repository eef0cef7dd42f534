"""New SQLite files as copies of one that the program made: making one takes twenty times as long as writing it down."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

from jobsync_tui.backend.database import Dialect, Schema, pool, sqlite

_NUMBERS = count()
_OWNERS = ("jobsync_tui.", "tests.support.")
"""Whose schemas are copied. Those that a test has by itself are about how a schema comes into a file."""

_prepare = pool._prepare


@contextmanager
def prepared() -> Iterator[None]:
    """Have what opens a file that is not there, in this process, begin with one that has the tables already."""
    pool._prepare = _prepare_quickly
    try:
        yield
    finally:
        pool._prepare = _prepare


def _prepare_quickly(dialect: Dialect, schema: Schema) -> None:
    if isinstance(dialect, sqlite.SqliteDialect) and schema.create.__module__.startswith(_OWNERS) and not dialect.path.exists():
        # What cannot be done here is the program's to tell.
        with suppress(OSError):
            _put(dialect.path, _file(schema))
    _prepare(dialect, schema)


def _put(path: Path, content: bytes) -> None:
    """Make the file at once with everything in it, unless somebody else was quicker."""
    sqlite._make_directory(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{next(_NUMBERS)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink()


@cache
def _file(schema: Schema) -> bytes:
    """Return a file into which the program put that schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        _prepare(sqlite.SqliteDialect(str(path), timeout=10), schema)
        return path.read_bytes()
