"""What the rules came to for cached jobs: kept by distinct outcomes, far fewer than jobs, and void once anything they rest on moves.

An evaluation version rests on a revision of the rules and on the policy. The cached outcome of a job is bound to the state in which the job
was read: one that changed meanwhile keeps none, and is evaluated again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import peewee
from peewee import fn

from ...core import clock
from ...core.canonical import canonical
from ...core.models import EvaluationPolicy
from ...database import Database, Db, Dialect
from ..jobs.sources import Source, note_change, sources_of, take_number, version
from ..jobs.statements import first, many, run
from ..jobs.tables import CachedOutcomeRow, DistinctOutcomeRow, EvaluationVersionRow, JobRecord, RevisionRow
from ..search.fold import fold
from .outcome_rows import States, keep_outcomes

OUTCOMES = 32
"""Bits of a distinct outcome's number below the evaluation version's."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What cached outcomes rest on.

    Attributes:
        revision: Of the rules.
        policy: As `policy_key` gives it.
        standing: Whether the rules ask for a job's standing towards the target.
        until: When answers may change by the passing of time alone; None for never.
    """

    revision: int
    policy: str
    standing: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DistinctOutcome:
    """A way in which jobs were evaluated.

    Attributes:
        eligible: Whether a sync would take them.
        reason: Why not.
        configuration: A digest of what the rules leave on them.
        rules: Ids and names of the rules that apply to them.
    """

    eligible: bool
    reason: str | None
    configuration: str
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationVersion:
    """An evaluation version under way, with the numbers of the distinct outcomes that it came to so far."""

    number: int
    basis: Basis
    known: Mapping[DistinctOutcome, int]

    @property
    def span(self) -> tuple[int, int]:
        """The lowest and the highest number of its distinct outcomes."""
        return span(self.number)


@dataclass(frozen=True, slots=True)
class EvaluationTally:
    """How the rules in force evaluated jobs.

    Attributes:
        jobs: Of the integrations, gone ones included.
        eligible, ineligible: Evaluated so.
        matched: By rule id, jobs to which the rule applies.
        alone: By rule id, jobs to which only that rule applies.
    """

    jobs: int
    eligible: int
    ineligible: int
    matched: Mapping[str, int]
    alone: Mapping[str, int]

    @property
    def unevaluated(self) -> int:
        """Jobs that were not evaluated yet."""
        return max(0, self.jobs - self.eligible - self.ineligible)


class OutcomeStore:
    """Evaluation versions, and the cached outcomes that belong to them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = database.dialect

    async def begin(self, basis: Basis, now: datetime) -> EvaluationVersion:
        """Return the evaluation version that rests on ``basis``; another one before it is void from now on.

        One that stands costs no write.
        """
        found: EvaluationVersion | None = await self._database.read(_standing, basis, now)
        return await self._database.write(_begin, basis, now) if found is None else found

    async def keep(
        self, evaluation_version: EvaluationVersion, read: States, outcomes: Sequence[DistinctOutcome], now: datetime
    ) -> EvaluationVersion | None:
        """Keep the outcomes of jobs, but for those that changed since they were read. A power cut may take them: they are evaluated again.

        Args:
            evaluation_version: Which they belong to.
            read: The jobs.
            outcomes: One for each of them; it is quick where the same distinct outcome is the same object.
            now: The present.

        Returns:
            The evaluation version, knowing its new distinct outcomes; None where it is void, and nothing was kept.
        """
        return await self._database.write_unsynced(_keep, self._dialect, evaluation_version, read, outcomes, now=now)

    async def outcomes(self, revision: int, policy: str, now: datetime) -> Mapping[int, tuple[str | None, tuple[str, ...]]]:
        """Return by number why the jobs of a distinct outcome are not eligible, and the ids of the rules that apply to them.

        Empty where the evaluation version in force is not by that revision of the rules and that policy.
        """
        return await self._database.read(_outcomes, revision, policy, now)

    async def tally(self, integrations: Sequence[str], policy: str, now: datetime) -> EvaluationTally:
        """Return how the rules in force evaluated the jobs of the integrations."""
        return await self._database.read(_tally, tuple(integrations), policy, now)

    async def unevaluated(self, integrations: Sequence[str], policy: str, now: datetime) -> int:
        """Return how many jobs of the integrations have no cached outcome of the rules in force."""
        return await self._database.read(_unevaluated, tuple(integrations), policy, now)


