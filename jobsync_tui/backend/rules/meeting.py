"""Whether what a near miss asks for can be met: by one value of each field, beside all else that the rule asks of that field.

Values are tried that the conditions themselves name, and those just beside them. Where a condition cannot be turned into a value, as a
pattern cannot, or where there are more combinations than are tried, what is asked is taken for possible, unless another condition leaves
only so many values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.models import OPERATORS, Leaf, Op, Takes
from ..core.moments import span_in
from .cells import Cell
from .compiled import CompiledRule, CompiledRules
from .truth import Truth, Turn

MOST_TRIED = 400
"""Combinations of different answers that are tried for the fields of one near miss, which are two at most."""

_CHOOSING = {Op.EQUALS: True, Op.IN: True, Op.NOT_EQUALS: False, Op.NOT_IN: False}
"""Operators that, answered so, leave only the values that they name."""
_TEXTUAL = (Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH)
_TRIED = {Takes.NOTHING, Takes.VALUE, Takes.VALUES, Takes.TEXT, Takes.BOUND, Takes.BOUNDS, Takes.DATE, Takes.DAYS}
"""What operators take of which values can be made that pass them."""
_SECOND = timedelta(seconds=1)
_OTHER = "\u241f"
"""A text that no rule names."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A job as a rule set sees it, for trying other values on it: its cells by field, its answers by leaf, and the present moment."""

    rules: CompiledRules
    cells: Sequence[Cell]
    truth: Truth
    now: datetime

    def can_be_met(self, rule: CompiledRule, turns: Sequence[Turn]) -> bool:
        """Return whether the job could have values by which ``rule`` matches, where the leaves of ``turns`` answer as they say."""
        fields = {leaf: self.rules.leaves[leaf].field for _, leaf in rule.places}
        places = [fields[leaf] for _, leaf in rule.places]
        if all(places.count(fields[leaf]) == 1 for leaf, _ in turns):
            return True
        tried: list[set[tuple[tuple[int, bool | None], ...]]] = []
        answered: set[int] = set()
        for field in dict.fromkeys(fields[leaf] for leaf, _ in turns):
            leaves = [leaf for leaf in fields if fields[leaf] == field]
            values = self._values(field, leaves, turns) if places.count(field) > 1 else None
            if values is not None:
                tried.append({self._answers(leaves, Cell(value)) for value in values})
                answered.update(leaves)
        wanted = {leaf: want for leaf, want in turns if leaf not in answered}
        for number, chosen in enumerate(itertools.product(*tried)):
            answers = dict(itertools.chain.from_iterable(chosen))
            if number == MOST_TRIED or self.truth.answering({**answers, **wanted}).costs(rule.root)[0] == 0:
                return True
        return False

    def _answers(self, leaves: Sequence[int], cell: Cell) -> tuple[tuple[int, bool | None], ...]:
        """Return what leaves of one field answer to a value; values with the same answers are tried as one."""
        return tuple((leaf, self.rules.leaves[leaf].test(cell, self.now)) for leaf in leaves)

    def _values(self, field: int, leaves: Sequence[int], turns: Sequence[Turn]) -> list[object] | None:
        """Return the values to try for a field; None where others may count too."""
        if self.rules.fields[field].many or self.cells[field].many:
            return None
        asked = [self.rules.leaves[leaf].leaf for leaf in leaves]
        for leaf, want in turns:
            if leaf in leaves and _CHOOSING.get(self.rules.leaves[leaf].leaf.op) is want:
                return _items(self.rules.leaves[leaf].leaf)
        if any(OPERATORS[leaf.op].takes not in _TRIED for leaf in asked):
            return None
        values: list[object] = [None, _OTHER, True, False, self.cells[field].raw, _joined(asked)]
        for each in asked:
            values += _beside(each, self.now)
        return [*values, *_between(values)]


def _items(leaf: Leaf) -> list[object]:
    return list(leaf.value) if isinstance(leaf.value, list) else [leaf.value]


def _beside(leaf: Leaf, now: datetime) -> Iterator[object]:
    """Give the values that a leaf names, and those just below and above."""
    for item in _items(leaf):
        yield item
        span = span_in(item) if isinstance(item, str) else None
        if span is not None:
            yield from _around(span.first)
            yield from _around(span.last)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield from (item - 1, item + 1)
            if OPERATORS[leaf.op].takes is Takes.DAYS:
                for moment in (now - timedelta(days=item), now + timedelta(days=item)):
                    yield from _around(moment)


def _around(moment: datetime) -> Iterator[datetime]:
    yield moment
    if 1 < moment.year < 9999:
        yield from (moment - _SECOND, moment + _SECOND)


def _between(values: Sequence[object]) -> list[object]:
    """Return what lies in the middle of neighbouring numbers and moments."""
    numbers = sorted({value for value in values if isinstance(value, int | float) and not isinstance(value, bool)})
    moments = sorted({value for value in values if isinstance(value, datetime)})
    middles: list[object] = [_middle(low, high) for low, high in itertools.pairwise(numbers)]
    return [*middles, *(low + (high - low) / 2 for low, high in itertools.pairwise(moments))]


def _middle(low: float, high: float) -> float:
    try:
        return low / 2 + high / 2
    except OverflowError:  # a whole number that is too long for a float; the other one may be a float
        return math.floor(low) // 2 + math.floor(high) // 2


def _joined(leaves: Sequence[Leaf]) -> str:
    """Return a text that begins, goes on and ends as the leaves ask."""
    parts: dict[Op, list[str]] = {op: [leaf.value for leaf in leaves if leaf.op is op and isinstance(leaf.value, str)] for op in _TEXTUAL}
    starts, ends = max(parts[Op.STARTS_WITH], key=len, default=""), max(parts[Op.ENDS_WITH], key=len, default="")
    return " ".join((starts, *parts[Op.CONTAINS], ends)).strip() if parts[Op.CONTAINS] else starts + ends
