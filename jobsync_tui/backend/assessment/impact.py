"""What a change of rules would do to the jobs in the cache, before it is in force."""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from ..core import clock
from ..core.models import (
    ConcernedJobs,
    EvaluationPolicy,
    ImpactCounts,
    ImpactKind,
    ImpactList,
    ImpactProgress,
    ImpactReport,
    ImpactSample,
    ImpactState,
    RuleImpact,
    RuleSet,
)
from ..rules.actions import resolve
from ..rules.columnar.columns import Batch
from ..rules.columnar.comparison import KnownOutcome, RuleSetComparison
from ..rules.columnar.evaluate import BatchOutcome, evaluate_batch
from ..rules.columnar.impact import configuration
from ..storage.jobs.batches import BATCH, ColumnStore, EvaluatedBatch, JobBatch
from ..storage.outcomes.outcomes import OutcomeStore, policy_key
from .evaluator import columns_of
from .pending_changes import PendingChanges

SAMPLES = 20
"""Jobs that a report shows; those whose eligibility turns come first."""

FIRST = 4_000
"""Jobs of the first batch: small, so that the first counts come at once."""

_STANDINGS = ((False, True), (True, True), (True, False))
"""Whether the target has a job, and whether a sync would change it there."""

OnForeseen = Callable[[ImpactProgress], None]
"""Told how far an assessment is, after each batch."""


