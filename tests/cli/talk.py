"""A command with a person in front of it: a real pty, and one answer to what the command asks."""

from __future__ import annotations

import os
import pty
import select
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.copies import Program
from tests.support.patience import PATIENCE


@dataclass(frozen=True)
class Talk:
    """What was on the terminal, what of it came over standard error, and the exit code."""

    screen: str
    code: int
    aside: str = ""


def environment(config: Path) -> dict[str, str]:
    """Return the environment of a command beside that configuration."""
    return {**os.environ, "HOME": str(config.parent), "TERM": "xterm"}


def talk(config: Path, *arguments: str, to: str, answer: bytes, apart: bool = False) -> Talk:
    """Run a command on a terminal of its own, give ``answer`` when ``to`` is on it, and wait for the end.

    Args:
        config: The configuration.
        arguments: Of the command.
        to: What the command asks.
        answer: What is typed.
        apart: Standard error is another terminal, as when it is redirected: `Talk.screen` has standard output alone.
    """
    ours, theirs = pty.openpty()
    aside, errors = pty.openpty() if apart else (ours, theirs)
    process: Program[bytes] = Program(
        [sys.executable, "-m", "jobsync_tui", "-c", str(config), *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=errors,
        terminal=True,
        env=environment(config),
    )
    seen = {ours: b"", aside: b""}
    for each in {theirs, errors}:
        os.close(each)
    open_ends = set(seen)
    answered = False
    try:
        while open_ends:
            ready = select.select([*open_ends], [], [], PATIENCE)[0]
            assert ready, f"It says nothing more:\n{seen}"
            for each in ready:
                try:
                    seen[each] += os.read(each, 65536)
                except OSError:
                    open_ends.discard(each)
            if not answered and any(to.encode() in each for each in seen.values()):
                os.write(ours, answer)
                answered = True
        return Talk(seen[ours].decode(), process.wait(timeout=PATIENCE), seen[aside].decode())
    finally:
        process.kill()
        process.wait()
        for each in seen:
            os.close(each)
