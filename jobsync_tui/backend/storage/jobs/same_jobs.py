"""New jobs that are certainly known ones under other ids, however few they are.

A service in front of an ATS gives each job an id of its own, and the ATS job id only where the ATS has told it: a job that had none is
known by the service's id until then. And a spreadsheet writes 200 as ``200.0`` and ``0042`` as 42. Only known
jobs that are linked to one of the target count: those would be created again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import peewee

from ...core.id_forms import other_forms
from ...database import Db, Dialect
from .sources import Source
from .tables import JobRecord, MarkRow, SightingRow

AT_A_TIME = 5_000
"""New jobs that are looked at together."""


@dataclass(frozen=True, slots=True)
class SameJob:
    """A new job, by its key and id, and the id of the known job that it is."""

    key: int
    new: str
    old: str


@dataclass(frozen=True, slots=True)
class _New:
    key: int
    id: str
    own_id: str | None
    listing: int


def same_jobs(db: Db, dialect: Dialect, source: Source, keys: Sequence[int] | None = None) -> tuple[SameJob, ...]:
    """Return new jobs that are known ones; of all jobs of the integration, or of those with these keys."""
    if not _linked(source).exists(db):
        return ()
    return tuple(
        each
        for news in _news(db, dialect, source, keys)
        for each in (*_by_own_id(db, dialect, source, news), *_by_form(db, dialect, source, news))
    )


def linked_among(db: Db, dialect: Dialect, source: Source, ids: Sequence[str]) -> frozenset[str]:
    """Return those of the ATS job ids under which jobs are linked."""
    return frozenset(row[0] for row in _known(source).where(dialect.any_of(JobRecord.id, list(ids))).tuples().execute(db))


def written_otherwise(db: Db, dialect: Dialect, source: Source, ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return former and present id of linked jobs of which a whole listing, with these ids, holds another form of the number instead."""
    if not _linked(source).exists(db):
        return ()
    there, found = set(ids), dict[str, str]()
    for start in range(0, len(ids), AT_A_TIME):
        formed = {form: each for each in ids[start : start + AT_A_TIME] for form in other_forms(each) if form not in there}
        found |= {old: formed[old] for old in linked_among(db, dialect, source, list(formed))}
    return tuple(sorted(found.items()))


def last_listed(db: Db, source: Source) -> tuple[str, ...]:
    """Return the ids of the jobs that the last listing held."""
    last = SightingRow.select(peewee.fn.MAX(SightingRow.listing)).where(SightingRow.key.between(source.low, source.high))
    query = JobRecord.select(JobRecord.id).join(SightingRow, on=SightingRow.key == JobRecord.key).order_by(JobRecord.key)
    where = JobRecord.key.between(source.low, source.high) & (SightingRow.listing == last)
    return tuple(row[0] for row in query.where(where).tuples().execute(db))


def _linked(source: Source) -> peewee.ModelSelect[MarkRow]:
    where = MarkRow.key.between(source.low, source.high) & MarkRow.target_id.is_null(is_null=False)
    return MarkRow.select(MarkRow.key).where(where)


def _news(db: Db, dialect: Dialect, source: Source, keys: Sequence[int] | None) -> Iterator[list[_New]]:
    """Give the jobs that no job of the target is linked to, some at a time."""
    query = (
        JobRecord.select(JobRecord.key, JobRecord.id, SightingRow.own_id, SightingRow.listing)
        .join(SightingRow, on=SightingRow.key == JobRecord.key)
        .join_from(JobRecord, MarkRow, peewee.JOIN.LEFT_OUTER, on=MarkRow.key == JobRecord.key)
        .where((JobRecord.gone == False) & MarkRow.target_id.is_null())  # noqa: E712
        .order_by(JobRecord.key)
        .limit(AT_A_TIME)
    )
    for start in range(0, len(keys or ()), AT_A_TIME):
        yield _new(query.where(dialect.any_of(JobRecord.key, (keys or ())[start : start + AT_A_TIME])), db)
    after = source.low
    while keys is None and (found := _new(query.where(JobRecord.key.between(after, source.high)), db)):
        yield found
        after = found[-1].key + 1


def _new(query: peewee.ModelSelect[JobRecord], db: Db) -> list[_New]:
    return [_New(*row) for row in query.tuples().execute(db)]


def _by_own_id(db: Db, dialect: Dialect, source: Source, news: list[_New]) -> Iterator[SameJob]:
    """Give those that the service in front of the ATS knows as the same, or whose own id was the ATS job id of a known one."""
    owned = {each.own_id: each for each in news if each.own_id is not None}
    if not owned:
        return
    ids = list(owned)
    known = _known(source).where(dialect.any_of(SightingRow.own_id, ids) | dialect.any_of(JobRecord.id, ids))
    for old, own_id, _ in known.tuples().execute(db):
        new = owned.get(own_id) or owned.get(old)
        if new is not None and new.id != old:
            yield SameJob(new.key, new.id, old)


def _by_form(db: Db, dialect: Dialect, source: Source, news: list[_New]) -> Iterator[SameJob]:
    """Give those whose ids are the numbers of known ones in another form, where the list that holds the one holds the other no more."""
    formed = {form: each for each in news for form in other_forms(each.id)}
    if not formed:
        return
    for old, _, listing in _known(source).where(dialect.any_of(JobRecord.id, list(formed))).tuples().execute(db):
        new = formed[old]
        if listing < new.listing and new.own_id is None:
            yield SameJob(new.key, new.id, old)


def _known(source: Source) -> peewee.ModelSelect[JobRecord]:
    """Return the query for id, own id and last listing of the jobs that are linked."""
    return (
        JobRecord.select(JobRecord.id, SightingRow.own_id, SightingRow.listing)
        .join(SightingRow, on=SightingRow.key == JobRecord.key)
        .join_from(JobRecord, MarkRow, on=MarkRow.key == JobRecord.key)
        .where((JobRecord.source == source.number) & MarkRow.target_id.is_null(is_null=False))
    )
