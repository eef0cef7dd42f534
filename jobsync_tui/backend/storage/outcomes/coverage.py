"""How far the rules reach, counted from cached outcomes, and what syncing came to, counted from the record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import peewee
from peewee import fn

from ...core import clock
from ...core.models import CoverageShare, DayOutcomes, Outcome
from ...database import Database, Db
from ..jobs.sources import sources_of
from ..jobs.tables import CachedOutcomeRow, DistinctOutcomeRow, JobRecord
from ..ledger.tables import AuditRow
from .outcomes import in_force, span

MOST_BATCHES = 20
"""Departments and places that are told, those with most jobs."""

_DAY = 86_400_000
_TRIED = [outcome.value for outcome in Outcome if outcome not in {Outcome.PLANNED, Outcome.CANCELLED, Outcome.STALE}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of a coverage; ``matched`` and ``alone`` by rule id."""

    jobs: int
    eligible: int
    ineligible: int
    waiting: int
    reasons: dict[str, int]
    matched: dict[str, int]
    alone: dict[str, int]
    departments: tuple[CoverageShare, ...]
    places: tuple[CoverageShare, ...]


class CoverageStore:
    """Counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, integrations: Sequence[str], policy: str, now: datetime) -> Counts:
        """Return how the rules in force evaluated the jobs of the integrations, as far as they did."""
        return await self._database.read(_counts, tuple(integrations), policy, now)

    async def days(self, integrations: Sequence[str], first: date, last: date) -> tuple[DayOutcomes, ...]:
        """Return what syncing jobs of the integrations came to on each day from ``first`` to ``last``, UTC."""
        return await self._database.read(_days, tuple(integrations), first, last)

    async def last_effects(self, integrations: Sequence[str], policy: str, now: datetime) -> dict[str, datetime]:
        """Return by rule id when a job was last synced to which it applies now."""
        return await self._database.read(_last_effects, tuple(integrations), policy, now)


def _counts(db: Db, integrations: tuple[str, ...], policy: str, now: datetime) -> Counts:
    evaluation_version = in_force(db, policy, now)
    here = _evaluated_here(db, integrations, evaluation_version)
    eligible: Counter[bool] = Counter()
    reasons: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    query = CachedOutcomeRow.select(CachedOutcomeRow.outcome, fn.COUNT(1)).where(here).group_by(CachedOutcomeRow.outcome)
    jobs = dict(query.tuples().execute(db))
    for number, good, reason, rules in _outcomes(db, evaluation_version):
        found = jobs.get(number, 0)
        eligible[bool(good)] += found
        if reason is not None:
            reasons[reason] += found
        ids = [rule for rule, _ in json.loads(rules)]
        matched.update(dict.fromkeys(ids, found))
        if len(ids) == 1:
            alone[ids[0]] += found
    return Counts(
        jobs=sum(source.jobs for source in sources_of(db, integrations)),
        eligible=eligible[True],
        ineligible=eligible[False],
        waiting=_waiting(db, here),
        reasons={reason: found for reason, found in reasons.items() if found},
        matched=dict(matched),
        alone=dict(alone),
        departments=_shares(db, JobRecord.department, here),
        places=_shares(db, JobRecord.place, here),
    )


def _evaluated_here(db: Db, integrations: tuple[str, ...], evaluation_version: int) -> peewee.Expression:
    """Return the condition on cached outcomes that they are of this evaluation version and of jobs of these integrations."""
    low, high = span(evaluation_version)
    condition: peewee.Expression = CachedOutcomeRow.outcome.between(low, high)
    here: peewee.Expression = CachedOutcomeRow.key.is_null()
    for source in sources_of(db, integrations):
        here = here | CachedOutcomeRow.key.between(source.low, source.high)
    return condition & here


def _outcomes(db: Db, evaluation_version: int) -> list[tuple[int, bool, str | None, str]]:
    """Return number, eligibility, reason and the rules' ids and names as JSON of each distinct outcome."""
    query = DistinctOutcomeRow.select(
        DistinctOutcomeRow.number, DistinctOutcomeRow.eligible, DistinctOutcomeRow.reason, DistinctOutcomeRow.rules
    )
    return list(query.where(DistinctOutcomeRow.evaluation_version == evaluation_version).tuples().execute(db))


