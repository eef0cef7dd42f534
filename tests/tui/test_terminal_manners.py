"""Through a pseudo-terminal: a terminal has switched on what is needed, is given back, and is drawn on whatever happens around."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.support.pty import Terminal, in_terminal

pytestmark = pytest.mark.slow

PROGRAM = [sys.executable, "-m", "tests.tui.program"]
ROOT = {"PYTHONPATH": str(Path(__file__).parents[2])}
SWITCHED_ON = (b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?1000h", b"\x1b[?1002h", b"\x1b[?1006h", b"\x1b[?2004h")


def leave(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.wait_for_end() == 0


def test_the_mouse_is_taken_for_clicks_only_and_let_go_by_the_palette() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        assert b"\x1b[?1002h" in terminal.output
        assert not any(mode in terminal.output for mode in (b"\x1b[?1003h", b"\x1b[?1015h", b"\x1b[?1016h"))
        for words, mode in (("the terminal's", b"\x1b[?1002l"), ("acts here again", b"\x1b[?1002h")):
            before = len(terminal.output)
            terminal.send(":")
            terminal.wait_for("Commands")
            terminal.send("mouse on")
            terminal.wait_for("Let the terminal use the mouse")
            terminal.send("\r")
            terminal.wait_for(words)
            assert mode in terminal.output[before:]
        leave(terminal)
        assert terminal.output.rindex(b"\x1b[?1002l") > terminal.output.rindex(b"\x1b[?1002h")


CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[terminal]
mouse = false

[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""


def test_the_mouse_is_left_alone_where_the_configuration_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "jobs.csv").write_text("id,name\n1,Welder\n")
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    config.chmod(0o600)
    command = [sys.executable, "-m", "jobsync_tui", "-c", str(config)]
    with in_terminal(command, env=ROOT | {"HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("export")
        terminal.read_now(0.3)
        assert not re.search(rb"\x1b\[\?(?:9|100[0-35]|1006|101[56])h", terminal.output)
        terminal.send(":")
        terminal.wait_for("Commands")
        terminal.send("mouse on")
        terminal.wait_for("Let the terminal use the mouse")
        terminal.send("\r")
        terminal.wait_for("acts here again")
        assert b"\x1b[?1002h" in terminal.output
        leave(terminal)


@pytest.mark.parametrize("elsewhere", ["2>$LOG", ">$LOG 2>&1"])
def test_it_is_drawn_on_the_terminal_wherever_errors_go(elsewhere: str, tmp_path: Path) -> None:
    command = ["sh", "-c", f"{sys.executable} -m tests.tui.program plain {elsewhere}"]
    with in_terminal(command, env=ROOT | {"LOG": str(tmp_path / "log")}, size=(100, 30)) as terminal:
        while "? keys" not in terminal.text.split("\n")[29]:  # it is as large as the terminal
            terminal.read_now(0.1)
        leave(terminal)
        assert b"\x1b[" not in (tmp_path / "log").read_bytes()


def test_a_terminal_that_reads_again_late_is_given_back() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT, size=(200, 60)) as terminal:
        terminal.wait_for("row 1 of 8")
        for _ in range(120):
            terminal.send("Gg")
        terminal.send("q")
        time.sleep(1.5)  # as long as nobody reads; there is nothing to wait for
        assert terminal.wait_for_end() == 0
        for mode in SWITCHED_ON:
            off = mode.replace(b"h", b"l") if mode != b"\x1b[?25l" else b"\x1b[?25h"
            assert terminal.output.rindex(off) > terminal.output.rindex(mode), mode


def test_a_terminal_that_was_left_behind_is_spoken_of_at_the_next_start(tmp_path: Path) -> None:
    env = ROOT | {"MEMORY": str(tmp_path / "view.json")}
    with in_terminal([*PROGRAM, "plain", str(tmp_path / "told")], env=env, size=(200, 60)) as terminal:
        terminal.wait_for("row 1 of 8")
        for _ in range(30):
            terminal.send("\x0c")  # paints everything anew, which is more than a terminal that nobody reads holds
        terminal.send("q")
        assert terminal.wait_for_death() == 0
    with in_terminal([*PROGRAM, "plain"], env=env) as terminal:
        terminal.wait_for("Type reset and Enter there")
        leave(terminal)
    with in_terminal([*PROGRAM, "plain"], env=env) as terminal:
        terminal.wait_for("row 1 of 8")
        assert "reset" not in terminal.text
        leave(terminal)


def test_stopped_from_outside_it_comes_back_as_it_was() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        terminal.read_now(0.5)
        raw = termios.tcgetattr(terminal.descriptor)
        os.kill(terminal.pid, signal.SIGSTOP)
        os.waitpid(terminal.pid, os.WUNTRACED)
        # What a shell does meanwhile.
        cooked = [*raw]
        cooked[3] |= termios.ECHO | termios.ICANON | termios.ISIG
        termios.tcsetattr(terminal.descriptor, termios.TCSANOW, cooked)
        before = len(terminal.output)
        os.kill(terminal.pid, signal.SIGCONT)
        while not all(mode in terminal.output[before:] for mode in (*SWITCHED_ON, b"\x1b[?1004h", b"\x1b[>25u", b"row 1 of 8")):
            terminal.read_now(0.1)
        assert termios.tcgetattr(terminal.descriptor)[3] == raw[3]
        terminal.send("j")
        terminal.wait_for("row 2 of 8")
        leave(terminal)


def test_everything_is_painted_anew_at_a_key() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT) as terminal:
        terminal.wait_for("row 1 of 8")
        for over in ("", ":", "/"):
            terminal.send(over)
            terminal.read_now(0.5)
            shown = terminal.text
            terminal.scribble("\x1b[H\x1b[2Jwall: the machine goes down")
            terminal.send("\x0c")
            while terminal.text != shown:
                terminal.read_now(0.05)
            terminal.send("\x1b[27u" if over else "")
            terminal.read_now(0.2)
        leave(terminal)


def test_a_terminal_that_does_not_say_what_it_is_is_told_so() -> None:
    with in_terminal([*PROGRAM, "plain"], env=ROOT | {"TERM": "dumb"}) as terminal:
        terminal.wait_for("TERM is dumb: the application draws as on an xterm")
        leave(terminal)
