"""Whether a job is eligible, by which rules and with what, or why not: everything an explanation needs, from values alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..core.condition_words import by_field
from ..core.models import (
    ConditionResult,
    Eligibility,
    EvaluationPolicy,
    FieldAvailability,
    InactiveRule,
    Job,
    JobHead,
    MatchedRule,
    NearMiss,
    Note,
    Reason,
    Rule,
    RuleNote,
    RuleResult,
    RuleSet,
    Source,
)
from .actions import excluders, resolve
from .compiled import CompiledRule, CompiledRules, compiled
from .fields import covers, field_named, why_missing
from .meeting import Trial
from .truth import MOST_WAYS, Truth, Turn

MAX_MISSED = 2
"""Leaves that may be wrong in a near miss."""

NO_ACTIVE_RULES = "No active rules configured"
NO_RULE_MATCHED = "Job does not match any active rules"
EXCLUDED = "Job is excluded by a rule"
MISSING_FIELDS = "Job is missing required fields"


def evaluate(
    job: Job,
    rules: RuleSet,
    policy: EvaluationPolicy,
    availability: FieldAvailability,
    *,
    provider_title: str,
    source: Source,
    read_at: datetime | None,
    now: datetime,
) -> Eligibility:
    """Return whether ``job`` is eligible under ``rules``, with every reason.

    Args:
        job: A cached job, or one straight from an adapter: then ``sync_status``, ``last_synced`` and ``target_id`` are missing.
        rules: Every rule, in any order; inactive ones are tried too, and told apart.
        policy: What the configuration adds.
        availability: Which fields the job's ATS never delivers, and which only singly.
        provider_title: The name people know the ATS by; it stands where a near miss hangs on a field that the ATS never delivers.
        source: Where the job was read from.
        read_at: When, UTC.
        now: The moment from which ages in days count, UTC.

    Raises:
        RuleError: A rule cannot be evaluated; rules that were loaded can.
    """
    ready = compiled(rules)
    view = _View(job, ready, availability, now)
    tried = [view.tried(rule) for rule in ready.active]
    plain = any(item.matched for item in tried if not item.rule.rule.fallback)
    applying = [item.rule.rule for item in tried if item.matched and not (item.rule.rule.fallback and plain)]
    missing = missing_fields(job, policy)
    excluding = excluders(applying)
    reason = _reason(ready, applying, excluding, missing)
    resolution = resolve(applying, policy)
    return Eligibility(
        integration=job.integration,
        job=JobHead.of(job),
        eligible=reason is None,
        reason=reason,
        message=_message(reason, applying, excluding, missing),
        missing_fields=missing,
        template_type=resolution.template_type,
        templates=resolution.templates,
        matched_rules=tuple(MatchedRule(rule.id, rule.name, rule.priority) for rule in applying),
        actions=resolution.actions,
        rules=tuple(view.result(item, gave_way=item.rule.rule.fallback and plain) for item in tried),
        inactive_rules=tuple(
            InactiveRule(rule.rule.id, rule.rule.name, view.tried(rule).matched and not (rule.rule.fallback and plain))
            for rule in ready.inactive
        ),
        near_misses=_near_misses(tried, view, provider_title, plain=plain),
        ruleset_revision=rules.revision,
        source=source,
        read_at=read_at,
    )


def missing_fields(job: Job, policy: EvaluationPolicy) -> tuple[str, ...]:
    """Return those of the policy's required fields that ``job`` lacks, in the policy's order; a field nobody knows is lacking."""
    lacking = []
    for name in policy.required_fields:
        field = field_named(name)
        if field is None or not field.cell(job).values:
            lacking.append(name)
    return tuple(lacking)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A rule with the number of leaves that keep it from matching."""

    rule: CompiledRule
    missed: int
    matched: bool


