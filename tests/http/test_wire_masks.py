"""What is kept of an exchange: all of it but the secrets, whatever name or shape they come under."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.models import WireExchange
from jobsync_tui.backend.http.messages import Request
from jobsync_tui.backend.http.wire import RawExchange
from jobsync_tui.backend.http.wire_masks import MOST_BYTES, kept
from jobsync_tui.backend.settings.redaction import register

OWN = "canary-9f27aa31c0"
SECRET_NAMES = (
    "password",
    "api_key",
    "apiKey",
    "clientSecret",
    "access_token",
    "refreshToken",
    "BhRestToken",
    "authorization",
    "set-cookie",
)
OTHER_NAMES = ("name", "author", "secretary", "keynote", "code", "key", "passport_needed")


def exchange(
    *,
    url: str = "https://ats.example/v1/jobs",
    body: bytes = b"",
    answer: bytes = b"",
    headers: dict[str, str] | None = None,
    credentials: frozenset[str] = frozenset(),
    kind: str = "application/json",
) -> WireExchange:
    sent = {"content-type": kind, **(headers or {})}
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return kept(RawExchange(now, 0.01, "ATS", Request("POST", url, sent, body), credentials, 200, ({"content-type": kind}, answer)))


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "BhRestToken", "X-Account-Token", "Proxy-Authorization"])
def test_a_header_is_masked_by_its_name(name: str) -> None:
    assert exchange(headers={name: "sesame"}).request.headers[name] == "***"


def test_a_header_of_the_authentication_is_masked_whatever_its_name() -> None:
    found = exchange(headers={"X-Acme": "sesame", "Idempotency-Key": "01ABC"}, credentials=frozenset({"x-acme"})).request.headers
    assert found["X-Acme"] == "***"
    assert found["Idempotency-Key"] == "01ABC"


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_field_is_masked_by_its_name_however_deep(name: str) -> None:
    body = json.dumps({"rows": [{"more": {name: "sesame", "name": "stays"}}, {name: ["sesame", {"x": "sesame"}], "n": 1}], name: 12345})
    found = exchange(answer=body.encode())
    assert found.answer is not None
    assert "sesame" not in found.answer.body
    assert "12345" not in found.answer.body
    rows = json.loads(found.answer.body)["rows"]
    assert rows[0]["more"]["name"] == "stays"
    assert rows[1]["n"] == 1


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_other_fields_stay(name: str) -> None:
    found = exchange(answer=json.dumps({name: "stays"}).encode())
    assert found.answer is not None
    assert json.loads(found.answer.body) == {name: "stays"}


def test_a_name_written_with_escapes_is_read() -> None:
    found = exchange(answer=b'{"pass\\u0077ord": "sesame"}')
    assert found.answer is not None
    assert "sesame" not in found.answer.body


def test_a_form_and_a_query_are_masked_by_name() -> None:
    found = exchange(
        url="https://ats.example/login?BhRestToken=sesame&page=2&code=sesame",
        body=b"grant_type=x&client_secret=sesame&page=3&refresh%5Ftoken=sesame",
        kind="application/x-www-form-urlencoded",
    )
    assert "sesame" not in found.url + found.request.body
    assert "page=2" in found.url
    assert found.path == "/login"
    assert found.request.body.startswith("grant_type=x&client_secret=***&page=3")


def test_a_known_secret_is_masked_by_value_wherever_it_stands() -> None:
    register(OWN)
    found = exchange(
        url=f"https://ats.example/{OWN}?q={OWN}",
        headers={"X-Note": f"key {OWN}"},
        body=json.dumps({"note": f"my {OWN}"}).encode(),
        answer=f"<p>{OWN}</p>".encode(),
    )
    assert OWN not in repr(found)


@pytest.mark.parametrize("at", [MOST_BYTES - 3, MOST_BYTES + 5, MOST_BYTES + 8 * 1024 - 4])
def test_no_half_of_a_secret_is_left_at_the_cut(at: int) -> None:
    register(OWN)
    found = exchange(answer=b"x" * at + OWN.encode() + b"y" * 50_000)
    assert found.answer is not None
    assert found.answer.cut
    assert found.answer.bytes == at + len(OWN) + 50_000
    assert len(found.answer.body) <= MOST_BYTES
    assert OWN[:6] not in found.answer.body


def test_an_unfinished_field_at_the_cut_is_masked() -> None:
    found = exchange(answer=b'{"token": "' + b"s" * 100_000 + b'"}')
    assert found.answer is not None
    assert "sss" not in found.answer.body


plain = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | plain,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(plain, each, max_size=3),
    max_leaves=8,
)


@given(values, st.sampled_from(SECRET_NAMES), st.sampled_from([None, 1, 2]))
def test_only_what_is_secret_changes(value: object, name: str, indent: int | None) -> None:
    found = exchange(answer=json.dumps({"kept": value, name: "sesame-9"}, indent=indent, ensure_ascii=False).encode())
    assert found.answer is not None
    assert "sesame-9" not in found.answer.body
    assert json.loads(found.answer.body)[name] == "***"


@given(st.binary(max_size=200))
def test_any_bytes_can_be_kept(body: bytes) -> None:
    found = exchange(body=body, answer=body)
    assert found.request.bytes == len(body)
    assert "\x00" not in found.request.body
