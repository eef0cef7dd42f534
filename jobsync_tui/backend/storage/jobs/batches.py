"""Jobs by the ten thousand for the rules: only the fields that are asked for, from narrow columns where there are any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, cast

import msgspec
import peewee
from peewee import fn

from ...core.canonical import parse_object
from ...core.models import Job, JsonValue, Location
from ...database import Database, Db
from ..outcomes.outcome_rows import States
from ..outcomes.outcomes import EvaluationVersion
from . import codec
from .sources import source_of, sources_of
from .tables import CachedOutcomeRow, JobRecord, MarkRow, PayloadRow

BATCH = 10_000
"""Jobs of a batch: a tenth of a second's work, and some megabytes. Some steps of it are one call into C, which holds the interpreter from
beginning to end: at twice as many jobs a key that is typed meanwhile waits noticeably longer, at half as many nothing is gained."""

AT_ONCE = 500
"""Jobs that are decoded in one go: a millisecond in which nobody else gets the interpreter, and too little to leave the fast caches."""

_COLUMNS: Mapping[str, peewee.Field] = {
    "id": JobRecord.id,
    "name": JobRecord.name,
    "status": JobRecord.status,
    "client": JobRecord.client,
    "department": JobRecord.department,
    "sync_status": JobRecord.sync_status,
    "last_synced": JobRecord.last_synced,
    "target_id": MarkRow.target_id,
}
"""Fields that need not be looked for in the whole job. Columns hold milliseconds, so of the times only our own is among them."""

_TEXTS = frozenset({"id", "name", "client", "department"})
"""Columns in which a NUL is kept as its picture, because not every database takes one."""

_NUL = "\u2400"

_PARTS: Mapping[str, Any] = {
    "id": str,
    "name": str | None,
    "client": str | None,
    "department": str | None,
    "ats_status": str | None,
    "location": Location | None,
    "locations": tuple[Location, ...],
    "owner": str | None,
    "requisition_id": str | None,
    "employment_type": str | None,
    "remote": bool | None,
    "visibility": str | None,
    "description": str | None,
    "url": str | None,
    "tags": tuple[str, ...],
    "custom": dict[str, Any],
    "created_at": datetime | None,
    "updated_at": datetime | None,
    "not_loaded": tuple[str, ...],
}
"""The other fields, as the stored JSON has them."""


_PLACES = frozenset({"location", "locations"})
"""Fields that are whole places."""


class _Place(msgspec.Struct, frozen=True, gc=False):
    """A place whose parts alone are asked for."""

    text: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class JobBatch:
    """Some jobs of one integration.

    Attributes:
        read: Which, and in which state.
        columns: Whole fields, by name.
        parts: For the other fields, objects that have these attributes of a job and no others; empty where none is asked for.
    """

    read: States
    columns: Mapping[str, Sequence[object]]
    parts: Sequence[Job]


@dataclass(frozen=True, slots=True)
class EvaluatedBatch:
    """Some jobs of one integration with how they were evaluated.

    Attributes:
        keys: Which, rising.
        outcomes: The number of each one's distinct outcome; one of no evaluation version in force where it was not evaluated.
        in_target: Keys of those that the target is known to have.
        jobs: Their fields.
    """

    keys: Sequence[int]
    outcomes: Sequence[int]
    in_target: frozenset[int]
    jobs: JobBatch


class ColumnStore:
    """Reads jobs in batches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unevaluated(
        self, evaluation_version: EvaluationVersion, integration: str, fields: Sequence[str], *, after: int = 0, limit: int = BATCH
    ) -> JobBatch:
        """Return the next jobs of an integration without a cached outcome, by their keys.

        Args:
            evaluation_version: Whose cached outcomes count.
            integration: Id of the integration.
            fields: Dotted names of what the rules ask for.
            after: The last key of the batch before.
            limit: At most so many.
        """
        return await self._database.scan(_next, integration, tuple(fields), _without_outcome(evaluation_version), after=after, limit=limit)

    async def every(self, integration: str, fields: Sequence[str], *, after: int = 0, limit: int = BATCH) -> JobBatch:
        """Return the next jobs of an integration, whether they have a cached outcome or not; arguments as of `unevaluated`."""
        return await self._database.scan(_next, integration, tuple(fields), None, after=after, limit=limit)

    async def evaluated(self, integration: str, fields: Sequence[str], *, after: int = 0, limit: int = BATCH) -> EvaluatedBatch:
        """Return the next jobs of an integration with how they were evaluated; arguments as of `unevaluated`."""
        return await self._database.scan(_evaluated, integration, tuple(fields), after=after, limit=limit)

    async def some(self, integration: str, fields: Sequence[str], keys: Sequence[int]) -> JobBatch:
        """Return jobs of an integration by their keys, in the order in which they are kept; those left out that are not there."""
        condition = self._database.dialect.any_of(JobRecord.key, keys)
        return await self._database.read(_next, integration, tuple(fields), condition, after=0, limit=len(keys))

    async def left_in_target(self, keys: Sequence[int]) -> Mapping[int, tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]]:
        """Return what the last sync of each job wrote, flat, and what the target made of it, by the jobs' keys."""
        here = self._database.dialect.any_of(MarkRow.key, keys)
        query = MarkRow.select(MarkRow.key, MarkRow.written, MarkRow.kept).where(here).tuples()
        return await self._database.read(
            lambda db: {key: (parse_object(written), parse_object(kept)) for key, written, kept in query.execute(db)}
        )

    async def whole(self, keys: Sequence[int]) -> Mapping[int, Job]:
        """Return whole jobs as their ATS gave them, by their keys."""
        here = self._database.dialect.any_of(PayloadRow.key, keys)
        query = PayloadRow.select(PayloadRow.key, PayloadRow.body).where(here)
        return await self._database.read(lambda db: {key: codec.plain(body) for key, body in query.tuples().execute(db)})

    async def jobs(self, integrations: Sequence[str]) -> int:
        """Return how many jobs of the integrations are cached."""
        return await self._database.read(lambda db: sum(source.jobs for source in sources_of(db, tuple(integrations))))


