"""Changes of a rule set as pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import Rule, in_acting_order, moved, with_active, with_duplicate, with_rule, without_rules

A, B, C = (Rule(name, name.upper(), priority=priority) for name, priority in (("a", 10), ("b", 20), ("c", 30)))
PRIORITIES = st.lists(st.integers(-2, 3), min_size=1, max_size=7)


@given(PRIORITIES, st.integers(0, 6), st.integers(-8, 8))
def test_a_moved_rule_acts_that_many_places_later_and_the_others_keep_their_order(priorities: list[int], which: int, by: int) -> None:
    rules = in_acting_order([Rule(f"r{index}", "same name", priority=priority) for index, priority in enumerate(priorities)])
    rule = rules[which % len(rules)]
    others = [each.id for each in rules if each is not rule]
    to = min(max(0, rules.index(rule) + by), len(others))
    after = moved(rules, rule.id, by)
    assert [each.id for each in in_acting_order(after)] == [*others[:to], rule.id, *others[to:]]
    assert [each.id for each in after] == [each.id for each in in_acting_order(after)]


def test_only_the_moved_rule_changes_where_there_is_room() -> None:
    assert moved((A, B, C), "a", 1) == in_acting_order([Rule("a", "A", priority=25), B, C])
    with pytest.raises(KeyError):
        moved((A,), "none", 1)


def test_a_rule_is_put_in_replaced_taken_out_switched_and_doubled() -> None:
    renamed = Rule("b2", "B", priority=5)
    assert with_rule((A, B, C), renamed, replaces="b") == (renamed, A, C)
    assert without_rules((A, B), ["a"]) == (B,)
    assert [rule.active for rule in with_active((A, B), ["b"], active=False)] == [True, False]
    rules, copy = with_duplicate((A, B, Rule("a-2", "Z")), "a")
    assert (copy.id, copy.name, copy.active) == ("a-3", "A 3", False)
    assert rules[1] == copy
