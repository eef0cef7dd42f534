"""Shadows: drafts that are evaluated beside the rules in force, what each look at them came to, and which jobs they concern since when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import peewee
from peewee import fn

from ...core import clock
from ...core.canonical import canonical, storable
from ...core.errors import UsageError
from ...core.models import ImpactCounts, ImpactKind, ImpactList, Shadow, ShadowJob, ShadowLook, ShadowPage
from ...database import Database, Db
from ..jobs.sources import integration_ids, source_of, sources_of
from ..jobs.statements import many
from ..jobs.tables import JobRecord
from . import rule_json
from .tables import ShadowJobRow, ShadowLookRow, ShadowRow

_ADD = "INSERT INTO shadow_jobs (shadow, key, since, until, kind) VALUES (?, ?, ?, 0, ?)"
_END = "UPDATE shadow_jobs SET until = ? WHERE shadow = ? AND key = ? AND until = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at one integration found.

    Attributes:
        state: Of everything that the answer rests on; a look at the same state would find the same.
        kinds: By key, how each job is concerned; the others are not.
    """

    integration: str
    cause: str
    revision: int
    state: str
    counts: ImpactCounts
    kinds: Mapping[int, ImpactKind]


class ShadowStore:
    """Keeps shadows and what is seen of them."""

    def __init__(self, database: Database, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def add(self, shadow: Shadow, also: Callable[[Db], object]) -> None:
        """Keep a new shadow; ``also`` runs in the same transaction.

        Raises:
            UsageError: There is one of that name.
        """
        await self._database.write(_add, shadow, also)

    async def every(self, integrations: Sequence[str]) -> tuple[Shadow, ...]:
        """Return the shadows by name, each with the last look at each of the integrations."""
        return await self._database.read(_every, tuple(integrations))

    async def drop(self, name: str, also: Callable[[Db], object]) -> None:
        """Take a shadow out with all that was seen of it; ``also`` runs in the same transaction."""

        def dropped(db: Db) -> None:
            drop(db, name)
            also(db)

        await self._database.write(dropped)

    async def state(self, name: str, integration: str) -> str | None:
        """Return the state at which the shadow was last looked at, None where it never was."""
        return await self._database.read(_state, name, integration)

    async def record(self, name: str, seen: Seen) -> None:
        """Keep what a look found, and since and until when jobs are concerned; nothing where the shadow is gone.

        A look that found what the one before it did takes that one's place, but for its time: nothing happened between the two.
        """
        await self._database.write(self._record, name, seen)

    async def looks(self, name: str, integrations: Sequence[str], limit: int) -> tuple[ShadowLook, ...]:
        """Return the looks at the integrations, newest first."""
        return await self._database.read(_looks, name, tuple(integrations), limit)

    async def jobs(self, name: str, integrations: Sequence[str], which: ImpactList | None, *, offset: int, limit: int) -> ShadowPage:
        """Return the jobs that a shadow concerns or concerned, the latest first; of one list only where ``which`` names it."""
        return await self._database.read(_jobs, name, tuple(integrations), which, offset=offset, limit=limit)

    def _record(self, db: Db, name: str, seen: Seen) -> None:
        source = source_of(db, seen.integration)
        if source is None or not ShadowRow.select().where(ShadowRow.name == name).exists(db):
            return
        here = (ShadowJobRow.shadow == name) & (ShadowJobRow.until == 0) & ShadowJobRow.key.between(source.low, source.high)
        known: dict[int, str] = dict(ShadowJobRow.select(ShadowJobRow.key, ShadowJobRow.kind).where(here).tuples().execute(db))
        kinds = {key: _kind_text(kind) for key, kind in seen.kinds.items()}
        went = [key for key, kind in known.items() if kinds.get(key) != kind]
        came = [key for key, kind in kinds.items() if known.get(key) != kind]
        last = _last(db, name, source.number)
        if last is not None and not came and not went and (last.counts, last.revision) == (_counts_text(seen.counts), seen.revision):
            ShadowLookRow.update(state=seen.state).where(ShadowLookRow.number == last.number).execute(db)
            return
        highest: int | None = ShadowLookRow.select(fn.MAX(ShadowLookRow.number)).scalar(db)
        number = (highest or 0) + 1
        values = {"number": number, "shadow": name, "source": source.number, "at": clock.to_ms(self._now()), "cause": seen.cause}
        found = {"revision": seen.revision, "state": seen.state, "counts": _counts_text(seen.counts), "came": len(came), "went": len(went)}
        ShadowLookRow.insert(values | found).execute(db)
        many(db, self._database.dialect, _END, [(number, name, key) for key in went])
        many(db, self._database.dialect, _ADD, [(name, key, number, kinds[key]) for key in came])


def drop(db: Db, name: str) -> None:
    """Take a shadow out, within somebody else's transaction."""
    for table, column in ((ShadowRow, ShadowRow.name), (ShadowLookRow, ShadowLookRow.shadow), (ShadowJobRow, ShadowJobRow.shadow)):
        table.delete().where(column == name).execute(db)


def _add(db: Db, shadow: Shadow, also: Callable[[Db], object]) -> None:
    if ShadowRow.select().where(ShadowRow.name == shadow.name).exists(db):
        raise UsageError(
            f"There are shadow rules called {shadow.name!r} already",
            remedy="Give it another name, or drop that one: jobsync rules shadow drop",
        )
    values = {
        "name": storable(shadow.name),
        "rules": rule_json.dump(shadow.rules),
        "base_revision": shadow.base_revision,
        "actor": storable(shadow.actor),
        "at": clock.to_ms(shadow.at),
    }
    ShadowRow.insert(values).execute(db)
    also(db)


def _every(db: Db, integrations: tuple[str, ...]) -> tuple[Shadow, ...]:
    found = []
    for row in ShadowRow.select().order_by(ShadowRow.name).execute(db):
        lasts = [_last(db, row.name, source.number) for source in sources_of(db, integrations)]
        looks = sorted((look for look in lasts if look is not None), key=lambda look: -look.number)
        rules, at = rule_json.load(row.rules), clock.from_ms(row.at)
        last = tuple(_told(looks, integration_ids(db)))
        found.append(Shadow(name=row.name, rules=rules, base_revision=row.base_revision, actor=row.actor, at=at, last=last))
    return tuple(found)


def _last(db: Db, name: str, source: int) -> ShadowLookRow | None:
    query = ShadowLookRow.select().where((ShadowLookRow.shadow == name) & (ShadowLookRow.source == source))
    last: ShadowLookRow | None = query.order_by(ShadowLookRow.number.desc()).first(db)
    return last


def _state(db: Db, name: str, integration: str) -> str | None:
    source = source_of(db, integration)
    last = None if source is None else _last(db, name, source.number)
    return None if last is None else last.state


def _looks(db: Db, name: str, integrations: tuple[str, ...], limit: int) -> tuple[ShadowLook, ...]:
    numbers = [source.number for source in sources_of(db, integrations)]
    query = ShadowLookRow.select().where((ShadowLookRow.shadow == name) & ShadowLookRow.source.in_(numbers))
    return tuple(_told(query.order_by(ShadowLookRow.number.desc()).limit(limit).execute(db), integration_ids(db)))


def _told(rows: Iterable[ShadowLookRow], names: Mapping[int, str]) -> Iterable[ShadowLook]:
    return (
        ShadowLook(
            at=clock.from_ms(row.at),
            integration=names[row.source],
            cause=row.cause,
            revision=row.revision,
            counts=ImpactCounts(**json.loads(row.counts)),
            came=row.came,
            went=row.went,
        )
        for row in rows
    )


def _jobs(db: Db, name: str, integrations: tuple[str, ...], which: ImpactList | None, *, offset: int, limit: int) -> ShadowPage:
    began, ended = ShadowLookRow.alias(), ShadowLookRow.alias()
    here: peewee.Expression = ShadowJobRow.key.is_null()
    for source in sources_of(db, integrations):
        here = here | ShadowJobRow.key.between(source.low, source.high)
    where = (ShadowJobRow.shadow == name) & here
    if which is not None:
        kinds = [row[0] for row in ShadowJobRow.select(ShadowJobRow.kind).where(where).distinct().tuples().execute(db)]
        where &= ShadowJobRow.kind.in_([kind for kind in kinds if which in _kind(kind).lists()])
    columns = (JobRecord.source, JobRecord.id, JobRecord.name, ShadowJobRow.kind, began.at, ended.at)
    query = (
        ShadowJobRow.select(*columns)
        .join(JobRecord, on=JobRecord.key == ShadowJobRow.key)
        .join_from(ShadowJobRow, began, on=began.number == ShadowJobRow.since)
        .join_from(ShadowJobRow, ended, peewee.JOIN.LEFT_OUTER, on=ended.number == ShadowJobRow.until)
        .where(where)
    )
    latest = query.order_by(ShadowJobRow.since.desc(), ShadowJobRow.key).limit(limit).offset(offset)
    total: int = ShadowJobRow.select(fn.COUNT(1)).where(where).scalar(db)
    names = integration_ids(db)
    return ShadowPage(
        total,
        tuple(
            ShadowJob(names[source], job_id, job_name, _kind(kind), clock.from_ms(since), None if until is None else clock.from_ms(until))
            for source, job_id, job_name, kind, since, until in latest.tuples().execute(db)
        ),
    )


def _counts_text(counts: ImpactCounts) -> str:
    return canonical(asdict(counts))


def _kind_text(kind: ImpactKind) -> str:
    # Only what is not usual stands behind the fields, so that kinds which were kept before are the same texts.
    return canonical([kind.group.value, kind.in_target, list(kind.fields), *([] if kind.differs else [False])])


def _kind(text: str) -> ImpactKind:
    group, in_target, fields, *differs = json.loads(text)
    return ImpactKind(ImpactList(group), in_target, tuple(fields), *differs)
