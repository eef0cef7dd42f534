"""Trees of conditions change as the editor's keys say, and never come to hold an empty group."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import AllOf, AnyOf, Condition, Leaf, Not, Op
from jobsync_tui.editor.rule_tree import Way, added, at, children, dissolved, grouped, moved, negated, removed, replaced, turned
from tests.rules.oracle import leaves

A, B, C, D = (Leaf(name, Op.IS_SET) for name in ("client", "department", "owner", "url"))
NEW = Leaf("remote", Op.EQUALS, value=True)
TREES: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda below: AllOf(tuple(below))),
        st.lists(inner, min_size=1, max_size=4).map(lambda below: AnyOf(tuple(below))),
        inner.map(Not),
    ),
    max_leaves=12,
)


def ways(root: Condition, way: Way = ()) -> list[Way]:
    return [way, *(each for number, child in enumerate(children(root)) for each in ways(child, (*way, number)))]


def is_whole(root: Condition) -> bool:
    return all(isinstance(at(root, way), Leaf) or children(at(root, way)) for way in ways(root))


@given(TREES, st.data())
def test_every_step_leaves_a_whole_tree_and_a_way_that_leads_somewhere(root: Condition, data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(ways(root)))
    node = at(root, way)
    for tree, place in (negated(root, way), grouped(root, way), dissolved(root, way), moved(root, way, 1), moved(root, way, -1)):
        assert is_whole(tree)
        assert sorted(map(str, leaves(tree))) == sorted(map(str, leaves(root)))
        at(tree, place)
    for step in (-1, 1):
        tree, place = moved(root, way, step)
        assert at(tree, place) == node
    tree, place = added(root, way, NEW)
    assert at(tree, place) == NEW
    assert len(leaves(tree)) == len(leaves(root)) + 1
    assert is_whole(tree)
    left = removed(root, way)
    assert left is None or is_whole(left)
    assert len(leaves(left)) == len(leaves(root)) - len(leaves(node))
    assert turned(turned(root, way), way) == root
    assert replaced(root, way, node) == root


@given(TREES, st.data())
def test_not_twice_is_not_at_all(root: Condition, data: st.DataObject) -> None:
    plain = [way for way in ways(root) if not isinstance(at(root, way), Not) and not (way and isinstance(at(root, way[:-1]), Not))]
    assume(plain)
    way = data.draw(st.sampled_from(plain))
    once, place = negated(root, way)
    assert negated(once, place)[0] == root


def test_a_condition_is_added_into_a_group_or_behind_its_neighbour() -> None:
    assert added(None, (), A) == (A, ())
    assert added(A, (), B) == (AllOf((A, B)), (1,))
    assert added(AllOf((A, B)), (0,), C) == (AllOf((A, C, B)), (1,))
    assert added(AllOf((A, AnyOf((B,)))), (1,), C) == (AllOf((A, AnyOf((B, C)))), (1, 1))
    assert added(Not(A), (0,), B) == (Not(AllOf((A, B))), (0, 1))


def test_a_group_goes_with_its_last_child() -> None:
    assert removed(AllOf((A, AnyOf((Not(B),)))), (1, 0, 0)) == AllOf((A,))
    assert removed(AllOf((AnyOf((B,)),)), (0, 0)) is None


def test_a_group_of_its_own_is_of_the_other_kind_and_can_be_dissolved_again() -> None:
    tree, way = grouped(AllOf((A, B)), (1,))
    assert (tree, way) == (AllOf((A, AnyOf((B,)))), (1,))
    assert grouped(AnyOf((A, B)), (0,))[0] == AnyOf((AllOf((A,)), B))
    assert dissolved(tree, way)[0] == AllOf((A, B))
    assert dissolved(AllOf((A, AnyOf((B, C)), D)), (1,)) == (AllOf((A, B, C, D)), (1,))
    assert dissolved(AnyOf((A, B)), ()) == (AnyOf((A, B)), ())


def test_a_condition_moves_within_its_group_and_out_of_it_at_the_ends() -> None:
    assert moved(AllOf((A, B)), (0,), 1) == (AllOf((B, A)), (1,))
    assert moved(AllOf((A, B)), (1,), 1) == (AllOf((A, B)), (1,))
    assert moved(AllOf((A, AnyOf((B, C)))), (1, 0), -1) == (AllOf((A, B, AnyOf((C,)))), (1,))
    assert moved(AllOf((A, AnyOf((B,)))), (1, 0), 1) == (AllOf((A, B)), (1,))


def test_turning_a_leaf_turns_the_group_around_it() -> None:
    assert turned(AllOf((A, Not(B))), (1, 0)) == AnyOf((A, Not(B)))
    assert turned(Not(A), (0,)) == Not(A)
