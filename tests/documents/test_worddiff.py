from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.documents.change import Piece, diff, readable

PROSE = st.lists(st.sampled_from(["nurse", "ICU", "<p>", "</p>", " ", " ", "13", "weeks", ",", "\n", "é"]), max_size=40).map("".join)


def joined(pieces: tuple[Piece, ...], without: str) -> str:
    return "".join(piece.text for piece in pieces if piece.sign != without)


@given(PROSE, PROSE)
def test_the_pieces_hold_both_texts(before: str, after: str) -> None:
    pieces = diff(before, after)
    assert joined(pieces, "+") == before
    assert joined(pieces, "-") == after


@given(PROSE)
def test_equal_texts_are_one_piece_that_stayed(text: str) -> None:
    assert all(piece.sign == " " for piece in diff(text, text))


def test_a_change_is_told_by_whole_words() -> None:
    pieces = diff("13 weeks, nights in Akron", "13 weeks, days in Akron")
    assert Piece("-", "nights") in pieces
    assert Piece("+", "days") in pieces


def test_a_text_too_long_to_compare_is_shown_as_replaced() -> None:
    before, after = "a b " * 3000, "c d " * 3000
    assert joined(diff(before, after), "+") == before


def test_readable_takes_tags_away_and_keeps_lines_apart() -> None:
    assert readable("<p>One <b>two</b></p><p>three</p>").split("\n") == ["", "One two", "", "three", ""]
    assert readable("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
