"""A whole rule set over a batch of jobs: the cached outcomes of `evaluate`, without the explanations, for many jobs at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

from ...core.models import EvaluationPolicy, Reason, Rule, RuleSet
from ..actions import excluders
from ..cells import Cell
from ..compiled import CompiledRule, CompiledRules, GroupNode, LeafNode, Node, NotNode, compiled
from ..fields import field_named
from ..meeting import Trial
from ..operators import LeafTest
from ..truth import Truth
from .columns import Batch, Column
from .rows import Rows, ones

_FEW = 32
"""One row in so many, or fewer, and a costly column is asked for these rows alone."""

_ABSENT = LeafTest(presence=False)


@dataclass(frozen=True, slots=True)
class RuleRows:
    """Where a rule's conditions hold, and where it applies: a fallback rule gives way to any other that matched."""

    rule: Rule
    matched: Rows
    applied: Rows


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What a rule set says about every job of a batch.

    Attributes:
        size: Jobs of the batch.
        rules: The active rules in order of priority.
        inactive: The others; they apply nowhere.
        eligible: Jobs that a sync would take.
        reasons: Jobs that it would not, by the first reason that holds; every reason has an entry.
        missing: Jobs that lack it, by required field.
    """

    size: int
    rules: tuple[RuleRows, ...]
    inactive: tuple[RuleRows, ...]
    eligible: Rows
    reasons: Mapping[Reason, Rows]
    missing: Mapping[str, Rows]

    def applying(self, row: int) -> tuple[Rule, ...]:
        """Return the rules that apply to one job, in order."""
        return tuple(item.rule for item in self.rules if row in item.applied)

    def applying_in(self, within: Rows) -> list[tuple[int, ...]]:
        """Return for each job of ``within``, in order, the numbers of the rules that apply to it."""
        columns = {number: rows.flags() for number, item in enumerate(self.rules) if (rows := item.applied & within)}
        if not columns:
            return [()] * len(within)
        met = _Numbers(columns)
        return [met[flags] for flags in compress(zip(*columns.values(), strict=True), within.flags())]


class _Numbers(dict[tuple[int, ...], tuple[int, ...]]):
    """Of what is flagged, the numbers: made when first met, for far fewer combinations of rules are met than jobs."""

    def __init__(self, numbers: Iterable[int]) -> None:
        super().__init__()
        self._numbers = tuple(numbers)

    def __missing__(self, flags: tuple[int, ...]) -> tuple[int, ...]:
        made = self[flags] = tuple(compress(self._numbers, flags))
        return made


def fields_needed(rules: RuleSet, policy: EvaluationPolicy) -> tuple[str, ...]:
    """Return the dotted names of the fields that a batch must have for `evaluate_batch`.

    Raises:
        RuleError: A rule cannot be evaluated.
    """
    return tuple(dict.fromkeys((*(field.name for field in compiled(rules).fields), *policy.required_fields)))


def evaluate_batch(batch: Batch, rules: RuleSet, policy: EvaluationPolicy, now: datetime, answers: Answers | None = None) -> BatchOutcome:
    """Return what `evaluate` would say about each job of ``batch``.

    Args:
        batch: Has at least the columns of `fields_needed`; a column that is not there is missing in every job.
        rules: Every rule, in any order.
        policy: Of it, the required fields count here.
        now: The moment from which ages in days count, UTC.
        answers: Of the rules' leaves over the batch, where the caller wants to ask them for more.

    Raises:
        RuleError: A rule cannot be evaluated.
    """
    ready = compiled(rules)
    answers = answers or Answers(batch, ready, now)
    tried = [(rule, answers.matches(rule)) for rule in ready.active]
    size = batch.size
    plain = _union(size, (rows for rule, rows in tried if not rule.rule.fallback))
    active = tuple(RuleRows(rule.rule, rows, rows - plain if rule.rule.fallback else rows) for rule, rows in tried)
    inactive = tuple(RuleRows(rule.rule, answers.matches(rule), Rows(size)) for rule in ready.inactive)
    missing = {name: _missing(batch, name, now) for name in policy.required_fields}
    reasons = _reasons(size, active, missing)
    return BatchOutcome(size, active, inactive, ~_union(size, reasons.values()), reasons, missing)


class Answers:
    """The answers of every distinct leaf over the batch, each worked out when it is first asked for.

    Within ``all`` and ``any``, cheap columns are asked first and costly ones only where the answer is still open.
    """

    def __init__(self, batch: Batch, rules: CompiledRules, now: datetime) -> None:
        self._batch = batch
        self._rules = rules
        self._now = now
        self._leaves: dict[int, int] = {}
        self._size = batch.size
        self._low = ones(batch.size)
        self._both = self._low * 3

    def cell(self, row: int, name: str) -> Cell:
        """Return what one job has in a field."""
        return self._batch.column(name).cell(row)

    def of_test(self, name: str, test: LeafTest) -> tuple[int, int]:
        """Return where a test of a field is true and where it is false, as the bits of `Rows`."""
        coded = int.from_bytes(self._batch.column(name).answers(test, self._now), "little")
        return coded >> 1 & self._low, ~coded & self._low

    def of_job(self, row: int, rules: CompiledRules) -> Trial:
        """Return one job as some of the rules see it, for trying other values on it."""
        cells = [self.cell(row, field.name) for field in rules.fields]
        return Trial(rules, cells, Truth([leaf.test(cells[leaf.field], self._now) for leaf in rules.leaves]), self._now)

    def matches(self, rule: CompiledRule) -> Rows:
        """Return where the conditions of ``rule`` hold."""
        if rule.root is None:
            return Rows.every(self._size)
        return self.where(rule.root)

    def where(self, node: Node) -> Rows:
        """Return where a condition holds."""
        return Rows(self._size, self._node(node, self._low) >> 1 & self._low)

    def of_leaf(self, number: int) -> tuple[int, int]:
        """Return where a leaf is true and where it is false, as the bits of `Rows`."""
        coded = self._leaf(number, self._low)
        return coded >> 1 & self._low, ~coded & self._low

    def _node(self, node: Node, within: int) -> int:
        """Return the coded answers of ``node`` in the rows of ``within``; elsewhere they may be anything."""
        if isinstance(node, LeafNode):
            return self._leaf(node.leaf, within)
        if isinstance(node, NotNode):
            turned = self._node(node.child, within) ^ self._both
            return (turned & self._low) << 1 | (turned >> 1 & self._low)
        return self._every(node, within) if node.every else self._any(node, within)

    def _every(self, node: GroupNode, within: int) -> int:
        result = self._both
        for child in sorted(node.children, key=self._is_costly):
            result &= self._node(child, within)
            within &= result
            if not within:
                break
        return result

    def _any(self, node: GroupNode, within: int) -> int:
        result = 0
        for child in sorted(node.children, key=self._is_costly):
            result |= self._node(child, within)
            within &= ~(result >> 1)
            if not within:
                break
        return result

    def _is_costly(self, node: Node) -> bool:
        return not isinstance(node, LeafNode) or self._column(node.leaf).costly

    def _leaf(self, number: int, within: int) -> int:
        known = self._leaves.get(number)
        if known is not None:
            return known
        column, test = self._column(number), self._rules.leaves[number].test
        if column.costly and within.bit_count() * _FEW < self._size:
            return int.from_bytes(column.answers_at(Rows(self._size, within), test, self._now), "little")
        answers = self._leaves[number] = int.from_bytes(column.answers(test, self._now), "little")
        return answers

    def _column(self, number: int) -> Column:
        return self._batch.column(self._rules.leaves[number].leaf.field)


def _union(size: int, sets: Iterable[Rows]) -> Rows:
    bits = 0
    for rows in sets:
        bits |= rows.bits
    return Rows(size, bits)


def _missing(batch: Batch, name: str, now: datetime) -> Rows:
    if field_named(name) is None:
        return Rows.every(batch.size)
    return Rows(batch.size, int.from_bytes(batch.column(name).answers(_ABSENT, now), "little") & ones(batch.size))


def _reasons(size: int, active: Sequence[RuleRows], missing: Mapping[str, Rows]) -> dict[Reason, Rows]:
    """Return for each reason the jobs for which it is the first that holds."""
    excluding = {rule.id for rule in excluders([item.rule for item in active])}
    holds = {
        Reason.NO_ACTIVE_RULES: Rows(size) if active else Rows.every(size),
        Reason.EXCLUDED: _union(size, (item.applied for item in active if item.rule.id in excluding)),
        Reason.NO_RULE_MATCHED: ~_union(size, (item.applied for item in active)),
        Reason.MISSING_REQUIRED_FIELDS: _union(size, missing.values()),
    }
    told = Rows(size)
    first: dict[Reason, Rows] = {}
    for reason, rows in holds.items():
        first[reason] = rows - told
        told |= rows
    return first
