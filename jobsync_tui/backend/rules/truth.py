"""What the conditions of a rule come to for one job: true, false or neither; and how far it is from matching, by which leaves.

The cost of making a leaf true is 0 where it is true and else 1; likewise for false. ``all`` becomes true at the sum of its children's
costs and false at the least of them, ``any`` the other way round, and ``not`` swaps the two. A leaf that is neither costs 1 either way.
So a tree is true where the first cost is 0, false where the second is, and neither where none is: Kleene's three-valued logic falls out
of the sums.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from .compiled import LeafNode, Node, NotNode

NEVER = 1_000_000
"""A cost that no turning of leaves meets: an empty ``any`` is never true."""

MOST_WAYS = 16
"""Ways of making one part of a condition true that are looked at."""

Turn: TypeAlias = "tuple[int, bool]"
"""The number of a distinct leaf that would have to turn, and the answer that it would need."""

Answers: TypeAlias = Sequence[bool | None]
"""What each distinct leaf answered for the job."""


class Truth:
    """What the trees of a rule set come to for one job, and what it would cost to turn them.

    Args:
        answers: By number of the distinct leaf.
        hopeless: Numbers of leaves that no change of the job would turn, because the ATS never delivers their field.
    """

    __slots__ = ("_answers", "_hopeless", "_to_false", "_to_true")

    def __init__(self, answers: Answers, hopeless: Container[int] = ()) -> None:
        self._answers = answers
        self._hopeless = hopeless
        self._to_true = [0 if answer is True else 1 for answer in answers]
        self._to_false = [0 if answer is False else 1 for answer in answers]

    def costs(self, node: Node | None) -> tuple[int, int]:
        """Return how many leaves would have to turn to make ``node`` true, and to make it false."""
        if node is None:
            return 0, NEVER
        if isinstance(node, LeafNode):
            return self._to_true[node.leaf], self._to_false[node.leaf]
        if isinstance(node, NotNode):
            to_true, to_false = self.costs(node.child)
            return to_false, to_true
        to_true_each = [self._to_true[leaf] for leaf in node.leaves]
        to_false_each = [self._to_false[leaf] for leaf in node.leaves]
        for branch in node.branches:
            to_true, to_false = self.costs(branch)
            to_true_each.append(to_true)
            to_false_each.append(to_false)
        if node.every:
            return min(sum(to_true_each), NEVER), min(to_false_each, default=NEVER)
        return min(to_true_each, default=NEVER), min(sum(to_false_each), NEVER)

    def answering(self, others: Mapping[int, bool | None]) -> Truth:
        """Return the same with other answers of some leaves."""
        return Truth([others.get(number, answer) for number, answer in enumerate(self._answers)], self._hopeless)

    def ways(self, node: Node | None, *, want: bool = True) -> Iterator[list[Turn]]:
        """Give the ways to make ``node`` ``want`` by turning the fewest leaves: the leaves' numbers, each with the answer it would need.

        Where one child is enough, those come first that have the fewest hopeless leaves to turn, and then the first; so the order is
        always the same.
        """
        if node is None:
            yield []
        elif isinstance(node, LeafNode):
            yield [] if self._answers[node.leaf] is want else [(node.leaf, want)]
        elif isinstance(node, NotNode):
            yield from self.ways(node.child, want=not want)
        elif node.every is want:
            costly = [child for child in node.children if self._price(child, want=want)]
            for parts in itertools.product(*(list(itertools.islice(self.ways(child, want=want), MOST_WAYS)) for child in costly)):
                yield list(itertools.chain.from_iterable(parts))
        else:
            prices = [self._price(child, want=want) for child in node.children]
            lowest = min(prices, default=NEVER)
            cheapest = [child for child, price in zip(node.children, prices, strict=True) if price == lowest]
            for child in sorted(cheapest, key=lambda child: self._hopeless_in(next(self.ways(child, want=want), []))):
                yield from self.ways(child, want=want)

    def held(self, leaves: Iterable[int]) -> int:
        """Return how many of the leaves are true."""
        return sum(self._answers[leaf] is True for leaf in leaves)

    def _price(self, node: Node, *, want: bool) -> int:
        return self.costs(node)[0 if want else 1]

    def _hopeless_in(self, way: list[Turn]) -> int:
        return sum(leaf in self._hopeless for leaf, _ in way)
