"""The cached jobs that no rule matches and that are one condition away from one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..core.models import ActionKind, EvaluationPolicy, NearCondition, NearCoverage, Reason, Rule, RuleSet
from ..rules.columnar.columns import Batch
from ..rules.columnar.evaluate import Answers, evaluate_batch, fields_needed
from ..rules.columnar.near_rows import near_rows
from ..rules.columnar.rows import Rows
from ..rules.compiled import compiled
from ..storage.jobs.batches import BATCH, ColumnStore, JobBatch
from .evaluator import columns_of

EXAMPLES = 5
"""Jobs that are named for a condition."""

OnSeen = Callable[[int], None]
"""Told how many jobs were looked at."""


async def near_coverage(
    batches: ColumnStore,
    integrations: Sequence[str],
    rules: RuleSet,
    policy: EvaluationPolicy,
    *,
    now: datetime,
    on_progress: OnSeen | None = None,
    batch: int = BATCH,
) -> NearCoverage:
    """Return which conditions alone keep jobs from a rule; works off the event loop, a batch at a time, and may be cancelled.

    Rules that exclude are left out: to match one would not help a job.

    Raises:
        RuleError: A rule cannot be evaluated.
    """
    near = _Near(RuleSet(rules.revision, tuple(rule for rule in rules.rules if not _excludes(rule))), rules, policy, now)
    fields = tuple(dict.fromkeys((*fields_needed(rules, policy), "id")))
    done = 0
    for integration in integrations:
        last = 0
        while (jobs := await batches.every(integration, fields, after=last, limit=batch)).read:
            await asyncio.to_thread(near.look, integration, jobs, fields)
            last = jobs.read.keys[-1]
            done += len(jobs.read)
            if on_progress is not None:
                on_progress(done)
    return near.found()


@dataclass(slots=True)
class _Condition:
    jobs: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Near:
    helpful: RuleSet
    rules: RuleSet
    policy: EvaluationPolicy
    now: datetime
    _jobs: int = 0
    _conditions: dict[tuple[str, str, str, str], _Condition] = field(default_factory=dict)

    def look(self, integration: str, jobs: JobBatch, fields: Sequence[str]) -> None:
        """Count what a batch adds."""
        columns = columns_of(jobs, fields)
        batch = Batch(len(jobs.read), columns)
        unmatched = evaluate_batch(batch, self.rules, self.policy, self.now).reasons[Reason.NO_RULE_MATCHED]
        ready = compiled(self.helpful)
        every = Rows(batch.size)
        for found in near_rows(ready, Answers(batch, ready, self.now), unmatched):
            every |= found.rows
            known = self._conditions.setdefault((found.rule.id, found.rule.name, found.path, found.would_match_if), _Condition())
            known.jobs += len(found.rows)
            for row in found.rows if len(known.examples) < EXAMPLES else ():
                known.examples.append((integration, str(columns["id"][row])))
                if len(known.examples) == EXAMPLES:
                    break
        self._jobs += len(every)

    def found(self) -> NearCoverage:
        """Return what was counted."""
        conditions = [NearCondition(*key, found.jobs, tuple(found.examples)) for key, found in self._conditions.items()]
        return NearCoverage(self._jobs, tuple(sorted(conditions, key=lambda each: (-each.jobs, each.rule_name, each.path))))


def _excludes(rule: Rule) -> bool:
    return any(action.kind is ActionKind.EXCLUDE for action in rule.actions)
