"""What a change of rules would do to the jobs of a batch: who comes in, who drops out, who is configured differently."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...core.models import ActionKind, EvaluationPolicy, JsonValue, Rule, RuleSet
from ..actions import Resolution, resolve
from .columns import Batch
from .evaluate import BatchOutcome, RuleRows, evaluate_batch
from .rows import Rows


@dataclass(frozen=True, slots=True)
class Impact:
    """The jobs of a batch by what a change does to them; each is in exactly one of the four sets.

    Attributes:
        newly_eligible: Not eligible before, eligible after.
        no_longer_eligible: The other way round.
        reconfigured: Eligible before and after, but not configured alike.
        unchanged: The rest, be they eligible or not.
        fields: For each configured field that differs anywhere, such as ``folder`` or ``settings.language``, the jobs where it does.
    """

    newly_eligible: Rows
    no_longer_eligible: Rows
    reconfigured: Rows
    unchanged: Rows
    fields: Mapping[str, Rows]


def with_file(rules: RuleSet, file: Sequence[Rule]) -> RuleSet:
    """Return the rules with those of a file in the place of the ones that it names by id; the rest stays."""
    kept = {rule.id: rule for rule in rules.rules} | {rule.id: rule for rule in file}
    return RuleSet(rules.revision, tuple(kept.values()))


def impact(batch: Batch, before: RuleSet, after: RuleSet, policy: EvaluationPolicy, now: datetime) -> Impact:
    """Return what putting ``after`` into force in the place of ``before`` would do to the jobs of ``batch``.

    Args:
        batch: Has at least the columns that both sets need.
        before: The rules in force.
        after: The rules to come.
        policy: What the configuration adds, the same for both.
        now: The moment from which ages in days count, UTC.

    Raises:
        RuleError: A rule cannot be evaluated.
    """
    old, new = evaluate_batch(batch, before, policy, now), evaluate_batch(batch, after, policy, now)
    both = old.eligible & new.eligible
    fields = _differences(old, new, both & _touched(old, new), policy)
    reconfigured = Rows(batch.size)
    for rows in fields.values():
        reconfigured |= rows
    moved = old.eligible ^ new.eligible
    return Impact(new.eligible - old.eligible, old.eligible - new.eligible, reconfigured, ~(moved | reconfigured), fields)


def configuration(resolution: Resolution) -> dict[str, JsonValue]:
    """Return what a resolution leaves on a job, by dotted field of the target's job."""
    fields: dict[str, JsonValue] = {
        action.kind.value if action.name is None else f"settings.{action.name}": action.value
        for action in resolution.applied()
        if action.kind not in {ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE, ActionKind.EXCLUDE}
    }
    if resolution.template_type is not None:
        fields |= {"template_type": resolution.template_type.value, "templates": list(resolution.templates)}
    return fields


def _touched(old: BatchOutcome, new: BatchOutcome) -> Rows:
    """Return the jobs to which a rule applies that is not the same before and after, or does not apply alike."""
    before = {item.rule.id: item for item in old.rules}
    after = {item.rule.id: item for item in new.rules}
    touched = Rows(old.size)
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None and _acts(one.rule) == _acts(other.rule):
            touched |= one.applied ^ other.applied
        else:
            touched |= _applied(one, old.size) | _applied(other, old.size)
    return touched


def _acts(rule: Rule) -> str:
    """Return what of a rule counts once it applies; as text, because True equals 1 as a value and not as a setting."""
    return repr((rule.priority, rule.name, rule.actions))


def _applied(item: RuleRows | None, size: int) -> Rows:
    return Rows(size) if item is None else item.applied


def _differences(old: BatchOutcome, new: BatchOutcome, within: Rows, policy: EvaluationPolicy) -> dict[str, Rows]:
    """Return by field the jobs of ``within`` that are configured differently; each pair of rule lists is resolved once."""
    by_rules: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for row, before, after in zip(within, old.applying_in(within), new.applying_in(within), strict=True):
        by_rules.setdefault((before, after), []).append(row)
    fields: dict[str, bytearray] = {}
    for (before, after), rows in by_rules.items():
        for name in differing(_configured(old, before, policy), _configured(new, after, policy)):
            flags = fields.setdefault(name, bytearray(old.size))
            for row in rows:
                flags[row] = 1
    return {name: Rows.flagged(flags) for name, flags in sorted(fields.items())}


def _configured(outcomes: BatchOutcome, numbers: Iterable[int], policy: EvaluationPolicy) -> dict[str, JsonValue]:
    return configuration(resolve([outcomes.rules[number].rule for number in numbers], policy))


def differing(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the fields that are not the same in two configurations, sorted."""
    return tuple(sorted(name for name in before.keys() | after.keys() if json.dumps(before.get(name)) != json.dumps(after.get(name))))
