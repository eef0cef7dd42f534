"""Values as people read them, and foreign text that stays text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobsync_tui.backend.core.models import Location, Outcome, SyncStatus
from jobsync_tui.documents.layout import padded
from jobsync_tui.documents.words import OUTCOME_WORDS, SYNC_WORDS, age, compared, place, places, short_ago, value_text
from jobsync_tui.widgets.content import SYNC_STYLES, ends, line

NOW = datetime(2026, 3, 14, 18, 36, tzinfo=UTC)
WILD = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x07[]()@/\u202e\u200b\n\t日́")))


@given(WILD)
def test_foreign_text_is_never_markup_and_never_acts(text: str) -> None:
    content = line(text)
    assert not content.spans
    assert content.plain.isprintable() or all(c.isprintable() or ord(c) >= 0x20 for c in content.plain)
    assert "\x1b" not in content.plain
    assert "\x9b" not in content.plain


def test_brackets_of_a_title_stay_readable() -> None:
    assert line("Engineer [Remote] [/]").plain == "Engineer [Remote] [/]"
    assert line("a [/] b", ("[@click=app.quit]x[/]", "bold")).plain == "a [/] b[@click=app.quit]x[/]"


@given(WILD, st.integers(0, 60))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(padded(text, width)) == width


@given(WILD, WILD, st.integers(10, 120))
def test_two_ends_never_overflow_a_line(left: str, right: str, width: int) -> None:
    right = line(right).plain[:4]
    assert ends(line(left), line(right), width).cell_length <= max(width, line(right).cell_length)


@pytest.mark.parametrize(
    ("seconds", "short", "words"),
    [
        (5, "now", "just now"),
        (60, "1m", "1 min"),
        (3599, "59m", "59 min"),
        (7200, "2h", "2 h"),
        (3 * 86400, "3d", "3 days"),
        (150 * 86400, "5mo", "150 days"),
        (800 * 86400, "2y", "800 days"),
    ],
)
def test_ages(seconds: int, short: str, words: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert short_ago(moment, NOW) == short
    assert age(moment, NOW) == words


def test_an_age_of_nothing_is_never() -> None:
    assert short_ago(None, NOW) == "-"
    assert age(None, NOW) == "never"


def test_every_state_and_outcome_has_a_word_and_they_differ() -> None:
    assert set(SYNC_WORDS) == set(SYNC_STYLES) == set(SyncStatus)
    assert len(set(SYNC_WORDS.values())) == len(SyncStatus)
    assert set(OUTCOME_WORDS) == set(Outcome)


def test_places() -> None:
    assert places("Cleveland, OH", 2) == "Cleveland +2"
    assert places("Cleveland, OH", 0) == "Cleveland, OH"
    assert place(Location(city="Berlin", country="DE")) == "Berlin, DE"
    assert place(None) == ""


def test_values_of_custom_fields() -> None:
    assert value_text(["a", "b"]) == "a, b"
    assert value_text(True) == "yes"
    assert (compared(True), compared("x")) == ("true", "x")
    assert value_text(None) == "EMPTY"
    assert value_text({"b": 1, "a": "\x1b[2J"}).startswith('{"a": "')
    assert "\x1b" not in value_text({"a": "\x1b[2J"})