def policy_key(policy: EvaluationPolicy) -> str:
    """Return a text that is the same for equal policies only."""
    settings = [[[each.name, each.value] for each in some] for some in (policy.required_settings, policy.default_settings)]
    return canonical([list(policy.required_fields), *settings, policy.default_generation_template])


def span(evaluation_version: int) -> tuple[int, int]:
    """Return the lowest and the highest number that a distinct outcome of the evaluation version can have."""
    return evaluation_version << OUTCOMES, (evaluation_version + 1 << OUTCOMES) - 1


def in_force(db: Db, policy: str, now: datetime) -> int:
    """Return the number of the evaluation version by the rules in force and this policy, 0 where there is none."""
    newest = RevisionRow.select(fn.COALESCE(fn.MAX(RevisionRow.revision), 0))
    holds = (EvaluationVersionRow.until == 0) | (EvaluationVersionRow.until > clock.to_ms(now))
    where = (EvaluationVersionRow.revision == newest) & (EvaluationVersionRow.policy == policy) & holds
    number: int | None = EvaluationVersionRow.select(fn.MAX(EvaluationVersionRow.number)).where(where).scalar(db)
    return number or 0


def forget(db: Db, dialect: Dialect, keys: Sequence[int]) -> None:
    """Take the cached outcomes of jobs that changed in this transaction."""
    stamp = version(db) + 1
    many(
        db,
        dialect,
        "INSERT INTO cached_outcomes (key, changed, outcome) VALUES (?, ?, 0) "
        "ON CONFLICT (key) DO UPDATE SET changed = excluded.changed, outcome = excluded.outcome",
        [(key, stamp) for key in keys],
    )


def forget_standing(db: Db, jobs: peewee.Node) -> None:
    """Take the cached outcomes of jobs whose standing towards the target changed, where a rule asks for it.

    Args:
        db: In a write transaction.
        jobs: The condition on ``jobs`` that they fit.
    """
    if EvaluationVersionRow.select().where(EvaluationVersionRow.standing == True).exists(db):  # noqa: E712
        keys = JobRecord.select(JobRecord.key).where(jobs)
        CachedOutcomeRow.update({CachedOutcomeRow.outcome: -(version(db) + 1)}).where(CachedOutcomeRow.key.in_(keys)).execute(db)


def forget_standing_of(db: Db, key: int) -> None:
    """Take the cached outcome of one job whose standing towards the target changed, where a rule asks for it."""
    if first(db, "SELECT 1 FROM evaluation_versions WHERE standing LIMIT 1") is not None:
        run(db, "UPDATE cached_outcomes SET outcome = ? WHERE key = ?", -(version(db) + 1), key)


def _standing(db: Db, basis: Basis, now: datetime) -> EvaluationVersion | None:
    number = in_force(db, basis.policy, now)
    return EvaluationVersion(number, basis, _known(db, number)) if number else None


def _begin(db: Db, basis: Basis, now: datetime) -> EvaluationVersion:
    number = in_force(db, basis.policy, now)
    if not number:
        number = take_number(db, "evaluation_versions")
        EvaluationVersionRow.delete().execute(db)
        DistinctOutcomeRow.delete().execute(db)
        until = 0 if basis.until is None else clock.to_ms(basis.until)
        values = {"revision": basis.revision, "policy": basis.policy, "standing": basis.standing, "until": until}
        EvaluationVersionRow.insert(number=number, **values).execute(db)
        note_change(db)
    return EvaluationVersion(number, basis, _known(db, number))


def _known(db: Db, evaluation_version: int) -> dict[DistinctOutcome, int]:
    query = DistinctOutcomeRow.select(
        DistinctOutcomeRow.number,
        DistinctOutcomeRow.eligible,
        DistinctOutcomeRow.reason,
        DistinctOutcomeRow.configuration,
        DistinctOutcomeRow.rules,
    ).where(DistinctOutcomeRow.evaluation_version == evaluation_version)
    return {
        DistinctOutcome(bool(eligible), reason, configuration, tuple((rule, name) for rule, name in json.loads(rules))): number
        for number, eligible, reason, configuration, rules in query.tuples().execute(db)
    }


