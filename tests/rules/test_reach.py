"""What is said to be held to integrations matches no job of any other, however its conditions are put together."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import AllOf, AnyOf, Condition, Job, Leaf, Not, Op, Rule, held
from jobsync_tui.backend.rules.operators import OperandError, compile_test
from jobsync_tui.backend.rules.reach import held_to
from tests.rules import oracle
from tests.rules.wild import NOW

OWN, OTHERS = ("acme", "Beta", "5"), ("ACME-2", "beta2", "true", "ACME")
VALUES = st.sampled_from([*OWN, *OTHERS, "ACME-2 ", "\uff41cme", "beta", "BETA", "Acme", 5, 5.0, True, "e", "a.*"])


def _sound(leaf: Leaf) -> bool:
    try:
        compile_test(leaf)
    except OperandError:
        return False
    return True


leaves = st.builds(
    Leaf,
    st.sampled_from(["integration", "integration", "integration", "id", "custom.integration"]),
    st.sampled_from([Op.EQUALS, Op.IN, Op.NOT_EQUALS, Op.NOT_IN, Op.MATCHES, Op.STARTS_WITH, Op.CONTAINS, Op.IS_SET, Op.IS_EMPTY]),
    st.one_of(VALUES, st.lists(VALUES, min_size=1, max_size=3), st.none()),
    st.booleans(),
).filter(_sound)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(conditions)
@example(AllOf((Leaf("integration", Op.IN, ["5", True]),)))
@example(Leaf("integration", Op.EQUALS, "acme"))
def test_a_held_rule_matches_no_job_of_others(when: Condition) -> None:
    if held_to(Rule("r", "R", when), OWN, OTHERS):
        matched = [each for each in OTHERS if oracle.truth(when, Job(integration=each, id="1"), NOW) is True]
        assert matched == []


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.none(), conditions))
def test_holding_a_rule_holds_it(when: Condition | None) -> None:
    rule = Rule("r", "R", held(when, OWN[1:]))
    assert held_to(rule, OWN[1:], OTHERS)
    for integration in (*OWN, *OTHERS):
        job = Job(integration=integration, id="1")
        meant = integration in OWN[1:] and (when is None or oracle.truth(when, job, NOW) is True)
        assert (oracle.truth(rule.when, job, NOW) is True) is meant