class _View:
    """One job seen through a compiled rule set: each field read once, each distinct leaf answered once."""

    def __init__(self, job: Job, rules: CompiledRules, availability: FieldAvailability, now: datetime) -> None:
        self.rules = rules
        cells = [field.cell(job) for field in rules.fields]
        why = [None if cell.values else why_missing(job, field.name, availability) for field, cell in zip(rules.fields, cells, strict=True)]
        shown = [cell.shown() for cell in cells]
        answers = [leaf.test(cells[leaf.field], now) for leaf in rules.leaves]
        self.notes = [
            why[leaf.field] or (Note.TYPE_MISMATCH if answer is None else None) for leaf, answer in zip(rules.leaves, answers, strict=True)
        ]
        self.truth = Truth(answers, {number for number, note in enumerate(self.notes) if note is Note.FIELD_NOT_PROVIDED})
        self._asked = Trial(rules, cells, self.truth, now)
        self._told = [
            (
                known.leaf.field,
                known.leaf.op,
                known.leaf.value,
                shown[known.field],
                answer,
                note,
                job.ats_status if known.leaf.field == "status" and note else None,
                note is Note.NOT_LOADED and covers(job.unread, known.leaf.field),
            )
            for known, answer, note in zip(rules.leaves, answers, self.notes, strict=True)
        ]

    def tried(self, rule: CompiledRule) -> _Tried:
        missed = self.truth.costs(rule.root)[0]
        return _Tried(rule, missed, missed == 0)

    def way(self, tried: _Tried) -> Sequence[Turn] | None:
        """Return what would have to turn for a rule to match; None where no job could be so."""
        ways = itertools.islice(self.truth.ways(tried.rule.root), MOST_WAYS)
        return next((way for way in ways if self._asked.can_be_met(tried.rule, way)), None)

    def result(self, tried: _Tried, *, gave_way: bool) -> RuleResult:
        """Return how a rule stands to the job. ``gave_way`` says that it is a fallback, and that another rule matched."""
        rule, places = tried.rule.rule, tried.rule.places
        applies = tried.matched and not gave_way
        return RuleResult(
            id=rule.id,
            name=rule.name,
            matched=applies,
            missed=min(tried.missed, len(places) + 1),
            conditions=tuple([ConditionResult(path, *self._told[leaf]) for path, leaf in places]),
            priority=rule.priority,
            fallback=rule.fallback,
            applied=applies,
            note=RuleNote.GAVE_WAY if tried.matched and gave_way else None,
        )


def _reason(rules: CompiledRules, applying: Sequence[Rule], excluding: Sequence[Rule], missing: Sequence[str]) -> Reason | None:
    if not rules.active:
        return Reason.NO_ACTIVE_RULES
    if excluding:
        return Reason.EXCLUDED
    if not applying:
        return Reason.NO_RULE_MATCHED
    return Reason.MISSING_REQUIRED_FIELDS if missing else None


def _message(reason: Reason | None, applying: Sequence[Rule], excluding: Sequence[Rule], missing: Sequence[str]) -> str:
    if reason is Reason.NO_ACTIVE_RULES:
        return NO_ACTIVE_RULES
    if reason is Reason.EXCLUDED:
        return f"{EXCLUDED}: {', '.join(rule.name for rule in excluding)}"
    if reason is Reason.NO_RULE_MATCHED:
        return NO_RULE_MATCHED
    if reason is Reason.MISSING_REQUIRED_FIELDS:
        return f"{MISSING_FIELDS}: {', '.join(missing)}"
    names = ", ".join(rule.name for rule in applying)
    return f"Job matches the rule {names}" if len(applying) == 1 else f"Job matches {len(applying)} rules: {names}"


def _near_misses(tried: Sequence[_Tried], view: _View, provider_title: str, *, plain: bool) -> tuple[NearMiss, ...]:
    """Return the rules that are close, those first of which the most held; among equals those last that would exclude the job.

    A rule of which nothing held is not close, nor is a fallback where another rule matched, nor one whose conditions contradict each other.
    """
    near = [
        (item, held)
        for item in tried
        if 1 <= item.missed <= MAX_MISSED
        and not (item.rule.rule.fallback and plain)
        and (held := view.truth.held(leaf for _, leaf in item.rule.places))
    ]
    near.sort(key=lambda each: (-each[1], each[0].missed, bool(excluders([each[0].rule.rule]))))
    found = ((item, view.way(item)) for item, _ in near)
    return tuple(NearMiss(item.rule.rule.name, _changes(way, view, provider_title)) for item, way in found if way is not None)


def _changes(way: Sequence[Turn], view: _View, provider_title: str) -> tuple[str, ...]:
    phrases = []
    for number, want in way:
        leaf = view.rules.leaves[number]
        phrase = leaf.if_true if want else leaf.if_false
        if view.notes[number] is Note.FIELD_NOT_PROVIDED:
            phrase += f" ({provider_title} never delivers it)"
        phrases.append((leaf.leaf.field, phrase))
    return by_field(phrases)
