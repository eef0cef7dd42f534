"""A store that moves from SQLite files to a PostgreSQL server, the local target with it, and the record that it did."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..core.clock import now
from ..core.errors import StorageError
from ..core.models import MoveReport
from ..database import Database, Db
from ..database.transfer import move
from ..storage.ledger import audit
from ..storage.ledger.audit import NewEntry
from ..storage.ledger.chain_key import ChainKey
from ..storage.migrations import SCHEMA
from ..target.local_tables import TARGET_SCHEMA


async def move_storage(files: Sequence[Path], url: str, entry: NewEntry, key: ChainKey | None) -> MoveReport:
    """Move everything in ``files`` to the database at ``url``, and append ``entry`` to the record there.

    Args:
        files: The store's file, and the local target's where there is one; nobody has them open.
        url: Of a PostgreSQL database that jobsync has not used yet.
        entry: What the record says of it.
        key: With which the record is chained.

    Raises:
        UsageError: The destination is not empty, or a file is in use.
        StorageError: Either database failed, counts differ, or the record does not verify; then nothing was moved.
    """
    for schema in (SCHEMA, TARGET_SCHEMA):
        await (await Database.open(url, schema)).close()
    verified: list[int] = []
    counts = await asyncio.to_thread(move, files, url, partial(_finish, entry, key, verified))
    return MoveReport(sum(counts.values()), counts, verified[0])


def _finish(entry: NewEntry, key: ChainKey | None, verified: list[int], db: Db) -> None:
    """Verify the record where it arrived, and append to it."""
    if key is not None:
        key.known_to(db)
    found = audit.verify(db)
    if not found.ok:
        raise StorageError(
            f"The record of who did what does not verify in the new place: {found.message}",
            remedy="jobsync audit --verify says whether it does in the old one. Nothing was moved.",
        )
    verified.append(found.kept)
    audit.append(db, entry, now())
