"""What a listing lacks of the jobs that were known before it, and what it has instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import peewee

from ...database import Db
from .sources import Source
from .statements import first, rows
from .tables import JobRecord, ListingRow, SightingRow

GUARD = 0.2
"""Share of the known jobs that a listing may lack before somebody has to say that they are really gone."""

_KNOWN = "SELECT COUNT(1) FROM jobs WHERE source = ? AND gone = ? AND key <= ?"
_TWINS = (
    "SELECT COUNT(DISTINCT n.key), COUNT(DISTINCT o.key), MIN(n.key) FROM jobs n JOIN jobs o ON o.source = n.source"
    " AND o.name_key = n.name_key AND o.place_key = n.place_key"
    " AND (o.created_at = n.created_at OR o.created_at = 0 OR n.created_at = 0)"
    " JOIN sightings s ON s.key = o.key"
    " WHERE n.source = ? AND n.key > ? AND n.name_key <> '' AND o.key <= ? AND NOT o.gone AND s.listing <> ?"
)
_EXAMPLE = (
    "SELECT o.id, n.id FROM jobs n JOIN jobs o ON o.source = n.source AND o.name_key = n.name_key AND o.place_key = n.place_key"
    " JOIN sightings s ON s.key = o.key WHERE n.key = ? AND o.key <= ? AND NOT o.gone AND s.listing <> ? ORDER BY o.key LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a listing lacks.

    Attributes:
        known: Jobs that were present before it.
        lacking: How many of these it did not hold; 0 for a listing of changes, which does not tell.
        some: Ids of these: all, or as many by chance as were asked for.
        added: Jobs that it held and that were not known.
        twins: How many of these have the name, place and date of creation of a job that it did not hold.
        example: The former and the present id of one of the twins.
    """

    known: int
    lacking: int
    some: tuple[str, ...]
    added: int
    twins: int = 0
    example: tuple[str, str] | None = None

    @property
    def too_much(self) -> bool:
        """Whether more is lacking than may count as gone without a person's word."""
        return self.lacking > GUARD * self.known

    @property
    def same_jobs(self) -> bool:
        """Whether so many of the new jobs look like known ones that it is their ids that changed."""
        return self.twins > GUARD * self.known


def gap(db: Db, source: Source, listing: int, *, full: bool, limit: int) -> Gap:
    """Return what a listing that has come to its last page lacks, with up to ``limit`` of the ids."""
    before = _before(db, source, listing)
    ((known,),) = rows(db, _KNOWN, source.number, False, before)  # noqa: FBT003 - a column's value
    lacking = 0
    some: tuple[str, ...] = ()
    if full:
        where = missing(db, source, listing)
        lacking = JobRecord.select(peewee.fn.COUNT(1)).where(where).scalar(db)
        chosen: Sequence[tuple[str]] = ()
        if lacking:
            chosen = JobRecord.select(JobRecord.id).where(where).order_by(peewee.fn.RANDOM()).limit(limit).tuples().execute(db)
        some = tuple(row[0] for row in chosen)
    added = source.last_number - (before - source.low)
    twins, example = _twins(db, source, listing, before) if known and added > GUARD * known else (0, None)
    return Gap(known, lacking, some, added, twins, example)


def missing(db: Db, source: Source, listing: int) -> peewee.Expression:
    """Return the condition for jobs that the listing lacks; one that was read singly since the listing began is not missing."""
    started: int = ListingRow.select(ListingRow.started_at).where(ListingRow.id == listing).scalar(db)
    unseen = SightingRow.select(SightingRow.key).where(
        SightingRow.key.between(source.low, source.high) & (SightingRow.listing != listing) & (SightingRow.at < started)
    )
    return (JobRecord.source == source.number) & (JobRecord.gone == False) & JobRecord.key.in_(unseen)  # noqa: E712


def _before(db: Db, source: Source, listing: int) -> int:
    """Return the highest key of a job that was known before the listing began."""
    ((number,),) = rows(db, "SELECT first_number FROM listings WHERE id = ?", listing)
    return source.low + int(number)


def _twins(db: Db, source: Source, listing: int, before: int) -> tuple[int, tuple[str, str] | None]:
    found = first(db, _TWINS, source.number, before, before, listing)
    if found is None or not found[0]:
        return 0, None
    example = first(db, _EXAMPLE, found[2], before, listing)
    return min(int(found[0]), int(found[1])), None if example is None else (example[0], example[1])
