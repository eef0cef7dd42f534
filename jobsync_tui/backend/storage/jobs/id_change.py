"""Jobs that came under other ids: which known job a new one is by its name and place, and moving what is kept from one id to the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ...core.canonical import storable
from ...core.errors import UsageError
from ...core.id_forms import plain_id
from ...database import Database, Db, Dialect
from ..ledger.tables import OperationRow
from . import told_apart
from .same_jobs import last_listed, linked_among, same_jobs, written_otherwise
from .sources import note_change, source_of
from .statements import first, rows, run
from .sync_state import settle

_TWINS = (
    "SELECT o.id, n.id, n.name, n.place, m.target_id FROM jobs n JOIN jobs o ON o.source = n.source AND o.key <> n.key"
    " AND o.name_key = n.name_key AND o.place_key = n.place_key"
    " AND (o.created_at = n.created_at OR (NOT o.gone AND (o.created_at = 0 OR n.created_at = 0)))"
    " JOIN sightings so ON so.key = o.key JOIN sightings sn ON sn.key = n.key AND so.listing < sn.listing"
    " LEFT JOIN sync_marks m ON m.key = o.key LEFT JOIN sync_marks mn ON mn.key = n.key"
    " WHERE n.source = ? AND n.name_key <> '' AND NOT n.gone AND (mn.target_id IS NULL OR mn.target_id = m.target_id)"
    " AND (NOT o.gone OR (o.created_at <> 0 AND m.target_id IS NOT NULL)) ORDER BY o.key, n.key"
)
"""A job that is gone already has to have the very same date of creation: a post that is advertised again next year is another job."""

_JOB = "SELECT j.name, j.place, j.gone, m.target_id FROM jobs j LEFT JOIN sync_marks m ON m.key = j.key WHERE j.source = ? AND j.id = ?"
_KEY = "SELECT key FROM jobs WHERE source = ? AND id = ?"
_LINK = "SELECT target_id FROM sync_marks WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Twins:
    """A known job that the listings hold no more, and one that they hold in its place; ``alone`` says that neither fits any other.

    ``target_id`` is the job of the target that the known one is linked to.
    """

    old: str
    new: str
    name: str | None
    place: str | None
    target_id: str | None
    alone: bool = False


class IdChangeStore:
    """Finds jobs that came under other ids, and moves what is kept for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def twins(self, integration: str) -> tuple[Twins, ...]:
        """Return known jobs that the last listings lacked, each with a job of the same name and place that they held.

        So is each that is certainly a known one under another id (`same_jobs`). Where several fit, two whose ids differ only in their
        form (``200`` and ``200.0``) belong together.
        """
        return await self._database.read(_twins, self._database.dialect, integration)

    async def last_listed(self, integration: str) -> tuple[str, ...]:
        """Return the ids of the jobs that the last listing of the integration held."""
        return await self._database.scan(_last_listed, integration)

    async def forms(self, integration: str, ids: Sequence[str], odd: Sequence[str]) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
        """Return the ``odd`` ids that jobs are linked under, and former and present id of linked jobs that ``ids`` hold in another form."""
        return await self._database.scan(_forms, self._database.dialect, integration, ids, odd)

    async def named(self, integration: str, pairs: Sequence[tuple[str, str]]) -> tuple[Twins, ...]:
        """Return old and new ids that a person put together.

        Raises:
            UsageError: One of them is not cached or is named twice, the new job is gone, or has a job of its own in the target.
        """
        return await self._database.read(_named, integration, tuple(pairs))

    async def move(self, integration: str, twins: Twins, also: Callable[[Db], object]) -> None:
        """Give the new id the standing, the link and the journal of the old one, which is gone from then on.

        ``also`` runs in the same transaction.

        Raises:
            UsageError: One of the two is linked otherwise by now; nothing was moved.
        """
        await self._database.write(_move, integration, twins, also)


