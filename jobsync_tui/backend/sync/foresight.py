"""What a rules file would do to the jobs in the cache, before it is imported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from .. import clock
from ..models import EvaluationPolicy, ImpactCounts, ImpactReport, ImpactSample, ImpactState, RuleSet
from ..rules.actions import resolve
from ..rules.bulk import Verdicts, fields_needed, judge
from ..rules.columns import Batch
from ..rules.impact import configuration, impact
from ..rules.rows import Rows
from ..store.batches import BATCH, BatchStore, JobBatch
from .judging import columns_of

SAMPLES = 20
"""Jobs that a report shows; those whose eligibility turns come first in each batch."""

_SHOWN = ("id", "name", "target_id")
"""What a report says of a job, whatever the rules ask for."""

OnForeseen = Callable[[int], None]
"""Told how many jobs were looked at."""


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

    async def impact(
        self,
        integrations: Sequence[str],
        before: RuleSet,
        after: RuleSet,
        on_progress: OnForeseen | None = None,
        *,
        batch: int = BATCH,
    ) -> ImpactReport:
        """Return what putting ``after`` into force in the place of ``before`` would do to the cached jobs.

        It works off the event loop, a batch at a time, and may be cancelled.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        change = _Change(before, after, self._policy(), self._now())
        done = 0
        counts: dict[str, ImpactCounts] = {}
        samples: list[ImpactSample] = []
        for integration in integrations:
            counts[integration] = ImpactCounts()
            last = 0
            while (jobs := await self._batches.every(integration, change.fields, after=last, limit=batch)).read:
                found, shown = await asyncio.to_thread(change.on, integration, jobs, SAMPLES - len(samples))
                counts[integration] += found
                samples += shown
                last = jobs.read[-1].key
                done += len(jobs.read)
                if on_progress is not None:
                    on_progress(done)
        total = sum(counts.values(), ImpactCounts())
        return ImpactReport(**asdict(total), by_integration=counts, sample=tuple(samples))


@dataclass(frozen=True)
class _Change:
    before: RuleSet
    after: RuleSet
    policy: EvaluationPolicy
    now: datetime

    @property
    def fields(self) -> tuple[str, ...]:
        needed = (*fields_needed(self.before, self.policy), *fields_needed(self.after, self.policy), *_SHOWN)
        return tuple(dict.fromkeys(needed))

    def on(self, integration: str, jobs: JobBatch, samples: int) -> tuple[ImpactCounts, list[ImpactSample]]:
        """Return the counts of a batch, and at most ``samples`` of the jobs that the change concerns."""
        columns = columns_of(jobs, self.fields)
        size = len(jobs.read)
        found = impact(Batch(size, columns), self.before, self.after, self.policy, self.now)
        known = Rows.flagged(bytes(target is not None for target in columns["target_id"]))
        counts = ImpactCounts(
            newly_eligible=len(found.newly_eligible),
            no_longer_eligible=len(found.no_longer_eligible),
            reconfigured=len(found.reconfigured),
            unchanged=len(found.unchanged),
            would_create=len(found.newly_eligible - known),
            would_update=len((found.newly_eligible | found.reconfigured) & known),
            left_behind=len(found.no_longer_eligible & known),
        )
        turned = [*found.newly_eligible, *found.no_longer_eligible, *found.reconfigured][: max(0, samples)]
        return counts, self._samples(integration, columns, turned)

    def _samples(self, integration: str, columns: Mapping[str, Sequence[object]], rows: Sequence[int]) -> list[ImpactSample]:
        few = Batch(len(rows), {name: [values[row] for row in rows] for name, values in columns.items()})
        old, new = (judge(few, rules, self.policy, self.now) for rules in (self.before, self.after))
        return [
            ImpactSample(integration, str(columns["id"][row]), _text(columns["name"][row]), self._state(old, at), self._state(new, at))
            for at, row in enumerate(rows)
        ]

    def _state(self, verdicts: Verdicts, row: int) -> ImpactState:
        applying = verdicts.applying(row)
        reason = next((reason.value for reason, rows in verdicts.reasons.items() if row in rows), None)
        fields = configuration(resolve(applying, self.policy)) if reason is None else {}
        return ImpactState(reason is None, reason, tuple(rule.name for rule in applying), fields)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
