from __future__ import annotations

import base64
import json
from unittest.mock import patch
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobsync_tui.backend.settings import redaction
from jobsync_tui.backend.settings.redaction import redact, register

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=12, max_size=30)


@given(SECRETS, st.text(max_size=5))
@example("a\\b\"c'd\n+/=&%e", "user:")
def test_a_known_secret_is_in_no_form_of_a_request(secret: str, before: str) -> None:
    with patch.object(redaction, "_registry", redaction._Registry()):
        register(secret)
        _assert_masked(secret, before)


def _assert_masked(secret: str, before: str) -> None:
    forms = [
        secret,
        quote(secret, safe=""),
        urlencode({"k": secret}),
        json.dumps({"k": secret}),
        repr(secret),
        secret.encode().hex(),
    ]
    for form in forms:
        masked = redact(f"before {form} after")
        assert secret not in masked
        assert quote(secret, safe="") not in masked
        assert json.dumps(secret)[1:-1] not in masked
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(f"{before}{secret}".encode()).decode()
        assert text not in redact(f"sent {text}.")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer CANARY12345",
        "authorization: Basic Q0FOQVJZMTIzNDU=CANARY12345",
        "used Bearer CANARY12345 there",
        "X-Api-Key: CANARY12345",
        "X-Account-Token: CANARY12345",
        "the key tenzo_pk_CANARY12345 was refused",
        "https://x.example/y?api_key=CANARY12345&page=2",
        "https://x.example/y?BhRestToken=CANARY12345",
        "https://x.example/token?code=CANARY12345&client_secret=CANARY12345",
        "https://user:CANARY12345@proxy.example",
        '{"access_token": "CANARY12345", "expires_in": 3}',
        "{'password': 'CANARY12345'}",
        '{"client_secret":"CANARY12345 with \\" quote"}',
        "Set-Cookie: session=CANARY12345; Path=/",
    ],
)
def test_what_has_the_shape_of_a_secret_goes(text: str) -> None:
    masked = redact(text)
    assert "CANARY12345" not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "text",
    [
        "Nurse, Bearer of good news",
        "credentials.api_key is a secret and must not stand in the file",
        "https://boards.greenhouse.io/acme/jobs/4000123?page=2",
        "Senior Engineer (Remote) at 10:30, code 7",
        "mail dana@example.com",
        "a basic check",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_short_value_is_not_searched_for() -> None:
    register("abc")
    assert redact("abcdef") == "abcdef"


def test_what_follows_the_secret_in_a_query_stays() -> None:
    assert redact("GET /jobs?api_key=CANARY12345&page=2") == "GET /jobs?api_key=***&page=2"
