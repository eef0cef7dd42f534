"""The SQLite that this Python has: pysqlite3's where that is installed and newer, else the one that Python was built with."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import peewee

from ..core.errors import StorageRefused

OLDEST = (3, 34)
"""The first SQLite whose full-text search finds any three characters, not only the beginnings of words."""

NEWER_SQLITE = "On x86-64 Linux: pip install --upgrade pysqlite3, which jobsync then uses by itself; elsewhere a Python with a newer SQLite"

library: Any = cast(Any, peewee).sqlite3
"""The driver's module that Peewee took."""


def require_sqlite() -> None:
    """Refuse a SQLite that cannot hold the database.

    Raises:
        StorageRefused: It is too old, or was built without what a search needs.
    """
    lacking = lacks()
    if lacking is not None:
        raise StorageRefused(f"This Python's SQLite {library.sqlite_version} cannot hold the database: {lacking}.", remedy=NEWER_SQLITE)


@cache
def lacks() -> str | None:
    """Return what SQLite lacks, in words; None where it has all that is needed. Looked at once a process."""
    if library.sqlite_version_info < OLDEST:
        return f"{'.'.join(map(str, OLDEST))} or newer is needed"
    memory = library.connect(":memory:")
    try:
        memory.execute("CREATE VIRTUAL TABLE looked_for USING fts5 (text, tokenize = 'trigram')")
    except library.Error:
        return "it was built without full-text search (FTS5)"
    finally:
        memory.close()
    return None
