"""Through a pseudo-terminal: nothing foreign acts on it, and signals end the program in order."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from jobsync_tui.terminal.shutdown import DEADLINE
from tests.support.pty import in_terminal

pytestmark = pytest.mark.slow

PROGRAM = [sys.executable, "-m", "tests.tui.program"]
ROOT = {"PYTHONPATH": str(Path(__file__).parents[2])}

# What the application itself may write: cursor, screen, colours and modes (CSI), the mouse pointer's shape, and nothing that stores, names
# or links.
ALLOWED = re.compile(rb"\x1b\[[0-9;:?<>=u]*[ -/]*[@-~]|\x1b\]22;[a-z-]*\x07|\x1b[=>78]|\r|\n|\x1b\(B")


def foreign_controls(output: bytes) -> list[bytes]:
    """Return the controls in ``output`` that are not the application's own kind."""
    rest = ALLOWED.sub(b"", output)
    text = rest.decode("utf-8", "replace")
    return [c.encode() for c in text if ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or c in "\u202e\u2066"]


def test_no_foreign_control_reaches_the_terminal() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT, size=(120, 40)) as terminal:
        terminal.wait_for("row 1 of 8")
        assert "\u241b[2J" in terminal.text
        for number in range(2, 9):
            terminal.send("j")
            terminal.wait_for(f"row {number} of 8")
        terminal.send("e")
        terminal.wait_for("Check Eligibility")
        terminal.send("c")
        terminal.wait_for("clipboard")
        clipboard = re.findall(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07", terminal.output)
        assert len(clipboard) == 1
        output = re.sub(rb"\x1b[^A-Za-z]*$", b"", terminal.output)  # what was read so far may end within a sequence
        assert foreign_controls(output.replace(clipboard[0], b"")) == []
        assert b"evil.example\x1b" not in output


def test_a_termination_lets_the_sync_in_flight_end_and_restores_the_terminal() -> None:
    with in_terminal([*PROGRAM, "syncing"], env=ROOT) as terminal:
        terminal.wait_for("syncing the job in flight")
        started = time.monotonic()
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 130
        assert time.monotonic() - started < 10
        assert b"synced ['0']" in terminal.output
        assert b"\x1b[?1049l" in terminal.output
        assert b"\x1b[?25h" in terminal.output


def test_a_second_signal_ends_at_once() -> None:
    with in_terminal([*PROGRAM, "stuck"], env=ROOT) as terminal:
        terminal.wait_for("syncing the job in flight")
        os.kill(terminal.pid, signal.SIGHUP)
        started = time.monotonic()
        terminal.wait_for("Ending")
        os.kill(terminal.pid, signal.SIGHUP)
        assert terminal.wait_for_end() == 130
        assert time.monotonic() - started < DEADLINE  # by itself it would have ended then
        assert b"synced" not in terminal.output


def test_a_dead_terminal_lets_the_sync_in_flight_end(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with in_terminal([*PROGRAM, "syncing", str(told)], env=ROOT) as terminal:
        terminal.wait_for("syncing the job in flight")
        started = time.monotonic()
        terminal.hang_up()
        assert terminal.wait_for_death() == 130
        assert time.monotonic() - started < 10
    assert told.read_text() == "synced ['0']"


def test_a_frozen_terminal_lets_the_sync_in_flight_end(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with in_terminal([*PROGRAM, "syncing", str(told)], env=ROOT, size=(200, 60)) as terminal:
        terminal.wait_for("syncing the job in flight")
        # Far more to draw than a pseudo-terminal holds, and nobody reads it.
        for _ in range(120):
            terminal.send("Gg")
        os.kill(terminal.pid, signal.SIGTERM)
        started = time.monotonic()
        assert terminal.wait_for_death() == 130
        assert time.monotonic() - started < 10
    assert told.read_text() == "synced ['0']"


def test_a_terminal_that_was_frozen_for_a_while_is_painted_anew() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT, size=(200, 60)) as terminal:
        terminal.wait_for("row 1 of 8")
        for _ in range(120):
            terminal.send("Gg")
        terminal.send("G")
        terminal.wait_for("row 8 of 8")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_ctrl_z_and_ctrl_c_do_not_stop_the_program() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.send("\x1a\x03\x1c")
        terminal.wait_for("q quits")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
