"""Answers that are almost as they should be: what is read all the same, what is left out, and what must not be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.core.left_out import FURTHER, MOST_KINDS, leave_out, tallied
from jobsync_tui.backend.core.models import LeftOut
from jobsync_tui.backend.http import Reply

R = TypeVar("R")


class Place(msgspec.Struct):
    city: str | None = None


class Row(msgspec.Struct, rename="camel"):
    id: str
    full_name: str | None = None
    places: list[Place | None] | None = None
    main: Place | str | None = None
    weight: float | None = None
    count: int | None = None
    open: bool | None = None
    text: str | UnsetType | None = UNSET
    extra: dict[str, int] | None = None
    since: datetime | None = None


class Page(msgspec.Struct, Generic[R], rename="camel"):
    rows: list[R]
    next: str | None = None
    total: int | None = None
    has_more: bool = False


def read(row: dict[str, object], **around: object) -> tuple[Page[Row], dict[str, str]]:
    body = msgspec.json.encode({"rows": [{"id": "1", **row}], **around})
    with tallied() as tally:
        page = Reply(200, {}, body, service="Acme").decode(Page[Row], row=Row, vital=("id", "fullName"))
    return page, {each.field: each.reason for each in tally.counts()}


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({"id": 7}, "id", "7"),
        ({"id": 7.0}, "id", "7"),
        ({"fullName": 12}, "full_name", "12"),
        ({"fullName": 1.5}, "full_name", "1.5"),
        ({"main": 80331}, "main", "80331"),
        ({"weight": "12.5"}, "weight", 12.5),
        ({"count": "12"}, "count", 12),
        ({"count": 12.0}, "count", 12),
        ({"open": "true"}, "open", True),
        ({"open": 0}, "open", False),
        ({"since": "2026-01-31T09:30:00Z", "count": "1"}, "since", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ],
)
def test_what_can_be_read_is_read(given: dict[str, object], field: str, expected: object) -> None:
    page, left_out = read(given)
    assert getattr(page.rows[0], field) == expected
    assert left_out == {}


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"main": {"city": ["Berlin"]}}, "main.city", "a list, not a text"),
        ({"main": [1]}, "main", "a list, not an object or a text"),
        ({"places": {"city": "Berlin"}}, "places", "an object, not a list"),
        ({"places": [{"city": "Berlin"}, "Bonn"]}, "places", "a text, not an object"),
        ({"weight": "heavy"}, "weight", "a text, not a number"),
        ({"count": 1.5}, "count", "a number, not a whole number"),
        ({"count": True}, "count", "true, not a whole number"),
        ({"open": "perhaps"}, "open", "a text, not true or false"),
        ({"extra": {"a": 1, "b": None}}, "extra", "empty, not a whole number"),
        ({"since": "yesterday"}, "since", "a text, not a time"),
        ({"text": {}}, "text", "an object, not a text"),
    ],
)
def test_what_cannot_is_left_out_and_named(given: dict[str, object], field: str, reason: str) -> None:
    page, left_out = read(given)
    assert page.rows[0].id == "1"
    assert left_out == {field: reason}


def test_the_rest_of_a_list_stays() -> None:
    page, _ = read({"places": [{"city": "Berlin"}, "Bonn", None, {"city": []}]})
    assert page.rows[0].places == [Place("Berlin"), None, Place()]


def test_a_text_that_is_of_no_use_is_not_one_that_was_never_asked_for() -> None:
    assert read({"text": []})[0].rows[0].text is None
    assert read({"count": "1"})[0].rows[0].text is UNSET


def test_a_row_that_is_none_is_left_out_of_its_list() -> None:
    body = msgspec.json.encode({"rows": [{"id": "1"}, {"id": None}, {}, 5, {"id": "2"}]})
    with tallied() as tally:
        page = Reply(200, {}, body, service="Acme").decode(Page[Row], row=Row, label="places")
    assert [row.id for row in page.rows] == ["1", "2"]
    assert {(each.field, each.reason) for each in tally.counts()} == {
        ("places.rows", "an item whose id is empty, not a text"),
        ("places.rows", "an item whose id is missing"),
        ("places.rows", "a number, not an object"),
    }


@pytest.mark.parametrize(
    ("around", "words"),
    [
        ({"next": ["x"]}, "next is a list, not a text"),
        ({"next": {}}, "next is an object, not a text"),
        ({"hasMore": "perhaps"}, "hasMore is a text, not true or false"),
        ({"hasMore": None}, "hasMore is empty, not true or false"),
        ({"total": "many"}, "total is a text, not a whole number"),
        ({"rows": None}, "rows is empty, not a list"),
    ],
)
def test_around_the_rows_nothing_is_left_out(around: dict[str, object], words: str) -> None:
    """A cursor that cannot be read would look like the last page, and every job behind it like gone."""
    with pytest.raises(UnexpectedAnswer) as caught:
        read({}, **around)
    assert caught.value.message == f"Acme did not answer as expected: {words}"


def test_totals_and_cursors_of_another_kind_are_read() -> None:
    page, _ = read({}, total="230", next=5, hasMore="true")
    assert (page.total, page.next, page.has_more) == (230, "5", True)


def test_without_a_row_nothing_is_left_out() -> None:
    with pytest.raises(UnexpectedAnswer, match=r"rows\[0\]\.main is a list"):
        Reply(200, {}, b'{"rows": [{"id": 1, "main": []}]}', service="Acme").decode(Page[Row])


def test_vital_fields_cost_the_row() -> None:
    reply = Reply(200, {}, b'{"id": "1", "fullName": []}', service="Acme")
    with pytest.raises(UnexpectedAnswer, match="fullName is a list, not a text"):
        reply.decode(Row, row=Row, vital=("fullName",))


def test_kinds_of_faults_are_bounded() -> None:
    with tallied() as tally:
        for number in range(3 * MOST_KINDS):
            leave_out(f"field {number}", "a list, not a text", "1")
    found: Any = tally.counts()
    assert len(found) == MOST_KINDS + 1
    assert (found[0].field, found[0].count) == (FURTHER, 2 * MOST_KINDS)


KEPT = "what was known before is kept"


def test_what_was_left_out_in_words() -> None:
    reason = "a list, not a text"
    assert (
        LeftOut("department", reason, 1200, "7").words
        == f"1,200 values of department were left out: a list, not a text (first in job 7); {KEPT}"
    )
    assert LeftOut("department", reason, 1, "7").words == f"1 value of department was left out: a list, not a text (job 7); {KEPT}"
    assert LeftOut("offices", reason, 2).words == f"2 values of offices were left out: a list, not a text; {KEPT}"
