"""How many cached jobs the conditions of rules match, each for itself: what an editor shows while a rule is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from ..core.models import EvaluationPolicy, Rule, RuleSet
from ..rules.columnar.columns import Batch
from ..rules.columnar.evaluate import evaluate_batch, fields_needed
from ..storage.jobs.batches import BATCH, ColumnStore, JobBatch
from .evaluator import columns_of


async def count_matches(
    batches: ColumnStore, integrations: Sequence[str], rules: Sequence[Rule], policy: EvaluationPolicy, now: datetime, *, batch: int = BATCH
) -> tuple[int, ...]:
    """Return for each rule how many jobs of the integrations meet its conditions, whether or not it is switched on.

    It works off the event loop, a batch at a time, and may be cancelled: newer rules are counted instead.

    Raises:
        RuleError: A rule cannot be evaluated.
    """
    # An id and a place of its own for each, so that the answers come in the order of the questions.
    asked = RuleSet(0, tuple(Rule(str(place), rule.name, rule.when, priority=place) for place, rule in enumerate(rules)))
    fields = fields_needed(asked, policy)
    found = [0] * len(rules)
    for integration in integrations:
        last = 0
        while (jobs := await batches.every(integration, fields, after=last, limit=batch)).read:
            for place, matched in (await asyncio.to_thread(_matched, jobs, asked, policy, fields, now)).items():
                found[place] += matched
            last = jobs.read.keys[-1]
    return tuple(found)


def _matched(jobs: JobBatch, rules: RuleSet, policy: EvaluationPolicy, fields: Sequence[str], now: datetime) -> dict[int, int]:
    outcomes = evaluate_batch(Batch(len(jobs.read), columns_of(jobs, fields)), rules, policy, now)
    return {int(item.rule.id): len(item.matched) for item in outcomes.rules}
