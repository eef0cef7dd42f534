"""A part of the hostile strings in every run; ``make hostile`` drives all of them."""

from __future__ import annotations

import pytest

from tests.support.hostile import foreign_controls, hostile_strings

from .hostile import faults_in, run


@pytest.mark.slow
def test_hostile_strings_through_every_command_and_screen() -> None:
    tally = run(100, a_cache=100)
    assert (tally.crashes, tally.foreign, tally.actions) == ([], [], [])
    assert tally.strings == 100
    assert tally.bytes_read > 1_000_000


def test_the_strings_are_the_same_for_the_same_seed_and_would_be_seen() -> None:
    assert list(hostile_strings(50, 3)) == list(hostile_strings(50, 3))
    seen = [text for text in hostile_strings(1000, 5) if foreign_controls(text.encode("utf-8", "replace"))]
    assert len(seen) > 500


@pytest.mark.parametrize(
    "leak", ["\x1b[9137m", "\x1b]52;c;aGk=\x07", "\x9b2J", "\u202e", "\x1b]8;;https://evil.example\x1b\\", "\x07", "\x1bP+q\x1b\\"]
)
def test_a_leak_is_told_from_what_the_application_writes(leak: str) -> None:
    assert foreign_controls(b"\x1b[2J\x1b[1;1H\x1b[38;5;1mJobs\x1b[0m\r\n" + leak.encode())
    assert not foreign_controls(b"\x1b[2J\x1b[1;1H\x1b[38;5;1mJobs\x1b[0m\r\n")


def test_a_fault_is_shown_with_what_stands_around_it() -> None:
    assert faults_in(b"rows \x1b[0mA fault in the program: NoMatches") == [
        "A fault in ... in b'rows \\x1b[0mA fault in the program: NoMatches'"
    ]
    assert faults_in(b"Traceback (most recent call last):")
    assert not faults_in(b"a list of jobs")
