from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.storage.search.fold import KEY_LENGTH, fold, fold_key, search_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zürich", "zurich"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("\uff2a\uff4f\uff42", "job"),  # full-width letters
        ("Café", "cafe"),
        ("İstanbul", "istanbul"),
        ("Ελλάς", "ελλασ"),
        ("\ufb01nance", "finance"),  # ligature
        ("two\nlines\tand\ttabs", "two lines and tabs"),
        ("nul\x00here", "nul\u2400here"),
        ("한국", "한국"),
        ("", ""),
    ],
)
def test_case_accents_and_compatibility_forms_go(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet=st.characters(), max_size=30))
def test_folding_twice_changes_nothing_and_leaves_no_line(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert "\n" not in once
    once.encode()


@given(st.text(max_size=30))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


def test_a_sort_key_is_cut_and_a_missing_text_is_empty() -> None:
    assert len(fold_key("x" * 5000)) == KEY_LENGTH
    assert not fold_key(None)


def test_name_and_id_stand_on_lines_of_their_own() -> None:
    assert search_text(fold("Senior\nNurse"), "J-1") == "senior nurse\nj-1\n\n"
