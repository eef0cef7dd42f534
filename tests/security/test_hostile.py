"""A part of the hostile strings in every run; ``make hostile`` drives all of them."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from textual.screen import Screen

from jobsync_tui import screens
from tests.security.hostile import copied, faults_in, run
from tests.security.hostile_commands import CASES, ELSEWHERE
from tests.security.hostile_walk import MENUS, TITLES
from tests.support.command_tree import command_paths
from tests.support.hostile import foreign_controls, hostile_strings


@pytest.mark.slow(80)
@pytest.mark.timeout(900)
def test_hostile_strings_through_every_command_and_screen() -> None:
    tally = run(500)
    assert (tally.crashes, tally.foreign, tally.actions) == ([], [], [])
    assert tally.strings == 500
    assert tally.bytes_read > 5_000_000
    assert tally.screens == screen_classes()
    assert tally.commands == set(CASES)


BASES = {
    "JobsyncScreen",
    "GreetedScreen",
    "DialogScreen",
    "EarlyKeysScreen",
    "ConfirmingScreen",
    "ArmingScreen",
    "JobActionsScreen",
    "Menu",
    "RuleEdits",
}
"""Screens that are only what others have in common."""


def screen_classes() -> set[str]:
    """Return every screen that can be in front: found in the code, and not in a list that could be forgotten."""
    for module in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."):
        import_module(module.name)
    found: set[str] = set()
    waiting = Screen.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= {kind.__name__} if kind.__module__.startswith(f"{screens.__name__}.") else set()
    return found - BASES


def test_the_walk_knows_every_screen_and_the_commands_every_command() -> None:
    assert screen_classes() == {*TITLES, *MENUS}, "a new screen has a place in tests/security/hostile_walk.py"
    assert set(command_paths()) == {*CASES, *ELSEWHERE}, "a new command has cases in tests/security/hostile_commands.py"


def test_what_was_copied_is_told_from_what_wants_to_be() -> None:
    ours = b"\x1b]52;c;YSBqb2I=\x07"
    assert copied(b"list" + ours) == ["a job"]
    assert not foreign_controls(ours)
    assert foreign_controls(b"\x1b]52;c;9137\x07")


def test_the_strings_are_the_same_for_the_same_seed_and_would_be_seen() -> None:
    assert list(hostile_strings(50, 3)) == list(hostile_strings(50, 3))
    seen = [text for text in hostile_strings(1000, 5) if foreign_controls(text.encode("utf-8", "replace"))]
    assert len(seen) > 500


@pytest.mark.parametrize(
    "leak", ["\x1b[9137m", "\x1b]52;c;9137\x07", "\x9b2J", "\u202e", "\x1b]8;;https://evil.example\x1b\\", "\x07", "\x1bP+q\x1b\\"]
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
