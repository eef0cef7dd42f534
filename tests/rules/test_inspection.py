"""Findings about rules, proven by a plain second engine: what is said to have no effect is taken out, and nothing changes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hypothesis import given, settings

from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    AllOf,
    AnyOf,
    EvaluationPolicy,
    FieldAvailability,
    Finding,
    FindingKind,
    Job,
    JsonValue,
    Leaf,
    Location,
    Not,
    Op,
    Rule,
    RuleSet,
    Witness,
)
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.evaluate import fields_needed
from jobsync_tui.backend.rules.lint.on_data import DataLint
from jobsync_tui.backend.rules.lint.static import Names, static_findings
from tests.rules import oracle
from tests.rules.wild import NOW, Wild, seeds

BERLIN = Leaf("location.city", Op.EQUALS, "Berlin")
FOLDER = (Action(ActionKind.FOLDER, "North"),)


def inspected(rules: RuleSet, jobs: list[Job], policy: EvaluationPolicy) -> list[Finding]:
    """Look at the jobs in two batches."""
    inspection = DataLint(rules, policy, (), NOW)
    half = len(jobs) // 2
    for start, part in ((0, jobs[:half]), (half, jobs[half:])):
        inspection.look(Batch.of(part, fields_needed(rules, policy)), partial(_witness, start))
    return list(inspection.findings())


def _witness(start: int, row: int) -> Witness:
    return Witness("acme", str(start + row), None)


def outcome(rules: tuple[Rule, ...], job: Job, policy: EvaluationPolicy) -> object:
    """What becomes of a job: why not, or what is left on it."""
    reason = oracle.reason(rules, job, policy, NOW)
    return reason or repr(sorted(oracle.configuration(oracle.applying(rules, job, NOW), policy).items()))


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_what_is_found_is_so_and_what_matches_nothing_is_found(seed: int) -> None:
    wild = Wild(seed)
    jobs, rules, policy = wild.jobs(1, 12), wild.rule_set(1), wild.policy()
    by_id = {rule.id: rule for rule in rules.rules}
    found = inspected(rules, jobs, policy)
    silent = {rule.id for rule in rules.rules if rule.active and not any(oracle.truth(rule.when, job, NOW) for job in jobs)}
    assert {finding.rule for finding in found if finding.kind is FindingKind.NEVER_MATCHES} == silent
    for finding in found:
        rule = by_id[finding.rule]
        without = tuple(each for each in rules.rules if each is not rule)
        if finding.kind is FindingKind.COVERED:
            assert finding.other in by_id
            assert oracle.truth(rule.when, jobs[int(finding.witness.id)], NOW) if finding.witness else False
        elif finding.kind is FindingKind.OVERRIDDEN_ACTION:
            number = int((finding.place or "").removeprefix("actions[").removesuffix("]"))
            without = (*without, replace(rule, actions=rule.actions[:number] + rule.actions[number + 1 :]))
            assert rule in oracle.applying(rules.rules, jobs[int(finding.witness.id)], NOW) if finding.witness else False
        elif finding.kind is FindingKind.UNDELIVERED_FIELD:
            assert not any(oracle.values(job, leaf.field) for leaf in _at(rule, finding) for job in jobs)
            continue
        elif without:  # a rule set without any active rule says so of every job
            assert not any(oracle.truth(rule.when, job, NOW) for job in jobs)
        if any(each.active for each in without):
            assert [outcome(without, job, policy) for job in jobs] == [outcome(rules.rules, job, policy) for job in jobs]


def _at(rule: Rule, finding: Finding) -> list[Leaf]:
    """Return the leaves that may be meant: those of a custom field."""
    return [leaf for leaf in oracle.leaves(rule.when) if leaf.field.startswith("custom.") and leaf.field in finding.message]


def jobs_in(*cities: str) -> list[Job]:
    return [Job(integration="acme", id=str(number), location=Location(city=city)) for number, city in enumerate(cities)]


def kinds(rules: list[Rule], jobs: list[Job]) -> list[tuple[str, str, str | None]]:
    return [
        (finding.rule, finding.kind.value, finding.other) for finding in inspected(RuleSet(1, tuple(rules)), jobs, EvaluationPolicy(()))
    ]


def test_a_rule_that_an_earlier_one_covers() -> None:
    wide, narrow = Rule("wide", "Wide", None, FOLDER, priority=1), Rule("narrow", "Narrow", BERLIN, FOLDER)
    assert kinds([wide, narrow], jobs_in("Berlin", "Oslo")) == [("narrow", "covered", "wide")]
    assert kinds([wide, replace(narrow, priority=0)], jobs_in("Berlin", "Oslo")) == []
    more = replace(narrow, actions=(*FOLDER, Action(ActionKind.GENERATION_TEMPLATE, "A")))
    assert kinds([wide, more], jobs_in("Berlin")) == [("narrow", "overridden_action", None)]


def test_a_rule_whose_jobs_another_one_excludes_or_that_is_a_fallback_for_nothing() -> None:
    exclude = Rule("no", "No", BERLIN, (Action(ActionKind.EXCLUDE, value=True),), priority=200)
    assert kinds([Rule("b", "B", BERLIN, FOLDER), exclude], jobs_in("Berlin")) == [("b", "covered", "no")]
    assert kinds([exclude, replace(exclude, id="no2", name="No 2")], jobs_in("Berlin")) == [("no2", "covered", "no")]
    rest = Rule("rest", "Rest", None, FOLDER, fallback=True, priority=1)
    assert kinds([rest, Rule("b", "B", None, FOLDER)], jobs_in("Berlin")) == [("rest", "covered", "b")]


def test_a_rule_that_matches_nothing_says_what_keeps_it_from_it() -> None:
    def said(*conditions: Leaf) -> str:
        rule = Rule("r", "R", AllOf(conditions))
        return inspected(RuleSet(1, (rule,)), jobs_in("Berlin", "Oslo"), EvaluationPolicy())[0].message

    oslo, paris = Leaf("location.city", Op.EQUALS, "Oslo"), Leaf("location.city", Op.EQUALS, "Paris")
    assert "for none this holds: location.city is Paris" in said(BERLIN, paris)
    assert "never all of them for the same" in said(BERLIN, oslo)


def test_without_jobs_nothing_is_said_of_what_rules_match() -> None:
    assert inspected(RuleSet(1, (Rule("r", "R", BERLIN),)), [], EvaluationPolicy()) == []


def static(*rules: Rule, names: Names | None = None, never: frozenset[str] = frozenset()) -> list[tuple[str, str, str | None]]:
    found = static_findings(RuleSet(1, rules), {"acme": FieldAvailability(never), "other": FieldAvailability(never | {"client"})}, names)
    return [(finding.rule, finding.kind.value, finding.place) for finding in found]


def test_values_that_cannot_occur() -> None:
    def of(field: str, op: Op, value: JsonValue) -> list[tuple[str, str, str | None]]:
        return static(Rule("r", "R", Not(AnyOf((BERLIN, Leaf(field, op, value))))))

    impossible = [("r", "impossible_value", "when.not.any[1]")]
    assert of("status", Op.EQUALS, "opened") == of("status", Op.NOT_IN, ["open", "shut"]) == impossible
    assert of("status", Op.EQUALS, "OPEN") == of("remote", Op.EQUALS, "TRUE") == of("integration", Op.EQUALS, "acme") == []
    assert of("visibility", Op.IN, ["Public", "CONFIDENTIAL"]) == []
    assert of("visibility", Op.EQUALS, "secret") == impossible
    assert of("remote", Op.EQUALS, "hybrid") == of("remote", Op.CONTAINS, "yes") == of("remote", Op.GT, 1) == impossible
    assert of("created_at", Op.CONTAINS, "2026") == of("integration", Op.IN, ["acme", "gone"]) == impossible
    assert of("custom.status", Op.EQUALS, "opened") == []
    message = next(static_findings(RuleSet(1, (Rule("r", "R", Leaf("status", Op.EQUALS, "opened")),)), {}, None))
    assert message.remedy.startswith("Did you mean open?")


def test_fields_that_no_integration_delivers() -> None:
    owner = Rule("r", "R", AllOf((Leaf("owner", Op.EQUALS, "Dana"), Leaf("client", Op.EQUALS, "Acme"))))
    assert static(owner, never=frozenset({"owner"})) == [("r", "undelivered_field", "when.all[0]")]
    assert static(Rule("r", "R", Leaf("owner", Op.IS_EMPTY)), never=frozenset({"owner"})) == []


def test_what_only_a_hidden_integration_delivers_is_delivered() -> None:
    never, rule = FieldAvailability(frozenset({"owner"})), Rule("r", "R", Leaf("owner", Op.EQUALS, "Dana"))
    assert len(list(static_findings(RuleSet(1, (rule,)), {"acme": never}, None, {"other": never}))) == 1
    assert list(static_findings(RuleSet(1, (rule,)), {"acme": never}, None, {"other": FieldAvailability()})) == []


def test_names_and_values_that_the_target_does_not_have() -> None:
    names = Names({ActionKind.FOLDER: {"North"}, ActionKind.JOB_TEMPLATE: None}, {"language": ("Norwegian",), "voice": ()})
    rule = Rule(
        "r",
        "R",
        None,
        (
            Action(ActionKind.FOLDER, "Nort"),
            Action(ActionKind.JOB_TEMPLATE, "any"),
            Action(ActionKind.SETTING, "Danish", "language"),
            Action(ActionKind.SETTING, "any", "voice"),
        ),
        active=False,
    )
    assert static(rule, names=names) == [("r", "missing_in_target", "actions[0]"), ("r", "missing_in_target", "actions[2]")]
    assert static(rule) == []


def test_rules_that_do_the_same_to_the_same_jobs() -> None:
    one = Rule("one", "One", AnyOf((BERLIN, Leaf("department", Op.EQUALS, "Care"))), FOLDER)
    two = Rule("two", "Two", AnyOf((Leaf("department", Op.EQUALS, "Care"), BERLIN)), FOLDER)
    assert static(two, one) == [("two", "duplicate", None)]
    assert static(two, replace(one, active=False)) == static(two, replace(one, fallback=True)) == []


def told(*leaves: Leaf) -> list[tuple[str, str, str]]:
    rules = RuleSet(1, tuple(Rule(f"r{number}", "R", leaf, FOLDER) for number, leaf in enumerate(leaves)))
    found = static_findings(rules, {"acme": FieldAvailability()}, None)
    return [(finding.rule, finding.kind.value, finding.remedy) for finding in found if finding.kind is not FindingKind.DUPLICATE]


def test_what_a_field_is_compared_with_in_vain() -> None:
    date, truth = "Compare it with a date such as 2026-01-31.", "Ask whether it is true or false."
    asked = [
        Leaf("created_at", Op.EQUALS, "yesterday"),
        Leaf("created_at", Op.IN, ["2026-01-31", "soon"]),
        Leaf("updated_at", Op.GT, 5),
        Leaf("last_synced", Op.CONTAINS, "2026"),
        Leaf("remote", Op.CONTAINS, "t"),
        Leaf("remote", Op.GT, 1),
        Leaf("created_at", Op.EQUALS, "2026-01-31"),
        Leaf("created_at", Op.BETWEEN, ["2026-01-31", "2026-02-01"]),
    ]
    assert told(*asked) == [(f"r{number}", "impossible_value", date if number < 4 else truth) for number in range(6)]


def test_case_that_does_not_count_is_said() -> None:
    without = [
        Leaf("custom.n", Op.GT, 5, case_sensitive=True),
        Leaf("created_at", Op.EQUALS, "2026-01-31", case_sensitive=True),
        Leaf("name", Op.IS_SET, None, case_sensitive=True),
        Leaf("custom.n", Op.EQUALS, 5, case_sensitive=True),
        Leaf("remote", Op.EQUALS, True, case_sensitive=True),
    ]
    assert told(*without) == [(f"r{number}", "no_effect", "Take case_sensitive out.") for number in range(5)]
    assert told(Leaf("name", Op.MATCHES, "x", case_sensitive=True), Leaf("custom.n", Op.IN, [5, "a"], case_sensitive=True)) == []


def test_an_action_that_gives_way_to_its_own_rule_is_told_so() -> None:
    twice = (Action(ActionKind.FOLDER, "North"), Action(ActionKind.FOLDER, "South"))
    jobs = [Job(integration="acme", id=job_id) for job_id in ("1", "2")]
    (finding,) = inspected(RuleSet(1, (Rule("r", "R", None, twice),)), jobs, EvaluationPolicy())
    assert "folder South never stands: it gives way to another action of the same rule" in finding.message
    assert finding.remedy == "Take one of the two actions out."
