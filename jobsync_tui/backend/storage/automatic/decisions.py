"""What the automatic sync decided for each job, in place: one row a job, however often it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import peewee

from ...core import clock
from ...core.canonical import parse_object, storable
from ...core.models import ENDED, IDS_REUSED, OTHER_ID, AutomaticDecision, Outcome, SyncStatus
from ...database import Database, Db, Dialect
from ..jobs import codec
from ..jobs.same_jobs import SameJob, same_jobs
from ..jobs.sources import source_of
from ..jobs.statements import many
from ..jobs.sync_state import parse_digests
from ..jobs.tables import CachedOutcomeRow, DistinctOutcomeRow, JobRecord, MarkRow, PayloadRow
from ..outcomes.outcomes import EvaluationVersion
from .tables import HAS_BECOME_ELIGIBLE, DecisionRow

LONGEST_WAIT = timedelta(hours=1)
"""After which anything that failed is tried again; a time of trying that lies further ahead comes from a wrong clock."""

_DECIDE = (
    "INSERT INTO automatic_decisions (key, at, outcome, reason, revision, evaluation_version, changed, "
    "configuration, tries, retry_at, eligible_at, eligible_by, eligible_from) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) "
    "ON CONFLICT (key) DO UPDATE SET at = excluded.at, outcome = excluded.outcome, reason = excluded.reason, "
    "revision = excluded.revision, evaluation_version = excluded.evaluation_version, changed = excluded.changed, "
    "configuration = excluded.configuration, tries = excluded.tries, retry_at = excluded.retry_at, "
    "eligible_at = CASE WHEN excluded.eligible_at = 0 OR automatic_decisions.eligible_at = 0 THEN excluded.eligible_at "
    "ELSE automatic_decisions.eligible_at END, "
    "eligible_by = CASE WHEN excluded.eligible_at = 0 OR automatic_decisions.eligible_at = 0 THEN excluded.eligible_by "
    "ELSE automatic_decisions.eligible_by END, "
    "eligible_from = CASE WHEN excluded.eligible_at = 0 THEN 0 WHEN automatic_decisions.eligible_at <> 0 "
    "THEN automatic_decisions.eligible_from WHEN ? THEN automatic_decisions.revision ELSE 0 END"
)

LEFT_TO_A_PERSON = frozenset({"changed_since", "remote_gone"})
"""Why a job that closed was not closed in the target by itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """The decision that stands on a job, as far as the next one depends on it."""

    changed: int
    configuration: str
    tries: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job on which the automatic sync has to decide.

    Attributes:
        key, job_id: Which.
        changed: The state that it was evaluated in.
        eligible, reason, configuration: How the rules evaluated it.
        known: What was decided before; None for a job that is new to the automatic sync.
    """

    key: int
    job_id: str
    changed: int
    eligible: bool
    reason: str | None
    configuration: str
    known: Known | None

    @property
    def by_rules(self) -> bool:
        """Whether it is the rules that changed, and neither the job nor the luck of the last try."""
        return self.known is not None and self.known.changed == self.changed and not self.known.failed

    @property
    def same(self) -> bool:
        """Whether the rules leave on the job what they left on it when it was decided on."""
        return self.by_rules and self.known is not None and self.known.configuration == self.configuration


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision to keep. ``retry_at`` is None where it stands until something changes."""

    candidate: Candidate
    outcome: str
    reason: str | None = None
    retry_at: datetime | None = None

    @property
    def tries(self) -> int:
        """How often in a row it failed."""
        known = self.candidate.known
        return 0 if self.retry_at is None else 1 + (known.tries if known is not None and known.failed else 0)


@dataclass(frozen=True, slots=True)
class BecameEligible:
    """Jobs of an integration that became eligible in the same way.

    Attributes:
        jobs: How many.
        since: The revision of the rules by which they were not eligible; 0 where the jobs are new or changed, and not the rules.
        by: The revision by which they were found eligible; 0 where that was not kept.
        example: The id of one of them.
    """

    jobs: int
    since: int
    by: int
    example: str


