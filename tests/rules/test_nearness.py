"""One condition away: for many jobs at once the same as for each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jobsync_tui.backend.core.models import AllOf, Condition, Job, Leaf, Not, Op, Rule, RuleSet
from jobsync_tui.backend.rules.columnar.columns import Batch
from jobsync_tui.backend.rules.columnar.evaluate import Answers
from jobsync_tui.backend.rules.columnar.near_rows import near_rows
from jobsync_tui.backend.rules.columnar.rows import Rows
from jobsync_tui.backend.rules.compiled import compiled
from tests.rules import oracle
from tests.rules.wild import NOW, Wild, seeds


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_a_job_is_near_where_turning_one_leaf_makes_the_rule_match(seed: int) -> None:
    wild = Wild(seed)
    jobs = wild.jobs(1, 6)
    rules = RuleSet(1, tuple(Rule(f"r{index}", "Tree", tree) for index, tree in enumerate(wild.trees(1, 3))))
    ready = compiled(rules)
    batch = Batch.of(jobs, [field.name for field in ready.fields])
    near: dict[tuple[str, int], set[tuple[str, bool]]] = {}
    for found in near_rows(ready, Answers(batch, ready, NOW), Rows.every(len(jobs))):
        for row in found.rows:
            near.setdefault((found.rule.id, row), set()).add((found.path, True))
    for rule in ready.active:
        paths = [path for path, _ in rule.places]
        for row, job in enumerate(jobs):
            expected = {
                (paths[place], True)
                for place in range(len(paths))
                for want in (True, False)
                if oracle.truth(rule.rule.when, job, NOW) is not True
                and any(oracle.leaf_truth(leaf, job, NOW) for leaf in oracle.leaves(rule.rule.when))
                and oracle.truth(rule.rule.when, job, NOW, frozenset({place}), (want,)) is True
            }
            here = near.get((rule.rule.id, row), set())
            fields = [ready.leaves[number].field for _, number in rule.places]
            assert here <= expected
            assert {fields.count(fields[paths.index(path)]) > 1 for path, _ in expected - here} <= {True}, "one value has to do for all"


@pytest.mark.parametrize(
    ("one", "other", "asked"),
    [
        (Leaf("owner", Op.EQUALS, "a"), Leaf("owner", Op.EQUALS, "b"), []),
        (Leaf("owner", Op.EQUALS, "a"), Not(Leaf("owner", Op.EQUALS, "a")), []),
        (Leaf("owner", Op.EQUALS, "a"), Leaf("owner", Op.IS_EMPTY), []),
        (Leaf("owner", Op.EQUALS, "a"), Leaf("owner", Op.IN, ["b", "c"]), []),
        (Leaf("owner", Op.CONTAINS, "a"), Leaf("owner", Op.CONTAINS, "b"), ["all[1]"]),
        (Leaf("tags", Op.EQUALS, "a"), Leaf("tags", Op.EQUALS, "b"), ["all[1]"]),
    ],
)
def test_two_values_of_one_field_are_not_asked_for(one: Condition, other: Condition, asked: list[str]) -> None:
    job = Job(integration="acme", id="1", owner="a", tags=("a",))
    ready = compiled(RuleSet(1, (Rule("r", "R", AllOf((one, other))),)))
    batch = Batch.of([job, job], [field.name for field in ready.fields])
    found = list(near_rows(ready, Answers(batch, ready, NOW), Rows.every(2)))
    assert [near.path for near in found] == asked
    assert all(near.rows == Rows.every(2) for near in found)


def test_a_job_of_which_nothing_held_is_not_near() -> None:
    sales, berlin = Leaf("department", Op.EQUALS, "Sales"), Leaf("owner", Op.EQUALS, "a")
    job = Job(integration="acme", id="1", department="Data", owner="a")
    ready = compiled(RuleSet(1, (Rule("one", "One", sales), Rule("two", "Two", AllOf((sales, berlin))))))
    batch = Batch.of([job], [field.name for field in ready.fields])
    assert [near.rule.id for near in near_rows(ready, Answers(batch, ready, NOW), Rows.every(1))] == ["two"]
