"""Through a pseudo-terminal: what a terminal says by itself and what is pasted is no key; a fault in reading keys is one like any other."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.terminal.key_times import PATIENCE
from tests.support.pty import Terminal, in_terminal
from tests.support.terminal_answers import IN_ONE, PASTES, RECORDED, made, made_paste, paste

PROGRAM = [sys.executable, "-m", "tests.tui.program"]
ROOT = {"PYTHONPATH": str(Path(__file__).parents[2])}
ESCAPE = "\x1b[27u"


def disturbances() -> Iterator[tuple[bytes, ...]]:
    """Yield what is sent: whole, and in two parts between which there is more time than tells an ESC from a sequence."""
    rng = random.Random(21)  # noqa: S311 - the same every time
    for answer in (*RECORDED, *(made(rng) for _ in range(20))):
        yield (answer,)
        place = rng.randrange(1, len(answer))
        if answer[:place] != b"\x1b" and answer[place - 1 : place] != b"\x1b":
            yield (answer[:place], answer[place:])
    yield from ((each,) for each in IN_ONE)
    for content in PASTES:
        yield (paste(content),)
    for _ in range(15):
        yield (made_paste(rng),)


def disturb(terminal: Terminal) -> None:
    for parts in disturbances():
        for part in parts:
            terminal.send_bytes(part)
            terminal.read_now(0.04 if len(parts) > 1 else 0.0)
    # The end of the last paste is waited for by the program.
    terminal.read_now(0.3)


def armed(terminal: Terminal) -> None:
    while "[[ Confirm Sync ]]" not in terminal.text:
        terminal.send("\x1b[C")
        terminal.read_now(0.05)
    terminal.send("\x1b[D")
    terminal.wait_for("[[ Cancel ]]")


@pytest.mark.slow(12)
def test_nothing_confirms_but_a_key_that_comes_alone() -> None:
    with in_terminal([*PROGRAM, "nurses"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("s")
        terminal.wait_for("UPDATE in Tenzo")
        armed(terminal)
        disturb(terminal)
        assert "[[ Cancel ]]" in terminal.text
        for burst in ("yy", "ya", "y\r", "\x1b[C\r", "\x1b[C\ry", "\x1b[?62;cy", "jy", "\x1b[<0;50;22M\x1b[<0;50;22m"):
            terminal.send(burst)
            terminal.read_now(0.2)
        for row in (21, 22, 23):
            for column in range(42, 80, 3):  # on the choice that writes, and around it
                terminal.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
        terminal.read_now(0.2)
        assert "Confirm Sync   " in terminal.text.partition("\n")[0]
        terminal.send("y")
        terminal.wait_for("Sync Result")
        terminal.send(ESCAPE)
        terminal.wait_for("row 1 of 8")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert b"synced ['0']" in terminal.output


@pytest.mark.slow(12)
def test_nothing_acts_on_the_list_and_in_the_palette_and_keys_go_on() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.read_now(1.0)
        before = terminal.text
        disturb(terminal)
        assert terminal.text == before
        terminal.send("j")
        terminal.wait_for("row 2 of 8")
        terminal.send("\x1bj")
        terminal.wait_for("row 3 of 8")
        terminal.send(":")
        terminal.wait_for("Commands")
        for answer in RECORDED:
            terminal.send_bytes(answer)
        terminal.read_now(0.3)
        assert "Commands" in terminal.text
        terminal.send_bytes(paste(b"refre\x1b[201~\rsh\r\nq"))
        terminal.wait_for("refre")
        terminal.send(ESCAPE)
        terminal.wait_for("row 3 of 8")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.slow(8)
def test_the_tail_of_an_answer_confirms_nothing_however_it_comes() -> None:
    with in_terminal([*PROGRAM, "nurses"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("s")
        terminal.wait_for("UPDATE in Tenzo")
        armed(terminal)
        for tail in (b"y", b"my y"):
            terminal.send_bytes(b"\x1bP>|kitt")
            terminal.read_now(PATIENCE + 0.2)
            for byte in tail:
                terminal.send_bytes(bytes([byte]))
                terminal.read_now(0.2)  # as long as no byte comes with another
        assert "Confirm Sync   " in terminal.text.partition("\n")[0]
        terminal.read_now(PATIENCE)
        terminal.send("y")
        terminal.wait_for("Sync Result")
        terminal.send(ESCAPE)
        terminal.wait_for("row 1 of 8")
        terminal.read_now(0.5)
        while "it alone" in terminal.text:  # what was said of the ignored keys comes back with the list, and goes by itself
            terminal.read_now(0.5)
        before = terminal.text
        for byte in b"\x1bP>|Smux s\x1b\\":
            terminal.send_bytes(bytes([byte]))
            terminal.read_now(0.06)
        terminal.read_now(0.2)
        assert terminal.text == before
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert b"synced ['0']" in terminal.output


@pytest.mark.parametrize(("begun", "tail"), [(b"\x1b[4;", b"2$y"), (b"\x1bP>|", b"Smux s\x1b\\"), (b"\x1b[200", b"~mmm\x1b[201~")])
def test_the_tail_of_an_answer_on_a_line_that_was_silent_runs_nothing(begun: bytes, tail: bytes) -> None:
    with in_terminal([*PROGRAM, "nurses"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.read_now(0.5)
        before = terminal.text
        terminal.send_bytes(begun)
        terminal.read_now(PATIENCE + 0.4)
        terminal.send_bytes(tail)
        terminal.read_now(0.4)
        assert terminal.text == before
        terminal.send("j")
        terminal.wait_for("row 2 of 8")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert b"synced []" in terminal.output


def test_a_paste_goes_into_the_field_and_escape_is_quick() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("/")
        terminal.send_bytes(paste("\ufeff\u200bnul\x1b[A".encode()))
        terminal.wait_for("/ nul[A")
        terminal.send_bytes(b"\x1b")
        terminal.wait_for("8 match")
        terminal.send("\x1b")
        terminal.read_now(0.1)
        terminal.send_bytes(b"\x1b[")
        terminal.read_now(0.02)
        terminal.send_bytes(b"B")
        terminal.wait_for("row 2 of 8")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(("kind", "synced"), [("broken", b"synced []"), ("syncing-broken", b"synced ['0']")])
def test_a_fault_in_reading_keys_ends_like_any_fault(kind: str, synced: bytes) -> None:
    with in_terminal([*PROGRAM, kind], env=ROOT) as terminal:
        terminal.wait_for("syncing the job in flight" if kind.startswith("sync") else "row 1 of 8")
        terminal.send("!")
        assert terminal.wait_for_end() == 1
        assert synced in terminal.output
        assert b"Traceback" not in terminal.output
        assert b"secret" not in terminal.output
        assert b"\x1b[?1049l" in terminal.output
