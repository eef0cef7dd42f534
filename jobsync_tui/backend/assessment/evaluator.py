"""The rules over the whole cache: what has no cached outcome yet is evaluated, batch by batch, while everything else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias

from ..core import clock
from ..core.canonical import digest
from ..core.models import EvaluationPolicy, Rule, RuleSet
from ..rules.actions import resolve
from ..rules.columnar.columns import Batch
from ..rules.columnar.evaluate import BatchOutcome, evaluate_batch, fields_needed
from ..rules.columnar.impact import configuration
from ..rules.compiled import compiled
from ..rules.fields import field_named
from ..storage.jobs.batches import BATCH, ColumnStore, JobBatch
from ..storage.outcomes.outcomes import Basis, DistinctOutcome, EvaluationVersion, OutcomeStore, policy_key

STANDING = frozenset({"sync_status", "last_synced", "target_id"})
"""Fields of a job that a sync changes."""

OnEvaluated: TypeAlias = Callable[[int, int], None]
"""Told how many jobs are evaluated, of how many that were not."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation came to: how many jobs it evaluated, and which evaluation version their cached outcomes belong to."""

    jobs: int
    evaluation_version: EvaluationVersion


class Evaluator:
    """Evaluates the jobs of integrations.

    Args:
        outcomes: Where the answers are kept.
        batches: Where the jobs are read.
        rules: The rules in force at this moment.
        policy: What the configuration adds to them.
        now: The present.
    """

    def __init__(
        self,
        outcomes: OutcomeStore,
        batches: ColumnStore,
        rules: Callable[[], Awaitable[RuleSet]],
        policy: Callable[[], EvaluationPolicy],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._outcomes = outcomes
        self._batches = batches
        self._rules = rules
        self._policy = policy
        self._now = now

    async def evaluate(self, integrations: Sequence[str], on_progress: OnEvaluated | None = None, *, batch: int = BATCH) -> Evaluated:
        """Evaluate every job that has no cached outcome of the rules in force. May be cancelled at any time; what was evaluated stays.

        Where the rules or the policy change meanwhile, it begins anew with the new ones.

        Raises:
            RuleError: A rule cannot be evaluated.
            StorageError: The cached outcomes cannot be kept.
        """
        done = 0
        while True:
            found = await self._round(integrations, on_progress, batch, done)
            if found is not None:
                return found
            done = 0

    async def _round(self, integrations: Sequence[str], on_progress: OnEvaluated | None, batch: int, done: int) -> Evaluated | None:
        """Evaluate by the rules as they are now; returns None where they were changed before it was through."""
        rules, policy = only_active(await self._rules()), self._policy()
        needed = fields_needed(rules, policy)
        evaluation_version = await self._outcomes.begin(basis_of(rules, policy, self._now()), self._now())
        total = 0 if on_progress is None else await self._outcomes.unevaluated(integrations, evaluation_version.basis.policy, self._now())
        for integration in integrations:
            after = 0
            while True:
                jobs = await self._batches.unevaluated(evaluation_version, integration, needed, after=after, limit=batch)
                if not jobs.read:
                    break
                outcomes = await asyncio.to_thread(outcomes_on, jobs, rules, policy, needed, self._now())
                kept = await self._outcomes.keep(evaluation_version, jobs.read, outcomes, self._now())
                if kept is None:
                    return None
                evaluation_version, after = kept, jobs.read.keys[-1]
                done += len(jobs.read)
                if on_progress is not None:
                    on_progress(done, max(done, total))
        return Evaluated(done, evaluation_version)


def only_active(rules: RuleSet) -> RuleSet:
    """Return the rules that decide; the others would cost time, and fields to be read."""
    return RuleSet(rules.revision, tuple(rule for rule in rules.rules if rule.active))


def basis_of(rules: RuleSet, policy: EvaluationPolicy, now: datetime) -> Basis:
    """Return what cached outcomes by these rules rest on. Ages in days make them hold until the day ends, UTC."""
    ready = compiled(rules)
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    standing = not STANDING.isdisjoint(fields_needed(rules, policy))
    return Basis(rules.revision, policy_key(policy), standing, tomorrow if ready.relative else None)


def outcomes_on(jobs: JobBatch, rules: RuleSet, policy: EvaluationPolicy, needed: Sequence[str], now: datetime) -> list[DistinctOutcome]:
    """Return the distinct outcome on each job."""
    return _Outcomes(evaluate_batch(Batch(len(jobs.read), columns_of(jobs, needed)), rules, policy, now), policy).each()


def columns_of(jobs: JobBatch, needed: Sequence[str]) -> dict[str, Sequence[object]]:
    """Return the columns that the rules ask for; fields that nobody knows are left out."""
    return {name: _column(jobs, name) for name in needed if field_named(name) is not None}


def _column(jobs: JobBatch, name: str) -> Sequence[object]:
    field = field_named(name)
    if name in jobs.columns or field is None:
        return jobs.columns.get(name, ())
    return list(map(field.read, jobs.parts))


class _Outcomes(dict[tuple[int, ...], DistinctOutcome]):
    """Distinct outcomes by the reason's number and the rules that apply, made when first met: there are far fewer of them than jobs."""

    def __init__(self, outcomes: BatchOutcome, policy: EvaluationPolicy) -> None:
        super().__init__()
        self._size = outcomes.size
        self._reasons = [(reason.value, rows) for reason, rows in outcomes.reasons.items() if rows]
        self._applied = [(item.rule, item.applied) for item in outcomes.rules if item.applied]
        self._policy = policy

    def each(self) -> list[DistinctOutcome]:
        """Return one distinct outcome for each job, in order."""
        columns = [rows.flags() for _, rows in (*self._reasons, *self._applied)]
        return [self[flags] for flags in zip(*columns, strict=True)] if columns else [self[()]] * self._size

    def __missing__(self, flags: tuple[int, ...]) -> DistinctOutcome:
        reason = next((reason for (reason, _), flag in zip(self._reasons, flags, strict=False) if flag), None)
        rules = [rule for (rule, _), flag in zip(self._applied, flags[len(self._reasons) :], strict=True) if flag]
        left = configured(rules, self._policy) if reason is None else ""
        made = self[flags] = DistinctOutcome(reason is None, reason, left, tuple((rule.id, rule.name) for rule in rules))
        return made


def configured(rules: Sequence[Rule], policy: EvaluationPolicy) -> str:
    """Return a digest of what rules that apply together leave on a job."""
    return digest(configuration(resolve(rules, policy)))[:16]
