"""How jobs stand in the target towards rules to come: whether a sync would change what the last one left there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..core.models import EvaluationPolicy, JsonValue, RuleSet
from ..rules.actions import resolve
from ..rules.columnar.columns import Batch
from ..rules.columnar.evaluate import evaluate_batch, fields_needed
from ..rules.columnar.impact import configuration
from ..storage.jobs.batches import ColumnStore
from ..sync.difference import difference
from ..sync.fields import as_sent, source_fields
from .evaluator import columns_of

_BY_RULES = ("template_type", "templates", "folder", "follow_up_user", "interview_instructions", "settings")
"""Owned fields that the rules set; the others come from the ATS."""

Flat = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """Compares what a sync would write with what the last one wrote. The target is not asked: what people changed there shows in a plan.

    Attributes:
        batches: The cached jobs and what was written of them.
        rules: The rules to come.
        policy: What the configuration adds to them.
        now: The moment from which ages count.
    """

    batches: ColumnStore
    rules: RuleSet
    policy: EvaluationPolicy
    now: datetime

    async def same(self, integration: str, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the jobs, given by their keys, that a sync would leave as they are. The rules take all of them."""
        if not keys:
            return frozenset()
        wanted = await self._configured(integration, keys)
        left = await self.batches.left_in_target(keys)
        # What the rules set tells for most jobs, and the whole job need not be read.
        alike = [key for key in wanted if key in left and not _differ(wanted[key], *map(_of_rules, left[key]))]
        if not alike:
            return frozenset()
        jobs = await self.batches.whole(alike)
        return frozenset(key for key, job in jobs.items() if not _differ({**wanted[key], **as_sent(source_fields(job))}, *left[key]))

    async def _configured(self, integration: str, keys: Sequence[int]) -> dict[int, Flat]:
        """Return by key the fields that the rules would set, flat."""
        jobs = await self.batches.some(integration, fields_needed(self.rules, self.policy), keys)

        def configured() -> dict[int, Flat]:
            batch = Batch(len(jobs.read), columns_of(jobs, fields_needed(self.rules, self.policy)))
            outcomes = evaluate_batch(batch, self.rules, self.policy, self.now)
            met: dict[tuple[int, ...], Flat] = {}
            for numbers in set(applying := outcomes.applying_in(outcomes.eligible)):
                rules = [outcomes.rules[number].rule for number in numbers]
                met[numbers] = as_sent(configuration(resolve(rules, self.policy)))
            rows = [key for row, key in enumerate(jobs.read.keys) if row in outcomes.eligible]
            return dict(zip(rows, (met[numbers] for numbers in applying), strict=True))

        return await asyncio.to_thread(configured)


def _of_rules(fields: Flat) -> Flat:
    return {name: value for name, value in fields.items() if name.partition(".")[0] in _BY_RULES}


def _differ(wanted: Flat, written: Flat, kept: Flat) -> bool:
    return bool(difference(wanted, {**written, **kept}, written, kept).changes)
