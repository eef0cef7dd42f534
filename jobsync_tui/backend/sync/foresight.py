"""What a change of rules would do to the jobs in the cache, before it is in force."""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from .. import clock
from ..models import (
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
from ..rules.bulk import Verdicts, fields_needed, judge
from ..rules.columns import Batch
from ..rules.impact import configuration, impact
from ..rules.rows import Rows
from ..store.batches import BATCH, BatchStore, JobBatch
from .judging import columns_of

SAMPLES = 20
"""Jobs that a report shows; those whose eligibility turns come first."""

_SHOWN = ("id", "name", "target_id")
"""What is asked of a job, whatever the rules ask for."""

OnForeseen = Callable[[ImpactProgress], None]
"""Told how far an assessment is, after each batch."""


class Foresight:
    """Compares rules over the whole cache.

    Args:
        batches: The cached jobs.
        policy: What the configuration adds to the rules, the same before and after.
        now: The clock.
    """

    def __init__(self, batches: BatchStore, policy: Callable[[], EvaluationPolicy], now: Callable[[], datetime] = clock.now) -> None:
        self._batches = batches
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

        It works off the event loop, a batch at a time, and may be cancelled.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        change = _Change(before, after, self._policy(), self._now())
        total = await self._batches.jobs(integrations)
        done = 0
        for integration in integrations:
            found = change.begin(integration)
            last = 0
            while (jobs := await self._batches.every(integration, change.fields, after=last, limit=batch)).read:
                kinds = await asyncio.to_thread(change.on, jobs)
                last = jobs.read[-1].key
                done += len(jobs.read)
                found.keys.extend(job.key for job in jobs.read)
                found.kinds.extend(kinds)
                change.count(integration, kinds)
                if on_progress is not None:
                    on_progress(ImpactProgress(done=done, total=max(total, done), counts=change.counts()))
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
        """Return jobs exactly, as the rules judge them before and after; those left out that are not cached any more."""
        if not keys:
            return []
        change = _Change(found.before, found.after, self._policy(), self._now())
        jobs = await self._batches.some(integration, change.fields, keys)
        return await asyncio.to_thread(change.samples, integration, jobs)


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
    before: RuleSet
    after: RuleSet
    policy: EvaluationPolicy
    now: datetime
    _kinds: dict[ImpactKind, int] = field(default_factory=dict)
    _jobs: dict[str, ConcernedJobs] = field(default_factory=dict)
    _counted: dict[str, Counter[int]] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        needed = (*fields_needed(self.before, self.policy), *fields_needed(self.after, self.policy), *_SHOWN)
        return tuple(dict.fromkeys(needed))

    def begin(self, integration: str) -> ConcernedJobs:
        self._counted[integration] = Counter()
        return self._jobs.setdefault(integration, ConcernedJobs(array("q"), array("I")))

    def on(self, jobs: JobBatch) -> Sequence[int]:
        """Return the number of each job's kind."""
        columns = columns_of(jobs, self.fields)
        size = len(jobs.read)
        found = impact(Batch(size, columns), self.before, self.after, self.policy, self.now)
        groups = [ImpactList.UNCHANGED] * size
        for group in (ImpactList.NEWLY_ELIGIBLE, ImpactList.NO_LONGER_ELIGIBLE, ImpactList.RECONFIGURED):
            rows: Rows = getattr(found, group.value)
            for row in rows:
                groups[row] = group
        fields: dict[int, list[str]] = {}
        for name, rows in found.fields.items():
            for row in rows:
                fields.setdefault(row, []).append(name)
        known = columns["target_id"]
        return [self._kind(groups[row], known[row] is not None, tuple(fields.get(row, ()))) for row in range(size)]

    def _kind(self, group: ImpactList, in_target: bool, fields: tuple[str, ...]) -> int:  # noqa: FBT001
        return self._kinds.setdefault(ImpactKind(group, in_target, fields), len(self._kinds))

    def count(self, integration: str, kinds: Sequence[int]) -> None:
        self._counted[integration].update(kinds)

    def counts(self, integration: str | None = None) -> ImpactCounts:
        chosen = self._counted if integration is None else {integration: self._counted[integration]}
        counted = sum(chosen.values(), Counter[int]())
        by_list: Counter[str] = Counter()
        for kind, number in self._kinds.items():
            for which in kind.lists():
                by_list[which.value] += counted[number]
        return ImpactCounts(**by_list)

    def found(self) -> RuleImpact:
        counted = sum(self._counted.values(), Counter[int]())
        fields: Counter[str] = Counter()
        for kind, number in self._kinds.items():
            for name in kind.fields:
                fields[name] += counted[number]
        return RuleImpact(
            before=self.before,
            after=self.after,
            counts=self.counts(),
            by_integration={integration: self.counts(integration) for integration in self._counted},
            fields=dict(sorted(fields.items())),
            at=self.now,
            kinds=tuple(self._kinds),
            jobs=self._jobs,
        )

    def samples(self, integration: str, jobs: JobBatch) -> list[ImpactSample]:
        columns = columns_of(jobs, self.fields)
        few = Batch(len(jobs.read), columns)
        old, new = (judge(few, rules, self.policy, self.now) for rules in (self.before, self.after))
        return [
            ImpactSample(integration, str(columns["id"][row]), _text(columns["name"][row]), self._state(old, row), self._state(new, row))
            for row in range(few.size)
        ]

    def _state(self, verdicts: Verdicts, row: int) -> ImpactState:
        applying = verdicts.applying(row)
        reason = next((reason.value for reason, rows in verdicts.reasons.items() if row in rows), None)
        fields: Mapping[str, object] = configuration(resolve(applying, self.policy)) if reason is None else {}
        return ImpactState(reason is None, reason, tuple(rule.name for rule in applying), fields)  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
