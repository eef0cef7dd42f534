"""Colours by the terminal's background, through a pseudo-terminal: it is asked once, its answer is never typed, and nobody waits for it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobsync_tui.terminal.background import QUESTION, is_light
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal, in_terminal

PROGRAM = [sys.executable, "-m", "tests.tui.program", "nurses"]
ROOT = {"PYTHONPATH": str(Path(__file__).parents[2])}
ASKED = QUESTION.encode()
WHITE, BLACK = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07"


@contextmanager
def running(theme: str = "auto") -> Iterator[Terminal]:
    with in_terminal(PROGRAM, env={**ROOT, "THEME": theme}) as terminal:
        yield terminal


def comes(terminal: Terminal, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, terminal.text
        terminal.read_now(0.05)


def looks_light(terminal: Terminal) -> bool:
    colour = terminal.background(70, 10)
    return len(colour) == 6 and is_light(f"#{colour}") is True


@pytest.mark.parametrize(
    "answer", [WHITE, b"\x1b]11;rgb:ff/ff/ff\x07", b"\x1b]11;#fdf6e3\x1b\\", b"\x1b]11;rgba:ffff/ffff/ffff/ffff\x07"], ids=repr
)
def test_a_light_background_makes_it_light(answer: bytes) -> None:
    with running() as terminal:
        comes(terminal, lambda: ASKED in terminal.output)
        terminal.send_bytes(answer)
        terminal.wait_for("row 1 of 8")
        comes(terminal, lambda: looks_light(terminal))
        assert terminal.output.count(ASKED) == 1


def test_a_dark_background_leaves_it_dark_and_a_second_answer_counts_no_more() -> None:
    with running() as terminal:
        comes(terminal, lambda: ASKED in terminal.output)
        terminal.send_bytes(BLACK)
        terminal.wait_for("row 1 of 8")
        terminal.send_bytes(WHITE)
        terminal.send("\x1b[B")
        terminal.wait_for("row 2 of 8")
        assert not looks_light(terminal)


def test_a_terminal_that_never_answers_is_not_waited_for() -> None:
    with running() as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("\x1b[B")
        terminal.wait_for("row 2 of 8")
        assert ASKED in terminal.output
        assert not looks_light(terminal)


def test_who_chose_a_theme_is_not_asked_and_an_answer_is_noise() -> None:
    with running("dark") as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send_bytes(WHITE)
        terminal.send("\x1b[B")
        terminal.wait_for("row 2 of 8")
        assert ASKED not in terminal.output
        assert not looks_light(terminal)


def test_an_answer_in_pieces_between_keys_is_never_typed() -> None:
    with running() as terminal:
        comes(terminal, lambda: ASKED in terminal.output)
        terminal.wait_for("row 1 of 8")
        terminal.send("/nurse")
        terminal.wait_for("nurse ")
        for place in range(0, len(WHITE), 5):
            terminal.send_bytes(WHITE[place : place + 5])
            terminal.read_now(0.02)
        terminal.send(" 7")
        terminal.wait_for("1 match")
        assert "/ nurse 7 " in terminal.text
        comes(terminal, lambda: looks_light(terminal))


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize("says", ["set -g window-style bg=#ffffff\n", ""], ids=["it answers", "it does not know"])
def test_through_tmux(says: str, tmp_path: Path) -> None:
    config = tmp_path / "tmux.conf"
    config.write_text(f"set -g default-terminal tmux-256color\n{says}")
    environment = {**ROOT, "THEME": "auto", "TMUX_TMPDIR": str(tmp_path), "TMUX": ""}
    with in_terminal(["tmux", "-f", str(config), "new-session", *PROGRAM], env=environment) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("\x1b[B")
        terminal.wait_for("row 2 of 8")
        if says:
            comes(terminal, lambda: looks_light(terminal))
        assert "8 match" in terminal.text
        assert looks_light(terminal) == bool(says)
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    ("colour", "light"),
    [
        ("rgb:f/f/f", True),
        ("rgb:00/00/00", False),
        ("rgb:8000/8000/7fff", True),
        ("#fff", True),
        ("#000000000000", False),
        ("rgb:zz/0/0", None),
    ],
)
def test_what_a_colour_comes_to(colour: str, light: bool | None) -> None:
    assert is_light(colour) is light
