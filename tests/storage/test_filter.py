from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import FilterError
from jobsync_tui.backend.storage.search.filter import MAX_LENGTH, MAX_TERMS, Names, parse_filter
from jobsync_tui.backend.storage.search.query import (
    Age,
    Contains,
    FieldHas,
    Fuzzy,
    Is,
    MatchedBy,
    Moment,
    PartHas,
    Relation,
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
        ('"~"', (Contains("~"),)),
        ('","', (Contains(","),)),
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
        ("updated<7d", (Age(TimeField.UPDATED, Relation.LESS, timedelta(days=7)),)),
        ("synced>=12h", (Age(TimeField.SYNCED, Relation.GREATER_EQUAL, timedelta(hours=12)),)),
        ("updated>=2026-01-31", (Moment(TimeField.UPDATED, Relation.GREATER_EQUAL, JANUARY_31, JANUARY_31 + DAY),)),
        ("created=2026-01-31", (Moment(TimeField.CREATED, Relation.EQUAL, JANUARY_31, JANUARY_31 + DAY),)),
        ("updated<2026-01-31T00:00:00Z", (Moment(TimeField.UPDATED, Relation.LESS, JANUARY_31, JANUARY_31 + 1),)),
        ("100%", (Contains("100%"),)),
        ("C++", (Contains("c++"),)),
        ("a-b", (Contains("a-b"),)),
        ("12:30", (Contains("12:30"),)),
        ("remote:true", (FieldHas(TextField.REMOTE, ("yes",)),)),
        ("remote:YES,no", (FieldHas(TextField.REMOTE, ("yes", "no")),)),
        ("-remote:False", (Without(FieldHas(TextField.REMOTE, ("no",))),)),
        ("status:On_Hold", (FieldHas(TextField.STATUS, ("on_hold",)),)),
        ("locations:Köln", (FieldHas(TextField.LOCATION, ("koln",)),)),
        ("updated<=9999-12-31", (Moment(TimeField.UPDATED, Relation.LESS_EQUAL, 253402214400000, 253402300800000),)),
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
        ("updated<=20260131", 9),
        ("updated<2026-W05-6", 8),
        ('nurse ""', 6),
        ('-"" nurse', 0),
        ("nurse \u0301", 6),
        ('""', 0),
        (' -"" ~"" ', 1),
        *(
            (text, 0)
            for text in ("~", "-~", '~""', ",", "-,", ",,", "''", "-''", '"  "', "\u200b", '-"\u200b"', "~\u200b", "\u3164\u00ad", "\u0301")
        ),
        *((f"nurse {text}", 6) for text in ("~", ",", "''", "\u200b")),
        ("name:\u200b", 5),
        ('custom."Req Type:x', 7),
        ('custom.pay."Unit', 11),
        ('-custom."Req Type" new', 18),
        ('custom."":new', 7),
        ("status:opne", 7),
        ("-status:open,", 13),
        ("sync_status:sync", 12),
        ("remote:ja", 7),
        ("status:open,opne", 12),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS),
    ],
)
def test_an_error_says_where(text: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.position == position


def test_the_nearest_words_are_named() -> None:
    for text, words in (
        ("status:opne", "Did you mean open?"),
        ("sync_status:syncd", "Did you mean synced or syncing?"),
        ("is:inelligible", "Did you mean ineligible or eligible?"),
        ("visibility:secret,intern", "secret is not a known visibility"),
        ("remote:treu", "Did you mean true?"),
        ("clent:acme", "Did you mean client?"),
    ):
        with pytest.raises(FilterError) as caught:
            parse_filter(text)
        assert words in caught.value.message
        assert "Known are" in str(caught.value.remedy)


def test_rules_and_integrations_are_looked_up() -> None:
    names = Names(("greenhouse", "lever"), ("Köln nights", "ICU"), ("koeln", "r-2"))
    for text in ('rule:"KOLN nights"', "rule:R-2", "-rule:icu", "integration:Lever", "-integration:greenhouse"):
        assert parse_filter(text, names) == parse_filter(text)
    for text, position, words in (
        ("a rule:icv", 7, "Did you mean ICU?"),
        ("-rule:icu,nope", 10, "not a known rule"),
        ("-integration:level", 13, "Did you mean lever?"),
    ):
        with pytest.raises(FilterError) as caught:
            parse_filter(text, names)
        assert (caught.value.position, caught.value.text) == (position, text)
        assert words in caught.value.message


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
