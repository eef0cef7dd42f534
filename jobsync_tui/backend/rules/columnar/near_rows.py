"""Which jobs of a batch are one condition away from a rule, and which condition that is: the costs of `rules.truth`, for many jobs at once.

Of every node four sets of jobs are kept: where it is true, where turning one leaf at most makes it true, and the same for false. ``all`` is
true where every child is, and one leaf away from it where one child is and the others are there; ``any`` is the same turned round.

Where a rule asks a field for more than one thing, `meeting` says job by job whether one value could be all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...core.models import Rule, RuleSet
from ..compiled import CompiledRule, CompiledRules, LeafNode, Node, NotNode, compiled
from .evaluate import Answers
from .rows import Rows, ones


@dataclass(frozen=True, slots=True)
class NearRows:
    """A condition of a rule that alone keeps the jobs of ``rows`` from matching: its place below ``when``, and what would have to be so."""

    rule: Rule
    path: str
    would_match_if: str
    rows: Rows


_Sets: TypeAlias = tuple[int, int, int, int]
"""As bytes of 0 and 1 in a whole number: true, at most one leaf from true, false, at most one leaf from false."""

_Leaf: TypeAlias = Callable[[LeafNode], _Sets]


def near_rows(rules: CompiledRules, answers: Answers, within: Rows) -> Iterator[NearRows]:
    """Give for each active rule the conditions that alone keep jobs of ``within`` from matching it.

    A job of which no condition held is not near: every job is one condition away from a rule that has no other.

    Args:
        rules: The compiled rules.
        answers: Their leaves' answers over the batch.
        within: The jobs that are asked about.
    """
    for rule in rules.active:
        if rule.root is not None:
            yield from _of_rule(rules, rule, rule.root, answers, within)


def _of_rule(rules: CompiledRules, rule: CompiledRule, root: Node, answers: Answers, within: Rows) -> Iterator[NearRows]:
    every = ones(within.size)

    def plain(node: LeafNode) -> _Sets:
        true, false = answers.of_leaf(node.leaf)
        return true, every, false, every

    true, near, _, _ = _sets(root, plain, every)
    held = 0
    for _, number in rule.places:
        held |= answers.of_leaf(number)[0]
    left = near & ~true & held & within.bits
    if not left:
        return
    fields = [rules.leaves[number].field for _, number in rule.places]
    for place, (path, number) in enumerate(rule.places):
        leaf = rules.leaves[number]
        for want, words in ((True, leaf.if_true), (False, leaf.if_false)):
            rows = Rows(within.size, _sets(root, _forced(plain, place, every, want=want), every)[0] & left)
            if rows and fields.count(leaf.field) > 1:
                rows = _that_can_be(rule.rule, place, answers, rows, want=want)
            if rows:
                yield NearRows(rule.rule, path, f"{leaf.leaf.field} {words}", rows)


def _that_can_be(rule: Rule, place: int, answers: Answers, rows: Rows, *, want: bool) -> Rows:
    """Return those of ``rows`` where a job could have a value by which the rule matches, with the condition at ``place`` as wanted."""
    alone = compiled(RuleSet(0, (rule,)))  # so that a job costs what its rule has conditions, and not what all rules have
    turns = [(alone.active[0].places[place][1], want)]
    field = alone.leaves[turns[0][0]].field
    told = [Rows(rows.size, bits).flags() for leaf in alone.leaves for bits in answers.of_test(alone.fields[leaf.field].name, leaf.test)]
    known: dict[tuple[object, ...], bool] = {}
    flags = bytearray(rows.size)
    for row in rows:
        # The present value is none that would do, so that jobs with the same answers are alike.
        key = (answers.cell(row, alone.fields[field].name).many, *(each[row] for each in told))
        if key not in known:
            known[key] = answers.of_job(row, alone).can_be_met(alone.active[0], turns)
        flags[row] = known[key]
    return Rows.flagged(flags)


def _forced(plain: _Leaf, place: int, every: int, *, want: bool) -> _Leaf:
    """Return the leaves' answers with that of one place as ``want`` says."""
    answer = (every, every, 0, 0) if want else (0, 0, every, every)
    return lambda node: answer if node.place == place else plain(node)


def _sets(node: Node, leaf: _Leaf, every: int) -> _Sets:
    if isinstance(node, LeafNode):
        return leaf(node)
    if isinstance(node, NotNode):
        true, near_true, false, near_false = _sets(node.child, leaf, every)
        return false, near_false, true, near_true
    children = [_sets(child, leaf, every) for child in node.children]
    if node.every:
        return *_of_all(((true, near) for true, near, _, _ in children), every), *_of_one([(false, near) for _, _, false, near in children])
    return *_of_one([(true, near) for true, near, _, _ in children]), *_of_all(((false, near) for _, _, false, near in children), every)


def _of_all(children: Iterator[tuple[int, int]], every: int) -> tuple[int, int]:
    """Return where all are there, and where all are but for one leaf at most."""
    there, near = every, every
    for here, almost in children:
        there, near = there & here, (near & here) | (there & almost)
    return there, near


def _of_one(children: Sequence[tuple[int, int]]) -> tuple[int, int]:
    there = near = 0
    for here, almost in children:
        there |= here
        near |= almost
    return there, near
