"""What is painted again covers every cell that differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from jobsync_tui.widgets.table.lines import changed_span

STYLES = st.sampled_from([Style(bold=True), Style(color="red"), None])
STRIPS = st.lists(st.tuples(st.text("ab \u65e5", min_size=1, max_size=6), STYLES), min_size=1, max_size=5).map(
    lambda parts: Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(24)
)


@given(STRIPS, STRIPS)
def test_outside_the_span_nothing_differs(before: Strip, after: Strip) -> None:
    span = changed_span(before, after)
    if span is None:
        assert list(before) == list(after)
        return
    start, cells = span
    assert start + cells <= after.cell_length
    assert before.crop(0, start).simplify() == after.crop(0, start).simplify()
    assert before.crop(start + cells).simplify() == after.crop(start + cells).simplify()


def test_a_changed_number_is_a_small_span() -> None:
    before, after = (Strip([Segment(f"row {n} of 900")]) for n in (3, 4))
    assert changed_span(before, after) == (4, 1)


def test_another_length_is_another_line() -> None:
    assert changed_span(Strip([Segment("abc")]), Strip([Segment("abcd")])) == (0, 4)
