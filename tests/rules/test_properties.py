"""The engine against a plain second one, on wild jobs and rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import (
    ActionKind,
    ActionResult,
    Effect,
    Eligibility,
    EvaluationPolicy,
    FieldAvailability,
    Job,
    JsonValue,
    Leaf,
    Op,
    Rule,
    RuleSet,
    Source,
)
from jobsync_tui.backend.rules import describe, evaluate
from jobsync_tui.backend.rules.columnar import columns, groups
from jobsync_tui.backend.rules.columnar import evaluate as bulk
from jobsync_tui.backend.rules.columnar import groups as joined
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.evaluate import evaluate_batch, fields_needed
from jobsync_tui.backend.rules.columnar.impact import impact, with_file
from tests.rules import oracle
from tests.rules.wild import NOW, Wild, seeds

CASES = 250


def evaluated(job: Job, rules: RuleSet, policy: EvaluationPolicy) -> Eligibility:
    return evaluate(job, rules, policy, FieldAvailability(), provider_title="Acme", source=Source.CACHE, read_at=None, now=NOW)


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_the_verdict_is_that_of_the_plain_engine(seed: int) -> None:
    wild = Wild(seed)
    job, rules, policy = wild.job(), wild.rule_set(), wild.policy()
    answer = evaluated(job, rules, policy)
    assert answer.reason == oracle.reason(rules.rules, job, policy, NOW)
    assert answer.eligible is (answer.reason is None)
    assert [rule.id for rule in answer.matched_rules] == [rule.id for rule in oracle.applying(rules.rules, job, NOW)]
    by_id = {rule.id: rule for rule in rules.rules}
    assert all("\n" not in describe(rule.when) for rule in rules.rules)
    plain = any(not rule.fallback for rule in oracle.applying(rules.rules, job, NOW))
    for result in answer.rules:
        rule = by_id[result.id]
        holds = oracle.truth(rule.when, job, NOW) is True
        assert (result.matched, result.note) == ((False, "gave_way") if holds and plain and rule.fallback else (holds, None))
        assert result.applied is (result.id in {item.id for item in answer.matched_rules})
        assert [item.passed for item in result.conditions] == [oracle.leaf_truth(leaf, job, NOW) for leaf in oracle.leaves(rule.when)]
    for idle in answer.inactive_rules:
        gives_way = plain and by_id[idle.id].fallback
        assert idle.would_match is (oracle.truth(by_id[idle.id].when, job, NOW) is True and not gives_way)


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_every_leaf_answers_as_in_the_plain_engine(seed: int) -> None:
    wild = Wild(seed)
    many, asked = wild.jobs(1, 3), wild.leaves(5, 30)
    rules = RuleSet(1, tuple(Rule(f"r{index:02}", "Leaf", leaf) for index, leaf in enumerate(asked)))
    for job in many:
        answers = [(result.conditions[0].field, result.conditions[0].passed) for result in evaluated(job, rules, EvaluationPolicy()).rules]
        assert answers == [(leaf.field, oracle.leaf_truth(leaf, job, NOW)) for leaf in asked]


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_missed_is_the_fewest_leaves_to_turn(seed: int) -> None:
    wild = Wild(seed)
    job, asked = wild.job(), wild.trees(1, 4)
    answer = evaluated(job, RuleSet(1, tuple(Rule(f"r{index}", "Tree", tree) for index, tree in enumerate(asked))), EvaluationPolicy())
    assert [result.missed for result in answer.rules] == [oracle.fewest_turns(tree, job, NOW) for tree in asked]


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_near_misses_are_those_of_the_plain_engine(seed: int) -> None:
    wild = Wild(seed)
    job, rules, policy = wild.job(), wild.rule_set(), wild.policy()
    # Names that tell the rules apart, for a near miss says no more.
    rules = RuleSet(1, tuple(replace(rule, name=f"{rule.name} {rule.id}") for rule in rules.rules))
    near = [miss.rule for miss in evaluated(job, rules, policy).near_misses]
    expected = oracle.near_misses(rules.rules, job, NOW)
    once = {rule.name for rule in rules.rules if len({leaf.field for leaf in oracle.leaves(rule.when)}) == len(oracle.leaves(rule.when))}
    assert [name for name in expected if name in near] == near
    assert [name for name in expected if name not in near and name in once] == []


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_what_stands_is_what_the_plain_engine_leaves(seed: int) -> None:
    wild = Wild(seed)
    job, rules, policy = wild.job(), wild.rule_set(), wild.policy()
    answer = evaluated(job, rules, policy)
    applying = oracle.applying(rules.rules, job, NOW)
    stands = [action for action in answer.actions if action.effect is Effect.APPLIED]
    if answer.reason == "excluded":
        assert {action.kind for action in stands} == {ActionKind.EXCLUDE}
        assert answer.templates == ()
        return
    expected = oracle.configuration(applying, policy)
    assert list(answer.templates) == expected.pop("templates")
    assert answer.template_type == expected.pop("template_type")
    templates = {ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE}
    found = {_key(action): action.value for action in stands if action.kind not in templates}
    assert found == {key: value for key, value in expected.items() if value is not None}
    assert len(found) == sum(action.kind not in templates for action in stands), "nothing stands twice"
    assert all((action.by is None) is (action.effect is Effect.APPLIED) for action in answer.actions)


def _key(action: ActionResult) -> str:
    return f"settings.{action.name}" if action.kind is ActionKind.SETTING else action.kind.value


@contextmanager
def as_if_large() -> Iterator[None]:
    """Send a few jobs down the ways that are meant for many."""
    with (
        patch.object(columns, "_MANY", 0),
        patch.object(bulk, "_FEW", 1),
        patch.object(groups, "_SHORT", 1),
        patch.object(groups, "_MANY_TEXTS", 1),
        patch.object(joined, "IMPATIENCE", 1),
    ):
        yield


@settings(max_examples=CASES, deadline=None)
@given(seeds, st.booleans())
def test_a_batch_says_of_each_job_what_evaluate_says(seed: int, large: bool) -> None:
    wild = Wild(seed)
    many, rules, policy = wild.jobs(0, 25), wild.rule_set(), wild.policy()
    with as_if_large() if large else nullcontext():
        outcomes = evaluate_batch(Batch.of(many, fields_needed(rules, policy)), rules, policy, NOW)
    for row, job in enumerate(many):
        single = evaluated(job, rules, policy)
        assert (row in outcomes.eligible) is single.eligible
        assert {reason for reason, rows in outcomes.reasons.items() if row in rows} == ({single.reason} - {None})
        assert [rule.id for rule in outcomes.applying(row)] == [rule.id for rule in single.matched_rules]
        assert {name for name, rows in outcomes.missing.items() if row in rows} == set(single.missing_fields)
        assert [row in item.matched for item in outcomes.rules] == [result.holds for result in single.rules]
        assert [row in item.applied for item in outcomes.rules] == [result.matched for result in single.rules]
        # An inactive fallback may hold without being said to match: it would give way.
        told = [result.would_match for result in single.inactive_rules]
        assert [row in item.matched for item in outcomes.inactive] >= told


@settings(max_examples=CASES, deadline=None)
@given(seeds)
def test_the_impact_of_a_change_is_that_of_trying_every_job_twice(seed: int) -> None:
    wild = Wild(seed)
    many, before, policy = wild.jobs(1, 12), wild.rule_set(1), wild.policy()
    after = wild.edited(before)
    fields = {*fields_needed(before, policy), *fields_needed(after, policy)}
    found = impact(Batch.of(many, fields), before, after, policy, NOW)
    assert len(found.newly_eligible) + len(found.no_longer_eligible) + len(found.reconfigured) + len(found.unchanged) == len(many)
    for row, job in enumerate(many):
        old, new = (oracle.reason(rules.rules, job, policy, NOW) is None for rules in (before, after))
        one, other = (oracle.configuration(oracle.applying(rules.rules, job, NOW), policy) for rules in (before, after))
        different = {name for name in one.keys() | other.keys() if repr(one.get(name)) != repr(other.get(name))} if old and new else set()
        assert (row in found.newly_eligible, row in found.no_longer_eligible) == (new and not old, old and not new)
        assert {name for name, rows in found.fields.items() if row in rows} == different
        assert (row in found.reconfigured) is bool(different)
        assert (row in found.unchanged) is (old == new and not different)


def test_a_file_takes_the_place_of_the_rules_it_names() -> None:
    a, b, c = Rule("a", "A"), Rule("b", "B"), Rule("c", "C")
    newer = Rule("b", "B, changed")
    assert with_file(RuleSet(7, (a, b)), [newer, c]) == RuleSet(7, (a, newer, c))


def test_values_that_only_python_finds_equal_are_told_apart() -> None:
    values: list[JsonValue] = [True, 1, 1.0, "1", None, "true", False, [True], [1], float("nan")]
    rules = RuleSet(1, (Rule("t", "T", Leaf("custom.a", Op.EQUALS, True)), Rule("o", "O", Leaf("custom.a", Op.EQUALS, 1))))
    many = [Job(integration="acme", id="1", custom={"a": value}) for value in values]
    by_name = {
        item.rule.name: set(item.matched) for item in evaluate_batch(Batch.of(many, ["custom.a"]), rules, EvaluationPolicy(), NOW).rules
    }
    assert by_name == {"T": {0, 5, 7}, "O": {1, 2, 3, 8}}
