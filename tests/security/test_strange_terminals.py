"""Terminals that are too small, keep changing, or can do nothing: no crash, and a word on what is wrong."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.support.pty import in_terminal

PROGRAM = [sys.executable, "-m", "tests.tui.program", "plain"]
ROOT = {"PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.parametrize(
    "environment", [{"TERM": "dumb"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_that_can_do_little_is_lived_with(environment: dict[str, str]) -> None:
    with in_terminal(PROGRAM, env=ROOT | environment) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("jjq")
        assert terminal.wait_for_end() == 0
        assert b"Traceback" not in terminal.output
        if "LC_ALL" in environment:
            assert terminal.output.isascii()


def test_a_tiny_terminal_and_a_storm_of_sizes_crash_nothing() -> None:
    rng = random.Random(4)  # noqa: S311 - the same storm every time
    with in_terminal(PROGRAM, env=ROOT, size=(20, 5)) as terminal:
        terminal.read_now(1.0)
        for _ in range(60):
            terminal.resize(rng.randint(1, 200), rng.randint(1, 60))
            terminal.send(rng.choice("jkGg"))
            terminal.read_now()
        terminal.resize(80, 24)
        terminal.send("G")
        terminal.wait_for("row 8 of 8")
        os.kill(terminal.pid, 0)
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_a_size_that_changes_while_the_last_one_is_told_is_the_size() -> None:
    with in_terminal([*PROGRAM[:-1], "resized-again"], env=ROOT, size=(90, 24)) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.resize(100, 30)
        # The line of the status is as long as the terminal is wide.
        end = "row 1 of 8 ──"
        terminal.wait_until(lambda: any(line.find(end) == 80 - len(end) for line in terminal.text.splitlines()))
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(("wish", "has_colours"), [("", True), ("1", False)])
def test_an_empty_wish_for_no_colours_is_none(wish: str, *, has_colours: bool) -> None:
    with in_terminal(PROGRAM, env=ROOT | {"NO_COLOR": wish}) as terminal:
        terminal.wait_for("row 1 of 8")
        assert (b"38;5;" in terminal.output) is has_colours
        terminal.send("q")
        assert terminal.wait_for_end() == 0
