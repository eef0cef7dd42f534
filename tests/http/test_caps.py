"""Sizes, nesting and nonsense: nothing that a server sends makes the program grow."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import UnexpectedAnswer
from jobsync_tui.backend.http import Reply, decode_json
from jobsync_tui.backend.http.decode import MAX_DEPTH, too_deep
from jobsync_tui.backend.http.faults import TooLarge
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, AtsServer, Fault
from tests.http.conftest import Connect


@pytest.mark.parametrize("fault", [faults.bomb, lambda: faults.flood, lambda: Answer(b"", headers={"Content-Length": "99999999999"})])
async def test_too_large(server: AtsServer, connect: Connect, fault: Callable[[], Fault | Answer]) -> None:
    server.inject(fault(), times=faults.MANY)
    with pytest.raises(UnexpectedAnswer, match="too large"):
        await connect().get("jobs")
    assert len(server.asked) == 1


@pytest.mark.parametrize(("limit", "words"), [(64 << 20, "64 MiB"), (64 << 10, "64 KiB"), (1023, "1,023 bytes")])
def test_the_limit_is_said_in_a_unit_of_which_it_is_at_least_one(limit: int, words: str) -> None:
    assert f"(more than {words} unpacked is not read)" in TooLarge(limit).words


def test_memory_grows_by_less_than_50_mb() -> None:
    """In a process of its own, since the peak of a process never goes down."""
    script = Path(__file__).with_name("memory_probe.py")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "PYTHONPATH": "."}
    )
    growth = [int(line) for line in done.stdout.split()]
    assert len(growth) == 3
    assert max(growth) < 50


async def test_compressed_answers(server: AtsServer, connect: Connect) -> None:
    body = b'{"a": [' + b"1," * 50_000 + b"2]}"
    packed = gzip.compress(body)
    server.inject(Answer(packed, headers={"Content-Encoding": "gzip"}))
    assert (await connect().get("jobs")).body == body
    for damaged in (packed[:-20], packed[:100] + b"\x00" * 100 + packed[200:]):
        server.inject(Answer(damaged, headers={"Content-Encoding": "gzip"}))
        assert (await connect().get("jobs")).ok  # by the second try
    server.inject(Answer(b"...", headers={"Content-Encoding": "br"}))
    with pytest.raises(UnexpectedAnswer, match="compression"):
        await connect().get("jobs")


def reply(body: bytes, **headers: str) -> Reply:
    return Reply(200, headers, body, "https://acme.example/jobs", "Acme")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[" * 10_000 + b"]" * 10_000, "nested"),
        (b'{"a":[' * 5_000 + b"1" + b"]}" * 5_000, "nested"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested"),
        (b"[" * 100_000, "nested"),
        (b"NaN", "not JSON, line 1: NaN is no number in JSON"),
        (b'["Infinity",\nInfinity]', "not JSON, line 2: Infinity is no number in JSON"),
        (b"1e999", "did not answer as expected"),
        (b"", "empty answer"),
        (b"<html>", "web page"),
        (b"\n <!doctype html>", "web page"),
        (b"{", "JSON that ends in the middle"),
        (b"hello", "not JSON, line 1"),
        (b'{"a": 1}\n{"b": 2}', "not JSON, line 1: text follows its end"),
    ],
)
def test_what_is_no_data(body: bytes, words: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=words) as caught:
        reply(body).decode(object)
    assert caught.value.message.startswith("Acme ")
    assert len(caught.value.message) < 250


def test_the_place_of_what_is_wrong_is_named() -> None:
    with pytest.raises(UnexpectedAnswer, match=r"\[2\] is a list, not a text"):
        reply(b'["a", "b", []]').decode(list[str])


def test_of_duplicate_keys_the_last_one_counts() -> None:
    assert reply(b'{"a": 1, "a": 2}').decode(dict[str, int]) == {"a": 2}


def test_foreign_text_is_mended_rather_than_refused() -> None:
    assert decode_json(rb'["a\ud800b", "\ud83d\ude00", "\\ud800", "\udc00\ud800"]', list[str]) == [
        "a\ufffdb",
        "\U0001f600",
        "\\ud800",
        "\ufffd\ufffd",
    ]
    assert decode_json(b'["\xff\xfe ok"]', list[str]) == ["\ufffd\ufffd ok"]
    assert decode_json(b'\xef\xbb\xbf["bom"]', list[str]) == ["bom"]


def test_brackets_inside_texts_are_not_nesting() -> None:
    assert not too_deep(b'["' + b"[" * 500 + b'", "\\"' + b"{" * 500 + b'"]')
    assert not too_deep(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert not too_deep(b"[" + b"[],{}," * 1000 + b"[]]")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(_JSON, st.integers(0, 2 * MAX_DEPTH))
def test_depth_is_measured_exactly(value: object, wrapped: int) -> None:
    from json import dumps

    def depth(item: object) -> int:
        if isinstance(item, dict):
            return 1 + max(map(depth, item.values()), default=0)
        return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0

    body = b"[" * wrapped + dumps(value).encode() + b"]" * wrapped
    assert too_deep(body) is (depth(value) + wrapped > MAX_DEPTH)


@given(st.binary(max_size=60))
def test_no_bytes_cause_anything_but_a_clear_error(body: bytes) -> None:
    try:
        reply(body).decode(list[str])
    except UnexpectedAnswer as error:
        assert error.message.isprintable()  # noqa: PT017 - most bytes raise, some do not
