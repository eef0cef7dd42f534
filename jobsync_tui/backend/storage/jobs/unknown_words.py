"""The status words of the cached jobs that nobody knows: no rule on a status matches those jobs until the words are mapped."""

from __future__ import annotations

from ...database import Db
from .codec import plain
from .sources import source_of
from .statements import first, rows


def unknown_words(db: Db, integration: str) -> tuple[tuple[str, int], ...]:
    """Return the words and how many jobs have each, the most frequent first."""
    source = source_of(db, integration)
    if source is None:
        return ()
    sql = (
        "SELECT MIN(j.key), COUNT(*) FROM jobs j JOIN job_details d ON d.key = j.key "
        "WHERE j.source = ? AND j.status = 'unknown' AND NOT j.gone AND d.ats_status <> '' GROUP BY d.ats_status"
    )
    found = []
    for key, count in rows(db, sql, source.number):
        body = first(db, "SELECT body FROM payloads WHERE key = ?", key)
        word = plain(body[0]).ats_status if body is not None else None
        if word:
            found.append((word, int(count)))
    return tuple(sorted(found, key=lambda each: (-each[1], each[0])))
