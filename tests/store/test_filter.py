from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.errors import FilterError
from jobsync_tui.backend.store.filter import MAX_LENGTH, MAX_TERMS, parse_filter
from jobsync_tui.backend.store.query import (
    Age,
    Comparison,
    Contains,
    FieldHas,
    Fuzzy,
    Is,
    MatchedBy,
    Moment,
    PartHas,
    State,
    Term,
    TextField,
    TimeField,
    Without,
)

DAY = 86_400_000
JANUARY_31 = 1_769_817_600_000


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  \t ", ()),
        ("Senior  NURSE", (Contains("senior"), Contains("nurse"))),
        ('"Senior Nurse"', (Contains("senior nurse"),)),
        ("-night", (Without(Contains("night")),)),
        ('-"night shift"', (Without(Contains("night shift")),)),
        ("-", (Contains("-"),)),
        ("~snr", (Fuzzy("snr"),)),
        ("~", (Contains("~"),)),
        ("client:Acme", (FieldHas(TextField.CLIENT, ("acme",)),)),
        ("-dept:a,B", (Without(FieldHas(TextField.DEPARTMENT, ("a", "b"))),)),
        ('client:"Two Words",x', (FieldHas(TextField.CLIENT, ("two words", "x")),)),
        ("city:Köln", (FieldHas(TextField.LOCATION, ("koln",)),)),
        ("custom.req_type:Replacement,new", (PartHas("custom.req_type", ("replacement", "new")),)),
        ('-custom."Req: Type".Größe:"1 m"', (Without(PartHas("custom.req: type.grosse", ("1 m",))),)),
        ("location.city:Köln", (PartHas("location.city", ("koln",)),)),
        ("locations.country:DE", (PartHas("location.country", ("de",)),)),
        ("custom.shift", (Contains("custom.shift"),)),
        ("is:failed,gone", (Is((State.FAILED, State.GONE)),)),
        ("is:Marked", (Is((State.MARKED,)),)),
        ('rule:"Berlin engineering"', (MatchedBy(("berlin engineering",)),)),
        ("updated<7d", (Age(TimeField.UPDATED, Comparison.LESS, timedelta(days=7)),)),
        ("synced>=12h", (Age(TimeField.SYNCED, Comparison.GREATER_EQUAL, timedelta(hours=12)),)),
        ("updated>=2026-01-31", (Moment(TimeField.UPDATED, Comparison.GREATER_EQUAL, JANUARY_31, JANUARY_31 + DAY),)),
        ("created=2026-01-31", (Moment(TimeField.CREATED, Comparison.EQUAL, JANUARY_31, JANUARY_31 + DAY),)),
        ("updated<2026-01-31T00:00:00Z", (Moment(TimeField.UPDATED, Comparison.LESS, JANUARY_31, JANUARY_31 + 1),)),
        ("100%", (Contains("100%"),)),
        ("C++", (Contains("c++"),)),
        ("a-b", (Contains("a-b"),)),
        ("12:30", (Contains("12:30"),)),
    ],
)
def test_the_language(text: str, terms: tuple[Term, ...]) -> None:
    assert parse_filter(text).terms == terms


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('nurse "open', 6),
        ("nurse foo:bar", 6),
        ("client:", 7),
        ("client:a,,b", 9),
        ("custom.shift:", 13),
        ("x custom.:nights", 2),
        ("location.zip:1", 0),
        ("custom.hours<7", 0),
        ("is:tired", 3),
        ("is:open,tired", 8),
        ("updated:7d", 0),
        ("updated<soon", 8),
        ("updated=7d", 0),
        ("client<7d", 0),
        ("updated<2026-02-31", 8),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS),
    ],
)
def test_an_error_says_where(text: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.position == position


def test_an_error_shows_no_control_character() -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter("is:\x1b[31m")
    assert "\x1b" not in caught.value.message


PIECES = st.sampled_from(
    ["-", "~", '"', ":", ",", "<", ">=", "=", " ", "is", "client", "updated", "rule", "7d", "2026-01-31", "%", "_", "\\", "'", "é"]
)


@given(st.one_of(st.text(alphabet=st.characters(), max_size=60), st.lists(PIECES, max_size=14).map("".join)))
def test_any_text_is_a_query_or_an_error_with_a_place(text: str) -> None:
    try:
        query = parse_filter(text)
    except FilterError as error:
        place = error.position
    else:
        place = 0
        assert hash(query) == hash(parse_filter(text))
    assert 0 <= place <= len(text)
