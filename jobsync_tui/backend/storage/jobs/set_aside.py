"""Rows of listings that could not be read: kept until a later answer gives the job, so that no watermark passes them unnoticed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...core.canonical import storable
from ...core.models import RejectedRow
from ...database import Db, Dialect
from .sources import Source, source_of
from .statements import first, many, rows, run

NAMELESS = ""
"""In the place of an id: all rows of an integration that have none, of which the last is kept."""

_PUT = (
    "INSERT INTO set_aside (source, id, name, reason, listing, rows) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO UPDATE SET "
    "name = excluded.name, reason = excluded.reason, listing = excluded.listing, "
    "rows = CASE WHEN set_aside.listing = excluded.listing AND set_aside.id = '' THEN set_aside.rows ELSE 0 END + excluded.rows"
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """What stands set aside of an integration: how many rows, why most of them, and the one that came first of these."""

    rows: int
    reason: str
    id: str | None
    name: str | None


def put_aside(db: Db, dialect: Dialect, source: Source, listing: int, rejected: Sequence[RejectedRow]) -> None:
    """Keep rows that a listing could not read."""
    named = {storable(row.id): row for row in rejected if row.id}
    kept: list[tuple[object, ...]] = [
        (source.number, row_id, None if row.name is None else storable(row.name), storable(row.reason), listing, 1)
        for row_id, row in named.items()
    ]
    if nameless := [row for row in rejected if not row.id]:
        last = nameless[-1]
        name = None if last.name is None else storable(last.name)
        kept.append((source.number, NAMELESS, name, storable(last.reason), listing, len(nameless)))
    many(db, dialect, _PUT, kept)


def take_back(db: Db, dialect: Dialect, source: Source, ids: Iterable[str]) -> None:
    """Forget rows whose jobs could be read, or are deleted."""
    if first(db, "SELECT 1 FROM set_aside WHERE source = ?", source.number) is not None:
        many(db, dialect, "DELETE FROM set_aside WHERE source = ? AND id = ?", [(source.number, storable(each)) for each in ids])


def forget_earlier(db: Db, source: Source, listing: int) -> None:
    """Forget what earlier listings set aside: one of everything has said it all anew."""
    run(db, "DELETE FROM set_aside WHERE source = ? AND listing <> ?", source.number, listing)


def forget_nameless(db: Db, source: Source, listing: int) -> None:
    """Forget rows without an id of earlier listings: what they were in has been read again."""
    run(db, "DELETE FROM set_aside WHERE source = ? AND id = ? AND listing <> ?", source.number, NAMELESS, listing)


def waiting(db: Db, integration: str, listing: int, limit: int) -> tuple[str, ...]:
    """Return the ids of rows that earlier listings set aside."""
    source = source_of(db, integration)
    sql = "SELECT id FROM set_aside WHERE source = ? AND listing <> ? AND id <> ? ORDER BY listing, id LIMIT ?"
    return tuple(row[0] for row in rows(db, sql, source.number, listing, NAMELESS, limit)) if source else ()


def standing(db: Db, integration: str) -> SetAside | None:
    """Return what stands set aside, None where nothing does."""
    source = source_of(db, integration)
    if source is None:
        return None
    sql = "SELECT reason, SUM(rows), MIN(id) FROM set_aside WHERE source = ? GROUP BY reason ORDER BY SUM(rows) DESC, reason"
    groups = rows(db, sql, source.number)
    if not groups:
        return None
    reason, _, job_id = groups[0]
    found = first(db, "SELECT name FROM set_aside WHERE source = ? AND id = ?", source.number, job_id)
    return SetAside(sum(int(group[1]) for group in groups), reason, job_id or None, found[0] if found else None)