def _next(db: Db, integration: str, fields: tuple[str, ...], condition: peewee.Expression | None, *, after: int, limit: int) -> JobBatch:
    source = source_of(db, integration)
    if source is None:
        return JobBatch(States(), {}, ())
    where = JobRecord.key.between(max(after + 1, source.low), source.high)
    if condition is not None:
        where &= condition
    batch = _read(db, fields, frozenset(), where, limit)
    if any(_NUL in "".join(filter(None, cast("Sequence[str]", batch.columns[name]))) for name in _TEXTS & set(batch.columns)):
        batch = _read(db, fields, _TEXTS, where, limit)
    if "integration" in fields:
        return replace(batch, columns={**batch.columns, "integration": [integration] * len(batch.read)})
    return batch


def _evaluated(db: Db, integration: str, fields: tuple[str, ...], *, after: int, limit: int) -> EvaluatedBatch:
    jobs = _next(db, integration, fields, None, after=after, limit=limit)
    if not jobs.read:
        return EvaluatedBatch((), (), frozenset(), jobs)
    here = MarkRow.key.between(jobs.read.keys[0], jobs.read.keys[-1]) & ~MarkRow.target_id.is_null()
    in_target = frozenset(row[0] for row in db.execute(MarkRow.select(MarkRow.key).where(here)).fetchall())
    return EvaluatedBatch(jobs.read.keys, jobs.read.outcomes, in_target, jobs)


def _without_outcome(evaluation_version: EvaluationVersion) -> peewee.Expression:
    low, high = evaluation_version.span
    missing: peewee.Expression = CachedOutcomeRow.outcome.is_null() | ~CachedOutcomeRow.outcome.between(low, high)
    return missing


def _read(db: Db, fields: tuple[str, ...], exact: frozenset[str], where: peewee.Expression, limit: int) -> JobBatch:
    """Read a batch; the ``exact`` fields come from the whole job even where there is a column of them."""
    heads = frozenset(head for field in fields for head in _heads(field))
    names = tuple(sorted(heads & _COLUMNS.keys() - exact))
    decode = _decoder(tuple(sorted(heads & _PARTS.keys() - set(names))), whole_places=not _PLACES.isdisjoint(fields))
    # Straight from the driver, and by columns: what Peewee does for each row would be half of the time.
    cursor = db.execute(_query(names, whole=decode is not None).where(where).order_by(JobRecord.key).limit(limit))
    found: tuple[list[Any], ...] = tuple([] for _ in range(len(names) + 3))
    parts: list[Any] = []
    while rows := cursor.fetchmany(AT_ONCE):
        *columns, last = zip(*rows, strict=True)
        if decode is None:
            columns.append(last)
        else:
            parts += map(decode, last)
        for values, more in zip(found, columns, strict=True):
            values.extend(more)
    by_name: dict[str, Sequence[object]] = dict(zip(names, found[3:], strict=True))
    if "last_synced" in by_name:
        by_name["last_synced"] = [codec.moment(cast("int", value)) for value in by_name["last_synced"]]
    return JobBatch(States(*found[:3]), by_name, parts)


def _query(names: Sequence[str], *, whole: bool) -> peewee.ModelSelect[JobRecord]:
    columns = [
        JobRecord.key,
        fn.COALESCE(CachedOutcomeRow.changed, 0),
        fn.COALESCE(CachedOutcomeRow.outcome, 0),
        *(_COLUMNS[name] for name in names),
    ]
    query = JobRecord.select(*columns, *([PayloadRow.body] if whole else []))
    query = query.join(CachedOutcomeRow, peewee.JOIN.LEFT_OUTER, on=CachedOutcomeRow.key == JobRecord.key)
    if whole:
        query = query.join_from(JobRecord, PayloadRow, on=PayloadRow.key == JobRecord.key)
    if "target_id" in names:
        query = query.join_from(JobRecord, MarkRow, peewee.JOIN.LEFT_OUTER, on=MarkRow.key == JobRecord.key)
    return query


def _heads(field: str) -> tuple[str, ...]:
    """Return the fields of the job from which a dotted one is read; a job's place may stand in either of two."""
    head = field.partition(".")[0]
    return ("location", "locations") if head in {"location", "locations"} else (head,)


@cache
def _decoder(names: tuple[str, ...], *, whole_places: bool) -> Callable[[str], object] | None:
    """Return what reads just those fields out of a job's JSON; None where there are none.

    What it makes is nothing that the collector of cycles counts: many thousands at a time would have it look through the whole program.
    Places are `Location` only where they are asked for as a whole.
    """
    if not names:
        return None
    shapes = _PARTS if whole_places else {**_PARTS, "location": _Place | None, "locations": tuple[_Place, ...]}
    shape = msgspec.defstruct("JobPart", [(name, shapes[name]) for name in names], gc=False)
    return msgspec.json.Decoder(shape).decode
