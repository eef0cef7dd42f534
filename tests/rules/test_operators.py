"""Every operator has all that the program says of one: words, fields that it fits, a value that it takes, a line in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobsync_tui.backend.core.condition_words import describe, would_be
from jobsync_tui.backend.core.models import OPERATORS, FieldKind, Leaf, Op
from jobsync_tui.backend.rules.fitting import OPS
from jobsync_tui.backend.rules.operators import compile_test

from .wild import Wild

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("op", Op)
def test_an_operator_has_its_row_its_test_its_words_and_its_line_in_the_documentation(op: Op) -> None:
    row = OPERATORS[op]
    leaf = Leaf("custom.x", op, Wild(1).operand(op))
    compile_test(leaf)
    told = (describe(leaf), would_be(leaf, want=True), would_be(leaf, want=False))
    assert len(set(told)) == len(told)
    assert not any(re.search(r"\{[a-z_]+\}", text) for text in told)
    assert [kind for kind in row.fits if op in OPS[kind]] == list(row.fits) != []
    assert re.search(rf"^\|[^|]*`{op}`", PAGE, re.MULTILINE), "docs/rules.md has no line for it"


def test_operators_are_told_apart_on_screens() -> None:
    signs = [row.sign for row in OPERATORS.values()]
    assert (set(OPERATORS), len(set(signs))) == (set(Op), len(Op))


def test_the_usual_operators_of_a_field_are_offered_first() -> None:
    assert OPS[FieldKind.TEXT][:2] == (Op.EQUALS, Op.IN)
    assert OPS[FieldKind.NUMBER][:2] == (Op.GTE, Op.LTE)
    assert OPS[FieldKind.DATE][:2] == (Op.WITHIN_DAYS, Op.OLDER_THAN_DAYS)
    assert OPS[FieldKind.OBJECT] == (Op.IS_SET, Op.IS_EMPTY)
