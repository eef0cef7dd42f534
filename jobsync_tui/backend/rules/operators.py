"""The operators: each leaf becomes a test of a cell that answers True, False, or None where the values do not tell.

Compiling a leaf checks its value, so what can be loaded can be evaluated. The negated operators are the others turned round: a field with
several values passes them if none of the values passes the other.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, cast

from ..core.models import JsonValue, Leaf, Op
from ..core.moments import span_in
from .cells import Cell, Form
from .patterns import PatternError, compile_pattern
from .values import Scalar, composed, equal, folded, moment_in, number_in

MAX_CHOICES = 10_000
"""Values in the list of ``in`` and ``not_in``."""

MAX_DAYS = 36_525
"""Days of ``within_days`` and ``older_than_days``: a hundred years."""

Compare: TypeAlias = Callable[[Scalar, datetime], bool | None]
"""Whether a value passes, seen from a moment; None where it is of the wrong type."""


Bound: TypeAlias = int | float | datetime

Compares: TypeAlias = Callable[[object, object], bool]

Sides: TypeAlias = "tuple[tuple[Compares, Bound], ...]"
"""The ends of a range: a value is in it if it compares so with every bound."""


class OperandError(ValueError):
    """The value of a condition does not fit its operator; says what does."""


@dataclass(frozen=True, slots=True)
class LeafTest:
    """What a leaf asks of a cell.

    Attributes:
        presence: For ``is_set`` and ``is_empty``: whether values must be there. Nothing else counts then.
        form: The form in which text is compared.
        text: The test of a text in that form; None where ``other`` takes text too.
        part: For ``contains``: the text looked for, in that form.
        other: The test of any other value.
        absent: The answer for a missing value: None, but for a condition that asks for the status unknown.
        negated: The answer is turned round.
        sides: For comparisons of order: the ends of the range, seen from a moment; ``other`` asks the same of one value.
        dates: Whether those ends are moments; else they are numbers.
        relative: The answer depends on the present time.
    """

    presence: bool | None = None
    form: Form = Form.RAW
    text: Callable[[str], bool] | None = None
    part: str | None = None
    other: Compare = lambda _value, _now: None
    absent: bool | None = None
    negated: bool = False
    sides: Callable[[datetime], Sides] | None = None
    dates: bool = False
    relative: bool = False

    def __call__(self, cell: Cell, now: datetime) -> bool | None:
        """Return whether ``cell`` passes at ``now``."""
        if self.presence is not None:
            return bool(cell.values) is self.presence
        passed = self._any(cell, now)
        return not passed if self.negated and passed is not None else passed

    def _any(self, cell: Cell, now: datetime) -> bool | None:
        if not cell.values:
            return self.absent
        answer: bool | None = False
        for value in cell.in_form(self.form):
            passed = self.text(value) if self.text is not None and isinstance(value, str) else self.other(value, now)
            if passed:
                return True
            if passed is None:
                answer = None
        return answer


def compile_test(leaf: Leaf) -> LeafTest:
    """Return the test of ``leaf``.

    Raises:
        OperandError: Its value does not fit its operator.
    """
    return _TESTS[leaf.op](leaf)


def _presence(leaf: Leaf) -> LeafTest:
    if leaf.value is not None:
        raise OperandError("takes no value")
    return LeafTest(presence=leaf.op is Op.IS_SET)


def _equality(leaf: Leaf, expected: Sequence[Scalar]) -> LeafTest:
    shape = composed if leaf.case_sensitive else folded
    form = Form.COMPOSED if leaf.case_sensitive else Form.FOLDED
    texts = frozenset(shape(value) for value in expected if isinstance(value, str))
    others = tuple(value for value in expected if not isinstance(value, str))
    absent = True if leaf.field == "status" and "unknown" in texts else None

    def other(value: Scalar, _now: datetime) -> bool | None:
        if isinstance(value, str) and value in texts:
            return True
        answers = [equal(value, choice) for choice in (others if isinstance(value, str) else expected)]
        if isinstance(value, str) and texts:
            answers.append(False)
        return True if True in answers else False if False in answers else None

    text: Callable[[str], bool] | None = None
    if not others:
        text = next(iter(texts)).__eq__ if len(texts) == 1 else texts.__contains__
    return LeafTest(form=form, text=text, other=other, absent=absent)


def _text_test(leaf: Leaf, method: str) -> LeafTest:
    expected = (composed if leaf.case_sensitive else folded)(_text(leaf.value))
    form = Form.COMPOSED if leaf.case_sensitive else Form.FOLDED
    part = expected if method == "__contains__" else None
    return LeafTest(form=form, text=operator.methodcaller(method, expected), part=part)


def _pattern_test(leaf: Leaf) -> LeafTest:
    try:
        return LeafTest(form=Form.COMPOSED, text=compile_pattern(_text(leaf.value), case_sensitive=leaf.case_sensitive))
    except PatternError as error:
        raise OperandError(str(error)) from None


_GT, _GE, _LT, _LE = (cast("Compares", each) for each in (operator.gt, operator.ge, operator.lt, operator.le))


def _beyond(leaf: Leaf, compares: Compares) -> LeafTest:
    """Return the test against one bound; a date without a time is the end of its day where its day does not pass, else its start."""
    bound = _bound(leaf.value, last=compares in {_GT, _LE})
    if leaf.op in {Op.BEFORE, Op.AFTER} and not isinstance(bound, datetime):
        raise OperandError(f"needs a date such as 2026-01-31 or 2026-01-31T18:00:00Z, not {named(leaf.value)}")
    sides = ((compares, bound),)
    return _range_test(lambda _now: sides, dates=isinstance(bound, datetime))


def _between(leaf: Leaf) -> LeafTest:
    low, high = _ends(leaf.value)
    sides = ((_GE, low), (_LE, high))
    return _range_test(lambda _now: sides, dates=isinstance(low, datetime))


def _within(leaf: Leaf) -> LeafTest:
    span = timedelta(days=_days(leaf.value))
    return _range_test(lambda now: ((_GE, now - span), (_LE, now + span)), dates=True, relative=True)


def _older(leaf: Leaf) -> LeafTest:
    span = timedelta(days=_days(leaf.value))
    return _range_test(lambda now: ((_LT, now - span),), dates=True, relative=True)


def _range_test(sides: Callable[[datetime], Sides], *, dates: bool, relative: bool = False) -> LeafTest:
    read = moment_in if dates else number_in

    def other(value: Scalar, now: datetime) -> bool | None:
        found = read(value)
        return None if found is None else all(compare(found, bound) for compare, bound in sides(now))

    return LeafTest(other=other, sides=sides, dates=dates, relative=relative)


def _ends(value: JsonValue) -> tuple[Bound, Bound]:
    if not isinstance(value, list) or len(value) != 2:
        raise OperandError(f"needs a list of two, the lowest and the highest, not {named(value)}")
    low, high = _bound(value[0], last=False), _bound(value[1], last=True)
    if isinstance(low, datetime) is not isinstance(high, datetime):
        raise OperandError("needs two numbers or two dates, not one of each")
    if _GT(low, high):
        raise OperandError("needs the lower end first")
    return low, high


def named(value: JsonValue) -> str:
    """Return what kind of value ``value`` is, with the value where it is short, for an error message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 40 else f"a text of {len(value)} characters"
    return f"a list of {len(value)}" if isinstance(value, list) else "a mapping"


