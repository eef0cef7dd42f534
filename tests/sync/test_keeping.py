"""What counts as kept in another form, and what does not, over wild values."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.sync.kept_values import holding, recognizable

words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
texts = st.lists(words, min_size=1, max_size=8).map("  ".join)
values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=6)


@given(texts)
def test_tidied_text_is_recognized(text: str) -> None:
    for kept in (text.strip(), " ".join(text.split()), text.casefold(), html.escape(text), f"<p>{text}</p>", f"{text} "):
        assert recognizable(text, kept) or text == kept


@given(values, values)
def test_a_value_is_kept_otherwise_or_not_and_nothing_fails(sent: Any, found: Any) -> None:
    held = holding({"field": sent}, {"field": found})
    assert not (held.kept and held.missing)
    assert holding({"field": sent}, {"field": sent}) == holding({}, {})


@given(st.integers(), st.integers())
def test_another_number_is_another_number(one: int, other: int) -> None:
    assert recognizable(one, str(other)) is (one == other)
    assert recognizable(str(one), f"{other}.0") is (one == other)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("open", "published"),
        ("ICU Nurse 1", "ICU"),
        ("Nurse", None),
        ("Nurse", ""),
        (["a", "b"], ["a"]),
        (["a"], ["a", "b"]),
        (5, 6),
        (True, False),
        ("2026-01-31", "2026-01-30"),
        ("2026-01-02", "2026-02-01"),
        ("2026-01-31T08:00:00Z", "2026-01-31T09:00:00Z"),
        ("-5", "5"),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, "a"),
        ("\u2603", "\u2602"),
    ],
)
def test_something_else_is_not_recognized(sent: Any, found: Any) -> None:
    assert not recognizable(sent, found)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00"),
        ("01/31/2026", "2026-01-31"),
        ({"a": " x "}, {"a": "x", "b": None}),
        ("1,000", 1000),
        ("<p>a</p><script>b</script>", "<p>a</p>"),
        ("<p>a</p><script>b</script>", "ab"),
        (1, True),
        ("\u2603 ", "\u2603"),
        ([" a "], "a"),
    ],
)
def test_the_same_in_another_form_is(sent: Any, found: Any) -> None:
    assert recognizable(sent, found)


@pytest.mark.parametrize(
    ("sent", "found", "kept"),
    [
        ("2026-01-31T23:30:00-05:00", "2026-02-01T04:30:00Z", True),
        ("2026-02-01T00:30:00+01:00", "2026-01-31T23:30:00.000Z", True),
        ("2026-01-31T23:30:00-05:00", "2026-02-01T23:30:00Z", False),
        ("2026-01-31T23:30:00-05:00", "2026-02-01", False),
        ("salary 100000", "salary 10", False),
        ("A year's salary of at least 100000", "A year's salary of at least 10", False),
        ("A year's salary of at least 100000 and more", "A year's salary of at least 100000", True),
    ],
)
def test_an_instant_is_the_same_in_every_zone_and_a_cut_number_is_another(sent: str, found: str, kept: bool) -> None:
    assert recognizable(sent, found) is kept
