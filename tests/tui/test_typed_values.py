"""Values as they are typed: what is shown gives back what was meant."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import JsonValue, Op
from jobsync_tui.editor.typed_values import shown, split, typed

LINES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" ,\"'\\"), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)


@given(LINES)
def test_a_text_that_is_shown_is_typed_back_to_the_same(text: str) -> None:
    for of_text in (True, False):
        assert typed(shown(text, Op.EQUALS, of_text=of_text), Op.EQUALS, of_text=of_text) == text


@given(st.lists(LINES, min_size=1, max_size=5))
@example(['"', '"'])
@example(["'a", "b'"])
@example(["a, \\"])
def test_a_list_is_typed_back_to_the_same(items: list[str]) -> None:
    value: JsonValue = list(items)
    for of_text in (True, False):
        assert typed(shown(value, Op.IN, of_text=of_text), Op.IN, of_text=of_text) == value


@pytest.mark.parametrize(
    ("text", "op", "of_text", "value"),
    [
        ("60", Op.GTE, False, 60),
        ("60", Op.EQUALS, True, "60"),
        ("007", Op.EQUALS, False, "007"),
        ("1.5", Op.EQUALS, False, 1.5),
        ('"60"', Op.EQUALS, False, "60"),
        ("true", Op.EQUALS, False, True),
        ("true", Op.EQUALS, True, "true"),
        ("2026-01-31", Op.AFTER, False, "2026-01-31"),
        ("10, 20", Op.BETWEEN, False, [10, 20]),
        ("days, weekend", Op.IN, True, ["days", "weekend"]),
        ('"Akron, OH", Gary', Op.IN, True, ["Akron, OH", "Gary"]),
        ("days,", Op.IN, True, ["days"]),
        ("[Urgent]", Op.CONTAINS, True, "[Urgent]"),
        ('"quoted"', Op.CONTAINS, True, '"quoted"'),
        ("30", Op.WITHIN_DAYS, False, 30),
    ],
)
def test_what_is_typed_is_read_as_yaml_would(text: str, op: Op, of_text: bool, value: JsonValue) -> None:
    assert typed(text, op, of_text=of_text) == value


def test_an_unclosed_quote_is_an_item_like_any_other() -> None:
    assert split('"Akron, OH') == ['"Akron', "OH"]
