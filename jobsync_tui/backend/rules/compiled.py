"""A rule set made ready for evaluation: every distinct leaf once, every rule a small tree over their numbers.

The same compiled set serves one job and a whole cache.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..core.condition_words import would_be
from ..core.errors import RuleError
from ..core.models import AllOf, Condition, Leaf, Not, Rule, RuleSet
from .fields import Field, field_named
from .operators import LeafTest, OperandError, compile_test


@dataclass(frozen=True, slots=True)
class CompiledLeaf:
    """A distinct leaf, the number of its field in the set's fields, its test, and what would have to be so of that field, in words."""

    leaf: Leaf
    field: int
    test: LeafTest
    if_true: str
    if_false: str


@dataclass(frozen=True, slots=True)
class LeafNode:
    """A leaf of one rule: its place among the rule's leaves, and the number of the distinct leaf."""

    place: int
    leaf: int


@dataclass(frozen=True, slots=True)
class GroupNode:
    """``all`` or ``any`` of its children; of these, the numbers of the leaves and the nodes that are none stand apart once more."""

    every: bool
    children: tuple[Node, ...]
    leaves: tuple[int, ...]
    branches: tuple[Node, ...]

    @classmethod
    def of(cls, children: tuple[Node, ...], *, every: bool) -> GroupNode:
        """Return the group of ``children``."""
        leaves = tuple(child.leaf for child in children if isinstance(child, LeafNode))
        return cls(every, children, leaves, tuple(child for child in children if not isinstance(child, LeafNode)))


@dataclass(frozen=True, slots=True)
class NotNode:
    """The child turned round."""

    child: Node


Node: TypeAlias = LeafNode | GroupNode | NotNode


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, its tree (None: it matches everything), and for each of its leaves the path and the number of the distinct leaf."""

    rule: Rule
    root: Node | None
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """A rule set ready for evaluation.

    Attributes:
        revision: The rule set's.
        active, inactive: The rules in order of priority: by priority, then name, then id.
        leaves: Every distinct leaf of any rule.
        fields: Every field that a leaf names.
        relative: Whether an answer may change by the passing of time alone.
    """

    revision: int
    active: tuple[CompiledRule, ...]
    inactive: tuple[CompiledRule, ...]
    leaves: tuple[CompiledLeaf, ...]
    fields: tuple[Field, ...]
    relative: bool


def in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return ``rules`` in order of priority: by priority, lower first, then name; ids settle what is left."""
    return tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)))


def path_text(path: tuple[int | str, ...]) -> str:
    """Return a place in a condition tree as text: ``all[1].any[0]``, ``all[2].not``, and the empty text for the root."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts[-1] += f"[{step}]"
        else:
            parts.append(step)
    return ".".join(parts)


class _Compiler:
    """Numbers the distinct leaves and fields of a rule set."""

    def __init__(self) -> None:
        self.leaves: list[CompiledLeaf] = []
        self.fields: dict[str, int] = {}
        self.named: list[Field] = []
        self._numbers: dict[tuple[str, str, bool, str], int] = {}

    def rule(self, rule: Rule) -> CompiledRule:
        places: list[tuple[str, int]] = []
        try:
            root = None if rule.when is None else self._node(rule.when, (), places)
        except OperandError as error:
            raise RuleError(f"rule {rule.name!r}: {error}") from None
        return CompiledRule(rule, root, tuple(places))

    def _node(self, condition: Condition, path: tuple[int | str, ...], places: list[tuple[str, int]]) -> Node:
        if isinstance(condition, Leaf):
            number = self._leaf(condition)
            places.append((path_text(path), number))
            return LeafNode(len(places) - 1, number)
        if isinstance(condition, Not):
            return NotNode(self._node(condition.child, (*path, "not"), places))
        every = isinstance(condition, AllOf)
        word = "all" if every else "any"
        children = tuple(self._node(child, (*path, word, index), places) for index, child in enumerate(condition.children))
        return GroupNode.of(children, every=every)

    def _leaf(self, leaf: Leaf) -> int:
        key = (leaf.field, leaf.op.value, leaf.case_sensitive, json.dumps(leaf.value, sort_keys=True))
        known = self._numbers.get(key)
        if known is not None:
            return known
        field = field_named(leaf.field)
        if field is None:
            raise OperandError(f"there is no field {leaf.field!r}")
        test = compile_test(leaf)
        if leaf.field not in self.fields:
            self.fields[leaf.field] = len(self.named)
            self.named.append(field)
        self.leaves.append(CompiledLeaf(leaf, self.fields[leaf.field], test, would_be(leaf, want=True), would_be(leaf, want=False)))
        self._numbers[key] = len(self.leaves) - 1
        return len(self.leaves) - 1


def compile_rules(rules: RuleSet) -> CompiledRules:
    """Return ``rules`` ready for evaluation.

    Raises:
        RuleError: A rule names an unknown field, or a value does not fit its operator.
    """
    compiler = _Compiler()
    ordered = [compiler.rule(rule) for rule in in_order(rules.rules)]
    return CompiledRules(
        revision=rules.revision,
        active=tuple(rule for rule in ordered if rule.rule.active),
        inactive=tuple(rule for rule in ordered if not rule.rule.active),
        leaves=tuple(compiler.leaves),
        fields=tuple(compiler.named),
        relative=any(leaf.test.relative for leaf in compiler.leaves),
    )


class _Kept:
    """The sets compiled last, by identity: a rule set is a frozen value, and whoever keeps one keeps it for a revision."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._sets: OrderedDict[int, tuple[RuleSet, CompiledRules]] = OrderedDict()

    def get(self, rules: RuleSet) -> CompiledRules:
        with self._lock:
            kept = self._sets.get(id(rules))
            if kept is not None and kept[0] is rules:
                self._sets.move_to_end(id(rules))
                return kept[1]
        compiled = compile_rules(rules)
        with self._lock:
            self._sets[id(rules)] = (rules, compiled)
            while len(self._sets) > self._size:
                self._sets.popitem(last=False)
        return compiled


_KEPT = _Kept(8)


def compiled(rules: RuleSet) -> CompiledRules:
    """Return ``rules`` ready for evaluation, from the last few compiled if this very value is among them.

    Raises:
        RuleError: As `compile_rules`.
    """
    return _KEPT.get(rules)


def leaves_of(condition: Condition | None) -> Iterator[Leaf]:
    """Yield the leaves of a condition, in order."""
    if isinstance(condition, Leaf):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves_of(condition.child)
    elif condition is not None:
        for child in condition.children:
            yield from leaves_of(child)
