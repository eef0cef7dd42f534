"""Which texts spell a number."""

from __future__ import annotations

import pytest

from jobsync_tui.backend.rules.values import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("85000", 85000), (" 12.5 ", 12.5), ("0.125", 0.125), ("85.0001", 85.0001), ("85.000", None), ("-1.500", None), ("85,000", None)],
)
def test_a_text_that_may_be_grouped_by_thousands_is_no_number(text: str, number: float | None) -> None:
    assert number_in(text) == number
