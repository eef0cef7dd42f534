"""What a change does to evaluated jobs, against evaluating every job under both rule sets with a plain second engine."""

from __future__ import annotations

from hypothesis import given, settings

from jobsync_tui.backend.core.models import EvaluationPolicy, ImpactList, Job, Rule, RuleSet
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.comparison import KnownOutcome, RuleSetComparison, Way
from tests.rules import oracle
from tests.rules.wild import NOW, Wild, seeds


def expected(job: Job, before: RuleSet, after: RuleSet, policy: EvaluationPolicy) -> Way:
    old, new = (oracle.reason(rules.rules, job, policy, NOW) is None for rules in (before, after))
    if old is not new:
        return (ImpactList.NEWLY_ELIGIBLE if new else ImpactList.NO_LONGER_ELIGIBLE, ())
    one, other = (oracle.configuration(oracle.applying(rules.rules, job, NOW), policy) for rules in (before, after))
    different = tuple(sorted(name for name in one.keys() | other.keys() if repr(one.get(name)) != repr(other.get(name)))) if old else ()
    return (ImpactList.RECONFIGURED if different else ImpactList.UNCHANGED, different)


def ruling(job: Job, rules: RuleSet, policy: EvaluationPolicy) -> KnownOutcome:
    return KnownOutcome(oracle.reason(rules.rules, job, policy, NOW), tuple(rule.id for rule in oracle.applying(rules.rules, job, NOW)))


@settings(max_examples=250, deadline=None)
@given(seeds)
def test_from_verdicts_as_without_them(seed: int) -> None:
    wild = Wild(seed)
    jobs, before, policy = wild.jobs(1, 12), wild.rule_set(1), wild.policy()
    after = wild.edited(before)
    comparison = RuleSetComparison(before, after, policy, NOW)
    ways = [expected(job, before, after, policy) for job in jobs]
    known = {number: ruling(job, before, policy) for number, job in enumerate(jobs)}
    quick = comparison.with_outcomes(Batch.of(jobs, comparison.quick_fields), list(known), known)
    slow = comparison.without_outcomes(Batch.of(jobs, comparison.fields))
    names = list(comparison.ways)
    assert [names[way] for way in slow] == ways
    assert [names[way] for way in quick] == ways


def test_only_the_fields_of_what_changed_are_asked_for() -> None:
    wild = Wild(5)
    rules = tuple(Rule(f"r{number}", f"R{number}", leaf) for number, leaf in enumerate(wild.leaves(6, 6)))
    before = RuleSet(1, rules)
    policy = EvaluationPolicy(required_fields=("owner",))
    assert RuleSetComparison(before, RuleSet(1, rules[1:]), policy, NOW).quick_fields == ()
    fewer = RuleSetComparison(before, RuleSet(1, (Rule("new", "New", rules[0].when), *rules)), policy, NOW).quick_fields
    assert fewer == (oracle.leaves(rules[0].when)[0].field, "owner")