def _joined(*columns: peewee.Node) -> peewee.ModelSelect[JobRecord]:
    query = JobRecord.select(*columns).join(CachedOutcomeRow, on=CachedOutcomeRow.key == JobRecord.key)
    return query.join(DistinctOutcomeRow, on=DistinctOutcomeRow.number == CachedOutcomeRow.outcome)


def _waiting(db: Db, here: peewee.Expression) -> int:
    never = (JobRecord.last_synced == 0) & (JobRecord.gone == False) & (DistinctOutcomeRow.eligible == True)  # noqa: E712
    waiting: int = _joined(fn.COUNT(1)).where(here & never).scalar(db)
    return waiting


def _shares(db: Db, column: peewee.Field, here: peewee.Expression) -> tuple[CoverageShare, ...]:
    shares: dict[str | None, Counter[bool]] = {}
    query = _joined(column, DistinctOutcomeRow.eligible, fn.COUNT(1)).where(here).group_by(column, DistinctOutcomeRow.eligible)
    for value, eligible, jobs in query.tuples().execute(db):
        shares.setdefault(value or None, Counter())[bool(eligible)] += jobs
    largest = sorted(shares.items(), key=lambda item: (-item[1].total(), item[0] or ""))[:MOST_BATCHES]
    return tuple(CoverageShare(value, jobs[True], jobs[False]) for value, jobs in largest)


def _days(db: Db, integrations: tuple[str, ...], first: date, last: date) -> tuple[DayOutcomes, ...]:
    days: dict[date, dict[str, int]] = {first + timedelta(days=day): {} for day in range((last - first).days + 1)}
    since = clock.to_ms(datetime.combine(first, time(), UTC))
    day = ((AuditRow.at_ms - since) / _DAY).cast("integer")
    where = (AuditRow.action == "sync") & AuditRow.integration.in_(integrations) & AuditRow.outcome.in_(_TRIED) & (AuditRow.at_ms >= since)
    query = AuditRow.select(day, AuditRow.outcome, fn.COUNT(1)).where(where)
    # By its place: a parameter that is sent twice is not known to be the same value.
    query = query.group_by(peewee.SQL("1"), AuditRow.outcome)
    for number, outcome, attempts in query.tuples().execute(db):
        outcomes = days.get(first + timedelta(days=number))
        if outcomes is not None:
            outcomes[outcome] = attempts
    return tuple(DayOutcomes(day, outcomes) for day, outcomes in days.items())


def _last_effects(db: Db, integrations: tuple[str, ...], policy: str, now: datetime) -> dict[str, datetime]:
    evaluation_version = in_force(db, policy, now)
    synced = JobRecord.source.in_([source.number for source in sources_of(db, integrations)]) & peewee.SQL("sync_status <> 'never'")
    low, high = span(evaluation_version)
    query = JobRecord.select(CachedOutcomeRow.outcome, fn.MAX(JobRecord.last_synced)).join(
        CachedOutcomeRow, on=CachedOutcomeRow.key == JobRecord.key
    )
    query = query.where(synced & (JobRecord.last_synced > 0) & CachedOutcomeRow.outcome.between(low, high)).group_by(
        CachedOutcomeRow.outcome
    )
    latest = dict(query.tuples().execute(db))
    found: dict[str, int] = {}
    for number, _, _, rules in _outcomes(db, evaluation_version):
        for rule, _ in json.loads(rules) if number in latest else ():
            found[rule] = max(found.get(rule, 0), latest[number])
    return {rule: clock.from_ms(at) for rule, at in found.items()}
