"""A rule's conditions changed step by step, as its editor does it: pure functions from a tree to the next.

A `Way` leads to a node from the root by the numbers of the children, ``()`` being the root itself. A tree never holds an empty group: a
group that loses its last child goes too, and a tree that loses its root is None, a rule that matches every job.
"""

from __future__ import annotations

from typing import TypeAlias

from ..backend.core.models import AllOf, AnyOf, Condition, Leaf, Not

Way: TypeAlias = tuple[int, ...]


def children(condition: Condition) -> tuple[Condition, ...]:
    """Return what stands directly below a node, nothing below a leaf."""
    match condition:
        case AllOf(below) | AnyOf(below):
            return below
        case Not(child):
            return (child,)
        case Leaf():
            return ()


def at(root: Condition, way: Way) -> Condition:
    """Return the node that ``way`` leads to.

    Raises:
        IndexError: It leads nowhere.
    """
    node = root
    for number in way:
        node = children(node)[number]
    return node


def replaced(root: Condition, way: Way, new: Condition) -> Condition:
    """Return the tree with ``new`` in the place of the node at ``way``."""
    if not way:
        return new
    number, *rest = way
    below = list(children(root))
    below[number] = replaced(below[number], tuple(rest), new)
    return _with(root, below)


def removed(root: Condition, way: Way) -> Condition | None:
    """Return the tree without the node at ``way``, nor the groups that it leaves empty; None where nothing is left."""
    if not way:
        return None
    holder = at(root, way[:-1])
    below = [child for number, child in enumerate(children(holder)) if number != way[-1]]
    return replaced(root, way[:-1], _with(holder, below)) if below else removed(root, way[:-1])


def added(root: Condition | None, way: Way, new: Condition) -> tuple[Condition, Way]:
    """Return the tree with ``new`` in it, and where it is: last in the group at ``way``, or behind the node there."""
    if root is None:
        return new, ()
    node = at(root, way)
    if isinstance(node, AllOf | AnyOf):
        return replaced(root, way, _with(node, [*node.children, new])), (*way, len(node.children))
    holder = at(root, way[:-1]) if way else None
    if isinstance(holder, AllOf | AnyOf):
        below = list(holder.children)
        below.insert(way[-1] + 1, new)
        return replaced(root, way[:-1], _with(holder, below)), (*way[:-1], way[-1] + 1)
    return replaced(root, way, AllOf((node, new))), (*way, 1)


def turned(root: Condition, way: Way) -> Condition:
    """Return the tree with the nearest group at or above ``way`` turned from all to any, or back; itself where there is none."""
    for length in range(len(way), -1, -1):
        node = at(root, way[:length])
        if isinstance(node, AllOf | AnyOf):
            return replaced(root, way[:length], AnyOf(node.children) if isinstance(node, AllOf) else AllOf(node.children))
    return root


def negated(root: Condition, way: Way) -> tuple[Condition, Way]:
    """Return the tree with the node at ``way`` under a not, or out of the one that it is or stands under; and where it is then."""
    node = at(root, way)
    if isinstance(node, Not):
        return replaced(root, way, node.child), way
    if way and isinstance(at(root, way[:-1]), Not):
        return replaced(root, way[:-1], node), way[:-1]
    return replaced(root, way, Not(node)), way


def grouped(root: Condition, way: Way) -> tuple[Condition, Way]:
    """Return the tree with the node at ``way`` in a group of its own, of the other kind than the one around it; and where the group is."""
    holder = at(root, way[:-1]) if way else None
    group = AllOf if isinstance(holder, AnyOf) else AnyOf
    return replaced(root, way, group((at(root, way),))), way


def dissolved(root: Condition, way: Way) -> tuple[Condition, Way]:
    """Return the tree with what the group at ``way`` holds in its place, where that keeps a tree; else itself. And where the first is."""
    node = at(root, way)
    if not isinstance(node, AllOf | AnyOf):
        return root, way
    if len(node.children) == 1:
        return replaced(root, way, node.children[0]), way
    holder = at(root, way[:-1]) if way else None
    if not isinstance(holder, AllOf | AnyOf):
        return root, way
    below = [*holder.children[: way[-1]], *node.children, *holder.children[way[-1] + 1 :]]
    return replaced(root, way[:-1], _with(holder, below)), way


def moved(root: Condition, way: Way, step: int) -> tuple[Condition, Way]:
    """Return the tree with the node at ``way`` a place further up (-1) or down (1); at an end of its group it goes out of it.

    It stays where it is at the ends of the outermost group. A group that its last child leaves is gone.
    """
    if not way:
        return root, way
    holder = at(root, way[:-1])
    number = way[-1] + step
    if 0 <= number < len(children(holder)):
        below = list(children(holder))
        below[way[-1]], below[number] = below[number], below[way[-1]]
        return replaced(root, way[:-1], _with(holder, below)), (*way[:-1], number)
    outer = next((length for length in range(len(way) - 2, -1, -1) if isinstance(at(root, way[:length]), AllOf | AnyOf)), None)
    if outer is None:
        return root, way
    node = at(root, way)
    group = at(root, way[:outer])
    inner = at(group, (way[outer],))
    rest = removed(inner, way[outer + 1 :])
    kept = [] if rest is None else [rest]
    below = list(children(group))
    below[way[outer] : way[outer] + 1] = [node, *kept] if step < 0 else [*kept, node]
    return replaced(root, way[:outer], _with(group, below)), (*way[:outer], way[outer] + (len(kept) if step > 0 else 0))


def _with(node: Condition, below: list[Condition]) -> Condition:
    """Return a node like ``node`` over other children."""
    match node:
        case AllOf():
            return AllOf(tuple(below))
        case AnyOf():
            return AnyOf(tuple(below))
        case Not():
            return Not(below[0])
        case Leaf():
            raise IndexError("a comparison has nothing below it")