class DecisionStore:
    """Jobs to decide on, and what was decided."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = database.dialect

    async def candidates(
        self, evaluation_version: EvaluationVersion, integration: str, now: datetime, *, after: int, limit: int
    ) -> tuple[Candidate, ...]:
        """Return the next jobs, by their keys, that are new, changed, evaluated otherwise or not at all yet, or due to be tried again.

        Jobs that are gone, or that the rules have not evaluated, are not among them.
        """
        return await self._database.scan(_candidates, evaluation_version, integration, clock.to_ms(now), after=after, limit=limit)

    async def still_open(
        self, evaluation_version: EvaluationVersion, integration: str, now: datetime, keys: Sequence[int]
    ) -> tuple[Candidate, ...]:
        """Return those of the jobs, given by their keys, that `candidates` would return now."""
        return await self._database.read(
            _still_open, evaluation_version, integration, clock.to_ms(now), self._dialect.any_of(JobRecord.key, keys)
        )

    async def left_open(self, evaluation_version: EvaluationVersion, integration: str, now: datetime) -> tuple[Candidate, ...]:
        """Return the jobs that were synced before, closed or vanished in the ATS, and that our last sync left open in the target.

        Those that the rules still let through are not among them: their sync says it. Nor are those that were undone, that were refused
        for how they stand in the target and have not changed since, or that wait to be tried again.
        """
        return await self._database.scan(_left_open, evaluation_version, integration, clock.to_ms(now))

    async def decide(self, evaluation_version: EvaluationVersion, decisions: Sequence[Decision], now: datetime) -> None:
        """Keep decisions that were made from the cache alone."""
        await self._database.write(_decide, self._dialect, evaluation_version, tuple(decisions), clock.to_ms(now))

    async def synced(self, evaluation_version: EvaluationVersion, decision: Decision, now: datetime) -> None:
        """Keep what came of a sync, which may itself have brought a newer state of the job into the cache."""
        await self._database.write(_synced, self._dialect, evaluation_version, decision, clock.to_ms(now))

    async def meet(self, evaluation_version: EvaluationVersion, same: Sequence[Candidate], now: datetime) -> None:
        """Note that the rules have changed nothing for these jobs; their last outcome stands, under the new rules."""
        await self._database.write(_meet, self._dialect, evaluation_version, tuple(same), clock.to_ms(now))

    async def linked(self, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the jobs, given by their keys, that have a job in the target already."""
        return await self._database.read(_linked, self._dialect, keys)

    async def undone(self, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the jobs, given by their keys, whose last sync was taken back, and whose source has not changed since."""
        return await self._database.read(_undone, self._dialect, keys)

    async def reused(self, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the jobs, given by their keys, that are other jobs than the ones that were synced under their ids."""
        return await self._database.scan(_reused, self._dialect, keys)

    async def renamed(self, integration: str, keys: Sequence[int]) -> tuple[SameJob, ...]:
        """Return those of the jobs, given by their keys, that are known ones under other ids."""
        return await self._database.scan(_renamed, self._dialect, integration, keys)

    async def refused_as_reused(self, integration: str) -> tuple[str, ...]:
        """Return the ids of the jobs that are other jobs than were synced under them, were refused for that, and were not synced since."""
        return await self._database.read(_refused_as_reused, self._dialect, integration)

    async def refused_as_renamed(self, integration: str) -> tuple[SameJob, ...]:
        """Return the jobs that were refused as known ones under other ids, and still are."""
        return await self._database.read(_refused_as_renamed, self._dialect, integration)

    async def newly_eligible(self, integration: str, since: datetime, until: datetime | None = None) -> tuple[BecameEligible, ...]:
        """Return the jobs that became eligible after ``since`` and still are, by the revisions between which they did; most first.

        ``until`` leaves out those that did later.
        """
        return await self._database.read(_newly_eligible, integration, clock.to_ms(since), None if until is None else clock.to_ms(until))

    async def codes(self, integration: str, job_ids: Sequence[str]) -> dict[str, str]:
        """Return the codes of the errors with which the automatic sync failed for these jobs last, as far as it did."""
        return await self._database.read(_codes, integration, tuple(job_ids))

    async def last(self, integration: str, job_id: str) -> AutomaticDecision | None:
        """Return the last decision on a job, without the time of the next run."""
        return await self._database.read(_last, integration, job_id)


def _linked(db: Db, dialect: Dialect, keys: Sequence[int]) -> frozenset[int]:
    where = MarkRow.target_id.is_null(is_null=False) & dialect.any_of(MarkRow.key, keys)
    return frozenset(row[0] for row in MarkRow.select(MarkRow.key).where(where).tuples().execute(db))


def _undone(db: Db, dialect: Dialect, keys: Sequence[int]) -> frozenset[int]:
    where = (JobRecord.sync_status == SyncStatus.UNDONE.value) & dialect.any_of(JobRecord.key, keys)
    return frozenset(row[0] for row in JobRecord.select(JobRecord.key).where(where).tuples().execute(db))


def _reused(db: Db, dialect: Dialect, keys: Sequence[int]) -> frozenset[int]:
    query = MarkRow.select(MarkRow.key, MarkRow.source, PayloadRow.body).join(PayloadRow, on=PayloadRow.key == MarkRow.key)
    found = query.where(MarkRow.target_id.is_null(is_null=False) & dialect.any_of(MarkRow.key, keys)).tuples().iterator(db)
    return frozenset(key for key, source, body in found if source and codec.is_another(parse_digests(source), codec.plain(body)))


def _renamed(db: Db, dialect: Dialect, integration: str, keys: Sequence[int]) -> tuple[SameJob, ...]:
    source = source_of(db, integration)
    return () if source is None else same_jobs(db, dialect, source, keys)


def _refused_as_reused(db: Db, dialect: Dialect, integration: str) -> tuple[str, ...]:
    refused = _refused(db, integration, IDS_REUSED)
    still = _reused(db, dialect, list(refused))
    return tuple(job_id for key, job_id in refused.items() if key in still)


def _refused_as_renamed(db: Db, dialect: Dialect, integration: str) -> tuple[SameJob, ...]:
    return _renamed(db, dialect, integration, list(_refused(db, integration, OTHER_ID)))


def _refused(db: Db, integration: str, reason: str) -> dict[int, str]:
    """Return key and id of the jobs that were refused for a reason, by their ids."""
    source = source_of(db, integration)
    if source is None:
        return {}
    query = DecisionRow.select(JobRecord.key, JobRecord.id).join(JobRecord, on=JobRecord.key == DecisionRow.key).order_by(JobRecord.id)
    where = DecisionRow.key.between(source.low, source.high) & (DecisionRow.reason == reason) & (JobRecord.gone == False)  # noqa: E712
    return dict(query.where(where).tuples().execute(db))


def _candidates(
    db: Db, evaluation_version: EvaluationVersion, integration: str, now: int, *, after: int, limit: int
) -> tuple[Candidate, ...]:
    source = source_of(db, integration)
    if source is None:
        return ()
    where = JobRecord.key.between(max(after + 1, source.low), source.high)
    # Straight from the driver: what Peewee does for each row would be most of the time.
    return tuple(map(_candidate, db.execute(_open(evaluation_version, now).where(where).limit(limit)).fetchall()))


def _left_open(db: Db, evaluation_version: EvaluationVersion, integration: str, now: int) -> tuple[Candidate, ...]:
    source = source_of(db, integration)
    if source is None:
        return ()
    closed = (
        JobRecord.status.in_([str(each) for each in ENDED])
        & (DistinctOutcomeRow.eligible == False)  # noqa: E712
        & (DistinctOutcomeRow.evaluation_version == evaluation_version.number)
    )
    synced = MarkRow.target_id.is_null(is_null=False) & (MarkRow.status != SyncStatus.UNDONE.value)
    query = (
        MarkRow.select(
            MarkRow.written,
            JobRecord.key,
            JobRecord.id,
            CachedOutcomeRow.changed,
            DecisionRow.changed,
            DecisionRow.outcome,
            DecisionRow.reason,
            DecisionRow.tries,
            DecisionRow.retry_at,
        )
        .join(JobRecord, on=JobRecord.key == MarkRow.key)
        .join(CachedOutcomeRow, peewee.JOIN.LEFT_OUTER, on=CachedOutcomeRow.key == MarkRow.key)
        .join(DistinctOutcomeRow, peewee.JOIN.LEFT_OUTER, on=DistinctOutcomeRow.number == CachedOutcomeRow.outcome)
        .join_from(MarkRow, DecisionRow, peewee.JOIN.LEFT_OUTER, on=DecisionRow.key == MarkRow.key)
        .where(MarkRow.key.between(source.low, source.high) & synced & ((JobRecord.gone == True) | closed))  # noqa: E712
        .order_by(MarkRow.key)
    )
    found = []
    for written, key, job_id, last_change, was_changed, outcome, reason, tries, retry_at in query.tuples().iterator(db):
        changed = last_change or 0
        known = None if was_changed is None else Known(was_changed, "", tries, retry_at != 0)
        refused = outcome == Outcome.REFUSED.value and reason in LEFT_TO_A_PERSON and was_changed == changed
        if parse_object(written).get("status") not in ENDED and not refused and (retry_at or 0) <= now:
            found.append(Candidate(key, job_id, changed, eligible=False, reason=None, configuration="", known=known))
    return tuple(found)


def _still_open(
    db: Db, evaluation_version: EvaluationVersion, integration: str, now: int, some: peewee.Expression
) -> tuple[Candidate, ...]:
    source = source_of(db, integration)
    if source is None:
        return ()
    # Within its span: an integration that was taken out and came back meanwhile has other keys.
    where = JobRecord.key.between(source.low, source.high) & some
    return tuple(_candidate(row) for row in _open(evaluation_version, now).where(where).tuples().iterator(db))


def _open(evaluation_version: EvaluationVersion, now: int) -> peewee.ModelSelect[JobRecord]:
    """Return the query for jobs that are to be decided on, in the order of their keys."""
    longest = LONGEST_WAIT // timedelta(milliseconds=1)
    due = (DecisionRow.retry_at != 0) & ((DecisionRow.retry_at <= now) | (DecisionRow.retry_at > now + longest))
    open_to = (
        DecisionRow.key.is_null()
        | (DecisionRow.evaluation_version != evaluation_version.number)
        | (DecisionRow.changed != CachedOutcomeRow.changed)
        | (DecisionRow.configuration != DistinctOutcomeRow.configuration)
        | due
    )
    return (
        JobRecord.select(
            JobRecord.key,
            JobRecord.id,
            CachedOutcomeRow.changed,
            DistinctOutcomeRow.eligible,
            DistinctOutcomeRow.reason,
            DistinctOutcomeRow.configuration,
            DecisionRow.changed,
            DecisionRow.configuration,
            DecisionRow.tries,
            DecisionRow.retry_at,
        )
        .join(CachedOutcomeRow, on=CachedOutcomeRow.key == JobRecord.key)
        .join(DistinctOutcomeRow, on=DistinctOutcomeRow.number == CachedOutcomeRow.outcome)
        .join_from(JobRecord, DecisionRow, peewee.JOIN.LEFT_OUTER, on=DecisionRow.key == JobRecord.key)
        .where(
            (JobRecord.gone == False)  # noqa: E712
            & (
                DistinctOutcomeRow.evaluation_version + 0 == evaluation_version.number
            )  # by its index every page would read, and sort, the whole cache
            & open_to
        )
        .order_by(JobRecord.key)
    )


def _candidate(row: tuple[int, str, int, bool, str | None, str, int | None, str, int, int]) -> Candidate:
    key, job_id, changed, eligible, reason, configuration, was_changed, was_configuration, tries, retry_at = row
    known = None if was_changed is None else Known(was_changed, was_configuration, tries, retry_at != 0)
    return Candidate(key, job_id, changed, bool(eligible), reason, configuration, known)


def _decide(db: Db, dialect: Dialect, evaluation_version: EvaluationVersion, decisions: Sequence[Decision], now: int) -> None:
    many(db, dialect, _DECIDE, [_values(evaluation_version, each, each.candidate.changed, now) for each in decisions])


def _synced(db: Db, dialect: Dialect, evaluation_version: EvaluationVersion, decision: Decision, now: int) -> None:
    key, changed = decision.candidate.key, decision.candidate.changed
    query = CachedOutcomeRow.select(CachedOutcomeRow.changed).join(JobRecord, on=JobRecord.key == CachedOutcomeRow.key)
    # A job that stands as synced is in the target as the cache has it now, whatever it was when it was evaluated.
    present: int | None = query.where((CachedOutcomeRow.key == key) & (JobRecord.sync_status == SyncStatus.SYNCED.value)).scalar(db)
    many(db, dialect, _DECIDE, [_values(evaluation_version, decision, changed if present is None else present, now)])


def _values(evaluation_version: EvaluationVersion, decision: Decision, changed: int, now: int) -> tuple[int | str | None, ...]:
    candidate = decision.candidate
    retry_at = 0 if decision.retry_at is None else clock.to_ms(decision.retry_at)
    stand = (evaluation_version.basis.revision, evaluation_version.number, changed, candidate.configuration)
    eligible = (now, evaluation_version.basis.revision) if candidate.eligible else (0, 0)
    return (candidate.key, now, decision.outcome, decision.reason, *stand, decision.tries, retry_at, *eligible, candidate.by_rules)


def _meet(db: Db, dialect: Dialect, evaluation_version: EvaluationVersion, same: Sequence[Candidate], now: int) -> None:
    rows = [(now, evaluation_version.basis.revision, evaluation_version.number, candidate.key) for candidate in same]
    many(db, dialect, "UPDATE automatic_decisions SET at = ?, revision = ?, evaluation_version = ? WHERE key = ?", rows)


def failing(db: Db, integration: str) -> int:
    """Return how many jobs of an integration failed when they were decided on last."""
    source = source_of(db, integration)
    if source is None:
        return 0
    failed = DecisionRow.outcome.in_([Outcome.FAILED.value, Outcome.UNKNOWN.value])
    return int(DecisionRow.select().where(DecisionRow.key.between(source.low, source.high) & failed).count(db))


def create_eligible_index(db: Db) -> None:
    """Index the jobs that are eligible, by since when."""
    columns = "eligible_at, key, outcome, eligible_from, eligible_by"
    db.execute_sql(f"CREATE INDEX decisions_by_eligible ON automatic_decisions ({columns}) WHERE {HAS_BECOME_ELIGIBLE}")


def _newly_eligible(db: Db, integration: str, since: int, until: int | None) -> tuple[BecameEligible, ...]:
    source = source_of(db, integration)
    if source is None:
        return ()
    new = (DecisionRow.eligible_at > since) & peewee.SQL(HAS_BECOME_ELIGIBLE) & (DecisionRow.outcome != Outcome.REFUSED.value)
    if until is not None:
        new &= DecisionRow.eligible_at <= until
    query = DecisionRow.select(
        peewee.fn.COUNT(1), DecisionRow.eligible_from, DecisionRow.eligible_by, peewee.fn.MIN(DecisionRow.key)
    ).group_by(DecisionRow.eligible_from, DecisionRow.eligible_by)
    found = list(query.where(DecisionRow.key.between(source.low, source.high) & new).tuples().execute(db))
    examples = JobRecord.select(JobRecord.key, JobRecord.id).where(JobRecord.key.in_([key for *_, key in found]))
    ids = dict(examples.tuples().execute(db))
    each = [BecameEligible(jobs, before, by, ids.get(key, "")) for jobs, before, by, key in found]
    return tuple(sorted(each, key=lambda group: (-group.jobs, -group.by, group.since)))


def _codes(db: Db, integration: str, job_ids: tuple[str, ...]) -> dict[str, str]:
    source = source_of(db, integration)
    failed = DecisionRow.outcome.in_([Outcome.FAILED.value, Outcome.UNKNOWN.value]) & ~DecisionRow.reason.is_null()
    query = JobRecord.select(JobRecord.id, DecisionRow.reason).join(DecisionRow, on=DecisionRow.key == JobRecord.key)
    here = (JobRecord.source == (source.number if source else 0)) & JobRecord.id.in_([storable(each) for each in job_ids])
    return dict(query.where(here & failed).tuples().execute(db))


def _last(db: Db, integration: str, job_id: str) -> AutomaticDecision | None:
    source = source_of(db, integration)
    query = DecisionRow.select(DecisionRow.at, DecisionRow.outcome, DecisionRow.reason, DecisionRow.revision)
    query = query.join(JobRecord, on=JobRecord.key == DecisionRow.key)
    where = (JobRecord.source == (source.number if source else 0)) & (JobRecord.id == storable(job_id))
    for at, outcome, reason, revision in query.where(where).tuples().execute(db):
        return AutomaticDecision(clock.from_ms(at), outcome, reason, revision, None)
    return None
