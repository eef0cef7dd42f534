"""One condition away: for many jobs at once the same as for each by itself."""

from __future__ import annotations

from hypothesis import given, settings

from jobsync_tui.backend.models import Rule, RuleSet
from jobsync_tui.backend.rules.bulk import Answers
from jobsync_tui.backend.rules.columns import Batch
from jobsync_tui.backend.rules.compiled import compiled
from jobsync_tui.backend.rules.nearness import near_rows
from jobsync_tui.backend.rules.rows import Rows

from . import oracle
from .wild import NOW, Wild, seeds


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
                and oracle.truth(rule.rule.when, job, NOW, frozenset({place}), (want,)) is True
            }
            assert near.get((rule.rule.id, row), set()) == expected
