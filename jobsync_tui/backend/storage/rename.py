"""Giving what is kept for an integration to another id: in one transaction, with a note that stands until the target follows.

What carries an external id in the target is changed there by the sync, job by job; until the last one is done, the rename is unfinished
and can be taken up again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import peewee

from ..core import clock
from ..core.errors import Busy, UsageError
from ..core.models import SyncState
from ..database import Database, Db, Dialect, create_tables
from .automatic.batches import forget_batches
from .automatic.tables import ScheduleRow
from .jobs import codec, told_apart, undecided
from .jobs.emptying import empty
from .jobs.listing import alive
from .jobs.origins import has_links
from .jobs.sources import Source, note_change, source_of, version
from .jobs.statements import many
from .jobs.sync_state import get_mark, put_mark
from .jobs.tables import CachedOutcomeRow, IntegrationRow, JobRecord, ListingRow, PayloadRow, SightingRow
from .ledger.leases import LeaseStore
from .ledger.tables import OperationRow
from .rules import tests as rule_tests
from .views.views import move_views


class RenameRow(peewee.Model):
    """An integration that got another id. ``finished_ms`` is null as long as the target knows jobs by ``old``."""

    number = peewee.AutoField()
    old = peewee.TextField()
    new = peewee.TextField()
    actor = peewee.TextField()
    at_ms = peewee.BigIntegerField()
    finished_ms = peewee.BigIntegerField(null=True)

    class Meta:  # noqa: D106
        table_name = "renames"


def create_renames(db: Db, _: Dialect) -> None:
    """Make the table, in a new database or in one of schema 1."""
    create_tables(db, (RenameRow,))


AT_ONCE = 1000
"""Jobs whose text is in memory at once while they are moved."""

_BODY = "UPDATE payloads SET body = ? WHERE key = ?"
_DIGEST = "UPDATE sightings SET digest = ? WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Rename:
    """A rename whose old id the target may still know."""

    old: str
    new: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RenameState:
    """What is kept for an integration that is to be renamed: how many jobs, and whether an earlier run moved them already."""

    jobs: int
    moved: bool


class RenameStore:
    """Renames integrations, and knows which ones were."""

    def __init__(self, database: Database, leases: LeaseStore) -> None:
        self._database = database
        self._leases = leases

    async def standing(self, old: str, new: str) -> RenameState:
        """Return what a rename would move, or that one was begun.

        Raises:
            UsageError: Nothing is kept under ``old``, or something is under ``new``.
            Busy: One of the two is being refreshed, one of their jobs synced, or an operation is not settled.
        """
        return await self._database.read(self._standing, old, new)

    async def move(self, old: str, new: str, *, actor: str, linked: Mapping[str, str], also: Callable[[Db], object]) -> int:
        """Move all that is kept for ``old``, jobs, journal and tests of rules among it, to ``new``, and return how many jobs those are.

        The audit record stays as it was written: it says what was done under the name of that time.

        Args:
            old: The id under which things are kept.
            new: The id under which no job is kept yet.
            actor: On whose behalf.
            linked: By ATS job id, the target's job that carries the old external id. One that was never synced from here is known from
                now on, so that no sync makes it anew before its external id has changed.
            also: Runs in the same transaction, so that the move is recorded or does not happen.

        Raises:
            UsageError, Busy: As for `standing`; nothing was moved.
        """
        return await self._database.write(self._move, old, new, actor=actor, linked=linked, also=also)

    async def finish(self, old: str, new: str) -> None:
        """Note that the target knows no job by the old id any more."""
        await self._database.write(_finish, old, new, clock.to_ms(self._leases.now()))

    async def unfinished(self) -> tuple[Rename, ...]:
        """Return the renames that the target does not follow yet, oldest first."""
        return await self._database.read(_unfinished)

    async def former(self, integrations: Collection[str]) -> tuple[str, ...]:
        """Return the ids that the integrations had before."""
        return await self._database.read(_former, tuple(integrations))

    def _standing(self, db: Db, old: str, new: str) -> RenameState:
        present = source_of(db, new)
        if any((each.old, each.new) == (old, new) for each in _unfinished(db)):
            return RenameState(0 if present is None else present.jobs, moved=True)
        source = source_of(db, old)
        if source is None:
            raise UsageError(f"Nothing is kept for an integration {old}", remedy="jobsync doctor names those that left the configuration")
        if present is not None and has_links(db, present):
            raise UsageError(f"Jobs of {new} are in Tenzo already", remedy="Name an integration of which no job was synced yet")
        self._refuse_if_busy(db, [each for each in (source, present) if each is not None])
        return RenameState(source.jobs, moved=False)

    def _refuse_if_busy(self, db: Db, sources: Collection[Source]) -> None:
        names = [source.id for source in sources]
        open_operations = OperationRow.select().where(OperationRow.integration.in_(names) & OperationRow.settled_ms.is_null())
        leased = any(lease.integration in names for lease in self._leases.held(db))
        if open_operations.exists(db) or leased:
            raise Busy(f"A job of {' or '.join(names)} is being synced, or its outcome is not known", remedy="jobsync recover settles it")
        listings = ListingRow.select().where(ListingRow.source.in_([source.number for source in sources])).execute(db)
        if any(alive(row, self._leases.process, clock.to_ms(self._leases.now())) for row in listings):
            raise Busy(f"{' or '.join(names)} is being refreshed", remedy="Wait for it to end")

    def _move(self, db: Db, old: str, new: str, *, actor: str, linked: Mapping[str, str], also: Callable[[Db], object]) -> int:
        if self._standing(db, old, new).moved:
            raise UsageError(f"{old} was moved to {new} already", remedy="Look at the rename again")
        source, unused = source_of(db, old), source_of(db, new)
        assert source is not None, "its standing was looked at"  # noqa: S101
        if unused is not None:
            empty(db, self._database.dialect, unused)
        IntegrationRow.update(id=new).where(IntegrationRow.number == source.number).execute(db)
        OperationRow.update(integration=new).where(OperationRow.integration == old).execute(db)
        _reschedule(db, old, new)
        rule_tests.give(db, old, new)
        told_apart.give(db, old, new)
        undecided.give(db, old, new)
        move_views(db, old, new)
        _rewrite(db, self._database.dialect, source, new)
        _link(db, source, linked)
        # Rules may ask for the integration: whatever they said of these jobs was said of the old one.
        outcomes = CachedOutcomeRow.update({CachedOutcomeRow.outcome: -(version(db) + 1)})
        outcomes.where(CachedOutcomeRow.key.between(source.low, source.high)).execute(db)
        note_change(db)
        _note(db, Rename(old, new, actor, self._leases.now()))
        also(db)
        return source.jobs


def _reschedule(db: Db, old: str, new: str) -> None:
    forget_batches(db, [old, new])
    ScheduleRow.delete().where(ScheduleRow.integration == new).execute(db)
    for row in ScheduleRow.select(ScheduleRow.last).where(ScheduleRow.integration == old).execute(db):
        last = None if row.last is None else json.dumps({**json.loads(row.last), "integration": new})
        ScheduleRow.update(integration=new, last=last).where(ScheduleRow.integration == old).execute(db)


def _rewrite(db: Db, dialect: Dialect, source: Source, new: str) -> None:
    """Write the new id into the jobs themselves, and digests to which the next listing compares as equal."""
    after = source.low - 1
    while rows := list(_payloads(db, after, source.high)):
        after = rows[-1][0]
        bodies = [(codec.encode(replace(codec.plain(body), integration=new)), body, seen, key) for key, body, seen in rows]
        many(db, dialect, _BODY, [(body.decode(), key) for body, _, _, key in bodies])
        digests = [(codec.digest(body) if bytes(seen) == codec.digest(was.encode()) else b"", key) for body, was, seen, key in bodies]
        many(db, dialect, _DIGEST, digests)


def _payloads(db: Db, after: int, high: int) -> Iterable[tuple[int, str, bytes]]:
    query = PayloadRow.select(PayloadRow.key, PayloadRow.body, SightingRow.digest).join(SightingRow, on=SightingRow.key == PayloadRow.key)
    chosen: Iterable[tuple[int, str, bytes]] = (
        query.where(PayloadRow.key.between(after + 1, high)).order_by(PayloadRow.key).limit(AT_ONCE).tuples().execute(db)
    )
    return chosen


def _link(db: Db, source: Source, linked: Mapping[str, str]) -> None:
    """Note for the jobs that have no job in the target, as far as is known here, the one that carries their external id there."""
    rows = JobRecord.select(JobRecord.id, JobRecord.key).where(JobRecord.source == source.number).tuples().execute(db)
    for job_id, key in [row for row in rows if row[0] in linked]:
        mark = get_mark(db, key) or SyncState()
        if mark.target_id is None:
            put_mark(db, key, replace(mark, target_id=linked[job_id]), None)


def _note(db: Db, rename: Rename) -> None:
    """Keep the rename, and where the ids of earlier ones point to now."""
    RenameRow.update(new=rename.new).where(RenameRow.new == rename.old).execute(db)
    RenameRow.delete().where(RenameRow.old == rename.new).execute(db)
    values = {"old": rename.old, "new": rename.new, "actor": rename.actor, "at_ms": clock.to_ms(rename.at)}
    RenameRow.insert(values).execute(db)


def _finish(db: Db, old: str, new: str, now: int) -> None:
    query = RenameRow.update(finished_ms=now).where((RenameRow.old == old) & (RenameRow.new == new))
    query.where(RenameRow.finished_ms.is_null()).execute(db)


def _unfinished(db: Db) -> tuple[Rename, ...]:
    query = RenameRow.select().where(RenameRow.finished_ms.is_null()).order_by(RenameRow.number)
    return tuple(Rename(row.old, row.new, row.actor, clock.from_ms(row.at_ms)) for row in query.execute(db))


def _former(db: Db, integrations: tuple[str, ...]) -> tuple[str, ...]:
    query = RenameRow.select(RenameRow.old).where(RenameRow.new.in_(integrations)).order_by(RenameRow.number)
    return tuple(dict.fromkeys(row[0] for row in query.tuples().execute(db)))