def _outcomes(db: Db, revision: int, policy: str, now: datetime) -> dict[int, tuple[str | None, tuple[str, ...]]]:
    number = in_force(db, policy, now)
    if EvaluationVersionRow.select(EvaluationVersionRow.revision).where(EvaluationVersionRow.number == number).scalar(db) != revision:
        return {}
    outcomes = _known(db, number).items()
    return {number: (outcome.reason, tuple(rule for rule, _ in outcome.rules)) for outcome, number in outcomes}


def _keep(
    db: Db, dialect: Dialect, evaluation_version: EvaluationVersion, read: States, outcomes: Sequence[DistinctOutcome], *, now: datetime
) -> EvaluationVersion | None:
    if in_force(db, evaluation_version.basis.policy, now) != evaluation_version.number:
        return None
    once = {id(outcome): outcome for outcome in outcomes}
    new = dict.fromkeys(outcome for outcome in once.values() if outcome not in evaluation_version.known)
    numbers = {**evaluation_version.known, **_add(db, evaluation_version, list(new))}
    by_object = {each: numbers[outcome] for each, outcome in once.items()}
    keep_outcomes(db, dialect, read, [by_object[id(outcome)] for outcome in outcomes])
    note_change(db)
    return EvaluationVersion(evaluation_version.number, evaluation_version.basis, numbers)


def _add(db: Db, evaluation_version: EvaluationVersion, outcomes: Sequence[DistinctOutcome]) -> dict[DistinctOutcome, int]:
    """Keep new distinct outcomes. One that another process added meanwhile is there twice, which does no harm."""
    highest: int | None = (
        DistinctOutcomeRow.select(fn.MAX(DistinctOutcomeRow.number))
        .where(DistinctOutcomeRow.evaluation_version == evaluation_version.number)
        .scalar(db)
    )
    first = evaluation_version.span[0] if highest is None else highest + 1
    added = {}
    for number, outcome in enumerate(outcomes, first):
        values = {
            "evaluation_version": evaluation_version.number,
            "eligible": outcome.eligible,
            "reason": outcome.reason,
            "configuration": outcome.configuration,
            "rules": canonical([list(rule) for rule in outcome.rules]),
            "names": "".join(f"\n{fold(text)}\n" for rule in outcome.rules for text in rule),
        }
        DistinctOutcomeRow.insert(number=number, **values).execute(db)
        added[outcome] = number
    return added


def _tally(db: Db, integrations: tuple[str, ...], policy: str, now: datetime) -> EvaluationTally:
    evaluation_version = in_force(db, policy, now)
    sources = sources_of(db, integrations)
    jobs = sum(source.jobs for source in sources)
    counts = Counter[int]()
    for source in sources:
        counts.update(_by_outcome(db, source, evaluation_version))
    outcomes: Counter[bool] = Counter()
    matched: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    query = DistinctOutcomeRow.select(DistinctOutcomeRow.number, DistinctOutcomeRow.eligible, DistinctOutcomeRow.rules).where(
        DistinctOutcomeRow.evaluation_version == evaluation_version
    )
    for number, eligible, rules in query.tuples().execute(db):
        found = counts[number]
        outcomes[bool(eligible)] += found
        ids = [rule for rule, _ in json.loads(rules)]
        for rule in ids:
            matched[rule] += found
        if len(ids) == 1:
            alone[ids[0]] += found
    return EvaluationTally(jobs, outcomes[True], outcomes[False], dict(matched), dict(alone))


def _by_outcome(db: Db, source: Source, evaluation_version: int) -> dict[int, int]:
    low, high = span(evaluation_version)
    here = CachedOutcomeRow.key.between(source.low, source.high) & CachedOutcomeRow.outcome.between(low, high)
    query = CachedOutcomeRow.select(CachedOutcomeRow.outcome, fn.COUNT(1)).where(here).group_by(CachedOutcomeRow.outcome)
    return dict(query.tuples().execute(db))


def _unevaluated(db: Db, integrations: tuple[str, ...], policy: str, now: datetime) -> int:
    evaluation_version = in_force(db, policy, now)
    sources = sources_of(db, integrations)
    evaluated = sum(sum(_by_outcome(db, source, evaluation_version).values()) for source in sources) if evaluation_version else 0
    return max(0, sum(source.jobs for source in sources) - evaluated)
