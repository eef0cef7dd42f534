"""50 rules of 3 conditions over many jobs: jobs a second, beside other engines from PyPI where they are installed.

Run ``python benchmarks/rules.py [--jobs N] [--runs N] [--seed N]``. Every engine gets the same rules over the same jobs and must find the
same number of matches. The peers are given text that is folded already, which jobsync does itself. They run over a part of the jobs,
because a jobs-a-second figure does not need more. Times are the processor's, the median of the runs, with the spread beside it.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    AllOf,
    EvaluationPolicy,
    FieldAvailability,
    Job,
    JobStatus,
    Leaf,
    Location,
    Op,
    Rule,
    RuleSet,
    Source,
)
from jobsync_tui.backend.rules import evaluate
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.evaluate import evaluate_batch, fields_needed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GRADES = ["Senior", "Junior", "Lead", "Staff", "Travel", "Night"]
TRADES = ["Nurse", "Engineer", "Analyst", "Driver", "Welder", "Teacher", "Cook", "Electrician", "Buyer", "Accountant"]
PEER_JOBS = 1_000


@dataclass(frozen=True)
class Figures:
    """What an engine did: matches found in the jobs it saw, and seconds a run."""

    jobs: int
    matches: int
    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Jobs a second, by the median run."""
        return self.jobs / median(self.seconds)


def make_jobs(count: int, random: Random) -> list[Job]:
    cities, departments = [f"City {number}" for number in range(200)], [f"Department {number}" for number in range(40)]
    return [
        Job(
            integration="acme",
            id=str(number),
            name=f"{random.choice(GRADES)} {random.choice(TRADES)} {number}",
            status=random.choice([JobStatus.OPEN, JobStatus.OPEN, JobStatus.CLOSED]),
            location=Location(None, random.choice(cities)),
            department=random.choice(departments),
            custom={"openings": random.randrange(20)},
            updated_at=NOW - timedelta(minutes=random.randrange(500_000)),
        )
        for number in range(count)
    ]


def make_rules(random: Random) -> RuleSet:
    """Return 50 rules of 3 conditions each, out of five kinds."""

    def leaves() -> list[Leaf]:
        kinds = [
            Leaf("department", Op.IN, [f"Department {number}" for number in random.sample(range(40), 4)]),
            Leaf("name", Op.CONTAINS, f"{random.choice(GRADES)} {random.choice(TRADES)}"),
            Leaf("location.city", Op.EQUALS, f"City {random.randrange(200)}"),
            Leaf("custom.openings", Op.GTE, random.randrange(1, 20)),
            Leaf("status", Op.EQUALS, "open"),
        ]
        return random.sample(kinds, 3)

    actions = (Action(ActionKind.GENERATION_TEMPLATE, "General screen"),)
    return RuleSet(1, tuple(Rule(f"r{number}", f"Rule {number}", AllOf(tuple(leaves())), actions) for number in range(50)))


def measure(jobs: int, runs: int, run: Callable[[], int]) -> Figures:
    seconds = []
    matches = 0
    for _ in range(runs):
        gc.collect()
        started = time.process_time()
        matches = run()
        seconds.append(time.process_time() - started)
    return Figures(jobs, matches, tuple(seconds))


