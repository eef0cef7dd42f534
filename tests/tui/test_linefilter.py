"""The last line of defence lets nothing through that a terminal would act on, and keeps the layout."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from jobsync_tui.terminal.line_filter import ControlFilter

BLACK = Color(0, 0, 0)
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x9d\x07\x00\u202e\u2066\x7f[]52;c")), max_size=60)


@given(st.lists(TEXTS, max_size=5))
def test_nothing_acts_and_the_width_stays(texts: list[str]) -> None:
    before = [Segment(text) for text in texts]
    after = ControlFilter().apply(before, BLACK)
    for old, new in zip(before, after, strict=True):
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in new.text)
        assert not set(new.text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
        assert new.cell_length == old.cell_length


def test_a_link_is_dropped_and_the_rest_of_the_style_kept() -> None:
    style = Style(bold=True, link="https://evil.example/\x1b]52;c;aGk=\x07")
    (segment,) = ControlFilter().apply([Segment("text", style)], BLACK)
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_harmless_lines_are_passed_on_as_they_are() -> None:
    segments = [Segment("Engineer [Remote] \u65e5\u672c"), Segment(" ", Style(bold=True))]
    assert ControlFilter().apply(segments, BLACK) is segments