def _twins(db: Db, dialect: Dialect, integration: str) -> tuple[Twins, ...]:
    source = source_of(db, integration)
    if source is None:
        return ()
    same = {_pair(db, source.number, each.old, each.new) for each in same_jobs(db, dialect, source)}
    olds, news = {each.old for each in same}, {each.new for each in same}
    found = [each for each in (Twins(*row) for row in rows(db, _TWINS, source.number)) if each.old not in olds and each.new not in news]
    formed = _alone([each for each in found if plain_id(each.old) == plain_id(each.new)])
    olds, news = {each.old for each in formed}, {each.new for each in formed}
    # What only fits because others were taken out first is no proof: it is looked for among all.
    rest = {each for each in found if each.old not in olds and each.new not in news}
    sure = _alone(same) | formed | (_alone(found) & rest)
    listed = sorted(same | formed | rest, key=lambda each: (each.old, each.new))
    return tuple(replace(each, alone=each in sure) for each in listed)


def _last_listed(db: Db, integration: str) -> tuple[str, ...]:
    source = source_of(db, integration)
    return () if source is None else last_listed(db, source)


def _forms(
    db: Db, dialect: Dialect, integration: str, ids: Sequence[str], odd: Sequence[str]
) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    source = source_of(db, integration)
    if source is None:
        return frozenset(), ()
    return linked_among(db, dialect, source, odd), written_otherwise(db, dialect, source, ids)


def _pair(db: Db, source: int, old: str, new: str) -> Twins:
    before, after = first(db, _JOB, source, old), first(db, _JOB, source, new)
    assert before is not None, "a job that was just read is there"  # noqa: S101
    assert after is not None, "a job that was just read is there"  # noqa: S101
    return Twins(old, new, after[0], after[1], before[3])


def _named(db: Db, integration: str, pairs: tuple[tuple[str, str], ...]) -> tuple[Twins, ...]:
    source = source_of(db, integration)
    named = [job_id for pair in pairs for job_id in pair]
    jobs = {job_id: first(db, _JOB, 0 if source is None else source.number, storable(job_id)) for job_id in named}
    found = []
    for old, new in pairs:
        before, after = jobs[old], jobs[new]
        if before is None or after is None or after[2]:
            lacking = old if before is None else new
            raise UsageError(f"There is no job {lacking} in what was listed last", remedy=f"jobsync refresh -i {integration}")
        if after[3] not in {None, before[3]} or len(set(named)) < len(named):
            raise UsageError(f"{old} and {new} are no pair: each job has one other id, and no job of its own in Tenzo under the new one")
        found.append(Twins(old, new, after[0], after[1], before[3], alone=True))
    return tuple(found)


def _alone(found: Collection[Twins]) -> set[Twins]:
    """Return those that share neither id with any other."""
    olds, news = Counter(each.old for each in found), Counter(each.new for each in found)
    return {each for each in found if olds[each.old] == 1 and news[each.new] == 1}


def _move(db: Db, integration: str, twins: Twins, also: Callable[[Db], object]) -> None:
    source = source_of(db, integration)
    number = 0 if source is None else source.number
    old, new = (first(db, _KEY, number, storable(job_id)) for job_id in (twins.old, twins.new))
    if old is None or new is None:
        raise UsageError(f"{twins.old} or {twins.new} is not cached any more", remedy="Look at the ids again")
    before, after = (first(db, _LINK, key) for key in (old[0], new[0]))
    if (before or (None,))[0] != twins.target_id or (after or (None,))[0] not in {None, twins.target_id}:
        raise UsageError(f"{twins.old} or {twins.new} was linked to another job in the meantime", remedy="Look at the ids again")
    if before is not None:
        run(db, "DELETE FROM sync_marks WHERE key = ?", new[0])
        run(db, "UPDATE sync_marks SET key = ? WHERE key = ?", new[0], old[0])
    # Whatever was decided on the new one was decided on a job that the target did not have.
    run(db, "DELETE FROM automatic_decisions WHERE key = ?", new[0])
    OperationRow.update(job_id=twins.new).where((OperationRow.integration == integration) & (OperationRow.job_id == twins.old)).execute(db)
    told_apart.give_to_job(db, integration, twins.old, twins.new)
    settle(db, new[0], gone=False)
    settle(db, old[0], gone=True)
    note_change(db)
    also(db)