def bulk(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    """Columns as the store gives them; grouping by distinct value is part of the time."""
    policy = EvaluationPolicy()
    fields = fields_needed(rules, policy)
    values = Batch.of(jobs, fields).values

    def run() -> int:
        outcomes = evaluate_batch(Batch(len(jobs), values), rules, policy, NOW)
        return sum(len(item.matched) for item in outcomes.rules)

    return run


def single(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    """One job after another, with the whole explanation of each."""

    def run() -> int:
        found = 0
        for job in jobs:
            answer = evaluate(
                job, rules, EvaluationPolicy(), FieldAvailability(), provider_title="Acme", source=Source.CACHE, read_at=None, now=NOW
            )
            found += len(answer.matched_rules)
        return found

    return run


def facts_of(jobs: Sequence[Job]) -> list[dict[str, object]]:
    return [
        {
            "name": (job.name or "").casefold(),
            "department": (job.department or "").casefold(),
            "city": ((job.location.city if job.location else None) or "").casefold(),
            "status": str(job.status),
            "openings": job.custom["openings"],
        }
        for job in jobs
    ]


NAMES = {"location.city": "city", "custom.openings": "openings"}


def parts(leaf: Leaf) -> tuple[str, object]:
    """Return the peers' name of a leaf's field, and its value with text folded."""
    value: object = leaf.value
    if isinstance(value, list):
        value = [str(item).casefold() for item in value]
    elif isinstance(value, str):
        value = value.casefold()
    return NAMES.get(leaf.field, leaf.field), value


def leaves_of(rule: Rule) -> tuple[Leaf, ...]:
    assert isinstance(rule.when, AllOf)
    return tuple(leaf for leaf in rule.when.children if isinstance(leaf, Leaf))


def expression(rule: Rule, *, contains: str) -> str:
    """Return a rule in the way both zen and rule-engine write it; ``contains`` is how a text is looked for in another."""
    written = []
    for leaf in leaves_of(rule):
        name, value = parts(leaf)
        shape = {Op.EQUALS: "{0} == {1}", Op.IN: "{0} in {1}", Op.GTE: "{0} >= {1}", Op.CONTAINS: contains}[leaf.op]
        written.append(shape.format(name, json.dumps(value)))
    return " and ".join(written)


def zen_whole(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    """zen-engine's best way: every rule in one compiled expression that answers with a list."""
    zen = importlib.import_module("zen")
    texts = ", ".join(f"({expression(rule, contains='contains({0}, {1})')})" for rule in rules.rules)
    whole = zen.compile_expression(f"[{texts}]")
    facts = facts_of(jobs)
    return lambda: sum(sum(whole.evaluate(fact)) for fact in facts)


def zen_each(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    zen = importlib.import_module("zen")
    each = [zen.compile_expression(expression(rule, contains="contains({0}, {1})")) for rule in rules.rules]
    facts = facts_of(jobs)
    return lambda: sum(bool(rule.evaluate(fact)) for fact in facts for rule in each)


def rule_engine_each(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    rule_engine = importlib.import_module("rule_engine")
    each = [rule_engine.Rule(expression(rule, contains="{1} in {0}")) for rule in rules.rules]
    facts = facts_of(jobs)
    return lambda: sum(rule.matches(fact) for fact in facts for rule in each)


def json_logic_each(jobs: Sequence[Job], rules: RuleSet) -> Callable[[], int]:
    apply = importlib.import_module("json_logic").jsonLogic

    def clause(leaf: Leaf) -> dict[str, object]:
        name, value = parts(leaf)
        field = {"var": name}
        op = {Op.EQUALS: "==", Op.IN: "in", Op.GTE: ">=", Op.CONTAINS: "in"}[leaf.op]
        return {op: [value, field] if leaf.op is Op.CONTAINS else [field, value]}

    each = [{"and": [clause(leaf) for leaf in leaves_of(rule)]} for rule in rules.rules]
    facts = facts_of(jobs)
    return lambda: sum(bool(apply(rule, fact)) for fact in facts for rule in each)


Engine = Callable[[Sequence[Job], RuleSet], Callable[[], int]]

PEERS: tuple[tuple[str, str, Engine], ...] = (
    ("zen", "zen-engine, all rules in one expression", zen_whole),
    ("zen", "zen-engine, a rule at a time", zen_each),
    ("json_logic", "json-logic", json_logic_each),
    ("rule_engine", "rule-engine", rule_engine_each),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    random = Random(chosen.seed)  # noqa: S311 - data, not secrets
    jobs, rules = make_jobs(chosen.jobs, random), make_rules(random)
    part = jobs[: min(PEER_JOBS, len(jobs))]
    expected = bulk(part, rules)()
    ours = measure(len(jobs), chosen.runs, bulk(jobs, rules))
    print(f"50 rules of 3 conditions, {len(jobs):,} jobs, {ours.matches:,} matches; processor time, {chosen.runs} runs, seed {chosen.seed}")
    print(f"{'engine':<42}{'jobs/s':>12}{'fastest':>12}{'slowest':>12}{'jobsync is':>14}")
    report("jobsync, whole cache", ours, ours)
    report("jobsync, with every explanation", measure(len(part), chosen.runs, single(part, rules)), ours, expected)
    for module, title, engine in PEERS:
        if importlib.util.find_spec(module) is None:
            print(f"{title:<42}{'not installed':>12}")
            continue
        report(title, measure(len(part), chosen.runs, engine(part, rules)), ours, expected)
    print(f"whole cache: {median(ours.seconds):.3f} s of evaluation (goal: under 0.4 s for 100,000)")


def report(title: str, figures: Figures, ours: Figures, expected: int | None = None) -> None:
    if expected is not None and figures.matches != expected:
        raise SystemExit(f"{title} found {figures.matches} matches, and {expected} are right")
    fastest, slowest = figures.jobs / min(figures.seconds), figures.jobs / max(figures.seconds)
    print(f"{title:<42}{figures.rate:>12,.0f}{fastest:>12,.0f}{slowest:>12,.0f}{ours.rate / figures.rate:>12,.1f} x")


if __name__ == "__main__":
    main()
