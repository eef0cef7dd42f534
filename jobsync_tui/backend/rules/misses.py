"""How far a rule is from matching: the fewest leaves that would have to turn, and which.

The cost of making a leaf true is 0 where it is true and else 1; likewise for false. ``all`` becomes true at the sum of its children's
costs and false at the least of them, ``any`` the other way round, and ``not`` swaps the two. A leaf that is neither costs 1 either way.
So a tree is true where the first cost is 0, false where the second is, and neither where none is: Kleene's three-valued logic falls out
of the sums.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TypeAlias

from .compiled import LeafNode, Node, NotNode

NEVER = 1_000_000
"""A cost that no turning of leaves meets: an empty ``any`` is never true."""

Answers: TypeAlias = Sequence[bool | None]
"""What each distinct leaf answered for the job."""


def costs(node: Node | None, answers: Answers) -> tuple[int, int]:
    """Return how many leaves would have to turn to make ``node`` true, and to make it false."""
    if node is None:
        return 0, NEVER
    if isinstance(node, LeafNode):
        answer = answers[node.leaf]
        return (0 if answer is True else 1), (0 if answer is False else 1)
    if isinstance(node, NotNode):
        to_true, to_false = costs(node.child, answers)
        return to_false, to_true
    total, least = [0, 0], [NEVER, NEVER]
    for child in node.children:
        for side, cost in enumerate(costs(child, answers)):
            total[side] += cost
            least[side] = min(least[side], cost)
    return (min(total[0], NEVER), least[1]) if node.every else (least[0], min(total[1], NEVER))


def turns(node: Node | None, answers: Answers, hopeless: Container[int] = (), *, want: bool = True) -> list[tuple[LeafNode, bool]]:
    """Return the fewest leaves to turn, each with the answer it would need, so that ``node`` is ``want``.

    Where one child is enough, it is the cheapest, among those the one with the fewest ``hopeless`` leaves (by their numbers) to turn,
    and then the first; so the choice is always the same.
    """
    if node is None:
        return []
    if isinstance(node, LeafNode):
        return [] if answers[node.leaf] is want else [(node, want)]
    if isinstance(node, NotNode):
        return turns(node.child, answers, hopeless, want=not want)
    if node.every is want:
        return [turn for child in node.children for turn in turns(child, answers, hopeless, want=want)]
    side = 0 if want else 1
    prices = [costs(child, answers)[side] for child in node.children]
    cheapest = [child for child, price in zip(node.children, prices, strict=True) if price == min(prices)]
    ways = [turns(child, answers, hopeless, want=want) for child in cheapest]
    return min(ways, key=lambda way: sum(turned.leaf in hopeless for turned, _ in way), default=[])