def _single(value: JsonValue) -> Scalar:
    if value is None or isinstance(value, list | dict):
        raise OperandError(f"needs one text, number, true or false, not {named(value)}")
    if value == "":
        raise OperandError("never passes with an empty text: is_empty asks for that")
    return value


def _choices(value: JsonValue) -> tuple[Scalar, ...]:
    if not isinstance(value, list) or not value:
        raise OperandError(f"needs a list with at least one value, not {named(value)}")
    if len(value) > MAX_CHOICES:
        raise OperandError(f"has {len(value)} values, and {MAX_CHOICES} is the most")
    return tuple(_single(item) for item in value)


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise OperandError(f"needs a text, not {named(value)}")
    if not value:
        raise OperandError("would pass everything with an empty text: is_set asks for that")
    return value


def _bound(value: JsonValue, *, last: bool) -> Bound:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    span = span_in(value) if isinstance(value, str) else None
    if span is None:
        raise OperandError(f"needs a number (without quotes) or a date such as 2026-01-31, not {named(value)}")
    return span.last if last else span.first


def _days(value: JsonValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperandError(f"needs a number of days, not {named(value)}")
    if not 0 <= value <= MAX_DAYS:
        raise OperandError(f"needs a number of days from 0 to {MAX_DAYS}, not {value}")
    return value


_TESTS: Mapping[Op, Callable[[Leaf], LeafTest]] = {
    Op.EQUALS: lambda leaf: _equality(leaf, (_single(leaf.value),)),
    Op.NOT_EQUALS: lambda leaf: replace(_equality(leaf, (_single(leaf.value),)), negated=True),
    Op.IN: lambda leaf: _equality(leaf, _choices(leaf.value)),
    Op.NOT_IN: lambda leaf: replace(_equality(leaf, _choices(leaf.value)), negated=True),
    Op.CONTAINS: lambda leaf: _text_test(leaf, "__contains__"),
    Op.NOT_CONTAINS: lambda leaf: replace(_text_test(leaf, "__contains__"), negated=True),
    Op.STARTS_WITH: lambda leaf: _text_test(leaf, "startswith"),
    Op.ENDS_WITH: lambda leaf: _text_test(leaf, "endswith"),
    Op.MATCHES: _pattern_test,
    Op.IS_SET: _presence,
    Op.IS_EMPTY: _presence,
    Op.GT: lambda leaf: _beyond(leaf, _GT),
    Op.GTE: lambda leaf: _beyond(leaf, _GE),
    Op.LT: lambda leaf: _beyond(leaf, _LT),
    Op.LTE: lambda leaf: _beyond(leaf, _LE),
    Op.BETWEEN: _between,
    Op.BEFORE: lambda leaf: _beyond(leaf, _LT),
    Op.AFTER: lambda leaf: _beyond(leaf, _GT),
    Op.WITHIN_DAYS: _within,
    Op.OLDER_THAN_DAYS: _older,
}
"""How each operator answers."""
