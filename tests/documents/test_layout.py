from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobsync_tui.backend.core.text import clean
from jobsync_tui.documents.document import dim
from jobsync_tui.documents.layout import apart, columns, fit, fit_end, fit_middle, wrap

WILD = st.text(max_size=200)


@given(WILD, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(row) <= width for row in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(WILD, st.integers(2, 60), st.integers(1, 4))
def test_a_cut_text_says_that_it_was_cut(text: str, width: int, most: int) -> None:
    whole, lines = wrap(text, width), wrap(text, width, most=most)
    assert len(lines) <= most
    assert lines == whole or lines[-1].endswith("\u2026")


@given(WILD, st.integers(1, 60))
def test_fitted_text_fits(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) <= width
    assert cell_len(fit_end(text, width)) <= width


def test_an_id_is_cut_at_its_beginning() -> None:
    assert fit_end("c0ffee00-0000-4000-8000-00000000000a", 8) == "\u2026000000a"
    assert fit_end("884213", 8) == "884213"


@given(WILD, st.integers(1, 60))
def test_a_text_cut_in_its_middle_fits_and_keeps_both_ends(text: str, width: int) -> None:
    cut = fit_middle(text, width)
    assert cell_len(cut) <= width
    marks = [place for place, character in enumerate(cut) if character == "\u2026"]  # one of them is ours
    whole = clean(text)
    assert cut == whole or any(whole.startswith(cut[:mark]) and whole.endswith(cut[mark + 1 :]) for mark in marks)


@given(st.lists(WILD, min_size=3, max_size=3))
def test_columns_stay_in_their_columns(cells: list[str]) -> None:
    for row in columns(cells, (10, 20, 8), indent=3):
        assert cell_len(row.text) <= 3 + 10 + 2 + 20 + 2 + 8 + 2


@given(WILD, WILD, st.integers(30, 120))
def test_what_does_not_fit_on_one_line_goes_apart_and_stays_whole(left: str, right: str, width: int) -> None:
    lines = apart(("x VERDICT", f"   {left}"), dim(right), width)
    text = "".join("".join(row.text for row in lines).split())
    assert text == "".join(f"xVERDICT{clean(left)}{clean(right)}".split())
    assert all(cell_len(row.text) <= width for row in lines)
