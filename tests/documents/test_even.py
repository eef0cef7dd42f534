"""Emoji take the same cells in every terminal: what some draw as one picture is shown as characters that all measure alike."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from wcwidth import wcwidth

from jobsync_tui.backend.core.text import clean, differs
from jobsync_tui.documents.layout import padded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I \u2764\ufe0f jobs", "I \u2764 jobs"),
        ("\U0001f468\u200d\U0001f33e Farmer", "\U0001f468\U0001f33e Farmer"),
        ("\U0001f469\U0001f3fd\u200d\u2695\ufe0f Nurse", "\U0001f469\u2695 Nurse"),
        ("Berlin \U0001f1e9\U0001f1ea", "Berlin DE"),
        ("1\ufe0f\u20e3 first", "1 first"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\U0001f469\U0001f467"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u0937"),
    ],
)
def test_what_terminals_measure_differently_is_put_apart(text: str, shown: str) -> None:
    assert clean(text) == shown
    assert not differs(text), "it is no disguise"
    assert cell_len(shown) == sum(max(0, wcwidth(character)) for character in shown)
    assert cell_len(padded(text, 20)) == 20