class ImpactAnalysis:
    """Compares rules over the whole cache.

    Args:
        batches: The cached jobs.
        outcomes: How the rules in force evaluated them; a job that was not evaluated is evaluated on the way, by both rule sets.
        policy: What the configuration adds to the rules, the same before and after.
        now: The clock.
    """

    def __init__(
        self,
        batches: ColumnStore,
        outcomes: OutcomeStore,
        policy: Callable[[], EvaluationPolicy],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._batches = batches
        self._outcomes = outcomes
        self._policy = policy
        self._now = now

    async def assess(
        self,
        integrations: Sequence[str],
        before: RuleSet,
        after: RuleSet,
        on_progress: OnForeseen | None = None,
        *,
        batch: int = BATCH,
    ) -> RuleImpact:
        """Return what putting ``after`` into force in the place of ``before`` would do to the cached jobs.

        It works off the event loop, a batch at a time, a small one first, and may be cancelled.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        policy, now = self._policy(), self._now()
        outcomes = await self._outcomes.outcomes(before.revision, policy_key(policy), now)
        known = {number: KnownOutcome(reason, rules) for number, (reason, rules) in outcomes.items()}
        change = _Change(RuleSetComparison(before, after, policy, now), known)
        standing = PendingChanges(self._batches, after, policy, now)
        # Where nothing is evaluated, everything that evaluating needs is read at once.
        fields = change.comparison.quick_fields if known else change.comparison.fields
        total = await self._batches.jobs(integrations)
        size = min(batch, FIRST)
        for integration in integrations:
            change.begin(integration)
            last = 0
            while (jobs := await self._batches.evaluated(integration, fields, after=last, limit=size)).keys:
                unknown = [key for key, outcome in zip(jobs.keys, jobs.outcomes, strict=True) if known and outcome not in known]
                rest = await self._batches.some(integration, change.comparison.fields, unknown) if unknown else None
                ways = await asyncio.to_thread(change.ways, jobs, rest)
                same = await standing.same(integration, change.would_sync(jobs, ways))
                change.add(integration, jobs, ways, same)
                last, size = jobs.keys[-1], batch
                if on_progress is not None:
                    on_progress(change.progress(total))
        return change.found()

    async def report(
        self, integrations: Sequence[str], before: RuleSet, after: RuleSet, on_progress: OnForeseen | None = None
    ) -> ImpactReport:
        """Return the counts of an assessment and some of the jobs that the change concerns; raises like `assess`."""
        found = await self.assess(integrations, before, after, on_progress)
        turned = (ImpactList.NEWLY_ELIGIBLE, ImpactList.NO_LONGER_ELIGIBLE, ImpactList.RECONFIGURED)
        sample: list[ImpactSample] = []
        for integration in integrations:
            keys = [key for which in turned for key in keys_in(found, integration, which)]
            sample += await self.samples(found, integration, keys[: SAMPLES - len(sample)])
        return ImpactReport(**asdict(found.counts), by_integration=found.by_integration, sample=tuple(sample))

    async def samples(self, found: RuleImpact, integration: str, keys: Sequence[int]) -> list[ImpactSample]:
        """Return jobs exactly, as the rules evaluate them before and after; those left out that are not cached any more."""
        if not keys:
            return []
        comparison = RuleSetComparison(found.before, found.after, self._policy(), self._now())
        jobs = await self._batches.some(integration, (*comparison.fields, "id", "name"), keys)
        return await asyncio.to_thread(_samples, comparison, integration, jobs)


def keys_in(found: RuleImpact, integration: str, which: ImpactList, field_name: str | None = None) -> array[int]:
    """Return the keys of the jobs of a list, those only that would have a field differently where one is named."""
    jobs = found.jobs.get(integration)
    if jobs is None:
        return array("q")
    wanted = {
        number for number, kind in enumerate(found.kinds) if which in kind.lists() and (field_name is None or field_name in kind.fields)
    }
    return array("q", (key for key, kind in zip(jobs.keys, jobs.kinds, strict=True) if kind in wanted))


def kind_of(found: RuleImpact, integration: str, key: int) -> ImpactKind:
    """Return how a job of the impact is concerned, by its key.

    Raises:
        KeyError: The job was not assessed.
    """
    jobs = found.jobs[integration]
    at = bisect_left(jobs.keys, key)
    if at == len(jobs.keys) or jobs.keys[at] != key:
        raise KeyError(key)
    return found.kinds[jobs.kinds[at]]


@dataclass
class _Change:
    """Puts together what a change does, batch by batch. A kind is a way in which jobs change, and whether the target has them."""

    comparison: RuleSetComparison
    known: Mapping[int, KnownOutcome]
    _jobs: dict[str, ConcernedJobs] = field(default_factory=dict)
    _counted: dict[str, Counter[int]] = field(default_factory=dict)

    def begin(self, integration: str) -> None:
        self._counted[integration] = Counter()
        self._jobs[integration] = ConcernedJobs(array("q"), array("I"))

    def would_sync(self, jobs: EvaluatedBatch, ways: Sequence[int]) -> list[int]:
        """Return the keys of those jobs that the target has and that a sync under the rules to come would look at."""
        if not jobs.in_target:
            return []
        groups = [group in {ImpactList.NEWLY_ELIGIBLE, ImpactList.RECONFIGURED} for group, _ in self.comparison.ways]
        return [key for key, way in zip(jobs.keys, ways, strict=True) if groups[way] and key in jobs.in_target]

    def add(self, integration: str, jobs: EvaluatedBatch, ways: Sequence[int], same: Collection[int]) -> None:
        """Add a batch by the ways of its jobs; of those in ``same`` the target has what a sync would write."""
        standings = len(_STANDINGS)
        kinds = [standings * way for way in ways]
        if jobs.in_target:
            kinds = [kind + (key in jobs.in_target) + (key in same) for kind, key in zip(kinds, jobs.keys, strict=True)]
        self._jobs[integration].keys.extend(jobs.keys)
        self._jobs[integration].kinds.extend(kinds)
        self._counted[integration].update(kinds)

    def ways(self, jobs: EvaluatedBatch, rest: JobBatch | None) -> list[int]:
        """Return the way of each job; ``rest`` has those of them that were not evaluated, with every field."""
        if not self.known:
            return self.comparison.without_outcomes(Batch(len(jobs.keys), columns_of(jobs.jobs, self.comparison.fields)))
        if rest is None:
            columns = columns_of(jobs.jobs, self.comparison.quick_fields)
            return self.comparison.with_outcomes(Batch(len(jobs.keys), columns), jobs.outcomes, self.known)
        evaluated = [row for row, outcome in enumerate(jobs.outcomes) if outcome in self.known]
        # A job that is gone since the batch was read has none of what the change could alter.
        ways = dict.fromkeys(jobs.keys, self.comparison.number(ImpactList.UNCHANGED))
        if evaluated:
            few = {name: [values[row] for row in evaluated] for name, values in columns_of(jobs.jobs, self.comparison.quick_fields).items()}
            found = self.comparison.with_outcomes(Batch(len(evaluated), few), [jobs.outcomes[row] for row in evaluated], self.known)
            ways |= zip((jobs.keys[row] for row in evaluated), found, strict=True)
        whole = Batch(len(rest.read), columns_of(rest, self.comparison.fields))
        ways |= zip(rest.read.keys, self.comparison.without_outcomes(whole), strict=True)
        return list(ways.values())

    def progress(self, total: int) -> ImpactProgress:
        done = sum(counted.total() for counted in self._counted.values())
        return ImpactProgress(done=done, total=max(total, done), counts=self._counts(self._everywhere()))

    def found(self) -> RuleImpact:
        everywhere = self._everywhere()
        fields: Counter[str] = Counter()
        for number, kind in enumerate(self._kinds()):
            fields.update(dict.fromkeys(kind.fields, everywhere[number]))
        return RuleImpact(
            before=self.comparison.before,
            after=self.comparison.after,
            counts=self._counts(everywhere),
            by_integration={integration: self._counts(counted) for integration, counted in self._counted.items()},
            fields=dict(sorted((name, jobs) for name, jobs in fields.items() if jobs)),
            at=self.comparison.now,
            kinds=tuple(self._kinds()),
            jobs=self._jobs,
        )

    def _everywhere(self) -> Counter[int]:
        return sum(self._counted.values(), Counter[int]())

    def _kinds(self) -> list[ImpactKind]:
        return [
            ImpactKind(group, in_target, fields, differs) for group, fields in self.comparison.ways for in_target, differs in _STANDINGS
        ]

    def _counts(self, counted: Counter[int]) -> ImpactCounts:
        by_list: Counter[str] = Counter()
        for number, kind in enumerate(self._kinds()):
            by_list.update(dict.fromkeys((which.value for which in kind.lists()), counted[number]))
        return ImpactCounts(**by_list)


def _samples(comparison: RuleSetComparison, integration: str, jobs: JobBatch) -> list[ImpactSample]:
    columns = columns_of(jobs, (*comparison.fields, "id", "name"))
    few = Batch(len(jobs.read), columns)
    old, new = (evaluate_batch(few, rules, comparison.policy, comparison.now) for rules in (comparison.before, comparison.after))
    policy = comparison.policy
    return [
        ImpactSample(integration, str(columns["id"][row]), _text(columns["name"][row]), _state(old, row, policy), _state(new, row, policy))
        for row in range(few.size)
    ]


def _state(outcomes: BatchOutcome, row: int, policy: EvaluationPolicy) -> ImpactState:
    applying = outcomes.applying(row)
    reason = next((reason.value for reason, rows in outcomes.reasons.items() if row in rows), None)
    fields = configuration(resolve(applying, policy)) if reason is None else {}
    return ImpactState(reason is None, reason, tuple(rule.name for rule in applying), fields)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
